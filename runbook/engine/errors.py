"""Why a step stopped, in one sentence each: what was asked, what was found, what to do."""

import re
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
    ParamValidationError,
    WaiterError,
)
from botocore.exceptions import ConnectionError as NoConnectionError

from aws.change import MissingPrerequisite, Refused
from signoff.guard import CREDENTIALS, no_credentials

DENIED = frozenset(
    {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError"}
)
EXPIRED = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "RequestExpired",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
UNANSWERED = (HTTPClientError, NoConnectionError)
PARAMETER = re.compile(r'parameter(?: in [\w.\[\]]+:| in input:)? "?([\w.\[\]]+)')
"""How botocore's report names a parameter; what stands beside it may be a secret."""
EXPECTED = (ClientError, BotoCoreError, OSError)
"""What the AWS client and the disk raise; anything else is a fault of ours and is not caught."""
PREREQUISITES = {
    "REST API": (
        ": run `python -m runbook api --env {env} --go` first (the guide sets some of its limits before"
        " it creates it)"
    ),
    "stage": ": run `python -m runbook api --env {env} --go` first",
    "table": (
        ": run `python -m runbook tables --env {env} --go` first, which creates it encrypted (the guide"
        " speaks of its encryption before it exists)"
    ),
    "e-mail address": (
        ", and the environment names no alert_email: set it (SIGNOFF_ALERT_EMAIL), then run it again"
    ),
}
"""Kind of what has to be there first -> what to do, behind what is missing."""


def prerequisite(error: MissingPrerequisite, environment: str) -> Refused:
    """Say what to do where something has to be there first."""
    return Refused(f"{error}{PREREQUISITES[error.kind].format(env=environment)}")


def sentence(error: BaseException, caller: str) -> str:
    """Tell an error of AWS or of the disk to the person at the keyboard, without any value in it."""
    if isinstance(error, ClientError):
        return _answered(error, caller)
    if isinstance(error, WaiterError) and _code(error.last_response) in DENIED | EXPIRED:
        asked = f"waiting for {error.kwargs['name']}"
        return _answered(ClientError(error.last_response, asked), caller)
    if isinstance(error, BotoCoreError):
        return _of_the_client(error)
    if isinstance(error, OSError):
        place, why = error.filename or "a file", error.strerror or type(error).__name__
        return f"{place} cannot be used ({why}): see to its folder and the disk, then run it again"
    return str(error)


def _of_the_client(error: BotoCoreError) -> str:
    kind = type(error).__name__
    if isinstance(error, CREDENTIALS):
        return f"AWS was not asked, since {no_credentials(error)}; then run it again"
    if isinstance(error, UNANSWERED):
        return f"AWS did not answer ({kind}): see to the connection, then run it again"
    if isinstance(error, WaiterError):
        return (
            f"AWS did not finish in time (waiting for {error.kwargs['name']}:"
            f" {error.kwargs['reason']}): see how it stands in the console, then run it again"
        )
    if isinstance(error, ParamValidationError):
        named = ", ".join(PARAMETER.findall(str(error.kwargs["report"]))) or "one of its parameters"
        return (
            f"AWS was not asked: it takes no such {named}; see to the value in environments.toml or on"
            " the command line, then run it again"
        )
    return (
        f"the AWS client gave up ({kind}): see to its configuration (~/.aws/config, the variables"
        " that begin with AWS_), then run it again"
    )


def _code(answer: Mapping[str, Any]) -> str:
    return str(answer.get("Error", {}).get("Code", "Unknown"))


def _answered(error: ClientError, caller: str) -> str:
    code = _code(error.response)
    if code in DENIED:
        return f"{error.operation_name} was denied to {caller}: have it allowed, then run it again"
    if code in EXPIRED:
        return f"{error.operation_name}: the credentials are no longer valid ({code}); sign in, then run it again"
    message = " ".join(error.response["Error"].get("Message", "").split())[:300]
    return f"{error.operation_name} failed: {code}: {message}"
