"""Alarms that can fire, the dashboard of five kinds, the logs' retention (guide step 6)."""

from collections.abc import Iterator

from plan.model import Alarm, Api, Dashboard, Function, LogGroup, Table, Topic, Widget
from plan.naming import Naming

FAULTS = ("StampRally", "Faults", "FunctionName")
"""Namespace, metric and dimension by which the functions count answers of 500: Lambda's own
``Errors`` never sees an error that the handler answered."""


def alarms(
    naming: Naming, functions: tuple[Function, ...], tables: tuple[Table, ...], api: Api
) -> tuple[Alarm, ...]:
    return (
        *_function_alarms(naming, functions),
        *_api_alarms(naming, api),
        *_throttle_alarms(naming, tables),
    )


def _alarm(  # noqa: PLR0913 - an alarm has that many parts
    naming: Naming,
    kind: str,
    subject: str,
    metric: tuple[str, str],
    dimensions: dict[str, str],
    threshold: int,
    *,
    label: str,
    also_accepted: tuple[dict[str, str], ...] = (),
) -> Alarm:
    return Alarm(
        kind=kind,
        name=naming.named(f"{label}-alarm"),
        subject=subject,
        namespace=metric[0],
        metric=metric[1],
        dimensions=dimensions,
        period_s=naming.environment.alarms.period_s,
        threshold=threshold,
        description=f"{subject}: {metric[1]} >= {threshold}. What to do: runbook/alarms.en.md#{kind}",
        also_accepted=also_accepted,
    )


def _function_alarms(naming: Naming, functions: tuple[Function, ...]) -> Iterator[Alarm]:
    threshold = naming.environment.alarms.function_errors
    namespace, faults, dimension = FAULTS
    for one in functions:
        yield _alarm(
            naming,
            "function-errors",
            one.name,
            ("AWS/Lambda", "Errors"),
            {"FunctionName": one.name},
            threshold,
            label=f"{one.key}-errors",
        )
        yield _alarm(
            naming,
            "function-faults",
            one.name,
            (namespace, faults),
            {dimension: one.name},
            threshold,
            label=f"{one.key}-faults",
        )


def _api_alarms(naming: Naming, api: Api) -> Iterator[Alarm]:
    limits = naming.environment.alarms
    for kind, metric, threshold in (
        ("api-4xx", "4XXError", limits.api_4xx),
        ("api-5xx", "5XXError", limits.api_5xx),
    ):
        yield _alarm(
            naming,
            kind,
            api.name,
            ("AWS/ApiGateway", metric),
            {"ApiName": api.name, "Stage": api.stage},
            threshold,
            label=kind,
            also_accepted=({"ApiName": api.name},),
        )


def _throttle_alarms(naming: Naming, tables: tuple[Table, ...]) -> Iterator[Alarm]:
    for table in tables:
        for direction in ("Read", "Write"):
            metric = ("AWS/DynamoDB", f"{direction}ThrottleEvents")
            label = f"{table.key}-{direction.lower()}-throttle"
            yield _alarm(
                naming,
                "throttle",
                table.name,
                metric,
                {"TableName": table.name},
                naming.environment.alarms.throttles,
                label=label,
            )
            for index in table.indexes:
                yield _alarm(
                    naming,
                    "throttle",
                    f"{table.name}/{index.name}",
                    metric,
                    {"TableName": table.name, "GlobalSecondaryIndexName": index.name},
                    naming.environment.alarms.throttles,
                    label=f"{label}-{index.name}",
                )


def dashboard(
    naming: Naming, functions: tuple[Function, ...], tables: tuple[Table, ...], api: Api
) -> Dashboard:
    gateway = {"ApiName": api.name, "Stage": api.stage}

    def each(metric: str) -> tuple[tuple[str, str, dict[str, str]], ...]:
        return tuple(("AWS/Lambda", metric, {"FunctionName": one.name}) for one in functions)

    capacity = tuple(
        ("AWS/DynamoDB", f"Consumed{kind}CapacityUnits", {"TableName": table.name})
        for table in tables
        for kind in ("Read", "Write")
    )
    return Dashboard(
        name=naming.named("dashboard"),
        widgets=(
            Widget(
                kind="invocations",
                title="Lambda invocations",
                statistic="Sum",
                metrics=each("Invocations"),
            ),
            Widget(kind="errors", title="Lambda errors", statistic="Sum", metrics=each("Errors")),
            Widget(
                kind="requests",
                title="API requests",
                statistic="Sum",
                metrics=(("AWS/ApiGateway", "Count", gateway),),
            ),
            Widget(
                kind="latency",
                title="API latency",
                statistic="p95",
                metrics=(("AWS/ApiGateway", "Latency", gateway),),
            ),
            Widget(kind="capacity", title="DynamoDB capacity", statistic="Sum", metrics=capacity),
        ),
    )


def log_groups(naming: Naming, functions: tuple[Function, ...], api: Api) -> tuple[LogGroup, ...]:
    days = naming.environment.retention_days
    names = (*(one.log_group for one in functions), api.access_log_group)
    return tuple(LogGroup(name=name, retention_days=days) for name in names)


def topic(naming: Naming) -> Topic:
    name = naming.named("alerts")
    return Topic(name=name, arn=naming.arn("sns", name), email=naming.environment.alert_email)
