"""The IAM policy that a procedure needs, made from the actions that it declares and the names of an environment.

``python -m runbook.rights`` writes one a procedure into ``docs/rights/``; ``python -m runbook NAME --env ENV --policy``
prints the one of an environment. What a procedure declares stands in ``rights.toml``: ``actions`` is what the tests
record of real runs, ``also`` what it takes in a state that they do not make. Whoever proves rows as well needs the reader's policy beside it (``docs/reader-policy.json``).
"""

import json
import tomllib
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from plan import plan_for
from runbook.procedures.provision import ORDER
from signoff.environment import ENVIRONMENTS, Environment, load

DECLARED = Path(__file__).with_name("rights.toml")
FOLDER = Path(__file__).parent.parent / "docs" / "rights"
EXAMPLE = {
    "SIGNOFF_ACCOUNT": "111122223333",
    "SIGNOFF_ORIGIN": "https://stamp-rally.example.jp",
    "SIGNOFF_LINE__CHANNEL_ID": "1234567890",
}
"""The production of the generated documents: an account number of AWS's own documentation."""
ANYWHERE = ("*",)
UNSCOPED = frozenset(
    {
        *("lambda:ListFunctions", "lambda:GetAccountSettings", "lambda:ListEventSourceMappings"),
        *("dynamodb:ListTables", "logs:DescribeLogGroups", "sns:ListTopics"),
        *("secretsmanager:ListSecrets", "acm:ListCertificates", "acm:RequestCertificate"),
    }
)
"""Actions that know no resource, or that AWS asks for on another one than ours."""


@cache
def written() -> Mapping[str, Mapping[str, list[str]]]:
    """Return the declarations as they are written."""
    return tomllib.loads(DECLARED.read_text(encoding="utf-8"))


@cache
def declared() -> Mapping[str, tuple[str, ...]]:
    """Return procedure -> IAM actions that it takes."""
    of = {name: {*one["actions"], *one.get("also", ())} for name, one in written().items()}
    whole = {action for part in ORDER for action in of.get(_name(part), ())}
    return {name: tuple(sorted(actions)) for name, actions in {**of, "provision": whole}.items()}


def _name(part: ModuleType) -> str:
    return part.__name__.rpartition(".")[2]


def document(procedure: str) -> Path:
    """Return where the policy of a procedure stands, for somebody who has to ask for it."""
    return FOLDER / f"{procedure}.json"


def where(procedure: str) -> str:
    """Return the path of the policy as it is told; empty where none is declared."""
    return (
        str(document(procedure).relative_to(FOLDER.parent.parent))
        if procedure in declared()
        else ""
    )


def policy(procedure: str, environment: Environment) -> dict[str, Any]:
    """Return the policy of one procedure, a statement a service and its resources; KeyError without a declaration."""
    by_place: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for action in declared()[procedure]:
        place = (action.partition(":")[0], _resources(action, environment))
        by_place.setdefault(place, []).append(action)
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": _sid(service, resources),
                "Effect": "Allow",
                "Action": sorted(actions),
                "Resource": list(resources),
            }
            for (service, resources), actions in sorted(by_place.items())
        ],
    }


def _sid(service: str, resources: tuple[str, ...]) -> str:
    words = service.replace("-", " ").title().replace(" ", "")
    return f"{words}Anywhere" if resources == ANYWHERE else f"{words}OfTheEnvironment"


def _resources(action: str, environment: Environment) -> tuple[str, ...]:
    """Return the ARNs on which an action is taken; what this environment names, and what it may come to."""
    service = action.partition(":")[0]
    find = _RESOURCES.get(service)
    return ANYWHERE if find is None or action in UNSCOPED else tuple(find(environment))


def _tables(environment: Environment) -> Iterable[str]:
    """A restored table has the name of its source, with a time behind it."""
    return (f"{one.arn}*" for one in plan_for(environment).tables)


def _log_groups(environment: Environment) -> Iterable[str]:
    base = f"arn:aws:logs:{environment.region}:{environment.account}:log-group:"
    prefix = environment.prefix
    names = (f"/aws/lambda/{prefix}-", f"/aws/apigateway/{prefix}-", "API-Gateway-Execution-Logs_")
    return (f"{base}{one}*" for one in names)


def _cloudwatch(environment: Environment) -> Iterable[str]:
    region, account = environment.region, environment.account
    return (
        f"arn:aws:cloudwatch:{region}:{account}:alarm:*",
        f"arn:aws:cloudwatch::{account}:dashboard/{environment.prefix}*",
    )


def _buckets(environment: Environment) -> Iterable[str]:
    bucket = plan_for(environment).bucket
    names = ([bucket.name] if bucket else []) + [f"{environment.prefix}-evidence-*"]
    return (arn for one in names for arn in (f"arn:aws:s3:::{one}", f"arn:aws:s3:::{one}/*"))


_RESOURCES: Mapping[str, Callable[[Environment], Iterable[str]]] = {
    "apigateway": lambda given: (f"arn:aws:apigateway:{given.region}::/*",),
    "cloudwatch": _cloudwatch,
    "dynamodb": _tables,
    "iam": lambda given: (f"arn:aws:iam::{given.account}:role/{given.prefix}-*",),
    "lambda": lambda given: (
        f"arn:aws:lambda:{given.region}:{given.account}:function:{given.prefix}-*",
    ),
    "logs": _log_groups,
    "s3": _buckets,
    "secretsmanager": lambda given: (one.arn_pattern for one in plan_for(given).secrets),
    "sns": lambda given: (f"{plan_for(given).topic.arn}*",),
}


def text(procedure: str, environment: Environment) -> str:
    return json.dumps(policy(procedure, environment), indent=2) + "\n"


def main() -> None:
    """Write the documents anew, for production in an account of the documentation."""
    environment = load("prod", ENVIRONMENTS, EXAMPLE).environment
    FOLDER.mkdir(parents=True, exist_ok=True)
    for left in FOLDER.glob("*.json"):
        left.unlink()
    for procedure in declared():
        document(procedure).write_text(text(procedure, environment), encoding="utf-8")


if __name__ == "__main__":
    main()
