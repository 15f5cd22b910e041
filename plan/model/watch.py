"""Alarms, dashboard, topic and logs."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A metric alarm: Sum over ``period_s`` >= threshold. ``kind`` groups them by row."""

    kind: str
    """function-errors, function-faults, api-4xx, api-5xx, throttle."""
    name: str
    subject: str
    """The function, API, table or index that it watches."""
    namespace: str
    metric: str
    dimensions: Mapping[str, str]
    period_s: int
    threshold: int
    description: str
    also_accepted: tuple[Mapping[str, str], ...] = ()
    """Other dimension sets under which AWS publishes the same truth."""

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Widget:
    """A dashboard widget: ``metrics`` are (namespace, metric, dimensions)."""

    kind: str
    """invocations, errors, requests, latency, capacity: the guide's five (step 6-2)."""
    title: str
    statistic: str
    metrics: tuple[tuple[str, str, Mapping[str, str]], ...]

    def __str__(self) -> str:
        return self.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    name: str
    widgets: tuple[Widget, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogGroup:
    name: str
    retention_days: int

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    name: str
    arn: str
    email: str | None
