"""Whatever member AWS leaves out of an answer, a step ends by itself or with a sentence: each member of each read, in each step."""

import pytest

from aws.change.gate import Refused
from runbook.procedures.provision import procedure
from signoff.judge.errors import EXPECTED
from tests.runbook.desk import READS
from tests.runbook.test_incomplete_answers import lacking

OF_TABLES = frozenset({"Query", "Scan"})
"""Their items have the attributes that they were given."""
STEPS = [step for step in procedure().steps if step.action]


def members(value, path=()):
    """Yield the path of every member of an answer; lists are transparent."""
    if isinstance(value, list):
        for one in value:
            yield from members(one, path)
    if isinstance(value, dict):
        for name, one in value.items():
            yield (*path, name)
            yield from members(one, (*path, name))


def read_by(desk, step):
    """Return (service, operation, path) of every member of what a step's rehearsal reads."""
    seen = set()

    def note(parsed, model, **_):
        if model.name.startswith(READS) and model.name not in OF_TABLES and "Error" not in parsed:
            service = model.service_model.service_id.hyphenize()
            answer = {name: value for name, value in parsed.items() if name != "ResponseMetadata"}
            seen.update((service, model.name, path) for path in members(answer))

    with desk.hooked("after-call", note):
        step.action(desk.context(go=False))
    return sorted(seen)


def tracebacks(desk, step):
    """Return what the rehearsal raises beside sentences, for each member that is left out."""
    found = []
    for service, operation, path in read_by(desk, step):
        with lacking(desk, f"{service}:{operation}", *path):
            try:
                step.action(desk.context(go=False))
            except (Refused, *EXPECTED):
                continue
            except Exception as error:  # noqa: BLE001 - whatever it is, a person would see its traceback
                found.append(f"{operation} without {'.'.join(path)}: {error!r}")
    return found


@pytest.mark.parametrize("step", STEPS, ids=lambda one: f"{one.module} {one.name}")
def test_step_says_what_an_answer_lacks(step, finished):
    assert tracebacks(finished, step) == []
