"""What the preparation rows compare: names, ARNs, and the rows of a run of dev."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any

from aws.bounds import described, within
from aws.difference import Difference, differences
from aws.inventory import Sections
from aws.kinds.secret import SECRET
from aws.kinds.statements import COPIES
from aws.kinds.table import TABLE
from aws.section import Section, known
from aws.words import Words
from checks.deployed import Deployed
from checks.environment_values import ENVIRONMENT
from plan import Plan
from signoff.environment import Environment, where
from signoff.evidence import Record
from signoff.judge.checklist import Checklist, Phase
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


def functional_red(run: Record) -> list[Words]:
    """Return the functional rows that were not green in that run; a run without any counts as red."""
    rows = {id_: run.body["rows"].get(id_, "not judged") for id_ in _functional()}
    known = {id_ for id_ in run.body.get("known_faults", ()) if rows.get(id_) == Outcome.WAIVED}
    red = [id_ for id_, end in rows.items() if end not in GOOD and id_ not in known]
    judged = [id_ for id_, end in rows.items() if end != Outcome.EXCLUDED]
    return list(map(Words.same, red)) if judged else [NONE_JUDGED]


@cache
def _functional() -> tuple[str, ...]:
    before = (row for row in Checklist.load() if row.phase is Phase.BEFORE)
    return tuple(row.id for row in before if row.id.startswith(FUNCTIONAL))


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


def foreign_arns(found: Sections, account: str, region: str) -> tuple[int, list[str]]:
    """Return how many ARNs were judged, and those of another account or Region."""
    sections: tuple[Section[Any], ...] = (
        *(found.functions, found.roles, found.tables, found.secrets, found.topics),
    )
    arns = [str(known(entry).arn) for section in sections for entry in known(section).values()]
    foreign = [arn for arn in arns if not _ours(arn, account, region)]
    return len(arns), foreign


def copies_elsewhere(found: Sections, plan: Plan, region: str) -> tuple[Difference, ...]:
    """Return unplanned copies of a table or secret in other Regions; a table's list of replicas includes itself."""
    planned = {table.name: table.replicas for table in plan.tables}
    sections: Mapping[Words, Section[Any]] = {
        TABLE.words: found.tables,
        SECRET.words: found.secrets,
    }
    return tuple(
        difference
        for kind, section in sections.items()
        for entry in map(known, known(section).values())
        for difference in differences(
            kind,
            entry.name,
            {COPIES: [copy for copy in entry.replicas if copy != region]},
            {COPIES: within(planned.get(entry.name, ()))},
            decided_in=where("table_settings") if kind == TABLE.words else "",
            loosens=True,
        )
    )


def untimely(environment: Environment, today: date) -> tuple[Difference, ...]:
    """Return dates of the file that can't be meant: too far away, or a season that is over before the go-live."""
    day = environment.day_of_go_live(today)
    last = today + timedelta(days=FARTHEST_DAYS)
    ends = environment.season.ends if environment.season else day
    near = described(Words(en=f"{last} or earlier", ja=f"{last}以前であること"))
    later = described(Words(en=f"{day} or later", ja=f"{day}以降であること"))
    wrong = (("go_live", day, near, day > last), ("season", ends, later, ends < day))
    return tuple(
        Difference(
            kind=ENVIRONMENT,
            name=environment.name,
            fact=Words.same(key),
            found=f"{found}",
            bound=bound,
            decided_in=where(key),
        )
        for key, found, bound, beyond in wrong
        if beyond
    )


def _ours(arn: str, account: str, region: str) -> bool:
    _, _, service, where, owner, *_ = arn.split(":")
    return owner == account and (where == region or (service, where) == ANYWHERE)
