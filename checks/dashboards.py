"""Whether a dashboard shows what exists, all of it, and nothing that does not."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aws import desired
from aws.bounds import described
from aws.difference import Certainty, Difference
from aws.inventory import Sections
from aws.kinds.dashboard import DASHBOARD, Dashboard, of_place, shown, unseen
from aws.reading import named_like_ours
from aws.section import Follows, lookup
from aws.words import Words
from plan import Plan
from signoff.environment import Environment

GET_DASHBOARD = "cloudwatch:GetDashboard"


def lacking_kind(dashboard: Dashboard, want: desired.Widget) -> tuple[Difference, ...]:
    """Return the difference if no widget shows a metric of this kind, of any resource."""
    kinds = {(namespace, name) for namespace, name, _ in want.metrics}
    if any((metric.namespace, metric.name) in kinds for metric in shown(dashboard.widgets)):
        return ()
    difference = Difference(
        DASHBOARD.words,
        dashboard.name,
        Words(en=f"widget {want.title}", ja=f"ウィジェット{want.title}"),
        _searches(dashboard) or None,
        described(Words(en=f"one of {want.kind}", ja=f"{want.kind}のウィジェットがあること")),
        **about(dashboard),
    )
    return (difference,)


def absent_from(want: desired.Widget) -> Words:
    """Name what a kind of widget does not show."""
    return Words(en=f"not shown in {want.title}", ja=f"{want.title}に表示されていない対象")


def not_shown(dashboard: Dashboard, want: desired.Widget) -> Words:
    return Words(
        en=f"{dashboard.name} shows no {want.title}",
        ja=f"{dashboard.name}に{want.title}のウィジェットがありません",
    )


def about(dashboard: Dashboard) -> dict[str, Any]:
    """Return the fields of a difference: what no widget names is unknown where a search may find it."""
    certainty = Certainty.UNPARSED if _searches(dashboard) else Certainty.CERTAIN
    return {"call": GET_DASHBOARD, "loosens": True, "certainty": certainty}


def _searches(dashboard: Dashboard) -> list[str]:
    return [search for widget in dashboard.widgets for search in widget.searches]


def missing_from(dashboard: Dashboard, want: desired.Widget, environment: Environment) -> list[str]:
    """Return subjects of this kind that no widget shows; an API may be shown without its stage."""
    own = of_place(shown(dashboard.widgets), environment.region, environment.account)
    return ["/".join(dimensions.values()) for _, _, dimensions in unseen(want.metrics, own)]


def ghosts(
    dashboard: Dashboard, sections: Sections, plan: Plan, environment: Environment
) -> Iterator[str]:
    """Yield what the dashboard shows though it is known not to exist.

    It may also show resources of other teams, Regions and accounts, which were not read.
    A planned resource that does not exist has its own row: Follows.
    """
    kinds: Mapping[str, tuple[str, str, Sequence[Any]]] = {
        "FunctionName": ("DEP-10", "functions", plan.functions),
        "TableName": ("DEP-01", "tables", plan.tables),
        "ApiName": ("DEP-20", "rest_apis", (plan.api,)),
    }
    for metric in of_place(shown(dashboard.widgets), environment.region, environment.account):
        for dimension, name in metric.dimensions.items():
            if dimension not in kinds:
                continue
            owner, section, subjects = kinds[dimension]
            if lookup(getattr(sections, section), name) is not None:
                continue
            if name in (planned := [subject.name for subject in subjects]):
                raise Follows(
                    owner,
                    en=f"{dimension} {name} does not exist",
                    ja=f"{dimension} {name}が存在しません",
                )
            listed = lookup(sections.names, section)
            unlisted = listed is None or name not in listed.names
            tables = planned if section == "tables" else ()
            if unlisted and named_like_ours(name, environment.prefix, tables):
                yield f"{dimension} {name}"
