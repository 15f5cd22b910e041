"""What time does to a run: changes while it is judged, and what only waiting fixes."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from aws.door.sessions import boto_session
from aws.inventory import Inventory, Sections, frozen, on_demand
from aws.kind.description import LeftOut, value_of
from aws.kinds import BY_SECTION
from aws.redaction.secret_text import MaskedValue
from aws.section import NotTestable, Unreadable
from aws.words import Tell, Words
from signoff.environment import JST, in_japan
from signoff.evidence import Records
from signoff.judge.snapshot import PlanT, Snapshot

WHOLE = "*"
VOLATILE: Mapping[tuple[str, str], str] = {
    ("key_scans", WHOLE): "people come and go while the run lasts, and so do its own test users",
    ("leaks", WHOLE): "made of all other answers, each of which is compared itself",
    ("resolutions", WHOLE): "name servers answer with other addresses each time",
} | {
    (section, name): part.because
    for section, kind in BY_SECTION.items()
    for name, part in kind.parts.items()
    if isinstance(part, LeftOut) and part.moves
}
"""Section and field -> why they are left out of the comparison."""
ADVICE = Words(en="run again while nothing is being changed", ja="変更のない間に再実行してください")
LONGEST = 120
"""Characters of a value that are shown; a whole policy would hide the sentence."""
LAG = timedelta(minutes=10)
"""Two periods of five minutes: how long an alarm may lag behind its cause."""
KEY_KEPT = timedelta(minutes=5)
"""How long a warm function keeps a secret before it reads it again (lambdas/rally/secrets.py)."""
USUAL_RUN = timedelta(minutes=3)
"""How long the calls of a run take at least: this run's own may keep an alarm firing, too."""
TICK_S = 1.0


def read_again(snapshot: Snapshot[PlanT]) -> tuple[Words | None, int]:
    """Read once more all that can be compared; return why there is no verdict, if so, and how many calls that took.

    Of a change that is reverted in between, only one of an alias or of the API's stage is seen; one of the last second, none.
    """
    lazy = on_demand(
        boto_session(snapshot.environment.region),
        snapshot.scope,
        caller=snapshot.inventory.caller,
        salts=snapshot.inventory.salts,
        options=snapshot.reading,
    )
    again = frozen(lazy, compared())
    return changed(snapshot.inventory, again), again.calls


def compared() -> tuple[str, ...]:
    """Return the names of the sections that are read again."""
    return tuple(field.name for field in fields(Sections) if (field.name, WHOLE) not in VOLATILE)


def changed(judged: Inventory, again: Inventory) -> Words | None:
    """Return the first fact that changed or can no longer be read; None if there is none."""
    before, after = judged.sections, again.sections
    for section in compared():
        facts = _unequal(section, getattr(before, section), getattr(after, section))
        for place, was, now in facts:
            if not isinstance(was, Unreadable):  # else a row says so already
                return _change(section, place, was, now)
    return None


def _change(section: str, place: tuple[str, ...], was: Any, now: Any) -> Words:
    resource, path = " ".join([section, *place[:1]]), ".".join(place[1:])
    fact = f"{resource}: {path}" if path else resource
    if isinstance(now, Unreadable):
        return Words(
            en=f"whether {fact} changed during the run is unknown: {now.words.en}",
            ja=f"{fact}が実行中に変わったか不明です（{now.words.ja}）",
        )
    if not path and (was is None or now is None):
        en, ja = ("created", "作成") if was is None else ("deleted", "削除")
        return Words(
            en=f"{fact} was {en} during the run; {ADVICE.en}",
            ja=f"{fact}が実行中に{ja}されました。{ADVICE.ja}",
        )
    first, second = _short(was), _short(now)
    return Words(
        en=f"{fact} changed during the run, from {first.en} to {second.en}; {ADVICE.en}",
        ja=f"{fact}が実行中に{first.ja}から{second.ja}に変わりました。{ADVICE.ja}",
    )


def _unequal(
    section: str, before: Any, after: Any, place: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """Yield for each fact that differs its place (the item, then the way within it), and both values."""
    if before == after:
        return
    first, second = _parts(before), _parts(after)
    if first is None or second is None:
        yield place, before, after
        return
    for key in sorted({*first, *second}):
        if not place or (section, key) not in VOLATILE:
            yield from _unequal(section, first.get(key), second.get(key), (*place, key))


def _parts(value: Any) -> dict[str, Any] | None:
    """Return the members of a value; None for one that is compared as a whole."""
    match value:
        case MaskedValue() | Unreadable():
            return None
        case Mapping():
            return {str(key): entry for key, entry in value.items()}
        case list() | tuple():
            return {str(number): entry for number, entry in enumerate(value, 1)}
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {field.name: value_of(value, field.name) for field in fields(value)}
        case _:
            return None


def _short(value: Any) -> Words:
    if isinstance(value, MaskedValue) and value.text is None:
        return Words(en="one value that is not shown", ja="伏せられた値")
    text = str(value)
    return Words.same(text if len(text) <= LONGEST else f"{text[:LONGEST]}…")


class NotYet(NotTestable):
    """Nothing is known before a moment; ``until`` is a whole minute, at which it is worth asking again."""

    def __init__(self, why: Words, until: datetime) -> None:
        self.until = _whole_minute(until)
        moment = in_japan(self.until)
        super().__init__(
            en=f"{why.en}; not testable until {moment}",
            ja=f"{why.ja}。確認できるのは{moment}以降です",
        )


WINDOW = "window"
"""Kind of the record that a run, a load test and a drill leave: when callers met what we provoked."""


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """When one of our own runs made calls; ``what``: smoke, load or drill."""

    begin: datetime
    end: datetime
    what: str

    def holds(self, moment: datetime, later: timedelta) -> bool:
        """Whether it may have provoked what happened at a moment, up to so long after its end."""
        return self.begin <= moment <= self.end + later


def windows(bodies: Iterable[Mapping[str, Any]]) -> list[Window]:
    """Read the bodies of such records, the earliest run first."""
    read = datetime.fromisoformat
    return sorted(
        Window(read(body["begin"]), read(body["end"]), str(body.get("what"))) for body in bodies
    )


def fired_by_us(since: datetime, records: Records, now: datetime) -> datetime | None:
    """Return until when one of our own runs may be why an alarm fires; None where none is.

    That is the end of the last of all runs that may have made it fire or kept it firing. While one of
    them may, the calls of the run that asks may as well.
    """
    until: datetime | None = None
    ours = windows(entry.body for entry in records.of(WINDOW))
    for run in ours:
        if run.begin <= (until or since) and since <= run.end + LAG:
            until = max(until or run.end, run.end + LAG)
    if until is None or now > until:
        return None
    longest = max((run.end - run.begin for run in ours), default=USUAL_RUN)
    return max(until, now + max(longest, USUAL_RUN) + LAG)


def quiet_at(records: Records) -> datetime | None:
    """Return when the last of our recorded runs can make no alarm fire any more; None without any."""
    ours = windows(entry.body for entry in records.of(WINDOW))
    return max((run.end + LAG for run in ours), default=None)


def wait_until(
    until: datetime,
    why: Words,
    say: Tell,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Wait until a moment, saying why and how long is left."""
    until = _whole_minute(until)
    while (seconds_left := (until - now()).total_seconds()) > 0:
        minutes, seconds = divmod(int(seconds_left), 60)
        at = f"{until.astimezone(JST):%H:%M} JST"
        say(
            Words(
                en=f"waiting until {at} ({minutes}:{seconds:02} left): {why.en}",
                ja=f"{at}まで待機中（残り{minutes}:{seconds:02}）: {why.ja}",
            )
        )
        sleep(min(TICK_S, seconds_left))


def _whole_minute(moment: datetime) -> datetime:
    """Round up: before that minute it would be too early."""
    whole = moment.replace(second=0, microsecond=0)
    return whole if whole == moment else whole + timedelta(minutes=1)
