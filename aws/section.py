"""A section of the inventory: what was found by name, or why nothing could be read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar, Union

from aws.obstacle import Obstacle, of_reading
from aws.words import Bilingual, Words

T = TypeVar("T")


class Broken(Bilingual, AssertionError):  # noqa: N818 - it reads as the finding that it is
    """A promise is broken."""


class Missing(Broken):
    """The resource does not exist: the promise is broken."""


_IN_JAPANESE = (
    (r"the answer has no (.+)", r"応答に\1がありません"),
    (
        r"the answer was cut: (\d+) of (\d+) bytes",
        r"応答が途中で切れています（\2バイト中\1バイト）",
    ),
    (r"the answer is empty", "応答が空です"),
    (
        r"the answer was changed: its checksum is another",
        "応答が改変されています（チェックサム不一致）",
    ),
    (r"the answer is garbled", "応答を解析できません"),
    (r"not asked, ([\d.]+) s were over", r"\1秒の期限を過ぎたため問い合わせていません"),
    (r"no answer within ([\d.]+) s", r"\1秒以内に応答がありません"),
    (r"(\S+) is not there", r"\1がありません"),
    (r"(\S+) does not exist", r"\1が存在しません"),
    (r"(\S+) has no policy of its own", r"\1に専用のポリシーがありません"),
    (r"policies of (\S+):", r"\1のポリシー:"),
    (r"malformed answer: (\w+) at (\S+)", r"応答の形式が想定と異なります（\2の\1）"),
    (r"a rule has no (\w+)", r"ルールに\1がありません"),
    (
        r"not asked for: this run judges a part of the list",
        "この実行は一部の項目だけを判定するため、読み取っていません",
    ),
    (r"\bit does not exist", "存在しません"),
)
"""What the door and the readers say by themselves; the rest of a reason is AWS's own text."""


def reason_in_words(reason: str) -> Words:
    """Return why something was not read; the Japanese of what this software says, AWS's texts as they are."""
    ja = reason
    for said, instead in _IN_JAPANESE:
        ja = re.sub(said, instead, ja)
    return Words(en=reason, ja=ja)


class NotTestable(Bilingual):
    """Nothing is known, so nothing is green."""

    obstacle = Obstacle.NO_ANSWER
    action = ""
    """The IAM action that was refused, if it is known."""

    def __init__(self, words: Words, obstacle: Obstacle | None = None) -> None:
        super().__init__(words)
        self.obstacle = obstacle or self.obstacle


class Unread(NotTestable):
    """It could not be read from AWS."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            Words(en=reason, ja=f"読み取れませんでした（{reason_in_words(reason).ja}）")
        )
        self.obstacle, self.action = of_reading(reason)


class NotInReplay(NotTestable):
    """A saved inventory can't answer this: it makes no calls and has no records."""

    obstacle = Obstacle.REPLAY


class Unparsed(NotTestable):
    """It was read, but its effect depends on an expression that this software does not evaluate."""

    obstacle = Obstacle.EXPRESSION


class Follows(NotTestable):
    """Nothing can be said here because another row is red already: its id is ``root``."""

    def __init__(self, root: str, why: Words) -> None:
        super().__init__(Words(en=f"follows from {root}: {why.en}", ja=f"{root}に起因: {why.ja}"))
        self.root = root


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What takes the place of a section, or of one item of it, that AWS would not let us read."""

    unreadable: str
    """The operation and the reason, for example ``lambda:GetPolicy: AccessDeniedException``."""


Section = Union[Mapping[str, Union[T, Unreadable]], Unreadable]  # noqa: UP007 - subscripted at run time
"""Name -> item. An absent name is known to be absent; an Unreadable is not known at all."""


def known(value: "T | Unreadable") -> T:
    """Return what was read, or raise NotTestable with the reason."""
    if isinstance(value, Unreadable):
        raise Unread(value.unreadable)
    return value


def lookup(section: "Section[T]", name: str) -> "T | None":
    """Return the item, or None where it is known to be absent; raise NotTestable if unread."""
    items: Mapping[str, T | Unreadable] = known(section)
    return known(items[name]) if name in items else None
