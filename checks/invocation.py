"""Which function, alias or version the API invokes, and whether the function allows it."""

from dataclasses import replace

from aws import desired
from aws.api.integration import as_asked, target
from aws.bounds import Bound, exactly
from aws.kinds.rest_api import Stage
from aws.words import Words
from signoff.environment import Environment

INVOKED_BY = Words(en="permission for the API to invoke it", ja="APIからの呼び出しの許可")
OF_POLICY = {"call": "lambda:GetPolicy", "decidable": False, "stops_calls": True}


def allowing(caller: str) -> Bound:
    words = Words(en=f"allowed for {caller}", ja=f"{caller}の許可")
    return replace(exactly(value=True), words=words)


def invoked(uri: str, stage: Stage, want: desired.Function) -> str:
    """Return the ARN by which a URI names the planned function; its alias where the URI names another function, which another row reports."""
    called = target(uri, stage.variables)
    return called.arn if called.function == want.arn else want.alias_arn


def source_of(route_id: str, api_id: str, environment: Environment) -> str:
    """Return the source ARN with which API Gateway invokes for one method (``GET /stamps``) of the stage."""
    return f"{_api(api_id, environment)}/{environment.stage}/{as_asked(route_id)}"


def source_of_authorizer(authorizer_id: str | None, api_id: str, environment: Environment) -> str:
    """Return the source ARN of an authorizer: it belongs to no stage and no method."""
    return f"{_api(api_id, environment)}/authorizers/{authorizer_id}"


def _api(api_id: str, environment: Environment) -> str:
    return f"arn:aws:execute-api:{environment.region}:{environment.account}:{api_id}"
