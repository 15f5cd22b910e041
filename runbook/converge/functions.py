"""Lambda functions (guide step 3-2): package and configuration of what is being worked on, $LATEST.

What callers get is the alias: see ``function_releases``. What a first release goes back to is published
here, before the upload: see ``earlier_version``.
"""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from aws.change import Changes, unless_absent
from aws.desired import Function
from runbook.converge import earlier_version, table_names
from runbook.converge.clear import tag_fields
from runbook.engine import Change, StepContext, difference

NOT_YET = "cannot be assumed by Lambda"
"""IAM takes some seconds to tell the Regions of a new role; CreateFunction refuses until then."""
WAIT = {"Delay": 1, "MaxAttempts": 180}


def converge(context: StepContext, function: Function) -> Changes:
    """Create or update the function; the variables become exactly the planned ones.

    Another table, and code that would be in no version any more, are losses.
    """
    name, package = f"function {function.name}", context.build(function.key)
    answer = unless_absent(context.client("lambda").get_function, FunctionName=function.name)
    found = _found(context, answer) if answer else None
    wanted = {**configuration(function), "code": code_sha256(package)}
    extra = _extra_variables(name, found, wanted)
    version, lost = _overwritten(context, function, found, wanted, extra)
    planned = {**wanted, **tag_fields(context, context.plan.tags)}
    changes = difference(name, found, planned, destroying=lost)

    def apply() -> None:
        if answer is None:
            _create(context, function, context.build(earlier_version.CLOSED))
        earlier_version.publish(context, function, version)
        _update(context, function, package, _left(changes + extra, created=answer is None))

    return context.settle((*version, *changes, *extra), apply)


def code_sha256(package: bytes) -> str:
    """Digest a package as Lambda's CodeSha256 does."""
    return base64.b64encode(hashlib.sha256(package).digest()).decode()


def configuration(function: Function) -> dict[str, Any]:
    """Return the fields that a published version carries too, its code apart."""
    return {
        "runtime": function.runtime,
        "handler": function.handler,
        "role": function.role.arn,
        "timeout_s": function.timeout_s,
        "memory_mb": function.memory_mb,
        **{f"variable {key}": value for key, value in function.environment.items()},
    }


def described(context: StepContext, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Turn a function's configuration, as AWS answers it, into the fields of ``configuration``.

    A value that the plan does not have may be a secret; it is told by its length and look.
    """
    variables = answer.get("Environment", {}).get("Variables", {})
    return {
        "runtime": answer.get("Runtime"),
        "handler": answer.get("Handler"),
        "role": answer["Role"],
        "timeout_s": answer["Timeout"],
        "memory_mb": answer["MemorySize"],
        "code": answer["CodeSha256"],
        **{f"variable {key}": context.clear(value) for key, value in variables.items()},
    }


def _found(context: StepContext, answer: Mapping[str, Any]) -> dict[str, Any]:
    tags = tag_fields(context, answer.get("Tags") or {})
    return {**described(context, answer["Configuration"]), **tags}


def _overwritten(
    context: StepContext,
    function: Function,
    found: Mapping[str, Any] | None,
    wanted: Mapping[str, Any],
    extra: Changes,
) -> tuple[Changes, frozenset[str]]:
    """Return the version to publish before the upload, and the fields whose value would be lost."""
    tables = table_names.fields(function)
    if found and found["code"] == wanted["code"]:
        return (), tables
    earlier = earlier_version.earlier(context, function, found["code"] if found else None)
    version = earlier.wanted(code_sha256(context.build(earlier_version.CLOSED)), extra)
    return version, tables | ({"code"} if earlier.loses_code(version) else set())


def _extra_variables(
    name: str, found: Mapping[str, Any] | None, wanted: Mapping[str, Any]
) -> Changes:
    extra = (key for key in found or {} if key.startswith("variable ") and key not in wanted)
    return tuple(Change(name, key, (found or {})[key], None, destroys=True) for key in extra)


def _left(changes: Changes, *, created: bool) -> Changes:
    """Return what an update has to do: a function that was just created lacks its code only."""
    return tuple(one for one in changes if not created or one.field == "code")


def _create(context: StepContext, function: Function, package: bytes) -> None:
    client = context.client("lambda")
    context.retry(
        lambda: client.create_function(
            **_parameters(function),
            Code={"ZipFile": package},
            PackageType="Zip",
            Tags=dict(context.plan.tags),
        ),
        "InvalidParameterValueException",
        message=NOT_YET,
    )
    client.get_waiter("function_active_v2").wait(FunctionName=function.name, WaiterConfig=WAIT)


def _update(context: StepContext, function: Function, package: bytes, changes: Changes) -> None:
    client, fields = context.client("lambda"), {one.field for one in changes}
    tagging = {field for field in fields if field.startswith("tag ")}
    if fields - tagging - {"code"}:
        _settled(context, lambda: client.update_function_configuration(**_parameters(function)))
        wait_until_updated(context, function)
    if "code" in fields:
        _settled(
            context,
            lambda: client.update_function_code(FunctionName=function.name, ZipFile=package),
        )
        wait_until_updated(context, function)
    if tagging:
        client.tag_resource(Resource=function.arn, Tags=dict(context.plan.tags))


def _settled(context: StepContext, call: Any) -> None:
    """Make a change once the one before it is through: Lambda refuses two at a time."""
    context.retry(call, "ResourceConflictException")


def wait_until_updated(context: StepContext, function: Function) -> None:
    waiter = context.client("lambda").get_waiter("function_updated_v2")
    waiter.wait(FunctionName=function.name, WaiterConfig=WAIT)


def _parameters(function: Function) -> dict[str, Any]:
    return {
        "FunctionName": function.name,
        "Runtime": function.runtime,
        "Handler": function.handler,
        "Role": function.role.arn,
        "Timeout": function.timeout_s,
        "MemorySize": function.memory_mb,
        "Environment": {"Variables": dict(function.environment)},
    }
