"""Which function, alias or version the API invokes, and whether the function allows it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from aws import desired
from aws.bounds import Bound, exactly
from aws.redaction.secret_text import MaskedValue
from aws.rest_api import Stage
from aws.section import Unparsed
from aws.words import Words
from signoff.environment import Environment

GATEWAY = "apigateway.amazonaws.com"
URI = re.compile(
    r"arn:aws[\w-]*:apigateway:[\w-]+:lambda:path/[\d-]+/functions/"
    r"(?P<function>arn:aws[\w-]*:lambda:[\w-]+:\d{12}:function:[\w-]+)(?::(?P<qualifier>[\w$-]+))?"
    r"/invocations"
)
VARIABLE = re.compile(r"\$\{stageVariables\.(\w+)\}")


INVOKED_BY = Words(en="permission for the API to invoke it", ja="APIからの呼び出しの許可")
OF_POLICY = {"call": "lambda:GetPolicy", "decidable": False, "stops_calls": True}


def allowing(what: str) -> dict[Words, Bound]:
    words = Words(en=f"allowed for {what}", ja=f"{what}について許可されていること")
    return {INVOKED_BY: replace(exactly(value=True), words=words)}


@dataclass(frozen=True, slots=True)
class InvokedFunction:
    """What an integration's URI names; ``qualifier`` is empty where it names no alias or version."""

    function: str
    qualifier: str

    @property
    def arn(self) -> str:
        return f"{self.function}:{self.qualifier}" if self.qualifier else self.function


def target(uri: str, variables: Mapping[str, MaskedValue]) -> InvokedFunction:
    """Parse an integration's URI with its stage variables filled in; if it names no function, the whole text stands as its name."""
    resolved = VARIABLE.sub(lambda found: _value(found[1], variables), uri)
    if match := URI.fullmatch(resolved):
        return InvokedFunction(match["function"], match["qualifier"] or "")
    return InvokedFunction(resolved, "")


def invoked(uri: str, stage: Stage, want: desired.Function) -> str:
    """Return the ARN by which a URI names the planned function; its alias where the URI names another function, which another row reports."""
    called = target(uri, stage.variables)
    return called.arn if called.function == want.arn else want.alias_arn


def source_of(route: desired.Route, api_id: str, environment: Environment) -> str:
    """Return the source ARN with which API Gateway invokes for one method of the stage."""
    return f"{_api(api_id, environment)}/{environment.stage}/{route.verb}{route.path}"


def source_of_authorizer(authorizer_id: str | None, api_id: str, environment: Environment) -> str:
    """Return the source ARN of an authorizer: it belongs to no stage and no method."""
    return f"{_api(api_id, environment)}/authorizers/{authorizer_id}"


def _api(api_id: str, environment: Environment) -> str:
    return f"arn:aws:execute-api:{environment.region}:{environment.account}:{api_id}"


def _value(name: str, variables: Mapping[str, MaskedValue]) -> str:
    value = variables.get(name)
    if value is None:
        return ""
    if value.text is None:
        raise Unparsed(
            en=f"an integration depends on the stage variable {name}, whose value is masked",
            ja=f"統合がステージ変数{name}に依存しますが、その値は伏せられています",
        )
    return value.text
