"""CloudWatch: the dashboard, with its shorthand written out so that each metric is named in full."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from aws.kind.description import BY_NAME, NAME, Part, ReadCall, fact
from aws.kind.engine import Kind
from aws.ledger import NAMES, by_parameter
from aws.raw import Raw
from aws.words import Words

DEFAULT_STATISTIC = "Average"
SAMPLES = "SampleCount"
"""The statistic of how often a metric was written, not of what it says: of Errors, the number of invocations."""
LEAST = "Minimum"
"""The statistic of the best that there was: of Errors, nothing as long as one call succeeds."""
COUNTING = frozenset({"Count", "Invocations"})
"""Metrics that are written once for each event, so that the samples are the events."""


SEARCHING = re.compile(r"\bSEARCH\s*\(|^\s*SELECT\s", re.IGNORECASE)
"""How an expression looks metrics up: a search, or a query of Metrics Insights."""
PLAIN_SEARCH = re.compile(
    r"""\s*SEARCH\(\s*'\{(?P<schema>[^{},]+(?:,[^{},]+)+)\}\s*MetricName\s*=\s*"(?P<metric>\w+)"\s*'"""
    r"(?:\s*,[^()]*)?\)\s*"
)
"""A search that finds a metric of everything with exactly these dimensions: namespace, dimensions, name."""
FIRST = "__FIRST"
"""Stands for the first of a variable's values."""
ANY = "*"
"""Value of a dimension for which such a search finds them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    namespace: str
    name: str
    dimensions: Mapping[str, str]
    statistic: str
    region: str
    account: str = ""
    """Of a metric of another account, which a monitoring account may show; else empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Widget:
    title: str
    kind: str
    """metric, text, log, alarm …"""
    metrics: tuple[Metric, ...]
    searches: tuple[str, ...] = ()
    """What else looks for metrics when the widget is drawn (SEARCH, Metrics Insights, an explorer): what
    that returns is not known beforehand."""


def _decoded(body: str, place: Mapping[str, Any]) -> tuple[Widget, ...]:
    return widgets(json.loads(body), place["scope"].region)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    name: str = fact(NAME, BY_NAME, covers="DashboardName")
    widgets: tuple[Widget, ...] = fact(
        Words(en="widgets", ja="ウィジェット"), "DashboardBody", read_in=_decoded
    )


DASHBOARD = Kind[Dashboard](
    words=Words(en="dashboard", ja="ダッシュボード"),
    service="cloudwatch",
    section="dashboards",
    type=Dashboard,
    part=Part.ALARMS,
    calls={
        "dashboard": ReadCall(
            operation="GetDashboard",
            asks={"DashboardName": "{name}"},
            named=by_parameter("DashboardName"),
            needs=frozenset({"DashboardBody"}),
            members={"DashboardArn": NAMES},
        )
    },
)


def widgets(body: Raw, region: str) -> tuple[Widget, ...]:
    """Read a body as it opens; ``region`` is that of a metric that names none."""
    stands_still, drawn, opening = of_one_day(body), body.get("widgets", []), dict[str, str]()
    for variable in body.get("variables", ()):
        if (first := _first(variable)) is None:
            continue
        if pattern := variable.get("pattern"):
            drawn = _replaced(drawn, pattern, first)
        else:
            opening[variable.get("property", "")] = first
    return tuple(_widget(raw, region, opening, stands_still=stands_still) for raw in drawn)


def _first(variable: Raw) -> str | None:
    """Return the value with which a variable opens; None where a search finds it (CloudWatch API, dashboard body)."""
    values = [*(entry.get("value") for entry in variable.get("values", ())), None]
    default = variable.get("defaultValue")
    return values[0] if default in {None, FIRST} else str(default)


def _replaced(node: Any, pattern: str, text: str) -> Any:
    if isinstance(node, str):
        try:
            return re.sub(pattern, lambda _: text, node)
        except re.error:  # of a browser's expressions, Python does not know all
            return node.replace(pattern, text)
    if isinstance(node, dict):
        return {name: _replaced(value, pattern, text) for name, value in node.items()}
    return [_replaced(entry, pattern, text) for entry in node] if isinstance(node, list) else node


def shown(drawn: Iterable[Widget]) -> tuple[Metric, ...]:
    return tuple(metric for widget in drawn for metric in widget.metrics)


def of_place(drawn: Iterable[Metric], region: str, account: str) -> list[Metric]:
    """Return the metrics of this Region and account among those that are drawn."""
    regions, accounts = {"", region}, {"", account}
    return [metric for metric in drawn if metric.region in regions and metric.account in accounts]


MetricKey = tuple[str, str, Mapping[str, str]]
"""Namespace, metric and dimensions."""


def unseen(planned: Iterable[MetricKey], drawn: Iterable[Metric]) -> list[MetricKey]:
    """Return what none of the metrics that are drawn shows; an API may be shown without its stage."""
    metrics = list(drawn)
    return [key for key in planned if not any(_shows(metric, *key) for metric in metrics)]


def _shows(metric: Metric, namespace: str, name: str, dimensions: Mapping[str, str]) -> bool:
    its = metric.dimensions
    return (
        (metric.namespace, metric.name) == (namespace, name)
        and bool(its)
        and all(key in dimensions and value in {ANY, dimensions[key]} for key, value in its.items())
    )


def without(body: Raw, lost: Callable[[Metric], bool], region: str) -> list[Raw]:
    """Return the widgets of a body without the lost metrics and what is worked out from them; one that drew nothing else goes."""
    stands_still = of_one_day(body)
    pared = (
        _pared(widget, lost, region) if _draws(widget, stands_still=stands_still) else widget
        for widget in body.get("widgets", ())
    )
    return [entry for entry in pared if entry is not None]


def _pared(raw: Raw, lost: Callable[[Metric], bool], region: str) -> Raw | None:
    properties = raw["properties"]
    rows = list(_rows(properties))
    drawn = (_metric(path, options, properties, region) for path, options in rows)
    gone = [metric is not None and lost(metric) for metric in drawn]
    if not any(gone):
        return raw
    staying = [row for row, is_gone in zip(rows, gone, strict=True) if not is_gone]
    ids = {rows[place][1].get("id") for place, is_gone in enumerate(gone) if is_gone} - {None}
    while broken := [
        pair for pair in staying if ids.intersection(re.findall(r"\w+", _expression(pair[1])))
    ]:
        staying = [pair for pair in staying if pair not in broken]
        ids |= {pair[1].get("id") for pair in broken} - {None}
    if not any(path or SEARCHING.search(_expression(options)) for path, options in staying):
        return None
    metrics = [[*path, *([options] if options else [])] for path, options in staying]
    return {**raw, "properties": {**properties, "metrics": metrics}}


def _expression(options: Raw) -> str:
    return str(options.get("expression", ""))


def of_one_day(properties: Raw) -> bool:
    """Whether what is drawn begins at a fixed moment: then it shows that day for ever, and none of today."""
    start = properties.get("start", "")
    return bool(start) and not str(start).startswith("-")


def _widget(raw: Raw, region: str, opening: Mapping[str, str], *, stands_still: bool) -> Widget:
    properties, kind = raw.get("properties", {}), raw.get("type", "")
    drawn = _draws(raw, stands_still=stands_still)
    return Widget(
        title=properties.get("title", ""),
        kind=kind,
        metrics=tuple(_metrics(properties, region, opening)) if drawn else (),
        searches=tuple(_searches(kind, properties)),
    )


def _draws(raw: Raw, *, stands_still: bool) -> bool:
    """Whether a widget draws metrics as they are now; ``stands_still``: its dashboard shows a day for ever."""
    properties = raw.get("properties", {})
    stands_still = stands_still and "start" not in properties
    return raw.get("type") == "metric" and not of_one_day(properties) and not stands_still


def _searches(kind: str, properties: Raw) -> Iterator[str]:
    if kind == "explorer":  # it draws what carries certain tags
        yield kind
    for row in properties.get("metrics", ()) if kind == "metric" else ():
        expression = _expression(_options(row))
        if SEARCHING.search(expression) and not _searched(expression):
            yield expression


def _searched(expression: str) -> list[str]:
    """Write out what a plain search finds, as a row names it; empty for any other expression."""
    if (plain := PLAIN_SEARCH.fullmatch(expression)) is None:
        return []
    namespace, *dimensions = (part.strip(' "') for part in plain["schema"].split(","))
    return [namespace, plain["metric"], *(part for name in dimensions for part in (name, ANY))]


def _options(row: list[Any]) -> Raw:
    last = row[-1] if row else {}
    return last if isinstance(last, dict) else {}


def _metrics(properties: Raw, region: str, opening: Mapping[str, str]) -> Iterator[Metric]:
    """Yield what is drawn; ``opening`` is the value of each property that a variable sets."""
    for path, options in _rows(properties):
        own, general = (_set(settings, opening) for settings in (options, properties))
        if (metric := _metric(path, own, general, region)) is not None:
            yield replace(metric, dimensions=_set(metric.dimensions, opening))


def _set(properties: Mapping[str, Any], opening: Mapping[str, str]) -> dict[str, Any]:
    return {name: opening.get(name, value) for name, value in properties.items()}


def _rows(properties: Raw) -> Iterator[tuple[list[str], Raw]]:
    """Yield what each row names, written out, and its options; an expression over other metrics names nothing."""
    before: list[str] = []
    for row in properties.get("metrics", ()):
        path = [entry for entry in row if not isinstance(entry, dict)]
        if path:
            before = path = _written_out(path, before)
        yield path, _options(row)


def _metric(path: list[str], options: Raw, properties: Raw, region: str) -> Metric | None:
    """Return the metric of a row; None where it draws none that is known: an expression, a hidden row, its samples or its least."""
    path = path or _searched(_expression(options))
    if not path or options.get("visible") is False:
        return None
    namespace, metric, *pairs = (*path, "")[: max(len(path), 2)]
    statistic = options.get("stat") or properties.get("stat") or DEFAULT_STATISTIC
    if statistic == LEAST or (statistic == SAMPLES and metric not in COUNTING):
        return None
    return Metric(
        namespace=namespace,
        name=metric,
        dimensions=dict(zip(pairs[::2], pairs[1::2], strict=False)),
        statistic=statistic,
        region=options.get("region") or properties.get("region") or region,
        account=options.get("accountId") or properties.get("accountId") or "",
    )


def _written_out(row: list[str], before: list[str]) -> list[str]:
    """Replace ``.`` by the field above, and ``...`` by all fields above that the rest leaves over."""
    if row[0] == "...":
        row = before[: len(before) - len(row) + 1] + row[1:]
    above = [*before, *row[len(before) :]]
    return [above[place] if name == "." else name for place, name in enumerate(row)]


READERS = DASHBOARD.readers(lambda reading: filter(None, [reading.scope.dashboard]))
