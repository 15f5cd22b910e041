"""Stops a run that would judge another account or Region than the environment's: nothing is checked.

GuardError        one sentence: what was asked, what was found, what to do
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConfigNotFound,
    ConfigParseError,
    CredentialRetrievalError,
    HTTPClientError,
    LoginError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)
from botocore.exceptions import ConnectionError as NoConnectionError
from botocore.parsers import ResponseParserError

from signoff.environment import Environment

CONFIG = Config(connect_timeout=3, read_timeout=5, retries={"total_max_attempts": 2})
"""An answer or a refusal within a few seconds: a person is waiting."""

EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
UNKNOWN_KEY = frozenset({"InvalidClientTokenId", "SignatureDoesNotMatch", "UnrecognizedClient"})
UNUSABLE_FILES = (ConfigParseError, ConfigNotFound)
STALE_SSO = (SSOError, TokenRetrievalError)
CREDENTIALS = (
    NoCredentialsError,
    PartialCredentialsError,
    CredentialRetrievalError,
    LoginError,
    *STALE_SSO,
)
"""What botocore raises where it has no usable credentials, whichever provider had to give them."""


class GuardError(Exception):
    """The run must not go on."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose credentials these are."""

    account: str
    arn: str
    skew: timedelta = timedelta(0)
    """AWS's clock minus this machine's, to a second or two; AWS itself refuses five minutes."""


def open_session(region: str | None, profile: str | None = None) -> boto3.Session:
    """Open a session, of ``AWS_PROFILE`` where no profile is named. Raises GuardError."""
    try:
        return boto3.Session(profile_name=profile, region_name=region)
    except ProfileNotFound as error:
        raise GuardError(
            f"there is no AWS profile {error.kwargs['profile']}; "
            f"set AWS_PROFILE to one that `aws configure list-profiles` prints"
        ) from None
    except UNUSABLE_FILES as error:
        raise GuardError(
            f"{error.kwargs['path']} can't be read as a configuration of AWS; correct that file"
        ) from None
    except BotoCoreError as error:
        raise GuardError(f"the configuration of AWS can't be used: {error}; correct it") from None


def no_credentials(error: BaseException) -> str:
    """Tell why there are no credentials, and which command gets them; ``error`` is of ``CREDENTIALS``."""
    kind = type(error).__name__
    if isinstance(error, STALE_SSO):
        return f"the SSO login has expired or is missing ({kind}); run aws sso login"
    if isinstance(error, LoginError):
        return f"the login has expired or is missing ({kind}); run aws login"
    if isinstance(error, PartialCredentialsError):
        missing = error.kwargs["cred_var"]
        return f"half of the credentials is missing ({missing}); set it beside the other half"
    if isinstance(error, CredentialRetrievalError):
        # What a credential process or a container's endpoint said may hold a key: it is not repeated.
        return f"the provider {error.kwargs['provider']} gave no credentials; run it by hand to see why"
    return (
        f"there are none ({kind}); run aws login or aws sso login, or set AWS_PROFILE, "
        f"or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
    )


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
            f"{environment.name} is account {environment.account}, but these credentials are of "
            f"account {caller.account} ({caller.arn}); use credentials of {environment.account} "
            f"(AWS_PROFILE), or correct SIGNOFF_ACCOUNT or the account in environments.toml"
        )
    return caller


def _same_region(session: boto3.Session, environment: Environment) -> None:
    found = session.region_name
    if found not in (None, environment.region):
        raise GuardError(
            f"{environment.name} is in {environment.region}, but this session is set to {found}; "
            f"set AWS_REGION={environment.region} or unset it (AWS_REGION, AWS_DEFAULT_REGION, "
            f"the profile's region), or correct the region in environments.toml"
        )


def _caller(
    session: boto3.Session, environment: Environment, now: Callable[[], datetime]
) -> Caller:
    try:
        client = session.client("sts", region_name=environment.region, config=CONFIG)
        answer = client.get_caller_identity()
        skew = _skew(answer["ResponseMetadata"]["HTTPHeaders"], now())
        return Caller(account=answer["Account"], arn=answer["Arn"], skew=skew)
    except ClientError as error:
        raise GuardError(_refused(environment, error)) from None
    except (HTTPClientError, NoConnectionError) as error:
        raise GuardError(_unreachable(environment, error)) from None
    except BotoCoreError as error:
        raise GuardError(_unusable(environment, error)) from None
    except (KeyError, ResponseParserError):
        raise GuardError(
            f"{environment.name}: what answered sts:GetCallerIdentity is not AWS; "
            f"see where AWS_ENDPOINT_URL leads"
        ) from None
    except (OSError, ValueError) as error:
        # A credential process or a web identity token: botocore passes on what opening or parsing raised.
        raise GuardError(
            f"{environment.name} needs credentials of account {environment.account}, but what should give "
            f"them can't be read ({_unread(error)}); see credential_process and web_identity_token_file "
            f"of your profile, AWS_WEB_IDENTITY_TOKEN_FILE, and the files in ~/.aws"
        ) from None


def _skew(headers: Mapping[str, str], here: datetime) -> timedelta:
    """Compare with the answer's Date. AWS never leaves it out; an emulator, which may, is here."""
    try:
        there = parsedate_to_datetime(headers.get("date", ""))
    except ValueError:
        return timedelta(0)
    return there - here


def _unread(error: OSError | ValueError) -> str:
    """Name what could not be read, without a word of its content."""
    filename = getattr(error, "filename", None)
    return f"{filename}: {type(error).__name__}" if filename else type(error).__name__


def _refused(environment: Environment, error: ClientError) -> str:
    said = error.response["Error"]
    code = said.get("Code", "Unknown")
    # With a role to assume, it is that call that is refused, before the one that was asked for.
    asked = f"{environment.name}: sts:{error.operation_name} says {code}"
    if code in EXPIRED:
        return f"{asked}: the credentials have expired; run aws login or aws sso login, or set new keys"
    if code in UNKNOWN_KEY:
        return f"{asked}: AWS does not know this access key or its secret; set AWS_PROFILE anew"
    return f"{asked}: {said.get('Message', '')}; use credentials that are valid in this account"


def _unreachable(environment: Environment, error: BotoCoreError) -> str:
    url = error.kwargs.get("endpoint_url", "AWS")
    return (
        f"{environment.name}: {url} does not answer ({type(error).__name__}); "
        f"check the network, the proxy and AWS_ENDPOINT_URL"
    )


def _unusable(environment: Environment, error: BotoCoreError) -> str:
    if isinstance(error, CREDENTIALS):
        return (
            f"{environment.name} needs credentials of account {environment.account}, "
            f"but {no_credentials(error)}"
        )
    return f"{environment.name}: AWS could not be asked who is calling ({error}); see ~/.aws/config"
