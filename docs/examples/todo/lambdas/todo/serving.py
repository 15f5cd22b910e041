"""The edge of every function: an event becomes an answer here, after any exception too."""

import json
import os
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any


class Refused(Exception):  # noqa: N818 - it is an answer, not an error of ours
    """An answer other than 200."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


@dataclass(frozen=True)
class Function:
    """A Lambda handler. ``begin`` makes the action once; an action takes the event and returns the members of a 200."""

    begin: Callable[[Mapping[str, str]], Callable[[dict[str, Any]], dict[str, Any]]]
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)

    @cached_property
    def action(self) -> Callable[[dict[str, Any]], dict[str, Any]]:
        """The action of this execution environment."""
        return self.begin(self.environ)

    def warm(self) -> None:
        """Make the action while Lambda initialises, which is the only time it has a full CPU."""
        _ = self.action

    def __call__(self, event: dict[str, Any], _context: object) -> dict[str, Any]:
        """Answer an event of the API; no text of an error leaves this method."""
        log = {"request_id": event.get("requestContext", {}).get("requestId")}
        try:
            status, content = 200, {"ok": True, **self.action(event)}
        except Refused as refused:
            status, content = refused.status, _refusal(refused.code)
        except Exception as error:  # noqa: BLE001 - the edge; the caller must not see what it was
            status, content = 500, _refusal("INTERNAL_ERROR")
            print(json.dumps({**log, "level": "ERROR", "trace": traceback.format_exception(error)}))
            print(json.dumps(_counted(self.environ.get("AWS_LAMBDA_FUNCTION_NAME", ""))))
        print(json.dumps({**log, "level": "INFO", "status": status}))
        headers = {
            "Content-Type": "application/json",
            "Cache-Control": "no-store",
            "Access-Control-Allow-Origin": self.environ["ALLOWED_ORIGIN"],
        }
        return {"statusCode": status, "headers": headers, "body": json.dumps(content)}


def caller(event: Mapping[str, Any]) -> str:
    """Return the user for whom the authorizer vouches."""
    return str(event["requestContext"]["authorizer"]["principalId"])


def member(event: Mapping[str, Any], name: str, longest: int) -> str:
    """Return a member of the body; raise Refused if it is no text of that length."""
    try:
        value = json.loads(event.get("body") or "")[name]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Refused(400, "VALIDATION_ERROR") from None
    if not isinstance(value, str) or not 1 <= len(value) <= longest or not value.isprintable():
        raise Refused(400, "VALIDATION_ERROR")
    return value


def shown(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item as the contract has it."""
    return {"id": item["Id"], "text": item["Text"], "done": item["Done"]}


def _refusal(code: str) -> dict[str, Any]:
    return {"ok": False, "error_code": code, "message": code.replace("_", " ").capitalize()}


def _counted(function: str) -> dict[str, Any]:
    """Return the line by which CloudWatch counts a fault: the alarm `faults` watches this metric."""
    metric = {
        "Namespace": "Todo",
        "Dimensions": [["FunctionName"]],
        "Metrics": [{"Name": "Faults", "Unit": "Count"}],
    }
    emf = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [metric]}
    return {"_aws": emf, "FunctionName": function, "Faults": 1}
