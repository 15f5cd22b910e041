"""What is left of a resource's own policy without the statements that a finding speaks of."""

import json
from collections.abc import Collection

from aws.iam import parse
from aws.words import Words

DENIED = Words(en="what its policy denies to our functions", ja="ポリシーが関数に拒否する操作")
OPENED = Words(en="principals that its policy allows", ja="ポリシーで許可された相手")
"""Facts of whatever has a policy of its own."""


def statements_left(document: str, digests: Collection[str]) -> str:
    """Return the policy without the statements of these digests; empty where none is left."""
    policy = json.loads(document)
    written = policy["Statement"]
    listed = written if isinstance(written, list) else [written]
    read = zip(listed, parse(document), strict=True)
    left = [raw for raw, statement in read if statement.digest not in digests]
    return json.dumps({**policy, "Statement": left}) if left else ""
