"""Whether a dashboard shows what exists, all of it, and nothing that does not."""

from collections.abc import Iterator

from aws import desired
from aws.dashboard import Dashboard, Metric
from aws.inventory import Sections
from aws.section import Follows, NotTestable, lookup
from plan import Plan


def shown(dashboard: Dashboard) -> tuple[Metric, ...]:
    return tuple(metric for widget in dashboard.widgets for metric in widget.metrics)


def has_kind(dashboard: Dashboard, want: desired.Widget) -> bool:
    """Whether some widget shows a metric of this kind, whatever it is drawn for."""
    kinds = {(namespace, name) for namespace, name, _ in want.metrics}
    there = any((metric.namespace, metric.name) in kinds for metric in shown(dashboard))
    return there or _unknowable(dashboard, want.title)


def missing_from(dashboard: Dashboard, want: desired.Widget) -> list[str]:
    """Return subjects of this kind that no widget shows; an API may be shown without its stage."""
    missing = _not_named(dashboard, want)
    if missing:
        _unknowable(dashboard, f"{want.title} of {', '.join(missing)}")
    return missing


def _unknowable(dashboard: Dashboard, what: str) -> bool:
    """Raise NotTestable where a search may show what no widget names; else nothing does: False."""
    searches = [one for widget in dashboard.widgets for one in widget.searches]
    if searches:
        raise NotTestable(
            f"{dashboard.name} may show {what}: nobody knows what {searches[0]} finds"
        )
    return False


def _not_named(dashboard: Dashboard, want: desired.Widget) -> list[str]:
    there = [(m.namespace, m.name, set(m.dimensions.items())) for m in shown(dashboard)]
    return [
        "/".join(dimensions.values())
        for namespace, name, dimensions in want.metrics
        if not any(
            (namespace, name) == (one[0], one[1]) and one[2] and one[2] <= set(dimensions.items())
            for one in there
        )
    ]


def ghosts(dashboard: Dashboard, found: Sections, plan: Plan, region: str) -> Iterator[str]:
    """Yield what is shown though it is not there, or lies in another Region.

    What is planned and not there has its own row, which is raised as Follows.
    """
    things = {
        "FunctionName": ("DEP-10", found.functions, {one.name for one in plan.functions}),
        "TableName": ("DEP-01", found.tables, {one.name for one in plan.tables}),
        "ApiName": ("DEP-20", found.rest_apis, {plan.api.name}),
    }
    for metric in shown(dashboard):
        if metric.region and metric.region != region:
            yield f"{metric.name} of {metric.region}"
        for dimension, name in metric.dimensions.items():
            owner, section, planned = things.get(dimension, ("", {name: metric}, set()))
            if lookup(section, name) is None:
                if name in planned:
                    raise Follows(owner, f"{dimension} {name} does not exist")
                yield f"{dimension} {name}"
