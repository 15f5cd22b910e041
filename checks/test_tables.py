"""DEP-01 to DEP-07: the three tables are there, shaped, scaled and protected as decided."""

from aws import desired
from aws.difference import unallowed
from aws.ledgers.dynamodb import TABLE
from checks.bounds import bounds_of
from checks.denials import denials
from checks.deployed import Deployed
from checks.table_shape import (
    WINDOW_DAYS,
    deployed_key,
    index_flaws,
    planned_key,
    rigid,
    window_days,
)
from checks.tagging import tagged
from plan import Plan
from signoff.checklist import expectation
from signoff.decisions import Decided
from signoff.environment import Environment
from signoff.observations import Observations


@expectation("DEP-01")
def test_table_is_active(table: desired.Table, deployed: Deployed, observe: Observations) -> None:
    found = observe(deployed.table(table), "arn", "status")

    assert found.status == "ACTIVE", f"{found.name} is {found.status}"


@expectation("DEP-02")
def test_table_has_the_planned_key(
    table: desired.Table, deployed: Deployed, observe: Observations
) -> None:
    found = observe(deployed.table(table), "hash_key", "range_key", "attribute_types")

    assert deployed_key(found) == planned_key(table), f"{found.name} has {deployed_key(found)}"


@expectation("DEP-02")
def test_table_has_the_planned_indexes(
    table: desired.Table, deployed: Deployed, observe: Observations
) -> None:
    found = observe(deployed.table(table), "indexes")

    assert not index_flaws(found, table), f"{found.name}: {'; '.join(index_flaws(found, table))}"


@expectation("DEP-03")
def test_table_scales_by_itself(
    table: desired.Table, deployed: Deployed, observe: Observations
) -> None:
    found = observe(deployed.table(table), "billing_mode")
    targets = deployed.scalable_targets(table)
    observe.note(table=found.name, targets=targets)

    assert not rigid(found, targets), f"{found.name} is fixed: {', '.join(rigid(found, targets))}"


@expectation("DEP-04")
def test_table_has_point_in_time_recovery(
    table: desired.Table, deployed: Deployed, environment: Environment, observe: Observations
) -> None:
    backups = deployed.backups(table)
    observe.note(table=table.name, pitr=backups.pitr)

    needed = environment.pitr or environment.production
    assert backups.pitr or not needed, f"point-in-time recovery of {table.name} is off"


@expectation("DEP-05")
def test_table_can_be_restored_for_as_long_as_decided(
    table: desired.Table, deployed: Deployed, observe: Observations
) -> None:
    backups = deployed.backups(table)
    observe.note(table=table.name, days=backups.window_days, earliest=backups.earliest)

    days = window_days(backups.window_days)
    assert days == WINDOW_DAYS, f"{table.name} can be restored for {days} days only"


@expectation("DEP-06")
def test_table_has_the_planned_tags(
    table: desired.Table, deployed: Deployed, plan: Plan, observe: Observations
) -> None:
    tags = deployed.table_tags(table).tags
    observe.note(table=table.name, tags=tags)

    there = tagged(tags, plan.tags)
    assert there == plan.tags, f"{table.name} is tagged {there}"


@expectation("DEP-07")
def test_table_is_protected_from_deletion(
    table: desired.Table, deployed: Deployed, observe: Observations
) -> None:
    found = observe(deployed.table(table), "deletion_protection")

    assert found.deletion_protection, f"{found.name} can be deleted by one call"


@expectation("DEP-08")
def test_nothing_unplanned_is_attached_to_the_table(
    table: desired.Table, deployed: Deployed, decided: Decided, observe: Observations
) -> None:
    attached = deployed.table_attachments(table)
    observe.note(table=table.name, attached=[f"{one.fact.en}: {one.found}" for one in attached])

    decided(unallowed(attached, table.allows), observe)


@expectation("DEP-08")
def test_policy_of_the_table_denies_our_functions_nothing(
    table: desired.Table,
    deployed: Deployed,
    plan: Plan,
    environment: Environment,
    decided: Decided,
    observe: Observations,
) -> None:
    policy = deployed.table_policy(table)
    observe.note(table=table.name, policy=policy.document)

    ours = bounds_of(plan, environment)
    decided(denials(TABLE, table.name, table.arn, policy.document, ours), observe)
