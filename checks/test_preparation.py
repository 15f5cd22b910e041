"""PREP: what must be decided and proven before anything is switched."""

from datetime import datetime

import pytest

from aws.inventory import Inventory, Sections
from checks import environment_values
from checks.deployed import Deployed
from checks.preparation import (
    copies_elsewhere,
    custody,
    foreign_arns,
    functional_red,
    kept_for_good,
    planned_names,
    unexpected,
)
from plan import Plan
from signoff.checklist import expectation
from signoff.decisions import Decided
from signoff.environment import Environment
from signoff.evidence import Records
from signoff.observations import Observations


@expectation("PREP-01", ja="devの最新の実行が合格で新しい")
def test_newest_dev_run_is_green_and_recent(
    dev: Records, deployed: Deployed, environment: Environment, now: datetime, observe: Observations
) -> None:
    run = deployed.dev_record("run", dev)
    observe.note(at=run.created, release=run.release, rows=run.body["rows"])

    age, before = now - run.created, environment.before
    fresh = 0 <= age.days < environment.fresh.dev_run
    assert fresh, f"the newest {before} run is {age.days} days old"
    assert not functional_red(run), f"red in {before}: {', '.join(functional_red(run))}"


@expectation("PREP-04", ja="すべてのリソースが計画した名前である")
def test_every_planned_resource_has_its_name(
    deployed: Deployed, plan: Plan, observe: Observations
) -> None:
    observe.note(names=planned_names(deployed, plan))


@expectation("PREP-04", ja="計画した名前のAPIが一つだけである")
def test_only_one_api_has_the_planned_name(
    deployed: Deployed, plan: Plan, observe: Observations
) -> None:
    apis = deployed.rest_apis()
    observe.note(name=plan.api.name, ids=[api.id for api in apis])

    assert len(apis) == 1, f"{len(apis)} APIs are named {plan.api.name}"


@expectation("PREP-05", ja="接頭辞を持つ計画外のリソースがない")
@pytest.mark.parametrize("kind", ["functions", "tables", "roles", "secrets", "alarms", "rest_apis"])
def test_nothing_unplanned_has_the_prefix(
    kind: str, deployed: Deployed, plan: Plan, environment: Environment, observe: Observations
) -> None:
    names = observe(deployed.names(kind), "names").names

    more = unexpected(kind, names, plan, environment)
    assert not more, f"{kind} beyond the plan: {', '.join(more)}"


@expectation("PREP-06", ja="アカウントとリージョンが決定どおりである")
def test_account_and_region_are_the_decided_ones(
    inventory: Inventory, environment: Environment, observe: Observations
) -> None:
    observe(inventory, "account", "region", "caller")

    there = (inventory.account, inventory.region)
    assert there == (environment.account, environment.region), f"read from {' in '.join(there)}"


@expectation("PREP-06", ja="読み取ったものすべてが決定したアカウントとリージョンにある")
def test_everything_read_lies_in_the_decided_account_and_region(
    found: Sections, environment: Environment, observe: Observations
) -> None:
    judged, foreign = foreign_arns(found, environment.account, environment.region)
    observe.note(arns=judged)

    assert not foreign, f"elsewhere: {', '.join(foreign)}"


@expectation("PREP-06", ja="別のリージョンに複製されていない")
def test_nothing_is_copied_into_another_region(
    found: Sections, environment: Environment, observe: Observations
) -> None:
    copies = copies_elsewhere(found, environment.region)
    observe.note(region=environment.region, copies=copies)

    assert not copies, f"copied: {', '.join(copies)}"


@expectation("PREP-07", ja="環境ファイルの値がすべて手順書の範囲内である")
def test_every_value_of_the_environment_file_is_within_the_bounds_of_the_guide(
    environment: Environment, decided: Decided, observe: Observations
) -> None:
    observe.note(values=environment_values.values(environment), judged=environment.production)

    decided(environment_values.judged(environment) if environment.production else (), observe)


@expectation("PREP-08", ja="環境ファイルの決定がすべて有効である")
def test_every_decision_of_the_environment_file_is_in_force(
    environment: Environment, decided: Decided, observe: Observations
) -> None:
    over = [one.sentence for one in environment.decisions if not decided.in_force(one)]
    observe.note(decisions=[one.sentence.en for one in environment.decisions])

    assert not over, f"over: {'; '.join(one.en for one in over)}"


@expectation("PREP-09", ja="すべての記録が署名され、欠けがない")
def test_every_record_is_signed_and_none_is_missing(
    records: Records, observe: Observations
) -> None:
    store = custody(records)
    observe.note(store=store.location, key=store.key, signed=store.signed)

    assert not records.problem, records.problem


@expectation("PREP-09", ja="本番の記録はポリシーで署名者を定めた鍵で署名する")
def test_production_signs_by_a_key_whose_policy_says_who_may(
    records: Records, environment: Environment, observe: Observations
) -> None:
    store = custody(records)
    observe.note(key=store.key)

    assert store.in_kms or not environment.production, (
        f"{environment.name} signs its records by {store.key}, with which anybody can sign who can "
        f"read it (expected evidence_key, a KMS key; python -m runbook evidence makes it)"
    )


@expectation("PREP-09", ja="本番の記録は全バージョンを保存する")
def test_production_keeps_every_version_of_its_records(
    records: Records, environment: Environment, observe: Observations
) -> None:
    store = custody(records)
    observe.note(store=store.location, history=store.history.state)

    assert kept_for_good(store) or not environment.production, (
        f"{environment.name} keeps its records in {store.location} ({store.history.state}): what is "
        f"overwritten or deleted there is lost (expected s3:// with versioning)"
    )
