"""Stops a run that would judge another account or Region than the environment's: nothing is checked.

GuardError        one sentence: what was asked, what was found, what to do
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    HTTPClientError,
    LoginError,
    NoCredentialsError,
    PartialCredentialsError,
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
NO_CREDENTIALS = (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError)
STALE_LOGIN = (SSOError, TokenRetrievalError, LoginError)


class GuardError(Exception):
    """The run must not go on."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose credentials these are."""

    account: str
    arn: str
    skew: timedelta = timedelta(0)
    """AWS's clock minus this machine's, to a second or two; AWS itself refuses five minutes."""


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
        raise GuardError(_refused(environment, error.response["Error"])) from None
    except (HTTPClientError, NoConnectionError) as error:
        raise GuardError(_unreachable(environment, error)) from None
    except BotoCoreError as error:
        raise GuardError(_unusable(environment, error)) from None
    except (KeyError, ResponseParserError):
        raise GuardError(
            f"{environment.name}: what answered sts:GetCallerIdentity is not AWS; "
            f"see where AWS_ENDPOINT_URL leads"
        ) from None


def _skew(headers: Mapping[str, str], here: datetime) -> timedelta:
    """Compare with the answer's Date. AWS never leaves it out; an emulator, which may, is here."""
    try:
        there = parsedate_to_datetime(headers.get("date", ""))
    except ValueError:
        return timedelta(0)
    return there - here


def _refused(environment: Environment, error: dict[str, Any]) -> str:
    code = error.get("Code", "Unknown")
    asked = f"{environment.name}: sts:GetCallerIdentity says {code}"
    if code in EXPIRED:
        return f"{asked}: the credentials have expired; log in again (aws sso login, or new keys)"
    if code in UNKNOWN_KEY:
        return f"{asked}: AWS does not know this access key or its secret; set AWS_PROFILE anew"
    return f"{asked}: {error.get('Message', '')}; use credentials that are valid in this account"


def _unreachable(environment: Environment, error: BotoCoreError) -> str:
    url = error.kwargs.get("endpoint_url", "AWS")
    return (
        f"{environment.name}: {url} does not answer ({type(error).__name__}); "
        f"check the network, the proxy and AWS_ENDPOINT_URL"
    )


def _unusable(environment: Environment, error: BotoCoreError) -> str:
    kind = type(error).__name__
    if isinstance(error, NO_CREDENTIALS):
        return (
            f"{environment.name} needs credentials of account {environment.account}, but there are "
            f"none ({kind}); set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        )
    if isinstance(error, STALE_LOGIN):
        return f"{environment.name}: the login has expired ({kind}); run aws sso login"
    return (
        f"{environment.name}: sts:GetCallerIdentity failed ({kind}: {error}); see AWS_ENDPOINT_URL"
    )
