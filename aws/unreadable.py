"""Why something was not read, as data: what keeps AWS from answering, the right that is lacking, and the sentence."""

import enum
import re
from dataclasses import dataclass, replace

from aws.iam import actions_for
from aws.words import Words


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
    """Somebody has to read it."""
    PERSON = "person"
    """No machine can or may try it."""
    REPLAY = "replay"
    ENVIRONMENT_BEFORE = "environment before"
    """What it left behind is too little."""
    SIZE = "size"
    """There is more data than one run reads."""


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
"""Credentials that AWS does not take, or no longer."""
OF_THE_CLOCK = frozenset({"RequestExpired", "RequestInTheFuture", "RequestTimeTooSkewed"})
SKEWED = re.compile(r"signature (?:expired|not yet current)", re.IGNORECASE)
"""How AWS says under another code, SignatureDoesNotMatch or InvalidSignatureException, that it is the clock."""
OF_THE_ACCOUNT = frozenset(
    {
        *("AccountProblem", "NotSignedUp", "OptInRequired"),
        *("RegionDisabledException", "SubscriptionRequiredException"),
    }
)
_LACKING = re.compile(r"not authorized to perform: ([\w-]+:\w+)(?: on resource: (\S+))?")
"""How AWS names the action that nothing allows, which need not be the call's own: ``iam:PassRole``."""


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
    found = _LACKING.search(message)
    return (found[1], found[2] or "") if found else ("", "")


def refused_action(call: str, message: str) -> str:
    """Return the IAM action that was refused: the one that AWS's message names, else those of the call."""
    service, _, name = call.partition(":")
    return lacking(message)[0] or ", ".join(actions_for(service, name, "GET"))


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


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What takes the place of a section, or of one item of it, that AWS would not let us read."""

    words: Words
    """The operation and the reason, for example ``lambda:GetPolicy: AccessDeniedException``."""
    call: str = ""
    """``service:Operation``, where a call failed."""
    code: str = ""
    """AWS's error code, where AWS refused."""
    obstacle: Obstacle = Obstacle.NO_ANSWER
    action: str = ""
    """The IAM action that was refused, if it is known."""

    def behind(self, what: str) -> "Unreadable":
        """Return why something is unknown that needs this: section or item, then the reason."""
        return replace(
            self, words=Words(en=f"{what}: {self.words.en}", ja=f"{what}: {self.words.ja}")
        )
