"""The IAM policy that a procedure needs, made from the actions that its recorded runs take and the names of an environment.

``rights.json`` holds procedure -> place -> actions (place empty: the resources of each action's own service; else a
key of ``rights_resources``). ``python -m tests.runbook.recorded_runs`` records it, and a test compares it.
``python -m runbook.rights`` writes a policy a procedure into ``docs/rights/``; ``python -m runbook NAME --env ENV
--policy`` prints the policy for an environment. To prove rows as well, or to sign, the reader's policy is needed beside it
(``docs/reader-policy.json``).
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from runbook.engine import Procedure
from runbook.procedures.provision import ORDER
from runbook.rights_resources import ANYWHERE, PolicyScope
from signoff.environment import ENVIRONMENTS, Environment, load
from signoff.environment.schema import Domain

RECORDED = Path(__file__).with_name("rights.json")
FOLDER = Path(__file__).parent.parent / "docs" / "rights"
EXAMPLE = {
    "SIGNOFF_ACCOUNT": "111122223333",
    "SIGNOFF_ORIGIN": "https://stamp-rally.example.jp",
    "SIGNOFF_LINE__CHANNEL_ID": "1234567890",
}
"""Production in the generated documents, with an account number from AWS's own documentation."""
KEY = "arn:aws:kms:ap-northeast-1:111122223333:key/{}-12ab-34cd-56ef-1234567890ab"
Actions = Mapping[str, Sequence[str]]
"""Place -> actions."""


@cache
def recorded() -> Mapping[str, Actions]:
    """Return procedure -> actions, as they are recorded."""
    read: Mapping[str, Actions] = json.loads(RECORDED.read_text(encoding="utf-8"))
    return read


@cache
def declared() -> Mapping[str, Actions]:
    """Return the same with provision, which takes what its parts take."""
    whole: dict[str, set[str]] = defaultdict(set)
    for part in map(Procedure.of, ORDER):
        for place, actions in recorded().get(part.name, {}).items():
            whole[place].update(actions)
    return {**recorded(), "provision": {place: sorted(them) for place, them in whole.items()}}


def document(procedure: str) -> Path:
    """Return the file of a procedure's policy, for somebody who has to ask for it."""
    return FOLDER / f"{procedure}.json"


def where(procedure: str) -> str:
    """Return the path of the policy as a message shows it; empty if none is declared."""
    return (
        str(document(procedure).relative_to(FOLDER.parent.parent))
        if procedure in declared()
        else ""
    )


def policy(procedure: str, scope: PolicyScope) -> dict[str, Any]:
    """Return the policy of one procedure, a statement a place and its resources; KeyError without a declaration."""
    statements: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for place, actions in declared()[procedure].items():
        for action in actions:
            if resources := scope.resources(place, action):
                sid = _sid(place, action, resources)
                statements.setdefault((sid, resources), []).append(action)
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": sid,
                "Effect": "Allow",
                "Action": sorted(actions),
                "Resource": list(resources),
            }
            for (sid, resources), actions in sorted(statements.items())
        ],
    }


def _sid(place: str, action: str, resources: tuple[str, ...]) -> str:
    if place:
        return _title(place)
    service = _title(action.partition(":")[0])
    return f"{service}Anywhere" if resources == ANYWHERE else f"{service}OfTheEnvironment"


def _title(name: str) -> str:
    return name.replace("-", " ").replace("_", " ").title().replace(" ", "")


def text(procedure: str, scope: PolicyScope) -> str:
    return json.dumps(policy(procedure, scope), indent=2) + "\n"


def example() -> Environment:
    """Return the production of the generated documents, with every optional part that takes a right."""
    plain = load("prod", ENVIRONMENTS, EXAMPLE).environment
    return replace(
        plain,
        domain=Domain(name="api.stamp-rally.example.jp", hosted_zone="Z1D633PJN98FT9"),
        bucket=f"{plain.prefix}-images",
        table_key=KEY.format("1234abcd"),
        secret_key=KEY.format("2345bcde"),
        evidence=f"s3://{plain.prefix}-evidence-{plain.account}/records",
        evidence_key=KEY.format("3456cdef"),
    )


def main() -> None:
    """Write the documents anew, for production in an account of the documentation."""
    scope = PolicyScope(example())
    FOLDER.mkdir(parents=True, exist_ok=True)
    for left in FOLDER.glob("*.json"):
        left.unlink()
    for procedure in declared():
        document(procedure).write_text(text(procedure, scope), encoding="utf-8")


if __name__ == "__main__":
    main()
