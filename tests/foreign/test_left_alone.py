"""A procedure changes nothing of what is green, whoever made it and however it is written.

It is tried on the careful stack as it was set up, and after one harmless change for each set of procedures that see it,
or for each row that asks for a decision, which it has got by then. What a procedure still changes there is listed, each with its reason. ``deep/test_left_alone.py``
makes all other changes.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from types import ModuleType

import pytest

from aws.change.gate import Change
from aws.difference import Difference
from runbook.engine import Procedure
from runbook.procedures import (
    api,
    domain,
    encryption,
    functions,
    least_privilege,
    masters,
    monitoring,
    secrets,
    tables,
    throttling,
)
from runbook.procedures.provision import context_for
from signoff.environment import Environment
from signoff.judge.decisions import decisions_of
from signoff.judge.snapshot import Snapshot
from tests.foreign.account import Account, with_evidence
from tests.foreign.changes import HARMLESS, one_of_each
from tests.foreign.hand import compute
from tests.foreign.judged import as_printed
from tests.healthy import healthy
from tests.judging import judge
from tests.runbook.desk import LINE_TOKEN

RELEASED = "the procedure releases what is built; the hand's own code has another handler"
BODY = (
    "the contract promises `error` and `message`, which AWS's own bodies lack: smoke would be red"
)
EXPIRING = "API Gateway makes it at the first request to be logged, and then it never expires"
REASONS = {
    ("function", "handler"): RELEASED,
    ("alias", "handler"): RELEASED,
    ("gateway response", "template"): BODY,
    (
        "gateway response",
        "status code",
    ): "of the kinds that are new with their own code in the body",
    ("gateway response", "headers"): "of the kinds that are new with their own code in the body",
    ("stage", "deployment"): "the gateway responses are served once they are deployed",
    ("log group", "retention (days)"): EXPIRING,
    ("log group", "tag Environment"): "of the log group that is made",
    ("log group", "tag Project"): "of the log group that is made",
}
"""Kind of resource and field that are changed on the careful stack -> why."""
TOUCHED: dict[ModuleType, frozenset[str]] = {
    secrets: frozenset({"secrets", "secret_attachments", "secret_values"}),
    least_privilege: frozenset({"roles", "role_attachments"}),
    tables: frozenset(
        {"tables", "table_tags", "table_policies", "table_attachments", "backups"}
        | {"scalable_targets"}
    ),
    encryption: frozenset({"tables", "buckets", "bucket_attachments", "keys"}),
    functions: frozenset(
        {"functions", "function_attachments", "aliases", "versions", "lambda_account"}
    ),
    api: frozenset(
        {"draft", "served", "deployments", "rest_apis", "stages", "function_policies", "api_keys"}
    ),
    throttling: frozenset({"stages", "usage_plans", "api_keys"}),
    masters: frozenset({"tables", "contents"}),
    monitoring: frozenset({"alarms", "topics", "dashboards", "log_groups", "mute_rules"}),
    domain: frozenset({"domains", "api_mappings"}),
}
"""Procedure -> the sections that tell of what it makes: after a change of none of them it sees what it saw."""
UNTOUCHED = frozenset({"automations", "principals"})
"""What no procedure makes."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Rehearses procedures on an account that is judged as this snapshot, read once a procedure asks."""

    account: Account
    snapshot: Callable[[], Snapshot]
    environment: Environment
    undecided: Callable[[Iterable[Difference]], Sequence[Difference]] = list

    def changes(self, procedures: Iterable[ModuleType]) -> set[tuple[str, str]]:
        """Return resource and field of each change that they would make; of the evidence, none is meant."""
        context = context_for(
            self.account.session,
            self.environment,
            secret=lambda _: LINE_TOKEN,
            build=lambda _: compute.package("second"),
            record=lambda *_: None,
            rehearsed=False,
            findings=self._red,
        )
        here = replace(context, clients=self.account.client, undecided=self.undecided)
        steps = [
            step
            for procedure in procedures
            for step in Procedure.of(procedure).steps
            if step.action
        ]
        made: list[Change] = [change for step in steps for change in step.action(here)]
        return {
            (change.resource.en, change.field.en)
            for change in made
            if change.resource.en != "evidence"
        }

    def _red(self, rows):
        return tuple(finding for finding in judge(self.snapshot(), rows) if finding.outcome.red)


def touching(sections: Iterable[str]) -> list[ModuleType]:
    return [key for key, its in TOUCHED.items() if not its.isdisjoint(sections)]


MADE_BY_US = [change for change in HARMLESS if touching(change.reads)]


def before_by(before, change):
    """Return what the same procedures would change without it."""
    return set().union(*(before[one] for one in touching(change.reads)))


def made_after(change, account, inventory):
    """Return what the procedures that it touches would change after a change that is green."""

    @cache
    def judged():
        return with_evidence(inventory, account.again(inventory, *change.reads))

    rehearsal = Rehearsal(account, judged, healthy().environment)
    with change.made(account.client):
        return rehearsal.changes(touching(change.reads))


def made_by_decision(change, account, inventory, judge_again):
    """Return the same after a change that is green by the decisions that it asks for."""
    with change.made(account.client):
        asked = with_evidence(inventory, account.again(inventory, *change.reads))
        decided = as_printed(asked, judge_again(asked))
        undecided = decisions_of(decided).undecided
        rehearsal = Rehearsal(account, lambda: decided, decided.environment, undecided)
        return rehearsal.changes(touching(change.reads))


def made_before(account, inventory):
    """Return what each procedure would change on the careful stack as it was set up."""
    judged = with_evidence(inventory)
    rehearsal = Rehearsal(account, lambda: judged, judged.environment)
    return {one: rehearsal.changes([one]) for one in TOUCHED}


@pytest.fixture(scope="module")
def before(account, inventory):
    return made_before(account, inventory)


def test_careful_stack_is_changed_where_a_reason_is_known_alone(before):
    changed = {
        (resource.rpartition(" ")[0], field) for one in before.values() for resource, field in one
    }

    assert changed == REASONS.keys()


SEEN_BY = {tuple(touching(change.reads)): change for change in MADE_BY_US if not change.red}
GREEN = tuple(SEEN_BY.values())
"""One for the procedures that see it."""
BY_DECISION = one_of_each(change for change in MADE_BY_US if change.red)


@pytest.mark.parametrize("change", GREEN, ids=str)
def test_procedure_changes_nothing_of_what_is_green(change, account, inventory, before):
    assert made_after(change, account, inventory) <= before_by(before, change)


@pytest.mark.parametrize("change", BY_DECISION, ids=str)
def test_procedure_changes_nothing_of_what_is_green_by_a_decision(
    change, account, inventory, judge_again, before
):
    made = made_by_decision(change, account, inventory, judge_again)

    assert made <= before_by(before, change)


def test_every_harmless_change_is_of_what_a_procedure_makes_or_of_other_principals():
    unseen = {
        section for change in HARMLESS if not touching(change.reads) for section in change.reads
    }

    assert unseen == UNTOUCHED
