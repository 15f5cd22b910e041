"""What was made is not ready at once: functions, versions, tables and roles, shown so and refused so."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.aws.request import Request, Response, refusal
from tests.local.late.clock import Clock
from tests.local.late.documented import (
    ASSUMABLE_AFTER_S,
    BACKUPS_AFTER_S,
    FUNCTION_PENDING_S,
    FUNCTION_UPDATING_S,
    LOG_ROLE_KNOWN_AFTER_S,
    TABLE_CREATING_S,
    TABLE_UPDATING_S,
    VERSION_PENDING_S,
)

_CHANGES_FUNCTION = frozenset(
    {
        "UpdateFunctionCode",
        "UpdateFunctionConfiguration",
        "PublishVersion",
        "PutFunctionConcurrency",
    }
)
_CHANGES_TABLE = frozenset(
    {"UpdateTable", "DeleteTable", "UpdateTimeToLive", "TagResource", "UpdateContinuousBackups"}
)
_ITEMS = frozenset(
    {
        "GetItem",
        "PutItem",
        "UpdateItem",
        "DeleteItem",
        "Query",
        "Scan",
        "BatchGetItem",
        "BatchWriteItem",
    }
)
_LOG_ROLE = "the account's log role"


@dataclass(frozen=True, slots=True)
class _State:
    """What something is until ``until``: ``Pending``, ``CREATING``."""

    word: str
    until: float


@dataclass(slots=True)
class Unready:
    """What is not ready yet, by kind and name."""

    clock: Clock
    _states: dict[tuple[str, str], _State] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def forget(self) -> None:
        self._states.clear()

    def refusal(self, request: Request) -> Response | None:
        """Refuse what comes too early, in AWS's words."""
        refuse = _REFUSALS.get(request.service)
        return refuse(self, request) if refuse else None

    def begun(self, request: Request, response: Response) -> None:
        """Note a change that AWS has accepted and not finished."""
        note = _BEGINNINGS.get((request.service, request.operation))
        if note:
            note(self, request, response)

    def shown(self, request: Request, response: Response) -> Response:
        """Say in an answer that what it is about is not ready."""
        show = _SHOWN.get((request.service, request.operation))
        return show(self, response) if show and response.succeeded else response

    def begin(self, kind: str, name: str, word: str, seconds: float) -> None:
        with self._lock:
            self._states[kind, name] = _State(word, self.clock.now() + seconds)

    def word(self, kind: str, name: str) -> str:
        """Return what it is now; "" where it is ready."""
        found = self._states.get((kind, name))
        return found.word if found and found.until > self.clock.now() else ""


def _function_of(request: Request) -> str:
    given = request.parameters.get("FunctionName") or ""
    return str(given).rpartition("function:")[2].partition(":")[0]


def _table_of(request: Request) -> str:
    asked = request.parameters
    given = asked.get("TableName") or asked.get("ResourceArn") or ""
    return str(given).rpartition("/")[2]


def _role_refused(unready: Unready, request: Request) -> Response | None:
    role = request.parameters.get("Role")
    if not role or not unready.word("role", str(role)):
        return None
    message = "The role defined for the function cannot be assumed by Lambda."
    return refusal(request, "InvalidParameterValueException", message)


def _lambda_refused(unready: Unready, request: Request) -> Response | None:
    name = _function_of(request)
    if request.operation == "Invoke":
        qualifier = str(request.parameters.get("Qualifier", ""))
        state = unready.word("version", f"{name}:{qualifier}")
    elif request.operation in _CHANGES_FUNCTION:
        state = unready.word("function", name)
    else:
        state = ""
    if not state:
        return _role_refused(unready, request)
    why = (
        "An update is in progress for resource: "
        if state == "InProgress"
        else f"The function is currently in the following state: {state}: "
    )
    message = f"The operation cannot be performed at this time. {why}{name}"
    return refusal(request, "ResourceConflictException", message, 409)


def _dynamodb_refused(unready: Unready, request: Request) -> Response | None:
    name = _table_of(request)
    state = unready.word("table", name)
    if request.operation in _CHANGES_TABLE and state:
        message = f"Attempt to change a resource which is still in use: Table {name} is {state}"
        return refusal(request, "ResourceInUseException", message)
    if request.operation in _ITEMS and state == "CREATING":
        return refusal(request, "ResourceNotFoundException", "Requested resource not found")
    if request.operation == "UpdateContinuousBackups" and unready.word("backups", name):
        message = f"Backups are being enabled for the table: {name}. Please retry later"
        return refusal(request, "ContinuousBackupsUnavailableException", message)
    return None


def _apigateway_refused(unready: Unready, request: Request) -> Response | None:
    patch = request.parameters.get("patchOperations", ())
    if request.operation == "UpdateAccount" and any(
        unready.word("role", str(entry.get("value"))) for entry in patch
    ):
        message = (
            "The role ARN does not have required permissions configured. Please grant trust permission for"
            " API Gateway and add the required role policy."
        )
        return refusal(request, "BadRequestException", message)
    logs = any("/logging/loglevel" in entry.get("path", "") for entry in patch)
    if request.operation == "UpdateStage" and logs and unready.word("account", _LOG_ROLE):
        message = "CloudWatch Logs role ARN must be set in account settings to enable logging"
        return refusal(request, "BadRequestException", message)
    return None


_REFUSALS: Mapping[str, Callable[[Unready, Request], Response | None]] = {
    "lambda": _lambda_refused,
    "dynamodb": _dynamodb_refused,
    "apigateway": _apigateway_refused,
}


def _function_begun(unready: Unready, request: Request, _: Response) -> None:
    created = request.operation == "CreateFunction"
    word, seconds = (
        ("Pending", FUNCTION_PENDING_S) if created else ("InProgress", FUNCTION_UPDATING_S)
    )
    unready.begin("function", _function_of(request), word, seconds)


def _version_begun(unready: Unready, request: Request, response: Response) -> None:
    version = f"{_function_of(request)}:{response.document['Version']}"
    if ("version", version) not in unready._states:  # noqa: SLF001 - its own module
        unready.begin("version", version, "Pending", VERSION_PENDING_S)


def _table_begun(unready: Unready, request: Request, _: Response) -> None:
    name = str(request.parameters.get("TargetTableName") or _table_of(request))
    if request.operation == "UpdateTable":
        unready.begin("table", name, "UPDATING", TABLE_UPDATING_S)
        return
    unready.begin("table", name, "CREATING", TABLE_CREATING_S)
    unready.begin("backups", name, "ENABLING", BACKUPS_AFTER_S)


def _role_begun(unready: Unready, _: Request, response: Response) -> None:
    arn = response.body.decode().partition("<Arn>")[2].partition("</Arn>")[0]
    unready.begin("role", arn, "new", ASSUMABLE_AFTER_S)


def _account_begun(unready: Unready, _: Request, __: Response) -> None:
    unready.begin("account", _LOG_ROLE, "new", LOG_ROLE_KNOWN_AFTER_S)


_BEGINNINGS: Mapping[tuple[str, str], Callable[[Unready, Request, Response], None]] = {
    ("lambda", "CreateFunction"): _function_begun,
    ("lambda", "UpdateFunctionCode"): _function_begun,
    ("lambda", "UpdateFunctionConfiguration"): _function_begun,
    ("lambda", "PublishVersion"): _version_begun,
    ("dynamodb", "CreateTable"): _table_begun,
    ("dynamodb", "RestoreTableToPointInTime"): _table_begun,
    ("dynamodb", "UpdateTable"): _table_begun,
    ("iam", "CreateRole"): _role_begun,
    ("apigateway", "UpdateAccount"): _account_begun,
}


def _configuration_shown(unready: Unready, response: Response) -> Response:
    document = response.document
    inner = "Configuration" in document
    found: dict[str, Any] = document["Configuration"] if inner else document
    name, version = found["FunctionName"], str(found["Version"])
    of_function = unready.word("function", name) if version == "$LATEST" else ""
    state = unready.word("version", f"{name}:{version}") or of_function
    if not state:
        return response
    said = {"LastUpdateStatus": state} if state == "InProgress" else {"State": state}
    told = {**found, **said}
    return response.with_document({**document, "Configuration": told} if inner else told)


def _table_shown(unready: Unready, response: Response) -> Response:
    document = response.document
    state = unready.word("table", document["Table"]["TableName"])
    if not state:
        return response
    return response.with_document(
        {**document, "Table": {**document["Table"], "TableStatus": state}}
    )


_SHOWN: Mapping[tuple[str, str], Callable[[Unready, Response], Response]] = {
    ("lambda", "GetFunction"): _configuration_shown,
    ("lambda", "GetFunctionConfiguration"): _configuration_shown,
    ("dynamodb", "DescribeTable"): _table_shown,
}
