"""Principals as AWS writes them into resource policies: ARNs, account numbers, and ids of the dead."""

import re

DELETED = re.compile(r"A(?:ROA|IDA|GPA|IPA|NPA|NVA)[A-Z0-9]{12,}")
"""The unique id that AWS shows in place of an ARN once the role or user is deleted. Ids are never
given out again, so that such a statement lets nobody in (IAM user guide, "IAM identifiers")."""


def is_gone(kind: str, who: str) -> bool:
    return kind == "AWS" and DELETED.fullmatch(who) is not None


def account_of(principal: str) -> str:
    """Return the account of an ARN; a principal may be written as the bare account, too."""
    parts = principal.split(":")
    return parts[4] if len(parts) > 5 else principal
