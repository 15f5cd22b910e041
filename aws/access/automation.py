"""What acts by itself on our resources: rules and pipes of EventBridge, schedules, and what their targets do."""

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from aws.access.principals import Principal
from aws.access.targets import METADATA, Target, targets_of
from aws.door.clients import every_page
from aws.door.failures import ReadFailure
from aws.iam.pattern import named_pattern
from aws.kinds.function_invocation import listed, listed_name
from aws.ledgers import LEDGER, PIPE, RULE, SCHEDULE
from aws.raw import Raw
from aws.reading import Reader, Reading, Scope
from aws.section import Section, Unreadable
from aws.words import Words

UNIVERSAL = ":scheduler:::aws-sdk:"
"""Part of the ARN of a schedule's target that is any call of AWS's API: the service and its operation follow."""
RUNNERS: Mapping[str, frozenset[str]] = {
    "appsync": frozenset({"appsync"}),
    "batch": frozenset({"batch", "ecs-tasks", "ec2"}),
    "cloudformation": frozenset({"cloudformation"}),
    "codebuild": frozenset({"codebuild"}),
    "codepipeline": frozenset({"codepipeline"}),
    "ec2": frozenset(),  # to pass an instance a role makes the caller's own role act on ours
    "ecs": frozenset({"ecs-tasks"}),
    "execute-api": frozenset({"apigateway"}),
    "glue": frozenset({"glue"}),
    "imagebuilder": frozenset({"imagebuilder", "ec2"}),
    "redshift": frozenset({"redshift"}),  # SQL copies tables and invokes functions under its roles
    "redshift-serverless": frozenset({"redshift", "redshift-serverless"}),
    "redshiftdata": frozenset({"redshift", "redshift-serverless"}),
    "sagemaker": frozenset({"sagemaker"}),
    "sfn": frozenset({"states"}),
    "ssm": frozenset({"ssm", "ec2"}),
    "ssm-incidents": frozenset({"ssm-incidents", "ssm"}),
    "states": frozenset({"states"}),
}
"""Service that runs something of its own -> the services that a role trusts under which it does; which role is not read."""
NAMING = frozenset(
    {
        *("acm", "apigateway", "cloudwatch", "cloudwatchlogs", "dynamodb", "kms", "lambda"),
        *("route53", "s3", "secretsmanager", "sns"),
        *("eventbridge", "firehose", "kinesis", "rds", "sqs"),
    }
)
"""Services, as a schedule spells them, whose calls do nothing to ours unless they name it: those of our resources, and
those that have nothing of ours. Any other may run what names ours elsewhere: an experiment, a plan, a job, a policy."""
UNNAMED = (
    *("putAccountPolicy", "deleteAccountPolicy", "updateAccount"),
    *("enableRule", "putRule", "putTargets"),
)
"""Prefixes of calls of these services that are about all of the account, or make a rule act that may name ours."""
READING = (*METADATA, "Get")
"""Prefixes of calls that change nothing; what they answer, the scheduler drops."""
IDLE = (*READING, "Stop")
"""Prefixes of calls that start nothing."""
RUNNING = (
    *("invoke", "createEventSourceMapping", "updateEventSourceMapping"),
    *("putProvisionedConcurrencyConfig", "updateFunctionCode"),
)
"""Prefixes of Lambda's calls that make a function run, or run something else."""
BEFORE_NAME = re.compile(r"^(?:.*?:(?:alarm|log-group):|.*[:/])")
"""What stands before the name of a resource in its ARN; names of alarms and log groups hold slashes and colons."""
PLACEHOLDER = "<aws."
"""What the scheduler replaces in an input when it calls."""
MOST = 1_000
"""Schedules that are read one by one; an account may have ten million."""
ONCE = re.compile(r"at\((.+)\)")
OFF = "DISABLED"
SEVERAL = frozenset({"alarm", "log"})
"""Kinds of target that stand for all resources of the kind, under a prefix as name: a call means one of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One target that reaches something of ours. ``digest`` is of the whole target: a decision repeats it."""

    target: str = ""
    """ARN of what is called; of an API destination the URL."""
    on: tuple[str, ...] = ()
    """Names of our resources; empty for all that the role may act on."""
    role: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Ours:
    """What is ours, and who may act on it."""

    scope: Scope
    targets: tuple[Target, ...]
    api_ids: frozenset[str]
    principals: Mapping[str, Principal | Unreadable]
    functions: Mapping[str, frozenset[str]]
    """Name of each function of the Region -> the roles that its versions run under."""

    def deed(self, target: Raw, url: str = "", domains: Collection[str | None] = ()) -> Act | None:
        """Return what a target (Arn, RoleArn, Input) does to ours and under which role; None if it does nothing to it.

        ``url`` is what an API destination calls; ``domains`` lead to the API, planned or not.
        Raises ReadFailure if the role's policies are unread.
        """
        arn, role = target["Arn"], target.get("RoleArn") or ""
        if direct := (*self._named_by(arn), *self._called(url, domains)):
            return Act(on=direct, role=role)
        text = "\n".join(_strings(target.get("Input") or ""))
        if UNIVERSAL in arn and not _begins(arn, READING) and self._may_act(role):
            if PLACEHOLDER in text:
                return Act(role=role)
            if resources := self._named_in(text):
                return Act(on=resources, role=role)
        own = (role,) if _unnamed(arn) else ()
        by = (*own, *self._runs(arn, text))
        return next((Act(role=entry) for entry in by if self._may_act(entry)), None)

    def _named_by(self, arn: str) -> tuple[str, ...]:
        parts = ((t.name, p) for t in self.targets for p in t.arns)
        names = (name for name, part in parts if named_pattern(part).matches(arn))
        api = (
            self.scope.api
            for api_id in self.api_ids
            if f":{api_id}/" in arn and "execute-api" in arn
        )
        return tuple(dict.fromkeys((*names, *api)))

    def _called(self, url: str, domains: Collection[str | None]) -> tuple[str, ...]:
        host = (urlsplit(url).hostname or "").rstrip(".")
        ours = host in domains or host.partition(".")[0] in self.api_ids
        return (self.scope.api,) if ours else ()

    def _named_in(self, text: str) -> tuple[str, ...]:
        """Return which of our resources an input names, by name or ARN."""
        targets = ((n, t) for t in reversed(self.targets) for n in _names_of(t))
        own_by_name = {n: n if t.kind in SEVERAL else t.name or n for n, t in targets}
        own_by_name |= dict.fromkeys(self.api_ids, self.scope.api)
        return tuple(
            dict.fromkeys(sorted(own for name, own in own_by_name.items() if _names(text, name)))
        )

    def _may_act(self, role: str) -> bool:
        principal = self.principals.get(role)
        if isinstance(principal, Unreadable):
            raise ReadFailure(principal)
        return principal is not None

    def _runs(self, arn: str, text: str) -> Iterator[str]:
        """Yield the roles under which what a target starts may run: a function's own, or any that its service may take."""
        service = _service(arn)
        if service == "lambda" and (UNIVERSAL not in arn or _begins(arn, RUNNING)):
            about = text if UNIVERSAL in arn else arn
            for name, roles in self.functions.items():
                if _names(about, name):
                    yield from sorted(roles)
        runners = RUNNERS.get(service, {service}) if _unnamed(arn) else ()
        trusted = {f"{runner}.amazonaws.com" for runner in runners}
        for principal in self.principals.values():
            if isinstance(principal, Principal) and trusted & set(principal.services):
                yield principal.arn


def ours_of(reading: Reading) -> Ours:
    """Gather what is ours; raises ReadFailure if it is not known who may act on it."""
    apis = reading.needed("rest_apis").get(reading.scope.api, ())
    functions: dict[str, frozenset[str]] = {}
    for entry in reading.source(listed):
        name = listed_name(entry)
        functions[name] = functions.get(name, frozenset()) | {entry["Role"]}
    return Ours(
        scope=reading.scope,
        targets=tuple(targets_of(reading)),
        api_ids=frozenset(api.id for api in apis),
        principals=reading.needed("principals"),
        functions=functions,
    )


def _service(arn: str) -> str:
    """Return the service that a target is of: that of the call, where it is any call of AWS's API."""
    if UNIVERSAL in arn:
        return arn.partition(UNIVERSAL)[2].partition(":")[0].lower()
    return arn.split(":")[2] if arn.startswith("arn:") else ""


def _unnamed(arn: str) -> bool:
    """Whether what a target is may run something on ours that the call does not name."""
    if UNIVERSAL not in arn:
        return _service(arn) in RUNNERS
    return not _begins(arn, IDLE) and (_service(arn) not in NAMING or _begins(arn, UNNAMED))


def _begins(arn: str, prefixes: tuple[str, ...]) -> bool:
    """Whether the operation of a call of AWS's API begins with one of these, upper or lower case."""
    operation = arn.rpartition(":")[2].lower()
    return any(operation.startswith(prefix.lower()) for prefix in prefixes)


def _names_of(target: Target) -> Iterable[str]:
    """Return the names by which a call could mean a target: its own, unless that is a prefix, and those in its ARNs."""
    last = (BEFORE_NAME.sub("", arn) for arn in target.arns if "*" not in arn)
    own = () if target.kind in SEVERAL else (target.name,)
    return {*own, *last} - {"", "any", "account"}


def _strings(text: str) -> Iterator[str]:
    """Yield the strings that a JSON text holds, without its escapes, and those of JSON within them; else the text."""
    try:
        parsed = json.loads(text, object_pairs_hook=list)
    except (ValueError, RecursionError):
        parsed = None
    if not isinstance(parsed, str | list):
        yield text
        return
    pending = [parsed]
    while pending:
        match pending.pop():
            case str() as string:
                yield from _strings(string)
            case list() | tuple() as several:
                pending.extend(several)


def _names(text: str, name: str) -> bool:
    case = re.IGNORECASE if "." in name else 0  # a name of DNS, which knows no case
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text, case) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Automation:
    """A rule (``bus/name``), schedule (``group/name``) or pipe that acts on something of ours by itself."""

    kind: Words
    name: str
    when: str
    """Its schedule's expression, its event pattern (JSON text), or a pipe's source."""
    acts: tuple[Act, ...]
    ends: datetime | None = None
    """After that it does nothing more; None if it goes on."""


def automations(reading: Reading) -> Section[Automation]:
    """Read all enabled rules, schedules and pipes of the Region; those that reach nothing of ours are left out."""
    ours = ours_of(reading)
    rules = {f"{rule['EventBusName']}/{rule['Name']}": rule for rule in _rules(reading)}
    schedules = {f"{plan['GroupName']}/{plan['Name']}": plan for plan in _schedules(reading)}
    of_pipes = reading.aws.listed("pipes", "list_pipes", "Pipes")
    pipes = [pipe["Name"] for pipe in of_pipes if pipe["DesiredState"] != "STOPPED"]
    return {
        **_keyed(RULE, reading.each(rules, lambda name: _rule(reading, ours, name, rules[name]))),
        **_keyed(SCHEDULE, reading.each(schedules, lambda name: _schedule(reading, ours, name))),
        **_keyed(PIPE, reading.each(pipes, lambda name: _pipe(reading, ours, name))),
    }


def _keyed(
    kind: Words, automations: Mapping[str, Automation | Unreadable]
) -> dict[str, Automation | Unreadable]:
    """Name each that acts by its kind as well: a rule and a schedule may have one name."""
    return {
        f"{kind.en} {name}": automation
        for name, automation in automations.items()
        if isinstance(automation, Unreadable) or automation.acts
    }


def _rules(reading: Reading) -> list[Raw]:
    """Return the enabled rules of all event buses of the Region."""
    buses = every_page(reading.aws, "events", "list_event_buses", "EventBuses")
    rules: list[Raw] = []
    for bus in buses:
        of_bus = reading.aws.listed("events", "list_rules", "Rules", EventBusName=bus["Name"])
        rules += [{**rule, "EventBusName": bus["Name"]} for rule in of_bus if rule["State"] != OFF]
    return rules


def _rule(reading: Reading, ours: Ours, name: str, rule: Raw) -> Automation:
    parameters = {"Rule": rule["Name"], "EventBusName": rule["EventBusName"]}
    targets = reading.aws.listed("events", "list_targets_by_rule", "Targets", **parameters)
    when = rule.get("ScheduleExpression") or rule.get("EventPattern", "")
    acts = _acts(reading, ours, targets, rule.get("RoleArn"))
    return Automation(kind=RULE, name=name, when=when, acts=acts)


def _schedules(reading: Reading) -> list[Raw]:
    """Return the enabled schedules that may act on ours; whose target is a queue or topic of others cannot."""
    schedules = reading.aws.listed("scheduler", "list_schedules", "Schedules")
    own = [
        each for each in schedules if each["State"] != OFF and _may_matter(each["Target"]["Arn"])
    ]
    if len(own) > MOST:
        raise ReadFailure.of(
            "scheduler:ListSchedules",
            f"{len(own)} schedules, of which one run reads {MOST}",
            f"スケジュールが{len(own)}件あり、1回の実行で読み取るのは{MOST}件までです",
        )
    return own


def _may_matter(arn: str) -> bool:
    """Whether a target may act on ours; what a queue, a bus or a stream receives is judged at what reads it."""
    return UNIVERSAL in arn or arn.split(":")[2] not in {"sqs", "events", "kinesis", "firehose"}


def _schedule(reading: Reading, ours: Ours, name: str) -> Automation:
    group, _, own = name.partition("/")
    schedule = reading.aws.call("scheduler", "get_schedule", Name=own, GroupName=group)
    acts = _acts(reading, ours, [schedule["Target"]])
    when = schedule["ScheduleExpression"]
    return Automation(kind=SCHEDULE, name=name, when=when, acts=acts, ends=_ends(schedule))


def _pipe(reading: Reading, ours: Ours, name: str) -> Automation:
    """Read what a pipe takes from, calls on the way and passes to, and the log group that it writes."""
    pipe = reading.aws.call("pipes", "describe_pipe", Name=name)
    log = pipe.get("LogConfiguration", {}).get("CloudwatchLogsLogDestination", {})
    arns = {part: pipe.get(part) for part in ("Source", "Enrichment", "Target")}
    arns["log"] = log.get("LogGroupArn")
    targets = [
        {"Id": part, "Arn": arn, "Parameters": pipe.get(f"{part}Parameters")}
        for part, arn in arns.items()
        if arn
    ]
    acts = _acts(reading, ours, targets, pipe["RoleArn"])
    return Automation(kind=PIPE, name=name, when=pipe["Source"], acts=acts)


def _ends(schedule: Raw) -> datetime | None:
    """Return when a schedule has done all that it will: its end, or the one time at which it acts."""
    ends = [schedule["EndDate"]] if schedule.get("EndDate") else []
    if once := ONCE.fullmatch(schedule["ScheduleExpression"]):
        zone = ZoneInfo(schedule.get("ScheduleExpressionTimezone") or "UTC")
        late = timedelta(
            minutes=schedule.get("FlexibleTimeWindow", {}).get("MaximumWindowInMinutes", 0)
        )
        ends.append(datetime.fromisoformat(once[1]).replace(tzinfo=zone).astimezone(UTC) + late)
    return min(ends, default=None)


def _acts(
    reading: Reading, ours: Ours, targets: Iterable[Raw], role: str | None = None
) -> tuple[Act, ...]:
    """Return what targets do to ours; ``role`` is that of a target which names none."""
    acts = []
    for target in targets:
        url = _url(reading, target["Arn"])
        domains = {ours.scope.domain, *reading.needed("api_mappings")} if url else ()
        if deed := ours.deed({"RoleArn": role, **target}, url, domains):
            whole = json.dumps(target, sort_keys=True, default=str)
            digest = hashlib.sha256(whole.encode()).hexdigest()[:10]
            acts.append(replace(deed, target=url or target["Arn"], digest=digest))
    return tuple(acts)


def _url(reading: Reading, arn: str) -> str:
    """Return what an API destination calls; empty for any other target, for which none is read."""
    return reading.source(_endpoints).get(arn, "") if ":api-destination/" in arn else ""


def _endpoints(reading: Reading) -> Mapping[str, str]:
    destinations = every_page(reading.aws, "events", "list_api_destinations", "ApiDestinations")
    return {entry["ApiDestinationArn"]: entry["InvocationEndpoint"] for entry in destinations}


ASKED = sorted(call for call in LEDGER if call.startswith(("events", "pipes", "scheduler")))
READERS = {"automations": Reader(automations, (*ASKED, "lambda:ListFunctions"))}
