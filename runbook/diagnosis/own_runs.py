"""Alarms that fire or are absent; and when our own runs called the API: what they provoked is no sign of a fault."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from aws.converge.alarm import read_all
from aws.firing import watches
from aws.kinds.alarm import Alarm
from aws.words import Words, joined
from runbook.engine import StepContext
from signoff.environment import JST, in_japan
from signoff.evidence import kind_of
from signoff.judge.drift import LAG, WINDOW, Window, windows

HOUR = timedelta(hours=1)
RETRIES = timedelta(minutes=3)
"""Lambda tries an asynchronous call again after one minute, and after two more."""


@dataclass(slots=True)
class Occurrences:
    """How often something happened, and when first and last."""

    count: float = 0
    first: datetime | None = None
    last: datetime | None = None

    def add(self, count: float, moment: datetime) -> None:
        self.count += count
        self.first = min(self.first or moment, moment)
        self.last = max(self.last or moment, moment)

    def clock_times(self) -> str:
        """Return ``10:02 - 10:07 JST``."""
        first, last = (
            f"{moment.astimezone(JST):%H:%M}" for moment in (self.first, self.last) if moment
        )
        return f"{first} JST" if first == last else f"{first} - {last} JST"


@dataclass(frozen=True, slots=True)
class OwnRuns:
    """The windows of our own runs that reach into a stretch of time."""

    since: datetime
    until: datetime
    runs: tuple[Window, ...] = ()

    def provoked(self, moment: datetime) -> bool:
        return any(run.holds(moment, RETRIES) for run in self.runs)

    def fired(self, since: datetime) -> bool:
        """Whether one of them may be why an alarm fires."""
        return any(run.holds(since, LAG) for run in self.runs)

    def in_words(self) -> Words:
        """Say from when to when was looked at, and what was left out."""
        stretch = f"{in_japan(self.since)[:-4]} - {_clock(self.until)} JST"
        if not self.runs:
            return Words(en=f"looked at {stretch}", ja=f"対象期間: {stretch}")
        shown = dict.fromkeys(
            (kind_of(run.what), Words.same(f"{_clock(run.begin)} - {_clock(run.end)}"))
            for run in self.runs
        )
        ours = joined((joined(each, " ") for each in shown), ", ")
        return Words(
            en=f"looked at {stretch}, without what our own runs provoked: {ours.en}",
            ja=f"対象期間: {stretch}。自分たちの実行が起こしたものを除く: {ours.ja}",
        )


def last_hour(context: StepContext) -> OwnRuns:
    """Return the stretch that is looked at, and our own runs in it."""
    now = datetime.now(UTC)
    return own_runs(context, now - HOUR, now)


def own_runs(context: StepContext, since: datetime, until: datetime) -> OwnRuns:
    """Read from the evidence which of our runs reach into a stretch of time, oldest first."""
    runs = windows(context.history(WINDOW))
    return OwnRuns(since, until, tuple(run for run in runs if run.end + LAG >= since))


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(JST):%H:%M}"


def report_alarms(context: StepContext, ours: OwnRuns) -> None:
    """Report each alarm in ALARM, and how many planned ones do not exist under any name."""
    alarms = read_all(context)
    there = [
        (want, [each for each in alarms if each.name == want.name or watches(each, want)])
        for want in context.plan.alarms
    ]
    kinds = {watching.name: (watching, want.kind) for want, some in there for watching in some}
    burning = [(watching, kind) for watching, kind in kinds.values() if watching.state == "ALARM"]
    for alarm, kind in burning:
        context.tell(_alarm_in_words(alarm, kind, ours))
    if absent := sum(not some for _, some in there):
        remedy = f"python -m runbook monitoring --env {context.environment.name} --go"
        context.say(
            en=f"{absent} alarms do not exist: {remedy}",
            ja=f"アラームが{absent}個ありません: {remedy}",
        )
    if not burning:
        context.say(en="no alarm is firing", ja="発報中のアラームはありません")


def _alarm_in_words(alarm: Alarm, kind: str, ours: OwnRuns) -> Words:
    since = in_japan(alarm.state_since) if alarm.state_since else "?"
    if alarm.state_since and ours.fired(alarm.state_since):
        return Words(
            en=f"{alarm.name} since {since}: one of our own runs may have fired it, and it ends by itself",
            ja=f"{alarm.name} ({since}から): 自分たちの実行によるものと考えられ、自然に収まります",
        )
    return Words(
        en=f"{alarm.name} since {since}: runbook/pages/alarms.en.md#{kind}",
        ja=f"{alarm.name} ({since}から): runbook/pages/alarms.ja.md#{kind}",
    )
