"""Stops a run that would judge another account or Region than the environment's, before anything is checked.

GuardError        one sentence: what was asked, what was found, what to do
"""

import fcntl
import hashlib
import os
import re
import ssl
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from getpass import getpass
from pathlib import Path

import boto3
from botocore import exceptions
from botocore.config import Config
from botocore.parsers import ResponseParserError
from urllib3.util.ssl_match_hostname import CertificateError

from aws.door.failures import code_of, message_of
from aws.door.sessions import NoAnswerError, boto_session, custom_endpoints, within
from aws.section import ACCOUNT, CLOCK, EXPIRED, Obstacle, obstacle_of
from aws.words import Bilingual, Words
from signoff.environment import Environment

STALE_SSO = (exceptions.SSOError, exceptions.TokenRetrievalError)
CREDENTIALS = (
    exceptions.NoCredentialsError,
    exceptions.PartialCredentialsError,
    exceptions.CredentialRetrievalError,
    exceptions.LoginError,
    *STALE_SSO,
)
"""What botocore raises where it has no usable credentials, from any provider."""

DEVICE = re.compile(r"arn:\S+?(?=:?\s|:?$)")


class NoTerminalError(Bilingual):
    """A role of the profile wants a code and there is no terminal to type it at."""


def typed_code(prompt: str) -> str:
    """Ask for the code of an MFA device at the terminal; NoTerminalError where there is none."""
    if sys.stdin.isatty():
        return getpass(prompt)
    match = DEVICE.search(prompt)
    device = match[0] if match else "MFA"
    raise NoTerminalError(
        en=f"the role of the profile wants a code of {device}, and there is no terminal to type it at;"
        " get keys at one (`aws configure export-credentials --format env`) and set them here",
        ja=f"プロファイルのロールが{device}のコードを求めていますが、入力できるターミナルがありません。ターミナルで"
        "`aws configure export-credentials --format env`を実行し、得られた鍵をここで設定してください",
    )


def _prompting(session: boto3.Session) -> boto3.Session:
    """Let the session ask for a code as `typed_code` does; botocore would prompt into a log file."""
    providers = session._session.get_component("credential_provider")  # noqa: SLF001 - there is no public way
    providers.get_provider("assume-role")._prompter = typed_code  # noqa: SLF001 - as above
    return session


def no_credentials(error: BaseException) -> Words:
    """Say why there are no credentials, and which command gets them; ``error`` is one of ``CREDENTIALS``."""
    kind = type(error).__name__
    if isinstance(error, STALE_SSO):
        return Words(
            en=f"the SSO login has expired or is missing ({kind}); run aws sso login",
            ja=f"SSOのログインが期限切れか、ありません（{kind}）。aws sso loginを実行してください",
        )
    if isinstance(error, exceptions.LoginError):
        return Words(
            en=f"the login has expired or is missing ({kind}); run aws login",
            ja=f"ログインが期限切れか、ありません（{kind}）。aws loginを実行してください",
        )
    if isinstance(error, exceptions.PartialCredentialsError):
        missing = error.kwargs["cred_var"]
        return Words(
            en=f"one half of the credentials is missing ({missing}); set it beside the other",
            ja=f"認証情報の片方がありません（{missing}）。もう片方とともに設定してください",
        )
    if isinstance(error, exceptions.CredentialRetrievalError):
        # What a credential process or a container's endpoint said may hold a key: it is not repeated.
        provider = error.kwargs["provider"]
        return Words(
            en=f"the provider {provider} gave no credentials; run it by hand to see why",
            ja=f"プロバイダー{provider}から認証情報を得られません。手動で実行して原因を確認してください",
        )
    return Words(
        en=f"no credentials were found ({kind}); run aws login or aws sso login, or set AWS_PROFILE, "
        f"or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        ja=f"認証情報がありません（{kind}）。aws loginかaws sso loginを実行するか、AWS_PROFILE、または"
        f"AWS_ACCESS_KEY_IDとAWS_SECRET_ACCESS_KEYを設定してください",
    )


LONGEST_S = 300.0
"""Seconds for an answer that arrives byte by byte, and for a person to type an MFA code."""
CONFIG = Config(connect_timeout=3, read_timeout=5, retries={"total_max_attempts": 2})
"""An answer or a refusal within a few seconds: a person is waiting."""

UNUSABLE_FILES = (exceptions.ConfigParseError, exceptions.ConfigNotFound)
NO_URL = "Invalid endpoint: "
"""How botocore's message about an endpoint that is not a URL begins; that text may hold a password."""


class GuardError(Bilingual):
    """The run must not go on."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose credentials these are."""

    account: str
    arn: str
    skew: timedelta = timedelta(0)
    """AWS's clock minus this machine's, to a second or two; AWS itself refuses five minutes."""


def open_session(region: str | None, profile: str | None = None) -> boto3.Session:
    """Open a session with this profile, else with ``AWS_PROFILE``. Raises GuardError."""
    try:
        return _prompting(boto_session(region, profile))
    except exceptions.ProfileNotFound as error:
        raise GuardError(
            en=f"there is no AWS profile {error.kwargs['profile']}; "
            f"set AWS_PROFILE to one that `aws configure list-profiles` prints",
            ja=f"AWSプロファイル{error.kwargs['profile']}がありません。"
            f"`aws configure list-profiles`に表示されるものをAWS_PROFILEに設定してください",
        ) from None
    except UNUSABLE_FILES as error:
        raise GuardError(
            en=f"{error.kwargs['path']} can't be read as a configuration of AWS; correct that file",
            ja=f"{error.kwargs['path']}をAWSの設定として読み取れません。修正してください",
        ) from None
    except exceptions.BotoCoreError as error:
        raise GuardError(
            en=f"the configuration of AWS can't be used: {error}; correct it",
            ja=f"AWSの設定を使用できません: {error}。修正してください",
        ) from None


def guard(
    session: boto3.Session,
    environment: Environment,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Caller:
    """Return the caller if account and Region are the environment's; raise GuardError if not."""
    _same_region(session, environment)
    caller = _caller(session, environment, now)
    if caller.account != environment.account:
        raise GuardError(
            en=f"{environment.name} is account {environment.account}, but these credentials are of "
            f"account {caller.account} ({caller.arn}); use credentials of {environment.account} "
            f"(AWS_PROFILE), or correct SIGNOFF_ACCOUNT or the account in environments.toml",
            ja=f"{environment.name}のアカウントは{environment.account}ですが、認証情報はアカウント"
            f"{caller.account}のもの（{caller.arn}）です。{environment.account}の認証情報を使うか"
            f"（AWS_PROFILE）、SIGNOFF_ACCOUNTまたはenvironments.tomlのaccountを修正してください",
        )
    return caller


def _same_region(session: boto3.Session, environment: Environment) -> None:
    region = session.region_name
    if region not in (None, environment.region):
        raise GuardError(
            en=f"{environment.name} is in {environment.region}, but this session is set to {region}; "
            f"set AWS_DEFAULT_REGION={environment.region}, or unset it and the profile's region, "
            f"or correct the region in environments.toml",
            ja=f"{environment.name}のリージョンは{environment.region}ですが、セッションの設定は{region}です。"
            f"AWS_DEFAULT_REGION={environment.region}を設定するか、AWS_DEFAULT_REGIONとプロファイルのregionの"
            f"設定を外すか、environments.tomlのregionを修正してください",
        )


def _caller(
    session: boto3.Session, environment: Environment, now: Callable[[], datetime]
) -> Caller:
    try:
        client = session.client("sts", region_name=environment.region, config=CONFIG)
        answer = within(LONGEST_S, client.get_caller_identity)
        skew = _skew(answer["ResponseMetadata"]["HTTPHeaders"], now())
        return Caller(account=answer["Account"], arn=answer["Arn"], skew=skew)
    except exceptions.ClientError as error:
        raise GuardError(_refused(environment, error)) from None
    except (exceptions.HTTPClientError, exceptions.ConnectionError) as error:
        raise GuardError(_unreachable(environment, error)) from None
    except exceptions.BotoCoreError as error:
        raise GuardError(_unusable(environment, error)) from None
    except (KeyError, ResponseParserError):
        raise GuardError(
            en=f"{environment.name}: what answered sts:GetCallerIdentity is not AWS; "
            f"see where AWS_ENDPOINT_URL leads",
            ja=f"{environment.name}: sts:GetCallerIdentityの応答がAWSのものではありません。"
            f"AWS_ENDPOINT_URLの接続先を確認してください",
        ) from None
    except NoTerminalError as error:
        raise GuardError(_needed(environment, error.words)) from None
    except NoAnswerError as error:
        why = error.words
        raise GuardError(
            en=f"{environment.name}: sts:GetCallerIdentity: {why.en}; check the network, the proxy and AWS_ENDPOINT_URL",
            ja=f"{environment.name}: sts:GetCallerIdentity: {why.ja}。"
            f"ネットワーク、プロキシ、AWS_ENDPOINT_URLを確認してください",
        ) from None
    except RuntimeError:
        # botocore raises no narrower class for credentials that are renewed and still expired.
        over = Words(
            en="what gives them gave some that are over; run it by hand, and renew what it keeps them in",
            ja="取得元が返した認証情報は期限切れです。手動で実行し、保存されているものを更新してください",
        )
        raise GuardError(_needed(environment, over)) from None
    except (OSError, ValueError, AttributeError, TypeError) as error:
        if str(error).startswith(NO_URL):
            raise GuardError(
                en=f"{environment.name}: AWS_ENDPOINT_URL is not a URL; write https:// and a host",
                ja=f"{environment.name}: AWS_ENDPOINT_URLがURLではありません。https://とホスト名を指定してください",
            ) from None
        # A credential process or a web identity token: botocore passes on what opening or parsing raised.
        raise GuardError(
            en=f"{environment.name} needs credentials of account {environment.account}, but what should"
            f" give them can't be read ({_unread(error)}); see credential_process and"
            f" web_identity_token_file of your profile, AWS_WEB_IDENTITY_TOKEN_FILE, and the files in"
            f" ~/.aws",
            ja=f"{environment.name}にはアカウント{environment.account}の認証情報が必要ですが、取得元を"
            f"読み取れません（{_unread(error)}）。プロファイルのcredential_processと"
            f"web_identity_token_file、AWS_WEB_IDENTITY_TOKEN_FILE、~/.awsを確認してください",
        ) from None


def _skew(headers: Mapping[str, str], here: datetime) -> timedelta:
    """Return AWS's clock minus ours, by the answer's Date. Only an emulator leaves that out, and it has this machine's clock."""
    try:
        there = parsedate_to_datetime(headers.get("date", ""))
    except ValueError:
        return timedelta(0)
    # HTTP's Date is GMT, also where a proxy says it twice.
    return there.replace(tzinfo=there.tzinfo or UTC) - here


def _unread(error: Exception) -> str:
    """Name the file that could not be read, if it is known, and the error's class; nothing of its content."""
    filename = getattr(error, "filename", None)
    return f"{filename}: {type(error).__name__}" if filename else type(error).__name__


def _refused(environment: Environment, error: exceptions.ClientError) -> Words:
    code, message = code_of(error), message_of(error)
    # If the profile assumes a role, AssumeRole is refused before the call that was meant.
    call = f"{environment.name}: sts:{error.operation_name} says {code}"
    obstacle = obstacle_of(code, message)
    if code in EXPIRED:
        return Words(
            en=f"{call}: the credentials have expired; run aws login or aws sso login, or set new keys",
            ja=f"{call}: 認証情報の期限切れです。aws loginかaws sso loginを実行するか、新しい鍵を設定してください",
        )
    if obstacle is Obstacle.CREDENTIALS:
        return Words(
            en=f"{call}: AWS does not know this access key or its secret in {environment.region};"
            " set AWS_PROFILE again",
            ja=f"{call}: {environment.region}のAWSに登録のないアクセスキーです。AWS_PROFILEを設定し直してください",
        )
    if obstacle in {Obstacle.CLOCK, Obstacle.ACCOUNT}:
        why = CLOCK if obstacle is Obstacle.CLOCK else ACCOUNT
        return Words(en=f"{call}: {why.en}", ja=f"{call}: {why.ja}")
    return Words(
        en=f"{call}: {message}; use credentials that are valid in this account",
        ja=f"{call}: {message}。このアカウントで有効な認証情報を使ってください",
    )


def _unreachable(environment: Environment, error: exceptions.BotoCoreError) -> Words:
    url = error.kwargs.get("endpoint_url", "AWS")
    kind = type(error).__name__
    if refused := _certificate(error):
        return Words(
            en=f"{environment.name}: {url} answered with a certificate that is not trusted ({refused}); nothing was sent."
            " Check this machine's clock, the proxy, DNS and the CA bundle",
            ja=f"{environment.name}: {url}の証明書を信頼できません（{refused}）。何も送信していません。"
            "このマシンの時計、プロキシ、DNS、CAバンドルを確認してください",
        )
    return Words(
        en=f"{environment.name}: {url} does not answer ({kind}); "
        f"check the network, the proxy and AWS_ENDPOINT_URL",
        ja=f"{environment.name}: {url}が応答しません（{kind}）。"
        f"ネットワーク、プロキシ、AWS_ENDPOINT_URLを確認してください",
    )


def _certificate(error: BaseException) -> str:
    """Return what OpenSSL, or of the name urllib3, says of the certificate refused; empty where that is not why."""
    inner: object = (
        error.kwargs.get("error") if isinstance(error, exceptions.BotoCoreError) else error
    )
    while isinstance(inner, BaseException):
        if isinstance(inner, ssl.SSLCertVerificationError):
            return str(inner.verify_message)
        if isinstance(inner, CertificateError):
            return str(inner)
        inner = inner.__cause__ or next(iter(inner.args), None)
    return ""


def _unusable(environment: Environment, error: exceptions.BotoCoreError) -> Words:
    if isinstance(error, CREDENTIALS):
        return _needed(environment, no_credentials(error))
    return Words(
        en=f"{environment.name}: AWS could not be asked who is calling ({error}); see ~/.aws/config",
        ja=f"{environment.name}: 呼び出し元をAWSに確認できません（{error}）。~/.aws/configを確認してください",
    )


def _needed(environment: Environment, why: Words) -> Words:
    return Words(
        en=f"{environment.name} needs credentials of account {environment.account}, but {why.en}",
        ja=f"{environment.name}にはアカウント{environment.account}の認証情報が必要です。{why.ja}",
    )


def folder_of_stack(environment: Environment, home: Path) -> Path:
    """Return the folder of what runs note about a stack; ``home`` is the environment's folder of reports."""
    endpoint = custom_endpoints(open_session(environment.region)) or ""
    stack = environment.account, environment.region, endpoint, environment.birth or ""
    return home / "smoke" / hashlib.sha256("\n".join(stack).encode()).hexdigest()[:16]


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Be the only run that judges, loads or cleans the stack of a folder; GuardError if there is one."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("a+", encoding="utf-8")
    except OSError:  # in a read-only folder no run is locked out
        yield
        return
    with lock:  # which the kernel releases however the process ends
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            holder = f"process {lock.read().strip() or 'of another run'}"
            raise GuardError(
                en=f"{holder} is judging, loading or cleaning this stack now; wait until it has ended, then run again",
                ja=f"{holder}がこのスタックの判定、負荷試験またはデータ削除を実行中です。終了を待ってから再実行してください",
            ) from None
        lock.truncate(0)
        print(os.getpid(), file=lock, flush=True)
        yield
