"""GitHub's runner, as far as our workflows ask for it: a clean clone, a role by OIDC, and the steps that run something."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.world.accounts import WorldAccount
from tests.world.machine import Machine
from tests.world.people import signed_in
from tests.world.walk import Walk

EXPRESSION = re.compile(r"\$\{\{(.+?)\}\}")
CREDENTIALS = "aws-actions/configure-aws-credentials"
LEFT_OUT = (".ci/prepare", "make lint", "make test")
"""Steps that need the outside, or that CI runs beside this: nothing leaves this world, and it has two minutes."""
WORKFLOWS = Path(".github/workflows")


@dataclass(frozen=True, slots=True)
class PipelineRun:
    """One job of a workflow of the clone's commit. ``variables`` are those of the GitHub environment."""

    walk: Walk
    machine: Machine
    account: WorldAccount
    variables: Mapping[str, str] = field(default_factory=dict)

    def run(self, workflow: str, job: str, event: str, inputs: Mapping[str, str]) -> int:
        """Run the steps in their order; return the exit code of the first that fails, which ends it."""
        file = self.machine.clone / WORKFLOWS / f"{workflow}.yml"
        asked = yaml.safe_load(file.read_text(encoding="utf-8"))["jobs"][job]
        known = {
            "inputs": inputs,
            "vars": self.variables,
            "env": {},
            "github": {"event_name": event},
            "matrix": {name: of[-1] for name, of in _matrix(asked).items()},
        }
        known["env"] = _filled(asked.get("env", {}), known)
        summary = self.machine.home / "summary.md"
        environment = {**known["env"], "CI": "true", "GITHUB_STEP_SUMMARY": str(summary)}
        ended = 0
        for step in asked["steps"]:
            if CREDENTIALS in step.get("uses", ""):
                role = _filled(step["with"], known)["role-to-assume"].rpartition("/")[2]
                environment |= signed_in(self.account, role, "github")
            asked_for = _holds(step.get("if", "success()"), known, ended)
            if asked_for and step.get("run", LEFT_OUT[0]) not in LEFT_OUT:
                ended = ended or self._step(step["run"], environment)
        return ended

    def _step(self, command: str, environment: Mapping[str, str]) -> int:
        shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", command]
        done = self.walk.command(self.machine, shell, environment, expects=range(256))
        return 1 if done.code is None else done.code


def _matrix(job: Mapping[str, Any]) -> Mapping[str, Sequence[str]]:
    """Return the matrix of a job, of which the last value of each axis is run."""
    found: Mapping[str, Sequence[str]] = job.get("strategy", {}).get("matrix", {})
    return found


def _holds(condition: str, known: Mapping[str, Mapping[str, str]], ended: int) -> bool:
    """Whether a step runs: terms joined by ``&&``, each a comparison of a name with a literal, or about the job."""
    terms = [term.strip() for term in condition.split("&&")]
    return all(_is_true(term, known) for term in terms) and ("always()" in terms or not ended)


def _is_true(term: str, known: Mapping[str, Mapping[str, str]]) -> bool:
    if term in {"always()", "success()"}:
        return True
    name, operator, literal = term.split(maxsplit=2)
    return (_value(name, known) == literal.strip("'")) is (operator == "==")


def _filled(texts: Mapping[str, str], known: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Evaluate the expressions of a mapping: names joined by ``||``, and literals in quotes."""
    return {
        name: EXPRESSION.sub(lambda found: _value(found[1], known), str(text))
        for name, text in texts.items()
    }


def _value(expression: str, known: Mapping[str, Mapping[str, str]]) -> str:
    return next(filter(None, _alternatives(expression, known)), "")


def _alternatives(expression: str, known: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    for term in map(str.strip, expression.split("||")):
        context, _, name = term.partition(".")
        yield term.strip("'") if term.startswith("'") else known[context].get(name, "")
