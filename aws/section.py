"""A section of the inventory: what was read, by name, or why it was not, as data: what keeps AWS from answering, and the lacking right."""

import enum
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar, Union

from aws.iam.actions import actions_for
from aws.words import SILENCE, Bilingual, Words

DENIED = frozenset(
    {
        *("AccessDenied", "AccessDeniedException", "AllAccessDisabled"),
        *("AuthorizationError", "AuthorizationErrorException", "ForbiddenException"),
        *("KMSAccessDenied", "KMSAccessDeniedException"),
        *("NotAuthorized", "NotAuthorizedException"),
        *("UnauthorizedException", "UnauthorizedOperation"),
    }
)
EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException"})
REFUSED = EXPIRED | {
    *("AuthFailure", "IncompleteSignature", "IncompleteSignatureException"),
    *("InvalidAccessKeyId", "InvalidClientTokenId", "InvalidSecurity", "InvalidToken"),
    *("InvalidSignatureException", "SignatureDoesNotMatch"),
    *("MissingAuthenticationToken", "MissingAuthenticationTokenException"),
    *("TokenRefreshRequired", "UnrecognizedClientException"),
}
"""Error codes for credentials that AWS does not accept, or no longer accepts."""
OF_THE_CLOCK = frozenset({"RequestExpired", "RequestInTheFuture", "RequestTimeTooSkewed"})
SKEWED = re.compile(r"signature (?:expired|not yet current)", re.IGNORECASE)
"""How AWS reports a wrong clock under another code, SignatureDoesNotMatch or InvalidSignatureException."""
OF_THE_ACCOUNT = frozenset(
    {
        *("AccountProblem", "NotSignedUp", "OptInRequired"),
        *("RegionDisabledException", "SubscriptionRequiredException"),
    }
)
_LACKING = re.compile(r"not authorized to perform: ([\w-]+:\w+)(?: on resource: (\S+))?")
"""How AWS names the action that nothing allows, which need not be the call's own: ``iam:PassRole``."""
CLOCK = Words(
    en="this machine's clock is not AWS's: set it (time synchronization)",
    ja="このマシンの時計がAWSとずれています。時刻を合わせてください（時刻同期）",
)
ACCOUNT = Words(
    en="this account may not use the service or the Region yet: finish its sign-up, or enable the Region"
    " (AWS console > Account)",
    ja="このアカウントではサービスまたはリージョンをまだ使用できません。登録を完了するか、リージョンを有効に"
    "してください（AWSコンソール > アカウント）",
)
T = TypeVar("T")


class Obstacle(enum.StrEnum):
    """What keeps a promise from being judged. It decides what to do first, before any repair."""

    NO_ANSWER = "no answer"
    """It may answer on the next attempt."""
    READER_RIGHTS = "rights of the reader"
    CALLER_RIGHTS = "rights of the calls"
    CREDENTIALS = "credentials"
    CLOCK = "clock"
    """This machine's clock differs from AWS's, so every signature is dated wrongly."""
    ACCOUNT = "account"
    """The account may not use the service or the Region yet."""
    EXPRESSION = "expression"
    """A person has to read it."""
    PERSON = "person"
    """No machine can or may try it."""
    REPLAY = "replay"
    ENVIRONMENT_BEFORE = "environment before"
    """What it left behind is too little."""
    TEST = "test"
    SIZE = "size"
    """There is more data than one run reads."""


def obstacle_of(code: str, message: str, rights: Obstacle = Obstacle.CALLER_RIGHTS) -> Obstacle:
    """Return the obstacle behind an AWS error; ``rights`` is the one to return if AWS denies access."""
    if code in OF_THE_CLOCK or (code in REFUSED and SKEWED.search(message)):
        return Obstacle.CLOCK
    if code in DENIED:
        return rights
    if code in OF_THE_ACCOUNT:
        return Obstacle.ACCOUNT
    return Obstacle.CREDENTIALS if code in REFUSED else Obstacle.NO_ANSWER


def lacking(message: str) -> tuple[str, str]:
    """Return the action that AWS says is not allowed, and on what; empty where it does not say so."""
    match = _LACKING.search(message)
    return (match[1], match[2] or "") if match else ("", "")


def refused_action(call: str, message: str) -> str:
    """Return the IAM action that was refused: the one that AWS's message names, else those of the call."""
    service, _, name = call.partition(":")
    return lacking(message)[0] or ", ".join(actions_for(service, name, "GET"))


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Takes the place of a section, or of one of its items, that could not be read from AWS."""

    words: Words
    """The operation and the reason, for example ``lambda:GetPolicy: AccessDeniedException``."""
    call: str = ""
    """``service:Operation``, where a call failed."""
    code: str = ""
    """AWS's error code, where AWS refused."""
    obstacle: Obstacle = Obstacle.NO_ANSWER
    action: str = ""
    """The IAM action that was refused, if it is known."""

    def behind(self, needed: str) -> "Unreadable":
        """Return why something is unknown that needs this: section or item, then the reason."""
        return replace(
            self, words=Words(en=f"{needed}: {self.words.en}", ja=f"{needed}: {self.words.ja}")
        )


class Broken(Bilingual, AssertionError):  # noqa: N818 - it reads as the finding that it is
    """A promise is broken."""


class Missing(Broken):
    """The resource does not exist: the promise is broken."""


class NotTestable(Bilingual):
    """Nothing is known, so nothing is green."""

    obstacle = Obstacle.NO_ANSWER

    def __init__(
        self,
        words: Words = SILENCE,
        obstacle: Obstacle | None = None,
        action: str = "",
        **texts: str,
    ) -> None:
        """``action``: the IAM action that was refused, if it is known."""
        super().__init__(words, **texts)
        self.obstacle, self.action = obstacle or self.obstacle, action


class Unread(NotTestable):
    """It could not be read from AWS."""

    def __init__(self, why: Unreadable) -> None:
        words = Words(en=why.words.en, ja=f"読み取れませんでした（{why.words.ja}）")
        super().__init__(words, why.obstacle, why.action)
        self.why = why


class NotInReplay(NotTestable):
    """A saved inventory can't answer this: it makes no calls and has no records."""

    obstacle = Obstacle.REPLAY


class Unparsed(NotTestable):
    """It was read, but its effect depends on an expression that this software does not evaluate."""

    obstacle = Obstacle.EXPRESSION


class Follows(NotTestable):
    """Nothing can be said here because another row is red already: its id is ``root``."""

    def __init__(self, root: str, why: Words = SILENCE, **texts: str) -> None:
        why = why or Words(**texts)
        super().__init__(en=f"follows from {root}: {why.en}", ja=f"{root}に起因: {why.ja}")
        self.root = root


Section = Union[Mapping[str, Union[T, Unreadable]], Unreadable]  # noqa: UP007 - subscripted at run time
"""Name -> item. An absent name is known to be absent; an Unreadable is not known at all."""


def readable(section: "Section[T]") -> dict[str, T]:
    """Return the items that were read; none where the section was not."""
    items: Mapping[str, T | Unreadable] = {} if isinstance(section, Unreadable) else section
    return {name: item for name, item in items.items() if not isinstance(item, Unreadable)}


def known(value: "T | Unreadable") -> T:
    """Return what was read, or raise NotTestable with the reason."""
    if isinstance(value, Unreadable):
        raise Unread(value)
    return value


def if_known(read: Callable[[], T]) -> T | None:
    """Return what is read, None where that is unknown: for what goes on in any case."""
    try:
        return read()
    except NotTestable:
        return None


def every(section: "Section[T]") -> "list[T]":
    """Return all items; raise NotTestable where one of them, or the section, was not read."""
    return [known(item) for item in known(section).values()]


def lookup(section: "Section[T]", name: str) -> "T | None":
    """Return the item, or None where it is known to be absent; raise NotTestable if unread."""
    items: Mapping[str, T | Unreadable] = known(section)
    return known(items[name]) if name in items else None
