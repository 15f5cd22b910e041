"""Lambda's settings of asynchronous calls: one for each qualifier, replaced by Put.

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
    return _keep(request, moto) if response.succeeded else response


def delete(request: Request, moto: Moto) -> Response:
    name, qualifier = name_and_qualifier(request)
    if _configs(request, moto).pop((name, qualifier), None) is None:
        message = f"The function {name} doesn't have an EventInvokeConfig"
        return refusal(request, "ResourceNotFoundException", message, 404)
    return Response(status=204, headers={}, body=b"")


def list_all(request: Request, moto: Moto) -> Response:
    name, _ = name_and_qualifier(request)
    found = [
        config for (function, _), config in _configs(request, moto).items() if function == name
    ]
    return json_response({"FunctionEventInvokeConfigs": found})


def _keep(request: Request, moto: Moto) -> Response:
    name, qualifier = name_and_qualifier(request)
    function = moto.backend("lambda", request.region).get_function(name)
    function.event_invoke_config.clear()
    given = {
        member: request.parameters[member] for member in _MEMBERS if member in request.parameters
    }
    arn = f"{function.function_arn}:{qualifier or '$LATEST'}"
    config = {**given, "FunctionArn": arn, "LastModified": time.time()}
    _configs(request, moto)[name, qualifier] = config
    return json_response(config)


def _configs(request: Request, moto: Moto) -> Configs:
    configs: Configs = moto.notes("lambda", request.region).setdefault("invoke configs", {})
    return configs


FIXES: Mapping[tuple[str, str], Fix] = {
    ("lambda", "PutFunctionEventInvokeConfig"): put,
    ("lambda", "DeleteFunctionEventInvokeConfig"): delete,
    ("lambda", "ListFunctionEventInvokeConfigs"): list_all,
}
