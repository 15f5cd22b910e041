"""PREP: what must be decided and proven before anything is switched."""

from datetime import date, datetime

import pytest

from aws.bounds import between, exactly, within
from aws.difference import differences
from aws.inventory import Inventory, Sections
from aws.kinds.rest_api import REST_API
from aws.words import Words
from checks import environment_values
from checks.deployed import Deployed
from checks.preparation import (
    copies_elsewhere,
    foreign_arns,
    functional_red,
    planned_names,
    unexpected,
    untimely,
)
from plan import Plan
from signoff.environment import Environment, where
from signoff.evidence import Records
from signoff.judge.checklist import expectation
from signoff.judge.decisions import Judge
from signoff.judge.observations import Observations

NEWEST_RUN = Words(en="newest run of", ja="最新の実行: ")
AGE = Words(en="age (days)", ja="経過日数")
RED = Words(en="red rows", ja="不合格の項目")
NUMBER = Words(en="number of APIs of that name", ja="同名のAPIの数")
PREFIX = Words(en="prefix", ja="接頭辞")
ENVIRONMENT = Words(en="environment", ja="環境")
ACCOUNT = Words(en="account", ja="アカウント")
REGION = Words(en="Region", ja="リージョン")
ELSEWHERE = Words(en="ARNs of another account or Region", ja="別のアカウントやリージョンのARN")
OVER = Words(en="decisions that are over", ja="期限の切れた例外承認")
KINDS = {
    "functions": "関数",
    "tables": "テーブル",
    "roles": "ロール",
    "secrets": "シークレット",
    "alarms": "アラーム",
    "rest_apis": "REST API",
}


def beyond_the_plan(kind: str) -> Words:
    return Words(en=f"{kind} beyond the plan", ja=f"計画外の{KINDS[kind]}")


@expectation("PREP-01", ja="devの最新の実行が合格しており、有効期間内である")
def test_newest_dev_run_is_green_and_recent(
    dev: Records, deployed: Deployed, environment: Environment, now: datetime, judge: Judge
) -> None:
    run = deployed.run_before(dev, environment.before)
    known = run.body.get("known_faults", ())
    judge.observe.note(
        at=run.created, release=run.release, rows=run.body["rows"], known_faults=known
    )

    facts = {AGE: (now - run.created).days, RED: functional_red(run)}
    bounds = {AGE: between(0, environment.fresh.dev_run - 1), RED: within(())}
    about = {"decided_in": where("fresh"), "decidable": False}
    judge(differences(NEWEST_RUN, environment.before, facts, bounds, **about))


@expectation("PREP-04", ja="すべてのリソースが計画した名前である")
def test_every_planned_resource_has_its_name(
    deployed: Deployed, plan: Plan, observe: Observations
) -> None:
    observe.note(names=planned_names(deployed, plan))


@expectation("PREP-04", ja="計画した名前のAPIが一つだけである")
def test_only_one_api_has_the_planned_name(deployed: Deployed, plan: Plan, judge: Judge) -> None:
    apis = deployed.rest_apis()
    judge.observe.note(name=plan.api.name, ids=[api.id for api in apis])

    facts, bounds = {NUMBER: len(apis)}, {NUMBER: exactly(1)}
    about = {"call": "apigateway:GetRestApis", "decidable": False}
    judge(differences(REST_API.words, plan.api.name, facts, bounds, **about))


@expectation("PREP-05", ja="接頭辞を持つ計画外のリソースがない")
@pytest.mark.parametrize("kind", ["functions", "tables", "roles", "secrets", "alarms", "rest_apis"])
def test_nothing_unplanned_has_the_prefix(
    kind: str, deployed: Deployed, plan: Plan, environment: Environment, judge: Judge
) -> None:
    names = judge.observe(deployed.names(kind), "names").names

    fact = beyond_the_plan(kind)
    facts = {fact: unexpected(kind, names, plan, environment)}
    judge(differences(PREFIX, environment.prefix, facts, {fact: within(())}, loosens=True))


@expectation("PREP-06", ja="アカウントとリージョンが決定どおりである")
def test_account_and_region_are_the_decided_ones(
    inventory: Inventory, environment: Environment, judge: Judge
) -> None:
    judge.observe(inventory, "account", "region", "caller")

    facts = {ACCOUNT: inventory.account, REGION: inventory.region}
    bounds = {ACCOUNT: exactly(environment.account), REGION: exactly(environment.region)}
    about = {"call": "sts:GetCallerIdentity", "decidable": False}
    judge(differences(ENVIRONMENT, environment.name, facts, bounds, **about))


@expectation("PREP-06", ja="読み取ったものすべてが決定したアカウントとリージョンにある")
def test_everything_read_lies_in_the_decided_account_and_region(
    found: Sections, environment: Environment, judge: Judge
) -> None:
    judged, foreign = foreign_arns(found, environment.account, environment.region)
    judge.observe.note(arns=judged)

    facts, bounds = {ELSEWHERE: foreign}, {ELSEWHERE: within(())}
    judge(differences(ENVIRONMENT, environment.name, facts, bounds, decidable=False))


@expectation("PREP-06", ja="別のリージョンに複製されていない")
def test_nothing_is_copied_into_another_region(
    found: Sections, plan: Plan, environment: Environment, judge: Judge
) -> None:
    copies = copies_elsewhere(found, plan, environment.region)
    judge.observe.note(region=environment.region, copies=[copy.words for copy in copies])

    judge(copies)


@expectation("PREP-07", ja="環境ファイルの値がすべて手順書の範囲内である")
def test_every_value_of_the_environment_file_is_within_the_bounds_of_the_guide(
    environment: Environment, judge: Judge
) -> None:
    judge.observe.note(values=environment_values.values(environment), judged=environment.production)

    judge(environment_values.judged(environment) if environment.production else ())


@expectation("PREP-07", ja="稼働開始日が近く、期間が稼働開始日より前に終わらない")
def test_days_of_the_environment_file_are_meant(
    environment: Environment, today: date, judge: Judge
) -> None:
    judge.observe(environment, "go_live", "season")

    judge(untimely(environment, today) if environment.production else ())


@expectation("PREP-08", ja="環境ファイルの例外承認がすべて有効である")
def test_every_decision_of_the_environment_file_is_in_force(
    environment: Environment, judge: Judge
) -> None:
    over = [
        decision.sentence
        for decision in environment.decisions
        if not judge.decisions.in_force(decision)
    ]
    judge.observe.note(decisions=[decision.sentence.en for decision in environment.decisions])

    facts, bounds = {OVER: over}, {OVER: within(())}
    judge(differences(ENVIRONMENT, environment.name, facts, bounds, decidable=False))
