"""Which function, alias or version the URI of an integration or an authorizer names."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from aws.redaction.secret_text import MaskedValue
from aws.section import Unparsed

URI = re.compile(
    r"arn:aws[\w-]*:apigateway:[\w-]+:lambda:path/[\d-]+/functions/"
    r"(?P<function>arn:aws[\w-]*:lambda:[\w-]+:\d{12}:function:[\w-]+)(?::(?P<qualifier>[\w$-]+))?"
    r"/invocations"
)
VARIABLE = re.compile(r"\$\{stageVariables\.(\w+)\}")


@dataclass(frozen=True, slots=True)
class InvokedFunction:
    """What an integration's URI names; ``qualifier`` is empty where it names no alias or version."""

    function: str
    qualifier: str

    @property
    def name(self) -> str:
        return self.function.rpartition(":")[2]

    @property
    def is_function(self) -> bool:
        return ":function:" in self.function

    @property
    def arn(self) -> str:
        return f"{self.function}:{self.qualifier}" if self.qualifier else self.function


def target(uri: str, variables: Mapping[str, MaskedValue]) -> InvokedFunction:
    """Parse an integration's URI with its stage variables filled in; if it names no function, the whole text stands as its name."""
    resolved = VARIABLE.sub(lambda found: _value(found[1], variables), uri)
    if match := URI.fullmatch(resolved):
        return InvokedFunction(match["function"], match["qualifier"] or "")
    return InvokedFunction(resolved, "")


def as_asked(method: str) -> str:
    """Return the end of the source ARN with which API Gateway invokes for ``GET /stamps``: any verb is ``*``."""
    return method.replace("ANY ", "* ").replace(" ", "", 1)


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
