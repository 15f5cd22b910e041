"""When our own runs, load tests and drills called the API: what they provoked is no sign of a fault."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from aws.words import Words, joined
from runbook.engine import StepContext
from runbook.rollback.drill import WINDOW
from signoff.environment import JST, in_japan
from signoff.judge.drift import LAG

HOUR = timedelta(hours=1)
RETRIES = timedelta(minutes=3)
"""Lambda tries an asynchronous call again after one minute, and after two more."""


@dataclass(slots=True)
class Seen:
    """How often something happened, and when first and last."""

    count: float = 0
    first: datetime | None = None
    last: datetime | None = None

    def add(self, count: float, moment: datetime) -> None:
        self.count += count
        self.first = min(self.first or moment, moment)
        self.last = max(self.last or moment, moment)

    def told(self) -> str:
        """Return ``10:02 - 10:07 JST``."""
        first, last = (
            f"{moment.astimezone(JST):%H:%M}" for moment in (self.first, self.last) if moment
        )
        return f"{first} JST" if first == last else f"{first} - {last} JST"


@dataclass(frozen=True, slots=True)
class Span:
    """``what``: smoke, load or drill."""

    what: str
    begin: datetime
    end: datetime

    def holds(self, moment: datetime, later: timedelta = RETRIES) -> bool:
        """Whether it may have provoked what happened at a moment, up to so long after its end."""
        return self.begin <= moment <= self.end + later


@dataclass(frozen=True, slots=True)
class OwnRuns:
    """The spans of our own runs that reach into a stretch of time."""

    since: datetime
    until: datetime
    spans: tuple[Span, ...] = ()

    def provoked(self, moment: datetime) -> bool:
        return any(span.holds(moment) for span in self.spans)

    def fired(self, since: datetime) -> bool:
        """Whether one of them may be why an alarm fires."""
        return any(span.holds(since, LAG) for span in self.spans)

    def told(self) -> Words:
        """Say from when to when was looked at, and what was left out."""
        stretch = f"{in_japan(self.since)[:-4]} - {_clock(self.until)} JST"
        if not self.spans:
            return Words(en=f"looked at {stretch}", ja=f"対象期間: {stretch}")
        ours = joined(
            Words.same(f"{span.what} {_clock(span.begin)} - {_clock(span.end)}")
            for span in self.spans
        )
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
    spans = sorted(_spans(context.history(WINDOW)), key=lambda span: span.begin)
    return OwnRuns(since, until, tuple(span for span in spans if span.end + LAG >= since))


def _spans(bodies: Iterable[object]) -> Iterator[Span]:
    for body in bodies:
        match body:
            case {"what": str(what), "begin": str(begin), "end": str(end)}:
                yield Span(what, datetime.fromisoformat(begin), datetime.fromisoformat(end))


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(JST):%H:%M}"
