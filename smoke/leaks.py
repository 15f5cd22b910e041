"""What an error must not tell: names and places of our inside are an attacker's map."""

import re
from collections.abc import Iterator

from plan.model import Plan
from signoff.environment import Environment
from smoke.calls import Answer

SHAPES = {
    "a trace": re.compile(r"Traceback|File \"|, line \d+"),
    "an exception": re.compile(r"\b[A-Z][A-Za-z]+(?:Error|Exception)\b"),
    "an ARN": re.compile(r"arn:aws"),
    "a path": re.compile(r"/var/|/opt/|/tmp/|site-packages|\b\w+\.py\b"),
    "an AWS service": re.compile(r"boto|dynamodb|secrets ?manager|lambda\b", re.IGNORECASE),
    "a token": re.compile(r"eyJ[\w-]{10,}\.[\w-]+\."),
}


def leaks(answer: Answer, plan: Plan, environment: Environment) -> Iterator[str]:
    """Yield what an answer tells of the inside, by kind; the names are those of this environment."""
    for kind, shape in SHAPES.items():
        if found := shape.search(answer.text):
            yield f"{kind} ({found[0]})" if kind != "a token" else kind
    names = {
        environment.account,
        *(table.name for table in plan.tables),
        *(function.name for function in plan.functions),
        *(role.name for role in plan.roles),
        *(secret.name for secret in plan.secrets),
    }
    yield from sorted(f"the name {name}" for name in names if name in answer.text)
