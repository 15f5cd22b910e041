"""Waiting for AWS: what it answers to a call that comes too early, and how long it is asked again.

Hardly a change of AWS is over when its call returns: functions are Pending, tables CREATING, and IAM tells the
Regions of a role within some seconds. What comes too early is refused with an error that passes by itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from time import sleep as real_sleep
from typing import TypeVar

from botocore.exceptions import ClientError
from tenacity import (
    RetryCallState,
    RetryError,
    Retrying,
    retry_if_exception,
    retry_if_result,
    stop_after_attempt,
    wait_exponential,
    wait_fixed,
)

from aws.door.failures import GONE
from aws.words import Words

T = TypeVar("T")
Sleep = Callable[[float], None]
Tell = Callable[[Words], None]
"""Told what is waited for, each time that AWS is about to be asked again."""

ATTEMPTS, LONGEST_WAIT_S = 12, 10
"""With the waits between them, about a minute and a quarter in all."""


@dataclass(frozen=True, slots=True)
class TransientError:
    """An error that passes by itself; throttling is none of them, since the client retries it."""

    codes: frozenset[str]
    says: tuple[str, ...]
    """One of these stands in its message; empty: whatever it says."""
    until: Words
    """What is waited for."""

    def covers(self, error: ClientError) -> bool:
        found = error.response["Error"]
        message = found.get("Message", "")
        said = not self.says or any(one in message for one in self.says)
        return found.get("Code") in self.codes and said


TRANSIENT = (
    TransientError(
        frozenset({"ResourceConflictException"}),
        ("cannot be performed at this time", "concurrent update", "in progress"),
        Words(en="Lambda has finished the change before", ja="Lambdaが前の変更を終えること"),
    ),
    TransientError(
        frozenset({"InvalidParameterValueException"}),
        ("cannot be assumed by Lambda",),
        Words(en="Lambda knows the new role", ja="新しいロールがLambdaに反映されること"),
    ),
    TransientError(
        frozenset({"ResourceInUseException"}),
        ("still in use", "is being"),
        Words(en="DynamoDB has finished the change before", ja="DynamoDBが前の変更を終えること"),
    ),
    TransientError(
        frozenset({"LimitExceededException"}),
        ("simultaneous", "Subscriber limit exceeded"),
        Words(
            en="DynamoDB has finished changes of other tables",
            ja="DynamoDBが他のテーブルの変更を終えること",
        ),
    ),
    TransientError(
        frozenset({"ContinuousBackupsUnavailableException"}),
        (),
        Words(
            en="the new table accepts point-in-time recovery",
            ja="新しいテーブルでポイントインタイムリカバリを有効にできるようになること",
        ),
    ),
    TransientError(
        frozenset({"BadRequestException"}),
        ("role ARN",),
        Words(
            en="API Gateway knows the log role",
            ja="ログ用ロールがAPI Gatewayに反映されること",
        ),
    ),
    TransientError(
        frozenset({"ConflictException"}),
        ("concurrent modification",),
        Words(
            en="API Gateway has finished the change before", ja="API Gatewayが前の変更を終えること"
        ),
    ),
)
NOT_FOUND_YET = TransientError(
    GONE,
    (),
    Words(en="AWS finds what was just made", ja="作成したばかりのリソースがAWSで見つかること"),
)
EXISTS = (
    TransientError(
        frozenset(
            {
                "EntityAlreadyExists",
                "ResourceExistsException",
                "ResourceAlreadyExistsException",
                "TableAlreadyExistsException",
            }
        ),
        (),
        Words(en="", ja=""),
    ),
    TransientError(
        frozenset({"ResourceConflictException", "ResourceInUseException"}),
        ("already exist",),
        Words(en="", ja=""),
    ),
)
"""What AWS answers where something is made that is there: the look before it was a stale one."""


def retried(call: Callable[[], T], *, fresh: bool, sleep: Sleep = real_sleep, tell: Tell) -> T:
    """Make ``call``, again while its error passes by itself; the last error is raised as it is.

    ``fresh``: it is about something that was just made, so that "not found" is "not yet", too.
    """
    passing = (*TRANSIENT, NOT_FOUND_YET) if fresh else TRANSIENT

    def transient(error: BaseException) -> TransientError | None:
        if not isinstance(error, ClientError):
            return None
        return next((one for one in passing if one.covers(error)), None)

    def waiting(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if error and (found := transient(error)):
            tell(found.until)

    retrying = Retrying(
        retry=retry_if_exception(lambda error: transient(error) is not None),
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait_exponential(multiplier=0.5, max=LONGEST_WAIT_S),
        before_sleep=waiting,
        sleep=sleep,
        reraise=True,
    )
    return retrying(call)


def asked_until(
    ready: Callable[[], bool],
    *,
    every_s: float,
    within_s: float,
    sleep: Sleep,
    waiting: Callable[[float], None],
) -> bool:
    """Ask ``ready`` until it says so; False where it does not within ``within_s``. "Not found" is not yet.

    ``waiting`` is told the seconds so far, each time before it waits.
    """

    def asked() -> bool:
        try:
            return ready()
        except ClientError as error:
            if not NOT_FOUND_YET.covers(error):
                raise
            return False

    asking = Retrying(
        retry=retry_if_result(lambda answer: not answer),
        stop=stop_after_attempt(int(within_s / every_s) + 1),
        wait=wait_fixed(every_s),
        before_sleep=lambda state: waiting((state.attempt_number - 1) * every_s),
        sleep=sleep,
    )
    try:
        return asking(asked)
    except RetryError:
        return False


def stale(error: BaseException) -> bool:
    """Whether something was to be made that is there already."""
    return isinstance(error, ClientError) and any(one.covers(error) for one in EXISTS)
