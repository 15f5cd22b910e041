"""Alarms that can fire, the dashboard of five kinds, the logs' retention (guide step 6)."""

from collections.abc import Iterator, Mapping
from functools import partial

from aws.desired import Alarm, Api, Dashboard, Function, LogGroup, Table, Topic, Widget
from plan.naming import Naming

Watched = tuple[str, str, Mapping[str, str]]
"""Namespace, metric, dimensions."""
FAULTS = "Faults"
"""The metric by which the functions count answers of 500: Lambda's own ``Errors`` never sees an error that the handler answered."""


def alarms(
    naming: Naming, functions: tuple[Function, ...], tables: tuple[Table, ...], api: Api
) -> tuple[Alarm, ...]:
    return (
        *_function_alarms(naming, functions),
        *_api_alarms(naming, api),
        *_throttle_alarms(naming, tables),
    )


def _alarm(naming: Naming, label: str, kind: str, watched: Watched, threshold: int) -> Alarm:
    namespace, metric, dimensions = watched
    names = tuple(dimensions.values())
    also: tuple[Mapping[str, str], ...] = ({"ApiName": names[0]},) if kind.startswith("api") else ()
    if kind == "function-errors":  # AWS also publishes the alias's calls separately
        also = ({**dimensions, "Resource": f"{names[0]}:{naming.environment.alias}"},)
    subject = names[0] if kind.startswith("api") else "/".join(names)
    return Alarm(
        kind=kind,
        name=naming.name_of(f"{label}-alarm"),
        subject=subject,
        namespace=namespace,
        metric=metric,
        dimensions=dimensions,
        period_s=naming.environment.alarms.period_s,
        threshold=threshold,
        description=(
            f"{subject}: {metric} >= {threshold}. What to do: runbook/pages/alarms.en.md#{kind}"
        ),
        topic_arn=topic(naming).arn,
        tags=naming.environment.tags,
        also_accepted=also,
    )


def _function_alarms(naming: Naming, functions: tuple[Function, ...]) -> Iterator[Alarm]:
    threshold = naming.environment.alarms.function_errors
    namespace = naming.environment.application.metrics
    for function in functions:
        errors = ("AWS/Lambda", "Errors", {"FunctionName": function.name})
        yield _alarm(naming, f"{function.key}-errors", "function-errors", errors, threshold)
        counted = (namespace, FAULTS, {"FunctionName": function.name})
        if naming.environment.our_code:  # other code has other metrics
            yield _alarm(naming, f"{function.key}-faults", "function-faults", counted, threshold)


def _api_alarms(naming: Naming, api: Api) -> Iterator[Alarm]:
    limits, name = naming.environment.alarms, {"ApiName": api.name, "Stage": api.stage}
    for kind, metric, threshold in (
        ("api-4xx", "4XXError", limits.api_4xx),
        ("api-5xx", "5XXError", limits.api_5xx),
    ):
        yield _alarm(naming, kind, kind, ("AWS/ApiGateway", metric, name), threshold)


def _throttle_alarms(naming: Naming, tables: tuple[Table, ...]) -> Iterator[Alarm]:
    threshold = naming.environment.alarms.throttles
    for table in tables:
        for direction in ("Read", "Write"):
            metric, name = f"{direction}ThrottleEvents", {"TableName": table.name}
            label = f"{table.key}-{direction.lower()}-throttle"
            watched = ("AWS/DynamoDB", metric, name)
            yield _alarm(naming, label, "throttle", watched, threshold)
            for index in table.indexes:
                watched = ("AWS/DynamoDB", metric, {**name, "GlobalSecondaryIndexName": index.name})
                yield _alarm(naming, f"{label}-{index.name}", "throttle", watched, threshold)


def dashboard(
    naming: Naming, functions: tuple[Function, ...], tables: tuple[Table, ...], api: Api
) -> Dashboard:
    gateway = {"ApiName": api.name, "Stage": api.stage}

    def each(metric: str) -> tuple[tuple[str, str, dict[str, str]], ...]:
        return tuple(
            ("AWS/Lambda", metric, {"FunctionName": function.name}) for function in functions
        )

    capacity = tuple(
        ("AWS/DynamoDB", f"Consumed{kind}CapacityUnits", {"TableName": table.name})
        for table in tables
        for kind in ("Read", "Write")
    )
    return Dashboard(
        name=naming.name_of("dashboard"),
        account=naming.environment.account,
        region=naming.environment.region,
        period_s=naming.environment.alarms.period_s,
        widgets=tuple(
            Widget(kind=kind, title=title, statistic=statistic, metrics=metrics)
            for kind, title, statistic, metrics in (
                ("invocations", "Lambda invocations", "Sum", each("Invocations")),
                ("errors", "Lambda errors", "Sum", each("Errors")),
                ("requests", "API requests", "Sum", (("AWS/ApiGateway", "Count", gateway),)),
                ("latency", "API latency", "p95", (("AWS/ApiGateway", "Latency", gateway),)),
                ("capacity", "DynamoDB capacity", "Sum", capacity),
            )
            if metrics
        ),
    )


def log_groups(naming: Naming, functions: tuple[Function, ...], api: Api) -> tuple[LogGroup, ...]:
    environment = naming.environment
    group = partial(LogGroup, retention_days=environment.retention_days, tags=environment.tags)
    # Several may write into one.
    counted = dict.fromkeys(function.log_group for function in functions)
    of_functions = (group(name=name, counted=True) for name in counted)
    own = api.logs_access and api.access_log_group not in counted
    of_api = (group(name=api.access_log_group),) if own else ()
    return (*of_functions, *of_api)


def topic(naming: Naming) -> Topic:
    name, environment = naming.name_of("alerts"), naming.environment
    return Topic(
        name=name, arn=naming.arn("sns", name), email=environment.alert_email, tags=environment.tags
    )
