"""Lambda's management of runtime updates: one setting for each version, which moto does not know.

A version that is published keeps what was set for the draft, as all of its configuration.
"""

from collections.abc import Mapping

from local.aws.errors import refusal
from local.aws.moto import Fix, Moto
from local.aws.request import Request, Response, json_response
from local.moto_fixes.awslambda import name_and_qualifier

Managed = dict[tuple[str, str], dict[str, str]]
"""(function, version or empty for the draft) -> what was set for it."""


def put(request: Request, moto: Moto) -> Response:
    """Set it as AWS does: by hand needs a build of the runtime, and no other way takes one."""
    absent = _absent(request, moto)
    if absent is not None:
        return absent
    asked = request.parameters
    pinned = asked.get("RuntimeVersionArn")
    if (asked["UpdateRuntimeOn"] == "Manual") != bool(pinned):
        message = "RuntimeVersionArn is required for Manual, and for no other mode"
        return refusal(request, "InvalidParameterValueException", message)
    kept = {"UpdateRuntimeOn": asked["UpdateRuntimeOn"]}
    _managed(request, moto)[name_and_qualifier(request)] = kept | (
        {"RuntimeVersionArn": pinned} if pinned else {}
    )
    return get(request, moto)


def get(request: Request, moto: Moto) -> Response:
    absent = _absent(request, moto)
    if absent is not None:
        return absent
    name, qualifier = name_and_qualifier(request)
    found = _managed(request, moto).get((name, qualifier), {"UpdateRuntimeOn": "Auto"})
    arn = moto.backend("lambda", request.region).get_function(name).function_arn
    whose = f"{arn}:{qualifier or '$LATEST'}"
    return json_response({"RuntimeVersionArn": None, **found, "FunctionArn": whose})


def publish_version(request: Request, moto: Moto) -> Response:
    response = moto(request)
    managed, (name, _) = _managed(request, moto), name_and_qualifier(request)
    if response.succeeded and (name, "") in managed:
        managed.setdefault((name, response.document["Version"]), managed[name, ""])
    return response


def _absent(request: Request, moto: Moto) -> Response | None:
    """Refuse what is no version of a function; AWS takes no alias either."""
    name, qualifier = name_and_qualifier(request)
    known = moto.backend("lambda", request.region).list_versions_by_function(name)
    if (qualifier or "$LATEST") in {str(entry.version) for entry in known}:
        return None
    return refusal(request, "ResourceNotFoundException", f"Function not found: {name}", 404)


def _managed(request: Request, moto: Moto) -> Managed:
    managed: Managed = moto.notes("lambda", request.region).setdefault("runtime management", {})
    return managed


FIXES: Mapping[tuple[str, str], Fix] = {
    ("lambda", "GetRuntimeManagementConfig"): get,
    ("lambda", "PublishVersion"): publish_version,
    ("lambda", "PutRuntimeManagementConfig"): put,
}
