"""Types of single values of the environment file, with validators that say what to write."""

import json
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from aws.visible import UNSEEN
from aws.words import Bilingual, Words, did_you_mean, joined, nearest, plain
from signoff.environment.application import Application, application


class UnfitValueError(Bilingual, ValueError):
    """A value of the environment file is not usable; the message says what to write."""


def _application(info: ValidationInfo) -> Application:
    """Return the application that lies beside the file, which the loader passes on."""
    passed = info.context and info.context.get("application")
    return passed or application()


def some_keys(of: Callable[[Application], Collection[str]]) -> AfterValidator:
    """Accept a table with some of these keys of the application, and no others."""

    def known(value: Mapping[str, Any], info: ValidationInfo) -> Mapping[str, Any]:
        names = of(_application(info))
        if unknown := set(value) - set(names):
            raise UnfitValueError(
                en=f"{', '.join(sorted(unknown))} is not among {', '.join(names)}; remove it",
                ja=f"{', '.join(sorted(unknown))}は{', '.join(names)}のいずれでもありません。削除してください",
            )
        return value

    return AfterValidator(known)


def distinct(name: Callable[[Any], str]) -> AfterValidator:
    """Accept a list that names each thing once: of two entries only one would count, and it would not be seen which."""

    def once(value: tuple[Any, ...]) -> tuple[Any, ...]:
        names = [name(entry) for entry in value]
        if twice := next((each for each in names if names.count(each) > 1), None):
            raise UnfitValueError(
                en=f"{twice} stands there twice; delete one",
                ja=f"{twice}が重複しています。一方を削除してください",
            )
        return value

    return AfterValidator(once)


def unless(holds: Callable[[Any], object], *, en: str, ja: str) -> AfterValidator:
    """Refuse a value of which ``holds`` is not true; ``en`` and ``ja`` say what to write, with the value as ``{}``."""
    refusal = Words(en=en, ja=ja)

    def check(value: Any) -> Any:
        if not holds(value):
            raise UnfitValueError(refusal.format(value))
        return value

    return AfterValidator(check)


@cache
def _regions() -> Collection[str]:
    """Return the Regions of the partition ``aws``: in China, GovCloud and the others every ARN begins otherwise."""
    from botocore.loaders import Loader  # noqa: PLC0415 - a file that has no Region needs none of it

    partitions = Loader().load_data("partitions")["partitions"]
    return {name for each in partitions if each["id"] == "aws" for name in each["regions"]} - {
        "aws-global"
    }


def _region(value: str) -> str:
    if value not in _regions():
        asked = Words(
            en="write an AWS Region that botocore knows, such as ap-northeast-1 (not of China or GovCloud, whose ARNs differ)",
            ja="botocoreの知るAWSリージョンを書いてください（例: ap-northeast-1。ARNの異なる中国とGovCloudを除く）",
        )
        near = did_you_mean(nearest(value, _regions()))
        raise UnfitValueError(joined(filter(None, (asked, near))))
    return value


def origin_of(url: str) -> str:
    """Return the Origin that a browser sends from a page there: host in lower case and ASCII, no default port."""
    try:
        parts = parse_url(url)
    except LocationParseError:
        raise UnfitValueError(AN_ADDRESS) from None
    port = "" if parts.port in (None, DEFAULT_PORTS.get(parts.scheme or "")) else f":{parts.port}"
    origin = f"{parts.scheme or ''}://{parts.host or ''}{port}"
    if parts.auth or re.search(r"\s", url) or not re.fullmatch(AN_ORIGIN, origin):
        raise UnfitValueError(AN_ADDRESS)
    return origin


def _origin(value: str) -> str:
    try:
        sent = value if value == "*" else origin_of(value)
    except UnfitValueError:
        raise UnfitValueError(
            en="write scheme and host only, as a browser's Origin header does",
            ja="ブラウザのOriginヘッダーと同じく、スキームとホストだけを書いてください",
        ) from None
    if value != sent:
        raise UnfitValueError(
            en=f"write {sent}, as a browser's Origin header does",
            ja=f"ブラウザのOriginヘッダーと同じく、{sent}と書いてください",
        )
    return value


def is_name(text: str) -> bool:
    """Whether it may be a person's name, such as 林: neither signs nor a Latin letter alone, nor what stands in place of a name."""
    name = plain(text)
    letters = "".join(filter(str.isalpha, name))
    return (len(letters) > 1 or not letters.isascii()) and name not in PLACEHOLDERS


def _is_clause(reason: str) -> bool:
    """Whether it is a clause, not a word: a kana or kanji says as much as two letters."""
    letters = filter(str.isalnum, reason)
    return sum(1 + (unicodedata.east_asian_width(each) in "FW") for each in letters) >= LEAST_REASON


def _key_or(managed: str) -> AfterValidator:
    """Accept the ARN of a customer managed key, or the alias ``managed`` of the AWS managed key: a role's policy can name no other."""
    return unless(
        re.compile(f"{managed}|{KEY_ARN}").fullmatch,
        en=f"a role may decrypt only with a key that its policy names by ARN; write that ARN, arn:aws:kms:…:key/…, or {managed}",
        ja=f"ロールのポリシーで指定できるARN（arn:aws:kms:…:key/…）、または{managed}を書いてください",
    )


PLACEHOLDERS = frozenset({"name", "氏名", "名前", "tbd", "todo", "未定", "担当者", "管理者"})
RETENTIONS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096),
    *(1827, 2192, 2557, 2922, 3288, 3653),
)
"""Days that PutRetentionPolicy takes."""
_DAYS = ", ".join(map(str, RETENTIONS))
KEY_ARN = r"arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[!-~]+"
LEAST_REASON = 10
"""Letters of a reason."""
NEVER_BEFORE = frozenset({"local", "prod"})
"""An embedded stack proves nothing about AWS, and production comes last."""
Account = Annotated[str, Field(pattern=r"^[0-9]{12}$")]
Region = Annotated[str, AfterValidator(_region)]
MailAddress = Annotated[
    str,
    unless(
        re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@([A-Za-z0-9-]+\.)+[A-Za-z0-9-]+").fullmatch,
        en="write one mail address, such as on-call@example.jp",
        ja="メールアドレスを一つ書いてください（例: on-call@example.jp）",
    ),
]
LiffId = Annotated[
    str,
    unless(
        re.compile(r"[0-9]{10}-[A-Za-z0-9]+").fullmatch,
        en="write the id of the LIFF app alone, such as 1234567890-AbcdEfgh",
        ja="LIFFアプリのIDだけを書いてください（例: 1234567890-AbcdEfgh）",
    ),
]
DEFAULT_PORTS = {"http": 80, "https": 443}
"""A browser leaves them out of an Origin."""
AN_ORIGIN = r"https?://[a-z0-9\-]+(\.[a-z0-9\-]+)*(:\d+)?"
AN_ADDRESS = Words(
    en="write the address of the page, such as https://rally.example.jp/app: no user or password, no dot at the host's end",
    ja="ページのURLを書いてください（例: https://rally.example.jp/app。ユーザー名、パスワード、ホスト末尾のドットは不可）",
)
SEEN = unless(
    lambda value: not UNSEEN.search(json.dumps(value, ensure_ascii=False)),
    en="write it again by hand: it has a character that is not seen",
    ja="表示されない文字があります。手で書き直してください",
)
_TAG = re.compile(r"(?!(?i:aws:))[\w \u3000.:/=+@-]{1,128}\n[\w \u3000.:/=+@-]{0,256}")
Tags = Annotated[
    Mapping[str, str],
    SEEN,
    unless(
        lambda tags: len(tags) < 51 and all(map(_TAG.fullmatch, map("\n".join, tags.items()))),
        en="AWS takes 50 tags, and letters, digits, spaces and _.:/=+-@ alone: write 1 to 128 as a key, which does not begin with aws:, and up to 256 as a value",
        ja="AWSで使えるのはタグ50個までで、文字、数字、空白、_.:/=+-@だけです。キーは1〜128文字（aws:で始まらないもの）、値は256文字以内で書いてください",
    ),
]
Ascii = Annotated[
    str,
    unless(
        re.compile("[!-~]*").fullmatch,
        en="write it in ASCII, without blanks",
        ja="半角で、空白を入れずに書いてください",
    ),
]
BasePath = Annotated[Ascii, AfterValidator(lambda path: path.strip("/"))]
Origin = Annotated[str, AfterValidator(_origin)]
PageUrl = Annotated[str, SEEN, AfterValidator(lambda url: origin_of(url) and url)]
Positive = Annotated[int, Field(gt=0)]
Minutes = Annotated[int, Field(ge=60, le=604_800, multiple_of=60)]
"""Seconds over which AWS's own metrics are summed."""
PersonName = Annotated[
    str,
    StringConstraints(strip_whitespace=True),
    unless(is_name, en="write the name of a person", ja="人の氏名を書いてください"),
]
Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True),
    unless(
        _is_clause,
        en=f"write at least {LEAST_REASON} letters",
        ja=f"全角{LEAST_REASON // 2}文字以上で書いてください",
    ),
]
LoadPlan = Literal["smoke", "baseline", "step", "spike", "soak"]
"""The plans of load/, of which this package knows nothing."""
StoreLocation = Annotated[
    str,
    SEEN,
    unless(
        re.compile(
            r"s3://[a-z0-9.-]{3,63}(/(.*\S)?)?|(?!~|\s|.*[:\uff1a][/\uff0f])[^\x00-\x1f]+(?<!\s)"
        ).fullmatch,
        en="write s3://bucket/prefix, or a folder, without ~",
        ja="s3://バケット/プレフィックス、またはフォルダを書いてください（~は使えません）",
    ),
]


def in_s3(location: str) -> tuple[str, str] | None:
    """Return bucket and prefix of an evidence store in S3; None for a folder."""
    bucket, _, prefix = location.removeprefix("s3://").partition("/")
    return (bucket, prefix.strip("/")) if location.startswith("s3://") else None


HostName = Annotated[
    str,
    unless(
        re.compile(r"([A-Za-z0-9-]+\.)+[A-Za-z0-9-]*").fullmatch,
        en="write the host alone, such as api.rally.example.jp",
        ja="ホスト名だけを書いてください（例: api.rally.example.jp）",
    ),
    AfterValidator(lambda name: name.lower().rstrip(".")),  # as API Gateway lists it
]
Billing = Literal["PAY_PER_REQUEST", "PROVISIONED"]
TableKey = Annotated[str, _key_or("alias/aws/dynamodb")]
RecoveryDays = Annotated[int, Field(ge=1, le=35)]
Retention = Annotated[
    int,
    Field(gt=0),
    unless(
        RETENTIONS.__contains__,
        en=f"CloudWatch Logs does not take this number of days; write one of {_DAYS}",
        ja=f"CloudWatch Logsで指定できない日数です。次のいずれかを書いてください: {_DAYS}",
    ),
]
EnvironmentBefore = Annotated[
    str,
    unless(
        lambda name: name not in NEVER_BEFORE,
        en="name the environment in which people tried it first; {} proves nothing",
        ja="先に試した環境の名前を書いてください。{}は検証の根拠になりません",
    ),
]
SecretKey = Annotated[str, _key_or("alias/aws/secretsmanager")]
LineUserId = Annotated[
    str,
    unless(
        re.compile("U[0-9a-f]{32}").fullmatch,
        en="write the id that LINE gives a user or a bot: U and 32 hexadecimal digits",
        ja="LINEのユーザーまたはボットのID（Uと16進数32桁）を書いてください",
    ),
]
Signer = Annotated[
    str,
    unless(
        re.compile(
            r"arn:aws[a-z-]*:(iam|sts)::[0-9]{12}:(role|user|assumed-role)/(?:(?![*?])[!-~])+"
        ).fullmatch,
        en="write the ARN of one role or user, arn:aws:iam::…:role/…: all of an account, or all that match *, could sign",
        ja="ロールまたはユーザーのARN（arn:aws:iam::…:role/…）を一つずつ書いてください。アカウント全体や*では誰でも署名できます",
    ),
]
EvidenceKey = Annotated[
    str,
    unless(
        re.compile(KEY_ARN).fullmatch,
        en="write the ARN of the KMS key, arn:aws:kms:…:key/…, as `runbook evidence` prints it",
        ja="`runbook evidence`が表示するKMSキーのARN（arn:aws:kms:…:key/…）を書いてください",
    ),
]
NeverInFile = Annotated[
    str | None,
    unless(
        lambda value: value is None,
        en="a local stack sets it for itself; remove it",
        ja="ローカルスタックが自動で設定します。削除してください",
    ),
]
