"""Where we look and what this environment decided: the typed form of one table of environments.toml."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field

from aws.words import Bilingual, Words


class UnfitValueError(Bilingual, ValueError):
    """A value of the environment file won't do; the message says what to write."""


def _before(value: str) -> str:
    if value in NEVER_BEFORE:
        raise UnfitValueError(
            Words(
                en=f"name the environment in which people tried it first; {value} proves nothing",
                ja=f"先に試した環境の名前を書いてください。{value}では何も証明できません",
            )
        )
    return value


def _in_order(value: "Season") -> "Season":
    if value.ends < value.begins:
        raise UnfitValueError(
            Words(
                en="write a last day that is not before the first one",
                ja="初日以降の最終日を書いてください",
            )
        )
    return value


def _origin(value: str) -> str:
    if value != "*" and not re.fullmatch(r"https?://[a-z0-9.\-]+(:\d+)?", value):
        raise UnfitValueError(
            Words(
                en="write scheme and host only, as a browser's Origin header does",
                ja="ブラウザーのOriginヘッダーと同じく、スキームとホストだけを書いてください",
            )
        )
    return value


def _keys(*names: str) -> AfterValidator:
    def complete(value: Mapping[str, str]) -> Mapping[str, str]:
        if set(value) != set(names):
            raise UnfitValueError(
                Words(
                    en=f"write exactly the keys {', '.join(names)}",
                    ja=f"キーは{', '.join(names)}だけを過不足なく書いてください",
                )
            )
        return value

    return AfterValidator(complete)


def _some_keys(*names: str) -> AfterValidator:
    def known(value: Mapping[str, Any]) -> Mapping[str, Any]:
        if unknown := set(value) - set(names):
            raise ValueError(
                f"there is no {', '.join(sorted(unknown))}; give some of {', '.join(names)}"
            )
        return value

    return AfterValidator(known)


def _kept(value: int) -> int:
    if value not in RETENTIONS:
        days = ", ".join(map(str, RETENTIONS))
        raise UnfitValueError(
            Words(
                en=f"CloudWatch Logs does not take this number of days; write one of {days}",
                ja=f"CloudWatch Logsで指定できない日数です。次のいずれかを書いてください: {days}",
            )
        )
    return value


def _key_or(managed: str) -> AfterValidator:
    """Take the ARN of a customer's key, or the alias of AWS's: a role's policy can name no other."""

    def check(value: str) -> str:
        if value != managed and not re.fullmatch(KEY_ARN, value):
            raise UnfitValueError(
                Words(
                    en=f"a role may decrypt only with a key that its policy names by ARN; write that ARN, arn:aws:kms:…:key/…, or {managed}",
                    ja=f"ロールのポリシーで指定できるARN（arn:aws:kms:…:key/…）、または{managed}を書いてください",
                )
            )
        return value

    return AfterValidator(check)


def _evidence_key(value: str) -> str:
    if not re.fullmatch(KEY_ARN, value):
        raise UnfitValueError(
            Words(
                en="write the ARN of the KMS key, arn:aws:kms:…:key/…, as `runbook evidence` prints it",
                ja="`runbook evidence`が表示するKMSキーのARN（arn:aws:kms:…:key/…）を書いてください",
            )
        )
    return value


def _unset(value: object) -> None:
    if value is not None:
        raise UnfitValueError(
            Words(
                en="a local stack sets it for itself; remove it",
                ja="ローカルスタックが自動で設定します。削除してください",
            )
        )


RETENTIONS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096),
    *(1827, 2192, 2557, 2922, 3288, 3653),
)
"""Days that PutRetentionPolicy takes."""
KEY_ARN = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/.+")
NEVER_BEFORE = frozenset({"local", "prod"})
"""An embedded stack proves nothing about AWS, and production comes last."""
STRICT = ConfigDict(extra="forbid")
Account = Annotated[str, Field(pattern=r"^\d{12}$")]
Region = Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]
Origin = Annotated[str, AfterValidator(_origin)]
Positive = Annotated[int, Field(gt=0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttle:
    """Requests a second, burst (bucket size), requests a day: guide step 2-4."""

    __pydantic_config__ = STRICT
    rate: Positive
    burst: Positive
    daily_quota: Positive


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Sums over ``period_s`` seconds at which an alarm fires: guide step 6-1."""

    __pydantic_config__ = STRICT
    function_errors: Positive
    api_4xx: Positive
    api_5xx: Positive
    throttles: Positive
    period_s: Positive


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A red row that a named person accepts until a given day, at most 30 days ahead.

    One whose record is stale is accepted for a day, and only for the ``release`` that the row prints.
    """

    __pydantic_config__ = STRICT
    row: str
    until: date
    reason: Annotated[str, Field(min_length=10)]
    by: Annotated[str, Field(min_length=2)]
    release: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Something that is to be otherwise than planned: ``what`` and ``value`` as the red row prints them."""

    __pydantic_config__ = STRICT
    what: str
    value: str
    by: Annotated[str, Field(min_length=2)]
    why: Annotated[str, Field(min_length=10)]
    until: date | None = None
    release: str | None = None
    """The release that it is made for; what is red by a guess is decided for one release only."""

    @property
    def sentence(self) -> Words:
        ends = f", until {self.until}" if self.until else ""
        ends += f", for release {self.release}" if self.release else ""
        to = f"、{self.until}まで" if self.until else ""
        to += f"、リリース{self.release}に限る" if self.release else ""
        return Words(
            en=f"{self.what} is {self.value}: {self.why} ({self.by}{ends})",
            ja=f"{self.what} = {self.value}: {self.why}（{self.by}{to}）",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """A custom domain of the API (guide step 5)."""

    __pydantic_config__ = STRICT
    name: str
    base_path: str = ""
    hosted_zone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChannels:
    """The LINE channels: ``channel_id`` is the audience of ID tokens, ``bot_user_id`` our bot."""

    __pydantic_config__ = STRICT
    channel_id: Annotated[str, Field(pattern=r"^\d{10}$")]
    endpoint: str = "https://api.line.me"
    bot_user_id: str | None = None
    liff_id: str | None = None
    expected_messages: Annotated[int, Field(ge=0)] | None = None
    """How many messages the rally sends in a month; its quota at LINE must suffice."""
    login_token_file: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontEnd:
    """Where the front end is served, and the path of its configuration file."""

    __pydantic_config__ = STRICT
    url: str
    config_path: str = "js/config.js"


@dataclass(frozen=True, slots=True, kw_only=True)
class Smoke:
    """What the smoke calls may do here. ``test_user`` is a LINE user that agreed to messages."""

    __pydantic_config__ = STRICT
    writes: bool = False
    test_user: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionSettings:
    """What one function has otherwise than ``timeout_s`` and ``memory_mb`` say of all."""

    __pydantic_config__ = STRICT
    timeout_s: Positive | None = None
    memory_mb: Positive | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """Where the rally is: a circle of ``km`` around a place in degrees."""

    __pydantic_config__ = STRICT
    lat: Annotated[float, Field(ge=-90, le=90)]
    lon: Annotated[float, Field(ge=-180, le=180)]
    km: Annotated[float, Field(gt=0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """The days of the rally in Japan, first and last included."""

    __pydantic_config__ = STRICT
    begins: date
    ends: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """How old a record may be, in days, to count."""

    __pydantic_config__ = STRICT
    dev_run: Positive = 7
    load: Positive = 14
    signature: Positive = 14
    rehearsal: Positive = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """One environment, complete: whatever has a default is what the guide says."""

    __pydantic_config__ = STRICT
    name: str
    account: Account
    region: Region
    production: bool = False
    before: Annotated[str, AfterValidator(_before)] = "dev"
    """Name of the environment in which a release is tried before it comes here."""
    prefix: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]+[a-z0-9]$")]
    stage: Annotated[str, Field(pattern=r"^[A-Za-z0-9_]+$")]
    alias: str = "live"
    tables: Annotated[Mapping[str, str], _keys("users", "userstamps", "stampmasters")]
    secrets: Annotated[Mapping[str, str], _keys("token_key", "line_token")]
    tags: Mapping[str, str]
    origin: Origin
    throttle: Throttle
    alarms: Thresholds
    retention_days: Annotated[int, Field(gt=0), AfterValidator(_kept)]
    billing: Literal["PAY_PER_REQUEST", "PROVISIONED"] = "PAY_PER_REQUEST"
    table_key: Annotated[str, _key_or("alias/aws/dynamodb")] | None = None
    """KMS key of the tables; None is the AWS owned key (``alias/aws/dynamodb`` the managed one)."""
    secret_key: Annotated[str, _key_or("alias/aws/secretsmanager")] | None = None
    """KMS key of the secrets, by its ARN; None is the AWS managed key."""
    pitr: bool = True
    deletion_protection: bool = True
    runtime: str = "python3.13"
    timeout_s: Positive = 30
    memory_mb: Positive = 256
    functions: Annotated[
        Mapping[str, FunctionSettings],
        _some_keys("auth", "award", "gps-verify", "notify", "ranking", "richmenu", "stamps"),
    ] = field(default_factory=dict)
    """Single functions that differ from the two above."""
    authorizer_ttl_s: Annotated[int, Field(ge=0, le=3600)] = 60
    accuracy_cap_m: Positive = 50
    award_requires_position: bool = False
    alert_email: str | None = None
    evidence: str
    """A folder, or ``s3://bucket/prefix``, that holds this environment's records."""
    evidence_key: Annotated[str, AfterValidator(_evidence_key)] | None = None
    """KMS key that signs the records, by its ARN; None is a file of this machine, which no production may use."""
    evidence_public_key: str | None = None
    """Its public key (base64), so that records are verified without AWS; None reads it from KMS."""
    evidence_signers: tuple[str, ...] = ()
    """ARNs of the roles and users that may sign, from which ``runbook evidence`` makes the key's policy."""
    birth: Annotated[str | None, AfterValidator(_unset)] = None
    """Identity of the embedded stack that serves this environment, set by that stack; never in a file."""
    load_plan: str
    target_rate: Positive
    """Requests a second that must be carried on the first day."""
    seconds_per_call: Annotated[float, Field(gt=0)] = 0.3
    """Measured duration of a call, from which the concurrency follows."""
    go_live: date | None = None
    area: Area | None = None
    """Where the rally is; without it only a place that nobody filled in is wrong."""
    season: Annotated[Season, AfterValidator(_in_order)] | None = None
    stamps: Positive | None = None
    """How many stamps this season has."""
    api_key: bool = False
    bucket: str | None = None
    domain: Domain | None = None
    line: LineChannels
    front_end: FrontEnd | None = None
    smoke: Smoke = field(default_factory=Smoke)
    fresh: Freshness = field(default_factory=Freshness)
    administrators: tuple[str, ...] = ()
    """Who else may act on what is ours: ARNs of roles and users, ``*`` for any text, and services by name."""
    waivers: tuple[Waiver, ...] = ()
    decisions: tuple[Decision, ...] = ()


def embedded(environment: Environment, variables: Mapping[str, str] = os.environ) -> bool:
    """Whether an embedded stack serves this environment: the local one, unless an endpoint is named."""
    return environment.name == "local" and "AWS_ENDPOINT_URL" not in variables
