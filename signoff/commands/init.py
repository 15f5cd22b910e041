"""``signoff init``: a table of environments.toml, proposed from what is already in an account.

It reads names and settings, decides nothing and changes nothing. Each value says where it
was found; you fill in the rest.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from itertools import takewhile
from typing import Any

from aws.dns import resolve
from aws.door.clients import Aws
from aws.door.failures import ReadFailure
from aws.inventory import READERS
from aws.kinds import rest_api
from aws.kinds.alarm import ALARM, Alarm
from aws.kinds.alarm_actions import own_alarms
from aws.kinds.function import FUNCTION
from aws.kinds.function_invocation import listed_name
from aws.kinds.usage_plan import UsagePlan
from aws.reading import Reading, Scope
from aws.section import NotTestable, known
from aws.visible import toml_key, toml_value
from aws.words import Words
from signoff.environment.application import Application, application
from signoff.environment.overrides import keys, meanings

Read = Callable[..., Reading]
GUIDE: Mapping[str, Any] = {
    "throttle": {"rate": 1000, "burst": 2000, "daily_quota": 100000},
    "alarms": {"function_errors": 5, "api_4xx": 10, "api_5xx": 10, "throttles": 1, "period_s": 300},
    "retention_days": 30,
    "load_plan": "baseline",
}
"""What the guide says of production (steps 2, 3 and 6)."""
ALARMS = {
    "function_errors": ("AWS/Lambda", "Errors"),
    "api_4xx": ("AWS/ApiGateway", "4XXError"),
    "api_5xx": ("AWS/ApiGateway", "5XXError"),
    "throttles": ("AWS/DynamoDB", "ThrottledRequests"),
}
PROPOSED = {
    *("production", "origin", "names", "tables", "secrets", "runtime", "timeout_s", "memory_mb"),
    *("alias", "table_key", "secret_key", "alert_email", "administrators", "api_key"),
}
"""Keys that are written beside those without a default; the others have defaults, see docs/environments.md."""
FROM_YOU = Words(en="fill in", ja="記入してください")
SAID = Words(en="as you said", ja="指定どおり")
GUIDES = Words(en="the guide's value", ja="手順書の値")
UNLESS = Words(en="false only where no real user comes", ja="実際の利用者が使わない環境に限りfalse")
MADE_UP = Words(en="named so, by the person who made it", ja="作成時に付けられた名前")
ALL = Words(en="all functions", ja="全関数")
HEAD = Words(
    en="Proposed by `signoff init` on {day}. Check every line: what was found is not yet what is right.",
    ja="`signoff init`が{day}に提案した値です。見つかった値が正しいとは限らないため、1行ずつ確認してください。",
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A value for one key, and where it comes from."""

    value: Any
    source: Words


@dataclass(frozen=True, slots=True)
class Answers:
    """What you answered; None is looked up in the account."""

    name: str
    region: str
    account: str
    prefix: str | None = None
    origin: str | None = None
    line_channel: str | None = None
    application: Application = field(default_factory=application)
    """What is looked for."""


@dataclass(slots=True)
class Proposals:
    """Proposals by key, and what could not be read."""

    application: Application = field(default_factory=application)
    proposals: dict[str, Proposal] = field(default_factory=dict)
    unread: list[Words] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    """Names that are not prefix and key: key -> name."""
    functions: tuple[str, ...] = ()
    """Names of the application's functions that were found."""

    def name(self, key: str, name: str | None) -> None:
        """Keep the name of a resource, unless it is prefix and key."""
        if name and name != f"{self.value('prefix')}-{key}":
            self.names.setdefault(key, name)

    def propose(self, key: str, value: Any, source: Words) -> None:
        """Keep a value unless it is empty, or the key has one already."""
        if value not in (None, "", {}):
            self.proposals.setdefault(key, Proposal(value, source))

    def value(self, key: str) -> Any:
        return self.proposals[key].value if key in self.proposals else None


def discover(aws: Aws, answers: Answers) -> Proposals:
    """Return what can be proposed from the account; what it refuses to show is noted."""
    proposals = Proposals(application=answers.application)
    _proposed(answers, proposals)
    read = partial(_reading, aws, answers)
    for look in (_functions, _tables, _secrets, _api, _alarms, _dashboard, _topics, _logs):
        try:
            look(read, answers.name, proposals)
        except (ReadFailure, NotTestable) as error:
            proposals.unread.append(error.words)
    for key, value in GUIDE.items():
        proposals.propose(key, value, GUIDES)
    proposals.propose("names", proposals.names, MADE_UP)
    return proposals


def _reading(aws: Aws, answers: Answers, prefix: str = "", **names: Any) -> Reading:
    """Return a reading of the resources of these names."""
    scope = Scope(account=answers.account, region=answers.region, prefix=prefix, alias="", **names)
    return Reading(
        aws,
        scope,
        readers=READERS,
        progress=lambda *_: None,
        resolve=resolve,
        now=datetime.now(UTC),
    )


def _proposed(answers: Answers, proposals: Proposals) -> None:
    proposals.propose("account", answers.account, Words(en="your credentials", ja="認証情報"))
    proposals.propose("region", answers.region, SAID)
    proposals.propose("production", True, UNLESS)
    proposals.propose("prefix", answers.prefix, SAID)
    proposals.propose("origin", answers.origin, SAID)
    proposals.propose("line", answers.line_channel and {"channel_id": answers.line_channel}, SAID)
    proposals.propose(
        "evidence",
        f"report/{answers.name}/evidence",
        Words(
            en="a folder, until `runbook evidence` makes a bucket and a key",
            ja="`runbook evidence`でバケットとキーを作るまではフォルダ",
        ),
    )


def _items(reading: Reading, section: str) -> list[Any]:
    """Return the items of a section; raises Unread for the first that is unknown."""
    return [known(item) for item in reading.needed(section).values()]


def _functions(read: Read, name: str, proposals: Proposals) -> None:
    """Propose the prefix with which most of the functions' names begin, and their settings."""
    listed = read().aws.listed("lambda", "list_functions", "Functions")
    functions = {listed_name(entry): FUNCTION.of({"Configuration": entry}) for entry in listed}
    stems = Counter(
        function.removesuffix(f"-{key}")
        for function in functions
        for key in proposals.application.functions
        if function.endswith(f"-{key}")
    )
    # Of several prefixes, the one that names the environment, or else has most functions.
    best = max(stems, key=lambda stem: (name in stem, stems[stem]), default=None)
    prefix = proposals.value("prefix") or best or _common(functions)
    by_key = {key: _function(functions, prefix, key) for key in proposals.application.functions}
    ours = {full_name: functions[full_name] for full_name in by_key.values() if full_name}
    proposals.functions = tuple(ours)
    if not ours:
        return
    absent = ", ".join(key for key, full_name in by_key.items() if not full_name)
    proposals.propose(
        "prefix",
        prefix,
        Words(
            en=f"{len(ours)} of {len(by_key)} functions are named so"
            + (absent and f"; absent: {absent}"),
            ja=f"関数{len(by_key)}個中{len(ours)}個の接頭辞"
            + (absent and f"（ない関数: {absent}）"),
        ),
    )
    for key, full_name in by_key.items():
        proposals.name(key, full_name)
        if full_name:
            proposals.name(f"{key}-role", ours[full_name].role_arn.rpartition("/")[2])
    for setting in ("memory_mb", "timeout_s", "runtime"):
        proposals.propose(setting, _only({getattr(each, setting) for each in ours.values()}), ALL)
    aliases = _items(read(functions=tuple(ours)), "aliases")
    common = set.intersection(*({alias.name for alias in of_one} for of_one in aliases))
    proposals.propose("alias", _only(common), ALL)


def _function(names: Iterable[str], prefix: str | None, key: str) -> str | None:
    """Return the function of that name, or else the only one with its key in its name, as CDK generates names."""
    full_name, bare = f"{prefix}-{key}", key.replace("-", "")
    ends = {
        name: name.removeprefix(prefix or "") for name in names if name.startswith(prefix or "")
    }
    alike = (name for name, end in ends.items() if bare in re.sub(r"[^a-z]", "", end.lower()))
    return full_name if full_name in ends else _only(alike)


def _common(names: Iterable[str]) -> str | None:
    """Return the common beginning of all functions' names; None if there is none of use."""
    parts = zip(*(name.split("-") for name in names), strict=False)
    return "-".join(pair[0] for pair in takewhile(lambda same: len({*same}) == 1, parts)) or None


def _only(values: Iterable[Any]) -> Any:
    """Return the only value; None where there are several, or none."""
    distinct = list(values)
    return distinct[0] if len(distinct) == 1 else None


def _tables(read: Read, name: str, proposals: Proposals) -> None:
    aws = read().aws
    names = aws.listed("dynamodb", "list_tables", "TableNames")
    described = proposals.application.tables
    tables = {
        key: _table_named(names, app_table.name, name) for key, app_table in described.items()
    }
    if not (tables and all(tables.values())):
        return
    proposals.propose(
        "tables", tables, Words(en="tables of these names exist", ja="この名前のテーブルがある")
    )
    there = _items(read(tables=tuple(tables.values())), "tables")
    tags = (
        aws.listed("dynamodb", "list_tags_of_resource", "Tags", ResourceArn=table.arn)
        for table in there
    )
    of_each = [{(tag["Key"], tag["Value"]) for tag in of_one} for of_one in tags]
    common = dict(sorted(set.intersection(*of_each)))
    of_all = Words(en="all tables", ja="全テーブル")
    proposals.propose("tags", {k: v for k, v in common.items() if k[:4] != "aws:"}, of_all)
    proposals.propose("table_key", _only({table.sse_key_arn for table in there}), of_all)


def _table_named(names: Iterable[str], role: str, environment: str) -> str | None:
    """Return the only name that is a role's (``Users-prod``), of this environment if any says so."""
    pattern = re.compile(rf"(.*[-_.])?{role}([-_.].*)?", re.IGNORECASE)
    fitting = [name for name in names if pattern.fullmatch(name)]
    only = _only(name for name in fitting if environment.lower() in name.lower()) or _only(fitting)
    return only and str(only)


def _secrets(read: Read, name: str, proposals: Proposals) -> None:
    listed = read().aws.listed("secretsmanager", "list_secrets", "SecretList")
    secrets = [entry["Name"] for entry in listed]
    beginning = proposals.value("prefix") or name
    chosen = {}
    for key, described in proposals.application.secrets.items():
        fitting = [secret for secret in secrets if secret.endswith(described.name)]
        chosen[key] = _only(entry for entry in fitting if entry.startswith(beginning)) or _only(
            fitting
        )
    if not (chosen and all(chosen.values())):
        return
    exist = Words(en="secrets of these names exist", ja="この名前のシークレットがある")
    proposals.propose("secrets", chosen, exist)
    there = _items(read(secrets=tuple(chosen.values())), "secrets")
    key = _only({secret.kms_key for secret in there})
    proposals.propose("secret_key", key if key and ":key/" in key else None, exist)


def _api(read: Read, name: str, proposals: Proposals) -> None:
    prefix = proposals.value("prefix")
    names = rest_api.names(read())
    apis = [entry for entry in names if prefix and prefix in entry] or names
    if len(apis) != 1:
        return
    api = apis[0]
    reading = read(api=api)
    source = Words(en=f"REST API {api}", ja=f"REST API {api}")
    proposals.name("api", api)
    stages = reading.needed("stages")
    proposals.propose("stage", _only(stages) or (name if name in stages else None), source)
    draft = reading.needed("draft")[api]
    proposals.name("authorizer", _only(draft.authorizers))
    for plan in _items(reading, "usage_plans"):
        if any(stage.startswith(f"{rest_api.api_id(reading)}:") for stage in plan.stages):
            of = Words(en=f"usage plan {plan.name}", ja=f"使用量プラン{plan.name}")
            proposals.propose("throttle", _throttle(plan), of)
            proposals.name("usage-plan", plan.name)
            keys = reading.aws.listed(
                "apigateway", "get_usage_plan_keys", "items", usagePlanId=plan.id
            )
            proposals.name("api-key", _only(key["name"] for key in keys))
    needs_key = any(method.api_key_required for method in draft.methods.values())
    proposals.propose("api_key", needs_key or None, source)


def _throttle(plan: UsagePlan) -> dict[str, int]:
    guide = GUIDE["throttle"]
    daily = plan.quota if plan.period == "DAY" else None
    limits = {"rate": plan.rate, "burst": plan.burst, "daily_quota": daily}
    return {key: int(guide[key] if limit is None else limit) for key, limit in limits.items()}


def _alarms(read: Read, _: str, proposals: Proposals) -> None:
    """Propose today's thresholds, the highest of each kind; where no alarm has one, the guide's."""
    prefix = proposals.value("prefix") or ""
    api = proposals.names.get("api", f"{prefix}-api")
    tables = tuple((proposals.value("tables") or {}).values())
    reading = read(prefix, functions=proposals.functions, tables=tables, api=api)
    alarms = [ALARM.of(raw) for raw in own_alarms(reading)]
    ours = [
        each for each in alarms if _metric(each) in ALARMS.values() and each.threshold is not None
    ]
    reached = defaultdict(list)
    for alarm in ours:  # "> 4" is reached by 5
        above = alarm.comparison == "GreaterThanThreshold"
        reached[_metric(alarm)].append(int(alarm.threshold or 0) + above)
    met = {key: max(reached[metric]) for key, metric in ALARMS.items() if metric in reached}
    if not met:
        return
    notified = Counter(topic for alarm in ours for topic in alarm.alarm_actions)
    proposals.name(
        "alerts", next((topic.rpartition(":")[2] for topic, _ in notified.most_common(1)), None)
    )
    period = _only({alarm.period_s for alarm in ours})
    values = {**GUIDE["alarms"], **met, **({"period_s": period} if period else {})}
    proposals.propose(
        "alarms", values, Words(en="the highest of your alarms", ja="既存アラームの最大値")
    )


def _metric(alarm: Alarm) -> tuple[str, str]:
    return alarm.namespace, alarm.metric


def _dashboard(read: Read, _: str, proposals: Proposals) -> None:
    """Name the only dashboard that goes by the prefix, or the only one there is."""
    prefix = proposals.value("prefix")
    listed = read().aws.listed("cloudwatch", "list_dashboards", "DashboardEntries")
    names = [entry["DashboardName"] for entry in listed]
    proposals.name(
        "dashboard", _only(entry for entry in names if prefix and prefix in entry) or _only(names)
    )


def _topics(read: Read, _: str, proposals: Proposals) -> None:
    prefix = proposals.value("prefix")
    addresses = {
        entry["Endpoint"]
        for entry in read().aws.listed("sns", "list_subscriptions", "Subscriptions")
        if entry["Protocol"] == "email" and prefix and prefix in entry["TopicArn"]
    }
    only = Words(en="the topic's only address", ja="トピックの唯一の宛先")
    proposals.propose("alert_email", _only(addresses), only)


def _logs(read: Read, _: str, proposals: Proposals) -> None:
    groups = tuple(f"/aws/lambda/{name}" for name in proposals.functions)
    days = _only({group.retention_days for group in _items(read(log_groups=groups), "log_groups")})
    proposals.propose("retention_days", days, Words(en="all log groups", ja="全ロググループ"))


def table(
    answers: Answers,
    proposals: Proposals,
    *,
    lang: str,
    today: date,
    there: Collection[str] | None = None,
) -> str:
    """Return the table as TOML: each key with its meaning, its value, and where that comes from.

    ``there``: the keys of a table that exists, to which the others are to be added; None makes a whole table.
    """
    header = [f"[{toml_key(answers.name)}]"] if there is None else []
    lines = [f"# {HEAD[lang].format(day=today)}", *header]
    written = (field.path for field in keys() if field.required or field.path in PROPOSED)
    aside = {*(there or ()), *(() if answers.application.talks_to_line else ["line"])}
    for key in (name for name in written if "." not in name and name not in aside):
        lines.append(f"# {meanings()[key][lang]}")
        if proposal := proposals.proposals.get(key):
            lines.append(f"{key} = {toml_value(proposal.value)}  # {proposal.source[lang]}")
        else:
            lines.append(f"# {key} = {meanings()[key]['example']}  # {FROM_YOU[lang]}")
    return "\n".join(lines) + "\n"
