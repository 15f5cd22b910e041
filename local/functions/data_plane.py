"""Lambda's Invoke over HTTP, so that a function, or anyone with boto3, can invoke a function."""

import base64
import json
from collections.abc import Callable

from local.aws.request import Request, Response
from local.functions.deployed import NotDeployed, split_name
from local.functions.invocation import REQUEST_LIMIT, Call, Invocation, not_found, refused

Invoke = Callable[[Call, str], Invocation]
"""(call, invocation type) -> its answer."""


def answer(request: Request, invoke: Invoke) -> Response | None:
    """Answer an Invoke; None for any other call, which is for the AWS API itself to answer."""
    if (request.service, request.operation) != ("lambda", "Invoke"):
        return None
    kind = request.headers.get("x-amz-invocation-type", "RequestResponse")
    with_log = kind == "RequestResponse" and request.headers.get("x-amz-log-type") == "Tail"
    try:
        call = call_of(request)
    except NotDeployed as error:
        call = Call(name="", qualifier=None, event=b"")
        return response(not_found(call, error))
    problem = refusal_of(call)
    return response(problem or invoke(call, kind), with_log=with_log)


def call_of(request: Request) -> Call:
    name, qualifier = split_name(request.labels["FunctionName"])
    context = request.headers.get("x-amz-client-context")
    return Call(
        name=name,
        qualifier=request.labels.get("Qualifier") or qualifier,
        event=request.body or b"{}",
        client_context=json.loads(base64.b64decode(context)) if context else None,
    )


def refusal_of(call: Call) -> Invocation | None:
    """Return Lambda's refusal of an event that is no JSON, or too much of it."""
    if len(call.event) > REQUEST_LIMIT:
        message = (
            f"Request must be smaller than {REQUEST_LIMIT} bytes for the InvokeFunction operation"
        )
        return refused(call, 413, "RequestTooLargeException", message)
    try:
        json.loads(call.event)
    except ValueError as error:
        message = f"Could not parse request body into json: {error}"
        return refused(call, 400, "InvalidRequestContentException", message)
    return None


def response(invocation: Invocation, *, with_log: bool = False) -> Response:
    tail = base64.b64encode(invocation.log_tail.encode()).decode() if with_log else None
    headers = {
        "Content-Type": "application/json",
        "x-amzn-RequestId": invocation.request_id,
        "x-amzn-ErrorType": invocation.refusal,
        "X-Amz-Executed-Version": invocation.executed_version or None,
        "X-Amz-Function-Error": invocation.function_error,
        "X-Amz-Log-Result": tail,
    }
    given = {name: value for name, value in headers.items() if value is not None}
    return Response(status=invocation.status, headers=given, body=invocation.payload)
