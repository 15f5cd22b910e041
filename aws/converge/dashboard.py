"""The dashboard with the guide's five kinds of widget (step 6-2)."""

import json
from collections.abc import Mapping
from typing import Any

from aws.converge.change import ChangeContext, Changes, difference, unless_absent
from aws.dashboard import decode, shown, unseen
from aws.desired import Dashboard, Widget

WIDTH, HEIGHT, COLUMNS = 12, 6, 24
"""In CloudWatch's grid, which is 24 wide."""


def converge(context: ChangeContext, dashboard: Dashboard) -> Changes:
    """Put the dashboard if it does not show everything planned, or shows resources that nobody planned.

    Otherwise it stays, whatever its layout.
    """
    client = context.client("cloudwatch")
    answer = unless_absent(client.get_dashboard, DashboardName=dashboard.name)
    wanted = {"widgets": [_widget(dashboard, i, one) for i, one in enumerate(dashboard.widgets)]}
    found = json.loads(answer["DashboardBody"]) if answer else None
    if found and _shows_all(dashboard, found):
        return ()
    changes = difference(f"dashboard {dashboard.name}", found, wanted, destroying=("widgets",))
    body = json.dumps(wanted)
    return context.settle(
        changes, lambda: client.put_dashboard(DashboardName=dashboard.name, DashboardBody=body)
    )


SUBJECTS = frozenset({"FunctionName", "TableName", "ApiName"})
"""Dimensions that name a resource. An unplanned one may not exist (MON-11); this is not looked up here."""


def _shows_all(dashboard: Dashboard, found: Mapping[str, Any]) -> bool:
    planned = [metric for widget in dashboard.widgets for metric in widget.metrics]
    names = {name for _, _, dimensions in planned for name in dimensions.values()}
    drawn = shown(decode(dashboard.name, found, dashboard.region))
    own = [one for one in drawn if one.region in {"", dashboard.region} and not one.account]
    named = {name for one in own for key, name in one.dimensions.items() if key in SUBJECTS}
    return named <= names and not unseen(planned, own)


def _widget(dashboard: Dashboard, position: int, widget: Widget) -> dict[str, Any]:
    row, column = divmod(position, COLUMNS // WIDTH)
    return {
        "type": "metric",
        "x": column * WIDTH,
        "y": row * HEIGHT,
        "width": WIDTH,
        "height": HEIGHT,
        "properties": {
            "title": widget.title,
            "region": dashboard.region,
            "view": "timeSeries",
            "stat": widget.statistic,
            "period": dashboard.period_s,
            "metrics": [_metric(*one) for one in widget.metrics],
        },
    }


def _metric(namespace: str, name: str, dimensions: Mapping[str, str]) -> list[str]:
    return [namespace, name, *(part for pair in dimensions.items() for part in pair)]
