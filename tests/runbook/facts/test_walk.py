"""What a check sees, the procedure sees: every fact of every kind is repaired, a person's, or nobody's plan.

The kinds are read from the types of the inventory, so that a new fact fails here until it has an answer.
"""

from dataclasses import fields

import pytest

from aws.change.gate import Refused
from signoff.evidence.parts import kinds
from tests.defects import CALLED, changed_by
from tests.runbook.facts import (
    ANSWERS,
    api,
    compute,
    data,
    identifying,
    left_to_people,
    repaired,
    watch,
)
from tests.runbook.facts.answer import OF_AWS, PersonActs, Repaired, run

STRICTER = {**data.STRICTER, **compute.STRICTER, **api.STRICTER, **watch.STRICTER}


def named(one):
    return getattr(one, "__name__", one)


def answered(kind):
    return {
        (key, fact): answer
        for key, answers in ANSWERS.items()
        for fact, answer in answers.items()
        if isinstance(answer, kind)
    }


def read(inventory, answer):
    """Return the resource as a check finds it."""
    return answer.of(getattr(inventory.sections, answer.section)[answer.item])


def value(found, kind, fact):
    """Return the fact, or all that was read where it stands further inside."""
    return getattr(found, fact) if type(found) is kind else found


@pytest.mark.parametrize("kind", kinds(), ids=named)
def test_every_fact_has_an_answer(kind):
    by_defects = changed_by(CALLED, kind) | left_to_people(kind) | identifying(kind)

    open_ = {field.name for field in fields(kind)} ^ (by_defects | {*ANSWERS.get(kind, ())})
    assert not open_, f"tests/runbook/facts/: who repairs {', '.join(sorted(open_))} of {kind}"


@pytest.mark.parametrize("defect", CALLED, ids=str)
def test_defect_that_a_call_makes_reads_as_it_is_judged_and_its_remedy_repairs_it(
    desk, defect, as_planned, reading
):
    answer, changed = repaired(defect), defect.breaks.fields
    planned = read(as_planned, answer)
    answer.harm(desk.client)
    broken = read(reading(), answer)
    made = run(desk, answer.by)
    after, others = read(reading(), answer), ANSWERS.get(type(planned), {})
    ours = [fact for fact in changed if others.get(fact) is not OF_AWS]

    assert {fact: getattr(broken, fact) for fact in changed} == changed
    assert made
    assert [getattr(after, fact) for fact in ours] == [getattr(planned, fact) for fact in ours]


@pytest.mark.parametrize(("kind", "fact"), answered(Repaired), ids=named)
def test_fact_that_differs_is_within_its_bound_after_the_procedure(
    desk, kind, fact, as_planned, reading
):
    answer = ANSWERS[kind][fact]
    planned = value(read(as_planned, answer), kind, fact)
    answer.harm(desk.client)
    made = run(desk, answer.by)
    after = value(read(reading(), answer), kind, fact)

    assert made
    assert answer.within(after) if answer.within else after == planned


@pytest.mark.parametrize(("kind", "fact"), answered(PersonActs), ids=named)
def test_fact_that_only_a_person_can_change_is_told(desk, kind, fact):
    ANSWERS[kind][fact].harm(desk.client)

    with pytest.raises(Refused, match=ANSWERS[kind][fact].told):
        run(desk, ANSWERS[kind][fact].by)


@pytest.mark.parametrize("what", STRICTER)
def test_stricter_value_is_never_loosened(desk, what):
    STRICTER[what].change(desk.client)

    assert run(desk, STRICTER[what].by) == []
