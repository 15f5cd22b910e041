"""PREP: what must be decided and proven before anything is switched."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import pytest

from aws.bounds import between, described, exactly, within
from aws.difference import Compared, Difference, Differences, differences
from aws.inventory import Inventory, Sections
from aws.kind.description import COPIES, REGION
from aws.kind.engine import Kind
from aws.kinds import BY_SECTION
from aws.kinds.function_invocation import ACCOUNT
from aws.kinds.rest_api import REST_API
from aws.kinds.secret import SECRET
from aws.kinds.table import TABLE
from aws.reading import shared_ending
from aws.section import Section, every
from aws.words import Words
from checks import environment_values
from checks.deployed import Deployed
from plan import Plan
from signoff.environment import Environment, where
from signoff.evidence import Record, Records
from signoff.judge.checklist import Checklist, Phase, Row, expectation
from signoff.judge.decisions import ENVIRONMENT, Judge
from signoff.judge.observations import Observations
from signoff.judge.outcome import Outcome

FUNCTIONAL = "SMOKE-"
"""Prefix of dev's rows that must be green: they show that its functions work."""
GOOD = {Outcome.PASS, Outcome.SIGNED, Outcome.EXCLUDED}
"""Outcomes with which a functional row of dev counts; a known fault of dev, which it waives, counts as well."""
NONE_JUDGED = Words(
    en="none: every functional row was excluded", ja="判定なし（機能の項目がすべて対象外）"
)
FARTHEST_DAYS = 90
"""No load run, signature or rehearsal counts for that long: a later go-live date is a typing error."""
ANYWHERE = ("iam", "")
"""Where an ARN has no Region: IAM is global."""
NEWEST_RUN = Words(en="newest run of", ja="最新の実行:")
AGE = Words(en="age (days)", ja="経過日数")
RED = Words(en="red rows", ja="不合格の項目")
UNSIGNED = Words(en="rows that a person has yet to sign", ja="署名待ちの項目")
NUMBER = Words(en="number of APIs of that name", ja="同名のAPIの数")
PREFIX = Words(en="prefix", ja="接頭辞")
ELSEWHERE = Words(en="ARNs of another account or Region", ja="別のアカウントやリージョンのARN")
OVER = Words(en="decisions that are over", ja="期限の切れた例外承認")


def functional_red(run: Record) -> dict[Words, list[Words]]:
    """Return the functional rows that were not green in that run, those apart that wait for a person; a run without any counts as red."""
    rows = {row.id: run.body["rows"].get(row.id, "not judged") for row in _functional()}
    known_faults = {
        id_ for id_ in run.body.get("known_faults", ()) if rows.get(id_) == Outcome.WAIVED
    }
    red = {id_: end for id_, end in rows.items() if end not in GOOD and id_ not in known_faults}
    waits = {True: (Outcome.FAIL, Outcome.NOT_TESTABLE), False: (Outcome.NOT_TESTABLE,)}
    signed = (row for row in _functional() if row.signed)
    unsigned = {row.id for row in signed if rows[row.id] in waits[row.by_signature]}
    judged = [id_ for id_, end in rows.items() if end != Outcome.EXCLUDED]
    return {
        RED: [Words.same(id_) for id_ in red if id_ not in unsigned] if judged else [NONE_JUDGED],
        UNSIGNED: [Words.same(id_) for id_ in red if id_ in unsigned],
    }


@cache
def _functional() -> tuple[Row, ...]:
    before = (row for row in Checklist.load() if row.phase is Phase.BEFORE)
    return tuple(row for row in before if row.id.startswith(FUNCTIONAL))


def planned_names(deployed: Deployed, plan: Plan) -> list[str]:
    """Return the names of what exists; the first absent resource raises Follows from its own row."""
    return [
        *(deployed.table(table).name for table in plan.tables),
        *(deployed.secret(secret).name for secret in plan.secrets),
        *(deployed.role(role).name for role in plan.roles),
        *(deployed.function(function).name for function in plan.functions),
        deployed.rest_api().name,
        deployed.stage().name,
        deployed.usage_plan().name,
        deployed.dashboard().name,
    ]


PREFIXED = [
    BY_SECTION[name] for name in ("functions", "tables", "roles", "secrets", "alarms", "rest_apis")
]


def unexpected(kind: str, names: Iterable[str], plan: Plan, environment: Environment) -> list[str]:
    """Return names beyond the plan. More alarms than planned are not leftovers."""
    planned = {
        "functions": {function.name for function in plan.functions},
        "tables": {table.name for table in plan.tables},
        "roles": {*(role.name for role in plan.roles), plan.api.log_role},
        "secrets": {secret.name for secret in plan.secrets},
        "alarms": set(names),
        "rest_apis": {plan.api.name},
    }
    prefixed = (name for name in names if name.startswith(environment.prefix) or kind == "tables")
    return sorted(set(prefixed) - planned[kind])


def foreign_arns(sections: Sections, account: str, region: str) -> tuple[int, list[str]]:
    """Return how many ARNs were judged, and those of another account or Region."""
    with_arns: tuple[Section[Any], ...] = (
        *(sections.functions, sections.roles, sections.tables, sections.secrets, sections.topics),
    )
    arns = [str(entry.arn) for section in with_arns for entry in every(section)]
    foreign = [arn for arn in arns if not _ours(arn, account, region)]
    return len(arns), foreign


def copies_elsewhere(sections: Sections, plan: Plan, region: str) -> tuple[Difference, ...]:
    """Return unplanned copies of a table or secret in other Regions; a table's list of replicas includes itself."""
    planned = {table.name: table.replicas for table in plan.tables}
    copied: Mapping[Words, Section[Any]] = {
        TABLE.words: sections.tables,
        SECRET.words: sections.secrets,
    }
    copies = (
        Difference(
            kind,
            entry.name,
            COPIES,
            [copy for copy in entry.replicas if copy != region],
            within(planned.get(entry.name, ())),
            decided_in=where("table_settings") if kind == TABLE.words else "",
        )
        for kind, section in copied.items()
        for entry in every(section)
    )
    return tuple(Differences.among(copies))


def untimely(environment: Environment, today: date) -> tuple[Difference, ...]:
    """Return dates of the file that can't be meant: too far away, or a season that is over before the go-live."""
    day = environment.day_of_go_live(today)
    last = today + timedelta(days=FARTHEST_DAYS)
    ends = environment.season.ends if environment.season else day
    near = described(Words(en=f"{last} or earlier", ja=f"{last}以前"))
    later = described(Words(en=f"{day} or later", ja=f"{day}以降"))
    wrong = (("go_live", day, near, day > last), ("season", ends, later, ends < day))
    return tuple(
        Difference(
            ENVIRONMENT, environment.name, Words.same(key), f"{value}", bound, decided_in=where(key)
        )
        for key, value, bound, beyond in wrong
        if beyond
    )


def _ours(arn: str, account: str, region: str) -> bool:
    _, _, service, arn_region, owner, *_ = arn.split(":")
    return owner == account and (arn_region == region or (service, arn_region) == ANYWHERE)


@expectation("PREP-01", ja="devの最新の実行が合格しており、有効期間内である")
def test_newest_dev_run_is_green_and_recent(
    dev: Records, deployed: Deployed, environment: Environment, now: datetime, judge: Judge
) -> None:
    run = deployed.run_before(dev, environment.before)
    known_faults = run.body.get("known_faults", ())
    judge.observe.note(
        at=run.created, release=run.release, rows=run.body["rows"], known_faults=known_faults
    )

    age, red = abs(now - run.created).days, functional_red(run)  # clocks differ by minutes
    compared: Compared = {
        AGE: (age, between(0, environment.fresh.dev_run - 1)),
        **{fact: (rows, within(())) for fact, rows in red.items()},
    }
    about: dict[str, Any] = {"decided_in": where("fresh"), "decidable": False}
    differing = differences(NEWEST_RUN, environment.before, compared, **about).compared
    remedies = {UNSIGNED: "unsigned"}
    judge(
        Differences.among(replace(each, remedy=remedies.get(each.fact, "")) for each in differing)
    )


@expectation("PREP-04", ja="すべてのリソースが計画した名前である")
def test_every_planned_resource_has_its_name(
    deployed: Deployed, plan: Plan, observe: Observations
) -> None:
    observe.note(names=planned_names(deployed, plan))


@expectation("PREP-04", ja="計画した名前のAPIが一つだけである")
def test_only_one_api_has_the_planned_name(deployed: Deployed, plan: Plan, judge: Judge) -> None:
    apis = deployed.rest_apis()
    judge.observe.note(name=plan.api.name, ids=[api.id for api in apis])

    about = {"call": "apigateway:GetRestApis", "decidable": False}
    judge.compare(REST_API.words, plan.api.name, {NUMBER: (len(apis), exactly(1))}, **about)


@expectation("PREP-05", ja="接頭辞を持つ計画外のリソースがない")
@pytest.mark.parametrize("kind", PREFIXED, ids=lambda kind: kind.section)
def test_nothing_unplanned_has_the_prefix(
    kind: Kind[Any], deployed: Deployed, plan: Plan, environment: Environment, judge: Judge
) -> None:
    names = judge.observe(deployed.names(kind.section), "names").names

    fact = Words(en=f"{kind.section} beyond the plan", ja=f"計画外の{kind.words.ja}")
    ending = shared_ending(table.name for table in plan.tables) if kind is TABLE else ""
    prefix = f"{environment.prefix}, *{ending}" if ending else environment.prefix
    compared = {fact: (unexpected(kind.section, names, plan, environment), within(()))}
    judge.compare(PREFIX, prefix, compared)


@expectation("PREP-06", ja="アカウントとリージョンが決定どおりである")
def test_account_and_region_are_the_decided_ones(
    inventory: Inventory, environment: Environment, judge: Judge
) -> None:
    judge.observe(inventory, "account", "region", "caller")

    about = {"call": "sts:GetCallerIdentity", "decidable": False}
    compared = {
        ACCOUNT: (inventory.account, exactly(environment.account)),
        REGION: (inventory.region, exactly(environment.region)),
    }
    judge.compare(ENVIRONMENT, environment.name, compared, **about)


@expectation("PREP-06", ja="読み取ったものすべてが決定したアカウントとリージョンにある")
def test_everything_read_lies_in_the_decided_account_and_region(
    sections: Sections, environment: Environment, judge: Judge
) -> None:
    judged, foreign = foreign_arns(sections, environment.account, environment.region)
    judge.observe.note(arns=judged)

    compared = {ELSEWHERE: (foreign, within(()))}
    judge.compare(ENVIRONMENT, environment.name, compared, decidable=False)


@expectation("PREP-06", ja="別のリージョンに複製されていない")
def test_nothing_is_copied_into_another_region(
    sections: Sections, plan: Plan, environment: Environment, judge: Judge
) -> None:
    copies = copies_elsewhere(sections, plan, environment.region)
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

    judge.compare(ENVIRONMENT, environment.name, {OVER: (over, within(()))}, decidable=False)
