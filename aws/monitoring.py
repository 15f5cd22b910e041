"""CloudWatch, Logs and SNS: what would be noticed, and by whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A metric alarm; ``period_s`` in seconds. Metric-math alarms have an empty ``metric``."""

    name: str
    arn: str
    actions_enabled: bool
    alarm_actions: tuple[str, ...]
    namespace: str
    metric: str
    dimensions: Mapping[str, str]
    statistic: str
    period_s: int
    evaluation_periods: int
    datapoints_to_alarm: int | None
    threshold: float
    comparison: str
    missing_data: str
    state: str
    state_since: datetime | None
    description: str = ""
    unit: str | None = None
    """Where set, only data of this very unit counts."""
    failed_action: str | None = None
    """The newest action of the alarm's history, where it failed; a later success heals it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    namespace: str
    name: str
    dimensions: Mapping[str, str]
    statistic: str
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Widget:
    title: str
    kind: str
    """metric, text, log, alarm …"""
    metrics: tuple[Metric, ...]
    searches: tuple[str, ...] = ()
    """What looks for metrics when the widget is drawn (SEARCH, Metrics Insights, an explorer): nobody
    can say beforehand what that finds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    name: str
    widgets: tuple[Widget, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """``endpoint`` is masked: it is somebody's address."""

    protocol: str
    endpoint: str
    confirmed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    arn: str
    policy: str
    """JSON text."""
    kms_key: str | None
    subscriptions: tuple[Subscription, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogGroup:
    """``retention_days`` None never expires."""

    name: str
    arn: str
    retention_days: int | None
    log_class: str = "STANDARD"
    """INFREQUENT_ACCESS makes no metrics of embedded ones."""
    kms_key: str | None = None
