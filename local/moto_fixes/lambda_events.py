"""Lambda's settings of asynchronous calls: one for each qualifier, replaced by Put and merged by Update.

moto keeps one list for a function, adds to it, and answers with its first entry for ever.
"""

import time
from collections.abc import Mapping
from typing import Any

from local.aws.errors import refusal
from local.aws.moto import Fix, Moto
from local.aws.request import Request, Response, json_response
from local.moto_fixes.awslambda import name_and_qualifier

Configs = dict[tuple[str, str], dict[str, Any]]
"""(function, qualifier or empty) -> its settings as AWS answers them."""
_MEMBERS = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")


def put(request: Request, moto: Moto) -> Response:
    """Replace all that is set, as moto accepts it."""
    response = moto(request)
    return _keep(request, moto, {}) if response.succeeded else response


def update(request: Request, moto: Moto) -> Response:
    """Change what is named, and keep the rest."""
    before = _configs(request, moto).get(name_and_qualifier(request))
    if before is None:
        return _absent(request)
    response = moto(request)
    return _keep(request, moto, before) if response.succeeded else response


def get(request: Request, moto: Moto) -> Response:
    found = _configs(request, moto).get(name_and_qualifier(request))
    return json_response(found) if found else _absent(request)


def delete(request: Request, moto: Moto) -> Response:
    if _configs(request, moto).pop(name_and_qualifier(request), None) is None:
        return _absent(request)
    return Response(status=204, headers={}, body=b"")


def list_all(request: Request, moto: Moto) -> Response:
    name, _ = name_and_qualifier(request)
    found = [one for (function, _), one in _configs(request, moto).items() if function == name]
    return json_response({"FunctionEventInvokeConfigs": found})


def _keep(request: Request, moto: Moto, before: Mapping[str, Any]) -> Response:
    name, qualifier = name_and_qualifier(request)
    function = moto.backend("lambda", request.region).get_function(name)
    function.event_invoke_config.clear()
    given = {
        member: request.parameters[member] for member in _MEMBERS if member in request.parameters
    }
    arn = f"{function.function_arn}:{qualifier or '$LATEST'}"
    config = {**before, **given, "FunctionArn": arn, "LastModified": time.time()}
    _configs(request, moto)[name, qualifier] = config
    return json_response(config)


def _configs(request: Request, moto: Moto) -> Configs:
    configs: Configs = moto.notes("lambda", request.region).setdefault("invoke configs", {})
    return configs


def _absent(request: Request) -> Response:
    name, _ = name_and_qualifier(request)
    message = f"The function {name} doesn't have an EventInvokeConfig"
    return refusal(request, "ResourceNotFoundException", message, 404)


FIXES: Mapping[tuple[str, str], Fix] = {
    ("lambda", "PutFunctionEventInvokeConfig"): put,
    ("lambda", "UpdateFunctionEventInvokeConfig"): update,
    ("lambda", "GetFunctionEventInvokeConfig"): get,
    ("lambda", "DeleteFunctionEventInvokeConfig"): delete,
    ("lambda", "ListFunctionEventInvokeConfigs"): list_all,
}
