"""Rows, or parts of them, that are plain bounds on what one resource is: a line of data each, judged by one test."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from aws import desired
from aws.bounds import Bound, exactly, within
from aws.kind.description import DESCRIPTION, STATE, STATUS
from aws.kinds.function import FUNCTION, LAST_UPDATE, MEMORY, RUNTIME, TIMEOUT, WRITES_TO
from aws.kinds.rest_api import STAGE, Stage, group_of, names_the_request, private_variables
from aws.kinds.table import KEY, PROTECTION, TABLE
from aws.words import Words
from checks.deployed import Deployed
from plan import Plan
from signoff.environment import where
from signoff.judge.checklist import expectation

ACCESS_LOG = Words(en="access log group", ja="アクセスログの出力先")
PRIVATE = Words(en="private values in the access log", ja="アクセスログに含まれる個人情報")
REQUEST_ID = Words(en="request id in the access log", ja="アクセスログのリクエストID")
BODIES = Words(en="methods whose bodies are logged", ja="本文をログに出力するメソッド")
TRACING = Words(en="X-Ray tracing", ja="X-Rayトレース")


@dataclass(frozen=True, slots=True)
class Bounded:
    """What one row promises of each planned resource of a kind."""

    row: str
    proof: Words
    """The sentence that is true when it passes."""
    of: str
    """What it is about, by its name in ``SUBJECTS``."""
    facts: Mapping[Words, str | Callable[[Any, Any], Any]]
    """Fact -> the member of what is deployed that has it, or how it follows from deployed and planned."""
    bounds: Callable[[Any], Mapping[Words, Bound]]
    """Of what is planned."""
    shows: tuple[str, ...] = ()
    """Members that evidence shows beside those of ``facts``."""
    about: Mapping[str, Any] = field(default_factory=dict)
    """As ``differences()`` takes it: where it was decided, whether a decision loosens."""

    @property
    def members(self) -> tuple[str, ...]:
        return (*self.shows, *(fact for fact in self.facts.values() if isinstance(fact, str)))

    def values(self, deployed: Any, planned: Any) -> Mapping[Words, Any]:
        return {
            fact: getattr(deployed, name) if isinstance(name, str) else name(deployed, planned)
            for fact, name in self.facts.items()
        }


@dataclass(frozen=True, slots=True)
class Subjects:
    """The planned resources of a kind, how a deployed one is found, and by which call."""

    kind: Words
    planned: Callable[[Plan], tuple[Any, ...]]
    deployed: Callable[[Deployed, Any], Any]
    call: str


SUBJECTS: Mapping[str, Subjects] = {
    "table": Subjects(
        TABLE.words,
        lambda plan: plan.tables,
        lambda deployed, entry: deployed.table(entry),
        "dynamodb:DescribeTable",
    ),
    "function": Subjects(
        FUNCTION.words,
        lambda plan: plan.functions,
        lambda deployed, entry: deployed.function(entry),
        "lambda:GetFunction",
    ),
    "stage": Subjects(
        STAGE.words,
        lambda plan: (plan.api,),
        lambda deployed, _: deployed.stage(),
        "apigateway:GetStages",
    ),
}
BROKEN, LOOSENS = {"decidable": False}, {"loosens": True}


def _access_log(stage: Stage, api: desired.Api) -> str | None:
    return group_of(stage.access_log_arn, api.access_log_arn) or stage.access_log_arn


def _traced(stage: Stage) -> list[str]:
    return [key for key, setting in stage.settings.items() if setting.data_trace]


def _all(bounds: Mapping[Words, Bound]) -> Callable[[Any], Mapping[Words, Bound]]:
    """Ask the same of every environment."""
    return lambda _: bounds


def _planned(*facts: Words) -> Callable[[Any], Mapping[Words, Bound]]:
    """Take these bounds of the plan, where it has them."""
    return lambda planned: {fact: bound for fact, bound in planned.bounds.items() if fact in facts}


BOUNDED = (
    Bounded(
        "DEP-01",
        Words("table is active", "テーブルがACTIVEである"),
        "table",
        {STATUS: "status"},
        _all({STATUS: exactly("ACTIVE")}),
        ("arn",),
        BROKEN,
    ),
    Bounded(
        "DEP-02",
        Words("table has the planned key", "テーブルのキーが計画どおりである"),
        "table",
        {KEY: "key"},
        _planned(KEY),
        ("hash_key", "range_key", "attribute_types"),
        {**BROKEN, "remedy": "key"},
    ),
    Bounded(
        "DEP-07",
        Words("table is protected from deletion", "テーブルが削除から保護されている"),
        "table",
        {PROTECTION: "deletion_protection"},
        _planned(PROTECTION),
        about={**LOOSENS, "decided_in": where("deletion_protection")},
    ),
    Bounded(
        "DEP-10",
        Words(
            "function is active and its last update succeeded",
            "関数がActiveで、直近の更新が成功している",
        ),
        "function",
        {STATE: "state", LAST_UPDATE: "last_update_status"},
        _all({STATE: exactly("Active"), LAST_UPDATE: exactly("Successful")}),
        ("arn", "version"),
        BROKEN,
    ),
    Bounded(
        "DEP-11",
        Words("function runs on the planned runtime", "関数が計画したランタイムで動く"),
        "function",
        {RUNTIME: "runtime"},
        lambda function: {RUNTIME: exactly(function.runtime)},
        ("runtime_version",),
    ),
    Bounded(
        "DEP-12",
        Words(
            "function has the time and memory that it needs",
            "関数のタイムアウトとメモリが足りている",
        ),
        "function",
        {TIMEOUT: "timeout_s", MEMORY: "memory_mb"},
        _planned(TIMEOUT, MEMORY),
        about={**LOOSENS, "decided_in": where("functions", "timeout_s", "memory_mb")},
    ),
    Bounded(
        "MON-12",
        Words("function writes into its log group", "関数が自身のロググループに書き込む"),
        "function",
        {WRITES_TO: "log_group"},
        lambda function: {WRITES_TO: exactly(function.log_group)},
    ),
    Bounded(
        "DEP-29",
        Words("access is logged where planned", "アクセスログの出力先が計画どおりである"),
        "stage",
        {ACCESS_LOG: _access_log},
        lambda api: {ACCESS_LOG: exactly(api.access_log_group)},
        ("access_log_arn",),
    ),
    Bounded(
        "DEP-29",
        Words(
            "line of the access log can be found by its request",
            "アクセスログをリクエストIDで検索できる",
        ),
        "stage",
        {REQUEST_ID: lambda stage, _: names_the_request(stage.access_log_format)},
        _all({REQUEST_ID: exactly(True)}),
        ("access_log_format",),
    ),
    Bounded(
        "DEP-30",
        Words("access log tells nothing private", "アクセスログに個人情報が含まれない"),
        "stage",
        {PRIVATE: lambda stage, _: private_variables(stage.access_log_format)},
        _all({PRIVATE: within(())}),
        ("access_log_format",),
        LOOSENS,
    ),
    Bounded(
        "DEP-30",
        Words("bodies of requests are not logged", "リクエスト本文をログに出力していない"),
        "stage",
        {BODIES: lambda stage, _: _traced(stage)},
        _all({BODIES: within(())}),
        ("settings",),
        LOOSENS,
    ),
    Bounded(
        "DEP-31",
        Words("requests are traced", "リクエストのトレースが有効である"),
        "stage",
        {TRACING: "tracing"},
        _all({TRACING: exactly(True)}),
    ),
    Bounded(
        "DEP-33",
        Words("stage says what it is", "ステージの説明が計画どおりである"),
        "stage",
        {DESCRIPTION: "description"},
        lambda api: {DESCRIPTION: api.stage_description},
    ),
)


def bounded(plan: Plan) -> Iterator[Any]:
    """Yield each of them with each planned resource that it is about, tied to its row."""
    for rule in BOUNDED:
        for planned in SUBJECTS[rule.of].planned(plan):
            subject = planned.name if rule.of != "stage" else ""
            mark = expectation(rule.row, en=rule.proof.en, ja=rule.proof.ja, subject=subject)
            name = f"{rule.proof.en} {subject}".strip().replace(" ", "_")
            yield pytest.param(rule, planned, marks=mark, id=name)
