"""Facts that several kinds have, and how statements are taken off a resource's own policy."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from aws.change.undo import Undo, UndoTarget, by_call
from aws.iam.statement import parse
from aws.raw import Raw
from aws.redaction.secret_text import MaskedValue
from aws.words import Words

DENIED = Words(en="what its policy denies to our functions", ja="ポリシーが関数に拒否する操作")
OPENED = Words(en="principals that its policy allows", ja="ポリシーで許可された相手")
"""Facts of anything that has a policy of its own."""
COPIES = Words(en="copies in another Region", ja="別リージョンへの複製")
HELD_IN = Words(en="Regions that hold it as well", ja="他の保持リージョン")
TAGS = Words(en="tags", ja="タグ")


ID = Words(en="id", ja="ID")


def described(named: Mapping[str, str], place: Mapping[str, Any]) -> Mapping[str, MaskedValue]:
    """Mask tags and variables as they are read, since their values may be secrets; a change does not look at them."""
    values: Mapping[str, MaskedValue] = place["scope"].described(named) if "scope" in place else {}
    return values


def described_tags(listed: Iterable[Raw], place: Mapping[str, Any]) -> Mapping[str, MaskedValue]:
    return described({entry["Key"]: entry["Value"] for entry in listed}, place)


def no_longer_denied(remove: Callable[[UndoTarget], object]) -> Undo[UndoTarget]:
    """Describe what is lost where statements of a resource's own policy that deny are taken off."""
    return by_call(
        remove,
        en="what those statements deny is no longer denied to any principal",
        ja="該当ステートメントによる拒否は、誰に対しても効かなくなります",
        final=True,
    )


def statements_left(document: str, digests: Collection[str]) -> str:
    """Return the policy without the statements of these digests; empty where none is left."""
    policy = json.loads(document)
    written = policy["Statement"]
    listed = written if isinstance(written, list) else [written]
    read = zip(listed, parse(document), strict=True)
    left = [raw for raw, statement in read if statement.digest not in digests]
    return json.dumps({**policy, "Statement": left}) if left else ""
