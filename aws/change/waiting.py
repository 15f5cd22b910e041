"""Waiting for AWS: what it answers to a call that comes too early, and how long the call is retried.

Hardly any change of AWS is complete when its call returns: functions are Pending, tables CREATING, and a role
takes seconds to reach all Regions. A call that comes too early is refused with a transient error.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from aws.door.failures import GONE, code_of, message_of
from aws.words import SILENCE, Tell, Words

T = TypeVar("T")
Sleep = Callable[[float], None]

WAITS_S = (0.5, 1, 2, 4, 8, *(10,) * 6)
"""Seconds between one attempt and the next; about a minute and a quarter in all."""


@dataclass(frozen=True, slots=True)
class TransientError:
    """A transient error of AWS. Throttling is not among them: boto3 retries it by itself."""

    codes: frozenset[str]
    says: tuple[str, ...]
    """The message contains one of these; empty: any message."""
    until: Words
    """What is waited for."""

    def covers(self, error: ClientError) -> bool:
        matches = not self.says or any(phrase in message_of(error) for phrase in self.says)
        return code_of(error) in self.codes and matches


TRANSIENT = (
    TransientError(
        frozenset({"ResourceConflictException"}),
        ("cannot be performed at this time", "concurrent update", "in progress"),
        Words(en="Lambda has finished the change before", ja="Lambdaが前の変更を終えること"),
    ),
    TransientError(
        frozenset({"InvalidParameterValueException"}),
        (
            "cannot be assumed by Lambda",
            "execution role does not have permissions",
            "KMS key is invalid for CreateGrant",
        ),
        Words(en="Lambda knows the new role", ja="新しいロールがLambdaに反映されること"),
    ),
    TransientError(
        frozenset({"ResourceInUseException"}),
        ("in use", "is being"),
        Words(en="AWS has finished the change before", ja="AWSが前の変更を終えること"),
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
        Words(en="API Gateway knows the log role", ja="ログ用ロールがAPI Gatewayに反映されること"),
    ),
    TransientError(
        frozenset({"ConflictException"}),
        ("concurrent modification", "in progress"),
        Words(
            en="API Gateway has finished the change before", ja="API Gatewayが前の変更を終えること"
        ),
    ),
    TransientError(
        frozenset(
            {
                *("ConcurrentModification", "ConcurrentModificationException"),  # IAM, CloudWatch
                "ConcurrentUpdateException",  # Application Auto Scaling
                *("ConcurrentAccess", "ConcurrentAccessException"),  # SNS
                *("StaleTag", "StaleTagException"),
                "OperationAborted",  # S3
                "OperationAbortedException",  # CloudWatch Logs
                *("ReplicatedWriteConflictException", "TransactionConflictException"),  # DynamoDB
                *(
                    "DependencyTimeoutException",
                    "WAFInternalErrorException",
                ),  # a fault of KMS, of WAF
            }
        ),
        (),
        Words(
            en="AWS has finished something else with the same resource",
            ja="AWSが同じリソースの別の処理を終えること",
        ),
    ),
    TransientError(
        frozenset(
            {
                *("MalformedPolicy", "MalformedPolicyDocument", "MalformedPolicyDocumentException"),
                *("InvalidParameter", "InvalidParameterValueException"),
            }
        ),
        ("nvalid principal", "unsupported principal", "PrincipalNotFound", "principal was invalid"),
        Words(en="the service knows the new role", ja="新しいロールがサービスに反映されること"),
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
        SILENCE,
    ),
    TransientError(
        frozenset({"ResourceConflictException", "ResourceInUseException"}),
        ("already exist",),
        SILENCE,
    ),
)
"""What AWS answers if the resource to create already exists: the read before was stale."""


def retried(
    call: Callable[..., T],
    *args: object,
    passing: Collection[TransientError] = TRANSIENT,
    sleep: Sleep,
    tell: Tell,
    **parameters: object,
) -> T:
    """Make ``call``, and retry it while its error is transient. Raises the last error as it is."""
    for seconds in WAITS_S:
        try:
            return call(*args, **parameters)
        except ClientError as error:
            if (transient := next((each for each in passing if each.covers(error)), None)) is None:
                raise
        tell(within(transient.until, round(sum(WAITS_S))))
        sleep(seconds)
    return call(*args, **parameters)


READS = ("batch_get_", "can_", "describe_", "filter_", "get_", "head_", "list_", "query", "scan")
"""How the names of a client's methods begin that change nothing."""


class PatientClient:
    """An AWS client that retries each call if AWS says that it comes too early.

    ``sent`` receives the names of the calls that changed AWS, or that got no answer and may have.
    """

    def __init__(self, client: Any, sleep: Sleep, tell: Tell, sent: list[str]) -> None:
        self._client, self._again = client, partial(retried, sleep=sleep, tell=tell)
        self._sent = sent

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._client, name)
        if not callable(member):
            return member
        return partial(
            self._again, member if name.startswith(READS) else partial(self._send, member)
        )

    def _send(self, call: Callable[..., T], *args: object, **parameters: object) -> T:
        try:
            answer = call(*args, **parameters)
        except BaseException as error:
            if not refused(error):
                self._sent.append(call.__name__)
            raise
        self._sent.append(call.__name__)
        return answer


def refused(error: BaseException) -> bool:
    """Whether AWS refused the call, and so changed nothing."""
    if not isinstance(error, ClientError):
        return False
    status: int = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR


def is_ready(ready: Callable[[], bool]) -> bool:
    """Ask about something that was just made: "not found" means "not yet"."""
    try:
        return ready()
    except ClientError as error:
        if not NOT_FOUND_YET.covers(error):
            raise
    return False


def within(until: Words, seconds: float) -> Words:
    """Say what is waited for, and how long at most."""
    most = duration(seconds)
    return Words(en=f"{until.en} (at most {most.en})", ja=f"{until.ja}（最長{most.ja}）")


def duration(seconds: float) -> Words:
    """Say a length of time as people do: 45 s, 3 min, 6 h."""
    for size, en, ja in ((3600, "h", "時間"), (60, "min", "分")):
        if seconds >= 2 * size:
            return Words(en=f"{seconds / size:g} {en}", ja=f"{seconds / size:g}{ja}")
    return Words(en=f"{seconds:g} s", ja=f"{seconds:g}秒")


def stale(error: BaseException) -> bool:
    """Whether an error says that the resource to create already exists."""
    return isinstance(error, ClientError) and any(exist.covers(error) for exist in EXISTS)
