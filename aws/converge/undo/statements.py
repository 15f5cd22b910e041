"""What is left of a resource's own policy without the statements that a finding speaks of."""

import json
from collections.abc import Collection

from aws.iam import parse

DENIED = "what its policy denies to our functions"
OPENED = "principals that its policy allows"
"""Facts of tables and secrets, as the checks name them."""


def statements_left(document: str, digests: Collection[str]) -> str:
    """Return the policy without the statements of these digests; empty where none is left."""
    policy = json.loads(document)
    written = policy["Statement"]
    listed = written if isinstance(written, list) else [written]
    read = zip(listed, parse(document), strict=True)
    left = [raw for raw, statement in read if statement.digest not in digests]
    return json.dumps({**policy, "Statement": left}) if left else ""
