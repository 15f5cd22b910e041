"""Lambda: a resource policy per qualifier, configuration that moto loses, and the reads that it lacks.

moto keeps policies on versions, so that they vanish from an alias that moves: keep them here.
"""

import json
import uuid
from collections.abc import Mapping
from typing import Any

from local.aws.errors import not_implemented, refusal
from local.aws.moto import Fix, Moto
from local.aws.request import Request, Response, json_response

CODE_PATH = "/local/code/"
_CONCURRENCY = 1000
_NO_RESOURCE = "The resource you requested does not exist."

_LOST = (
    *("DeadLetterConfig", "EphemeralStorage", "FileSystemConfigs", "ImageConfigResponse"),
    *("KMSKeyArn", "LoggingConfig", "SnapStart", "TracingConfig"),
)
"""Members of a configuration that moto takes at the creation only, or not at all."""
_KEPT = "kept_configuration"
"""Attribute of moto's function, copied into each version, under which those are kept."""

Policies = dict[tuple[str, str], list[dict[str, Any]]]
"""(function, qualifier or empty) -> statements."""


def add_permission(request: Request, moto: Moto) -> Response:
    """Add to this qualifier's own policy; refuse a statement id twice there."""
    policies, key = _policies(request, moto), name_and_qualifier(request)
    sid = request.parameters.get("StatementId")
    if any(statement.get("Sid") == sid for statement in policies.get(key, ())):
        message = f"The statement id ({sid}) provided already exists. Please provide a new one."
        return refusal(request, "ResourceConflictException", message, 409)
    response = moto(request)
    if not response.succeeded:
        return response
    statement = json.loads(response.document["Statement"])
    statement["Principal"] = _principal(statement["Principal"])
    policies.setdefault(key, []).append(statement)
    return response.with_document({"Statement": json.dumps(statement)})


def get_function(request: Request, moto: Moto) -> Response:
    """Leave out what AWS answers for a function only, if a version or an alias is asked for."""
    response = moto(request)
    name, qualifier = name_and_qualifier(request)
    if not response.succeeded:
        return response
    left_out = {"Tags", "Concurrency"} if qualifier else set[str]()
    shown = {member: value for member, value in response.document.items() if member not in left_out}
    configuration = {**shown["Configuration"], **_kept(request, moto, name, qualifier)}
    code = {**shown["Code"], "Location": _link(request, name, configuration["Version"])}
    return response.with_document(
        {
            **shown,
            **_reserved(request, moto, name, qualifier),
            "Code": code,
            "Configuration": configuration,
        }
    )


def _link(request: Request, name: str, version: str) -> str:
    """Link to the code on this server: moto names a bucket of AWS, where nothing of this stack is."""
    host = request.headers["host"]
    scheme = "https" if host.endswith(".amazonaws.com") else "http"
    return f"{scheme}://{host}{CODE_PATH}{request.region}/{name}/{version}"


def code_at(path: str, moto: Moto) -> Response:
    """Answer what such a link leads to."""
    region, name, version = path.removeprefix(CODE_PATH).split("/")
    with moto.lock("lambda"):
        found = moto.backend("lambda", region).get_function(name, version)
        content: bytes = found.code_bytes
    return Response(status=200, headers={"Content-Type": "application/zip"}, body=content)


def get_function_configuration(request: Request, moto: Moto) -> Response:
    """Answer with what moto loses of a configuration."""
    response = moto(request)
    if not response.succeeded:
        return response
    return response.with_document(
        {**response.document, **_kept(request, moto, *name_and_qualifier(request))}
    )


def update_function_configuration(request: Request, moto: Moto) -> Response:
    """Keep what moto loses of a configuration."""
    response = moto(request)
    name, _ = name_and_qualifier(request)
    if not response.succeeded:
        return response
    kept = {member: request.parameters[member] for member in _LOST if member in request.parameters}
    draft = moto.backend("lambda", request.region).get_function(name)
    setattr(draft, _KEPT, {**getattr(draft, _KEPT, {}), **kept})
    return response.with_document({**response.document, **kept})


def put_resource_policy(request: Request, moto: Moto) -> Response:
    """Write the policy of a qualifier as a whole, in any words: AWS adds no Sid."""
    document = json.loads(request.parameters["Policy"])
    _policies(request, moto)[_of_arn(request)] = document["Statement"]
    return json_response({"Policy": request.parameters["Policy"], "RevisionId": str(uuid.uuid4())})


def delete_resource_policy(request: Request, moto: Moto) -> Response:
    """Take the policy of a qualifier away."""
    _policies(request, moto).pop(_of_arn(request), None)
    return Response(status=204, headers={}, body=b"")


def get_policy(request: Request, moto: Moto) -> Response:
    statements = _policies(request, moto).get(name_and_qualifier(request))
    if not statements:
        return refusal(request, "ResourceNotFoundException", _NO_RESOURCE, 404)
    policy = json.dumps({"Version": "2012-10-17", "Id": "default", "Statement": statements})
    revision = str(uuid.uuid5(uuid.NAMESPACE_OID, policy))
    return json_response({"Policy": policy, "RevisionId": revision})


def remove_permission(request: Request, moto: Moto) -> Response:
    """Remove from this qualifier's policy only: the same id may stand on another alias."""
    policies, key = _policies(request, moto), name_and_qualifier(request)
    statements = policies.get(key, [])
    kept = [
        statement
        for statement in statements
        if statement.get("Sid") != request.labels["StatementId"]
    ]
    if len(kept) == len(statements):
        return refusal(request, "ResourceNotFoundException", _NO_RESOURCE, 404)
    policies[key] = kept
    return Response(status=204, headers={}, body=b"")


def forget(request: Request, moto: Moto) -> Response:
    """Let an alias, or a function with all its qualifiers, take along what is kept for it."""
    response = moto(request)
    if response.succeeded:
        name, qualifier = name_and_qualifier(request)
        gone = request.labels.get("Name") or qualifier
        for kept in moto.notes("lambda", request.region).values():
            for key in [key for key in kept if key[0] == name and gone in {"", key[1]}]:
                del kept[key]
    return response


def list_function_url_configs(request: Request, moto: Moto) -> Response:
    name, _ = name_and_qualifier(request)
    found = [function for function in _functions(request, moto) if function.function_name == name]
    if not found:
        return refusal(request, "ResourceNotFoundException", _NO_RESOURCE, 404)
    configs = [entry.url_config.to_dict() for entry in found if entry.url_config]
    return json_response({"FunctionUrlConfigs": configs})


def get_account_settings(request: Request, moto: Moto) -> Response:
    """Answer AWS's defaults, less what functions reserve."""
    functions = _functions(request, moto)
    reserved = sum(int(function.reserved_concurrency or 0) for function in functions)
    limit = {
        "TotalCodeSize": 80_530_636_800,
        "CodeSizeUnzipped": 262_144_000,
        "CodeSizeZipped": 52_428_800,
        "ConcurrentExecutions": _CONCURRENCY,
        "UnreservedConcurrentExecutions": _CONCURRENCY - reserved,
    }
    usage = {
        "TotalCodeSize": sum(int(function.code_size) for function in functions),
        "FunctionCount": len(functions),
    }
    return json_response({"AccountLimit": limit, "AccountUsage": usage})


def invoke(request: Request, _: Moto) -> Response:
    """Run nothing: moto would answer 200 for any name. What runs functions is an extension."""
    return not_implemented(request, "no extension runs functions here")


def _principal(principal: str | Mapping[str, str]) -> str | Mapping[str, str]:
    """Write a principal as AWS keeps it; moto keeps an account's number or a role's ARN bare."""
    if isinstance(principal, str) and principal.isdecimal():
        return {"AWS": f"arn:aws:iam::{principal}:root"}
    if isinstance(principal, str) and principal.startswith("arn:"):
        return {"AWS": principal}
    return principal


def _functions(request: Request, moto: Moto) -> list[Any]:
    return list(moto.backend("lambda", request.region).list_functions())


def _policies(request: Request, moto: Moto) -> Policies:
    policies: Policies = moto.notes("lambda", request.region).setdefault("policies", {})
    return policies


def _kept(request: Request, moto: Moto, name: str, qualifier: str) -> Mapping[str, Any]:
    function = moto.backend("lambda", request.region).get_function(name, qualifier or None)
    kept: Mapping[str, Any] = getattr(function, _KEPT, {})
    return kept


def _reserved(request: Request, moto: Moto, name: str, qualifier: str) -> Mapping[str, Any]:
    """Answer with a reservation of zero too, which moto takes for none."""
    function = moto.backend("lambda", request.region).get_function(name)
    if qualifier or function.reserved_concurrency is None:
        return {}
    executions = int(function.reserved_concurrency)
    return {"Concurrency": {"ReservedConcurrentExecutions": executions}}


def _of_arn(request: Request) -> tuple[str, str]:
    name, _, qualifier = request.labels["ResourceArn"].split(":function:")[-1].partition(":")
    return name, qualifier


def name_and_qualifier(request: Request) -> tuple[str, str]:
    """Return whose request it is; no qualifier for the draft, however it is named."""
    tail = request.labels["FunctionName"].split(":function:")[-1]
    name, _, written = tail.rpartition("function:")[-1].partition(":")
    qualifier = str(request.labels.get("Qualifier") or written)
    return name, "" if qualifier == "$LATEST" else qualifier


FIXES: Mapping[tuple[str, str], Fix] = {
    ("lambda", "AddPermission"): add_permission,
    ("lambda", "DeleteAlias"): forget,
    ("lambda", "DeleteFunction"): forget,
    ("lambda", "DeleteResourcePolicy"): delete_resource_policy,
    ("lambda", "GetAccountSettings"): get_account_settings,
    ("lambda", "GetFunction"): get_function,
    ("lambda", "GetFunctionConfiguration"): get_function_configuration,
    ("lambda", "GetPolicy"): get_policy,
    ("lambda", "Invoke"): invoke,
    ("lambda", "ListFunctionUrlConfigs"): list_function_url_configs,
    ("lambda", "PutResourcePolicy"): put_resource_policy,
    ("lambda", "RemovePermission"): remove_permission,
    ("lambda", "UpdateFunctionConfiguration"): update_function_configuration,
}
