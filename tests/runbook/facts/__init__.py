"""What becomes of each fact of each kind of resource: a procedure repairs it, or a person acts, or nothing plans it."""

import re

from aws.kind.description import ARN, BY_NAME, PLANNED_BY
from aws.kinds import KINDS
from runbook.catalogue import procedures
from signoff.judge.checklist import Checklist
from tests.defects import DEFECTS, changed_by
from tests.runbook.facts import api, compute, data, watch
from tests.runbook.facts.answer import Repaired

ANSWERS = {**data.ANSWERS, **compute.ANSWERS, **api.ANSWERS, **watch.ANSWERS}
WITH_A_COMMAND = [defect for defect in DEFECTS if Checklist.load()[defect.row].remedy]


def left_to_people(kind):
    """Return the facts of a kind that defects change, and none of a row that prints a command."""
    return changed_by(DEFECTS, kind) - changed_by(WITH_A_COMMAND, kind)


def identifying(kind):
    """Return the facts by which a resource is found, as the description of its kind says."""
    return {
        name
        for described in KINDS
        if described.type is kind
        for name, fact in described.facts.items()
        if fact.at == BY_NAME or fact.part is PLANNED_BY or fact.words is ARN
    }


def repaired(defect):
    """Return how a defect that a call makes is repaired: by the steps that prove its row in the procedure of its remedy."""
    name = re.match(r"python -m runbook (\w+)", Checklist.load()[defect.row].remedy[0])[1]
    steps = [step for step in procedures()[name].steps if defect.row in step.proves]
    return Repaired(
        harm=defect.call,
        by=tuple(step.action for step in steps),
        section=defect.breaks.section,
        item=defect.breaks.name,
        row=defect.row,
    )
