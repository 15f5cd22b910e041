"""The dashboard with the guide's five kinds of widget (step 6-2)."""

import json
from functools import partial
from typing import Any

from aws.change.gate import ChangeContext, Changes, difference, unless_absent
from aws.desired import Dashboard, Widget
from aws.kinds.alarm_actions import RESOURCES
from aws.kinds.dashboard import (
    DASHBOARD,
    Metric,
    of_one_day,
    of_place,
    shown,
    unseen,
    widgets,
    without,
)
from aws.raw import Raw
from aws.reading import shared_beginning, shared_ending
from aws.words import Words

WIDGETS = DASHBOARD.facts["widgets"].words
START = Words(en="start", ja="表示開始日時")
VARIABLES = Words(en="variables", ja="変数")
WIDTH, HEIGHT, COLUMNS = 12, 6, 24
"""In CloudWatch's grid, which is 24 wide."""


def converge(context: ChangeContext, dashboard: Dashboard) -> Changes:
    """Add the planned widgets that show what no widget does, and take away the metrics of what is gone.

    All others stay. A dashboard that shows one day for ever shows today again; one that can't be completed loses its
    variables, which may hide what it draws, or is replaced.
    """
    client = context.client("cloudwatch")
    answer = unless_absent(client.get_dashboard, DashboardName=dashboard.name)
    current: Raw = json.loads(answer["DashboardBody"]) if answer else {}
    fixed = ("start", "end") if of_one_day(current) else ()
    others = {key: current[key] for key in current if key not in fixed}
    plain = {key: others[key] for key in others if key != "variables"}
    completed = (_completed(dashboard, body) for body in (others, plain, {}))
    desired = next(body for body in completed if _shows_all(dashboard, body))
    current_widgets = current.get("widgets", [])
    lost = [entry for entry in current_widgets if entry not in desired["widgets"]]
    changes = difference(
        DASHBOARD.resource(dashboard.name),
        {WIDGETS: current_widgets, **_shown_by(current)} if answer else None,
        {WIDGETS: desired["widgets"], **_shown_by(desired)},
        destroying=(WIDGETS, VARIABLES) if lost else (VARIABLES,),
    )
    body = json.dumps(desired)
    return context.settle(
        changes, lambda: client.put_dashboard(DashboardName=dashboard.name, DashboardBody=body)
    )


def _completed(dashboard: Dashboard, body: Raw) -> dict[str, Any]:
    """Return the body without what is gone, and the planned widgets that it lacks below the others."""
    staying = without(body, partial(_gone, dashboard), dashboard.region)
    drawn = _drawn(dashboard, {**body, "widgets": staying})
    lacking = [widget for widget in dashboard.widgets if unseen(widget.metrics, drawn)]
    below = max((entry.get("y", 0) + entry.get("height", HEIGHT) for entry in staying), default=0)
    added = [_widget(dashboard, i, widget, below) for i, widget in enumerate(lacking)]
    return {**body, "widgets": [*staying, *added]}


def _shown_by(body: Raw) -> dict[Words, Any]:
    return {START: body.get("start"), VARIABLES: body.get("variables") or None}


def _shows_all(dashboard: Dashboard, body: Raw) -> bool:
    planned = [metric for widget in dashboard.widgets for metric in widget.metrics]
    return not unseen(planned, _drawn(dashboard, body))


def _drawn(dashboard: Dashboard, body: Raw) -> list[Metric]:
    """Return the metrics of this Region and account that it draws."""
    drawn = shown(widgets(body, dashboard.region))
    return of_place(drawn, dashboard.region, dashboard.account)


def _gone(dashboard: Dashboard, metric: Metric) -> bool:
    """Whether it is of something named like ours that is not planned (MON-11). Whether that exists is not looked up here."""
    return bool(of_place((metric,), dashboard.region, dashboard.account)) and any(
        _is_like_ours(dashboard, key, name)
        for key, name in metric.dimensions.items()
        if key in RESOURCES
    )


def _is_like_ours(dashboard: Dashboard, key: str, name: str) -> bool:
    metrics = (metric for widget in dashboard.widgets for metric in widget.metrics)
    planned = {dimensions[key] for _, _, dimensions in metrics if key in dimensions}
    beginning, ending = shared_beginning(planned), shared_ending(planned)
    like = (bool(beginning) and name.startswith(beginning)) or (
        bool(ending) and name.endswith(ending)
    )
    return like and name not in planned


def _widget(dashboard: Dashboard, position: int, widget: Widget, below: int) -> dict[str, Any]:
    row, column = divmod(position, COLUMNS // WIDTH)
    return {
        "type": "metric",
        "x": column * WIDTH,
        "y": below + row * HEIGHT,
        "width": WIDTH,
        "height": HEIGHT,
        "properties": {
            "title": widget.title,
            "region": dashboard.region,
            "view": "timeSeries",
            "stat": widget.statistic,
            "period": dashboard.period_s,
            "metrics": [
                [namespace, name, *(part for pair in dimensions.items() for part in pair)]
                for namespace, name, dimensions in widget.metrics
            ],
        },
    }
