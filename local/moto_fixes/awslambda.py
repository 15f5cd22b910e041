"""Lambda: a resource policy per qualifier, configuration that moto loses, and the reads that it lacks.

moto keeps policies on versions, so that they vanish from an alias that moves; one configuration of
asynchronous calls a function, to which it adds; and no management of runtime updates. They are noted
here, by function and qualifier, which is empty for the draft.
"""

import json
import time
import uuid
from collections.abc import Mapping
from typing import Any

from local.aws.moto import Moto, completing
from local.aws.request import NO_CONTENT, Request, Response, json_response, not_implemented, refusal
from local.functions.deployed import KEPT, lost_of, policy_document

CODE_PATH = "/local/code/"
_CONCURRENCY = 1000
_NO_RESOURCE = "The resource you requested does not exist."

_LOST = (
    *("DeadLetterConfig", "EphemeralStorage", "FileSystemConfigs", "ImageConfigResponse"),
    *("KMSKeyArn", "LoggingConfig", "SnapStart", "TracingConfig"),
)
"""Members of a configuration that moto takes at the creation only, or not at all."""


def add_permission(request: Request, moto: Moto) -> Response:
    """Add to this qualifier's own policy; refuse a statement id twice there."""
    policies, key = moto.noted(request, "policies"), name_and_qualifier(request)
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


@completing
def get_function(request: Request, moto: Moto, response: Response) -> Response:
    """Leave out what AWS answers for a function only, if a version or an alias is asked for; a reservation may be zero."""
    name, qualifier = name_and_qualifier(request)
    document = {**response.document, **_reserved(request, moto)}
    configuration = {**document["Configuration"], **_lost(request, moto)}
    link = _link(request, name, configuration["Version"])
    document |= {"Code": {**document["Code"], "Location": link}, "Configuration": configuration}
    left_out = {"Tags", "Concurrency"} if qualifier else set[str]()
    return response.with_document(
        {member: value for member, value in document.items() if member not in left_out}
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
        function = moto.backend("lambda", region).get_function(name, version)
        content: bytes = function.code_bytes
    return Response(status=200, headers={"Content-Type": "application/zip"}, body=content)


@completing
def get_function_configuration(request: Request, moto: Moto, response: Response) -> Response:
    """Answer with what moto loses of a configuration."""
    return response.with_document({**response.document, **_lost(request, moto)})


@completing
def update_function_configuration(request: Request, moto: Moto, response: Response) -> Response:
    """Keep what moto loses of a configuration."""
    lost = {member: request.parameters[member] for member in _LOST if member in request.parameters}
    draft = _function(request, moto)
    setattr(draft, KEPT, {**getattr(draft, KEPT, {}), **lost})
    return response.with_document({**response.document, **lost})


def put_resource_policy(request: Request, moto: Moto) -> Response:
    """Write the policy of a qualifier as a whole, in any words: AWS adds no Sid."""
    document = json.loads(request.parameters["Policy"])
    moto.noted(request, "policies")[name_and_qualifier(request)] = document["Statement"]
    return json_response({"Policy": request.parameters["Policy"], "RevisionId": str(uuid.uuid4())})


def delete_resource_policy(request: Request, moto: Moto) -> Response:
    moto.noted(request, "policies").pop(name_and_qualifier(request), None)
    return NO_CONTENT


def get_policy(request: Request, moto: Moto) -> Response:
    policy = policy_document(moto.noted(request, "policies"), *name_and_qualifier(request))
    if not policy:
        return refusal(request, "ResourceNotFoundException", _NO_RESOURCE, 404)
    revision = str(uuid.uuid5(uuid.NAMESPACE_OID, policy))
    return json_response({"Policy": policy, "RevisionId": revision})


def remove_permission(request: Request, moto: Moto) -> Response:
    """Remove from this qualifier's policy only: the same id may stand on another alias."""
    policies, key = moto.noted(request, "policies"), name_and_qualifier(request)
    statements = policies.get(key, [])
    remaining = [
        statement
        for statement in statements
        if statement.get("Sid") != request.labels["StatementId"]
    ]
    if len(remaining) == len(statements):
        return refusal(request, "ResourceNotFoundException", _NO_RESOURCE, 404)
    policies[key] = remaining
    return NO_CONTENT


def forget(request: Request, moto: Moto) -> Response:
    """Let an alias, or a function with all its qualifiers, take along what is kept for it."""
    response = moto(request)
    if response.succeeded:
        name, qualifier = name_and_qualifier(request)
        gone = request.labels.get("Name") or qualifier
        for notes in moto.notes("lambda", request.region).values():
            for key in [key for key in notes if key[0] == name and gone in {"", key[1]}]:
                del notes[key]
    return response


delete_alias = delete_function = forget


@completing
def update_alias(request: Request, moto: Moto, response: Response) -> Response:
    """Give the alias another revision, which moto keeps."""
    name, _ = name_and_qualifier(request)
    alias = moto.backend("lambda", request.region).get_alias(request.labels["Name"], name)
    alias.revision_id = str(uuid.uuid4())
    return response.with_document({**response.document, "RevisionId": alias.revision_id})


def list_function_url_configs(request: Request, moto: Moto) -> Response:
    name, _ = name_and_qualifier(request)
    own = [function for function in _functions(request, moto) if function.function_name == name]
    if not own:
        return refusal(request, "ResourceNotFoundException", _NO_RESOURCE, 404)
    configs = [entry.url_config.to_dict() for entry in own if entry.url_config]
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


def _function(request: Request, moto: Moto, qualifier: str = "") -> Any:
    """Find moto's function that a request is about: its draft, or a version."""
    name, _ = name_and_qualifier(request)
    return moto.backend("lambda", request.region).get_function(name, qualifier or None)


def _lost(request: Request, moto: Moto) -> Mapping[str, Any]:
    _, qualifier = name_and_qualifier(request)
    return lost_of(_function(request, moto, qualifier))


def _reserved(request: Request, moto: Moto) -> Mapping[str, Any]:
    """Answer with a reservation of zero too, which moto takes for none."""
    reserved = _function(request, moto).reserved_concurrency
    reservation = {"ReservedConcurrentExecutions": int(reserved or 0)}
    return {} if reserved is None else {"Concurrency": reservation}


def name_and_qualifier(request: Request) -> tuple[str, str]:
    """Return whose request it is; no qualifier for the draft, however it is named."""
    named = request.labels.get("FunctionName") or request.labels["ResourceArn"]
    name, _, written = named.split(":function:")[-1].partition(":")
    qualifier = str(request.labels.get("Qualifier") or written)
    return name, "" if qualifier == "$LATEST" else qualifier


def put_runtime_management_config(request: Request, moto: Moto) -> Response:
    """Set it as AWS does: by hand needs a build of the runtime, and no other way takes one."""
    params = request.parameters
    pinned = params.get("RuntimeVersionArn")
    if (params["UpdateRuntimeOn"] == "Manual") != bool(pinned):
        message = "RuntimeVersionArn is required for Manual, and for no other mode"
        return refusal(request, "InvalidParameterValueException", message)
    mode = {"UpdateRuntimeOn": params["UpdateRuntimeOn"]}
    moto.noted(request, "runtime management")[name_and_qualifier(request)] = mode | (
        {"RuntimeVersionArn": pinned} if pinned else {}
    )
    return get_runtime_management_config(request, moto)


def get_runtime_management_config(request: Request, moto: Moto) -> Response:
    if absent := _absent(request, moto):
        return absent
    name, qualifier = name_and_qualifier(request)
    mode = moto.noted(request, "runtime management").get(
        (name, qualifier), {"UpdateRuntimeOn": "Auto"}
    )
    whose = f"{_function(request, moto).function_arn}:{qualifier or '$LATEST'}"
    return json_response({"RuntimeVersionArn": None, **mode, "FunctionArn": whose})


@completing
def publish_version(request: Request, moto: Moto, response: Response) -> Response:
    managed, (name, _) = moto.noted(request, "runtime management"), name_and_qualifier(request)
    if (name, "") in managed:
        managed.setdefault((name, response.document["Version"]), managed[name, ""])
    return response


def _absent(request: Request, moto: Moto) -> Response | None:
    """Refuse what is no version of a function; AWS takes no alias either."""
    name, qualifier = name_and_qualifier(request)
    versions = moto.backend("lambda", request.region).list_versions_by_function(name)
    if (qualifier or "$LATEST") in {str(entry.version) for entry in versions}:
        return None
    return refusal(request, "ResourceNotFoundException", f"Function not found: {name}", 404)


_MEMBERS = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")


@completing
def put_function_event_invoke_config(request: Request, moto: Moto, _: Response) -> Response:
    """Replace all that is set, as moto accepts it."""
    (name, qualifier), function = name_and_qualifier(request), _function(request, moto)
    function.event_invoke_config.clear()
    settings = {
        member: request.parameters[member] for member in _MEMBERS if member in request.parameters
    }
    arn = f"{function.function_arn}:{qualifier or '$LATEST'}"
    config = {**settings, "FunctionArn": arn, "LastModified": time.time()}
    moto.noted(request, "invoke configs")[name, qualifier] = config
    return json_response(config)


def delete_function_event_invoke_config(request: Request, moto: Moto) -> Response:
    name, qualifier = name_and_qualifier(request)
    if moto.noted(request, "invoke configs").pop((name, qualifier), None) is None:
        message = f"The function {name} doesn't have an EventInvokeConfig"
        return refusal(request, "ResourceNotFoundException", message, 404)
    return NO_CONTENT


def list_function_event_invoke_configs(request: Request, moto: Moto) -> Response:
    name, _ = name_and_qualifier(request)
    configs = [
        config
        for (function, _), config in moto.noted(request, "invoke configs").items()
        if function == name
    ]
    return json_response({"FunctionEventInvokeConfigs": configs})
