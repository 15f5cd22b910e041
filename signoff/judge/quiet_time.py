"""What only time repairs: until when to wait, said once for everything, and waiting for it if asked to.

Two things of our own linger after a change or a run: alarms that our own calls made fire, and the old key,
which functions keep for five minutes after it was replaced.
"""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from aws.section import NotTestable
from aws.words import Words
from signoff.environment import JST, in_japan
from signoff.evidence import Records

LAG = timedelta(minutes=10)
"""Two periods of five minutes: how long an alarm may lag behind its cause."""
KEY_KEPT = timedelta(minutes=5)
"""How long a warm function keeps a secret before it reads it again (lambdas/rally/secrets.py)."""
USUAL_RUN = timedelta(minutes=3)
"""How long the calls of a run take at least: this run's own may keep an alarm firing, too."""
TICK_S = 1.0


class NotYet(NotTestable):
    """Nothing is known before a moment; ``until`` is a whole minute, at which it is worth asking again."""

    def __init__(self, why: Words, until: datetime) -> None:
        self.until = _whole_minute(until)
        moment = in_japan(self.until)
        super().__init__(
            Words(
                en=f"{why.en}; not testable until {moment}",
                ja=f"{why.ja}。確認できるのは{moment}以降です",
            )
        )


def fired_by_us(since: datetime, records: Records, now: datetime) -> datetime | None:
    """Return until when one of our own runs may be why an alarm fires; None where none is.

    That is the end of the last of all runs that may have made it fire or kept it firing. While one of
    them may, the calls of the run that asks may as well.
    """
    until: datetime | None = None
    windows = sorted(_windows(records))
    for begin, end in windows:
        if begin <= (until or since) and since <= end + LAG:
            until = max(until or end, end + LAG)
    if until is None or now > until:
        return None
    longest = max((end - begin for begin, end in windows), default=USUAL_RUN)
    return max(until, now + max(longest, USUAL_RUN) + LAG)


def quiet_at(records: Records) -> datetime | None:
    """Return when the last of our recorded runs can make no alarm fire any more; None without any."""
    return max((end + LAG for _, end in _windows(records)), default=None)


def wait_until(
    until: datetime,
    why: Words,
    say: Callable[[Words], None],
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Wait until a moment, saying why and how long is left."""
    until = _whole_minute(until)
    while (left := (until - now()).total_seconds()) > 0:
        minutes, seconds = divmod(int(left), 60)
        at = f"{until.astimezone(JST):%H:%M} JST"
        say(
            Words(
                en=f"waiting until {at} ({minutes}:{seconds:02} left): {why.en}",
                ja=f"{at}まで待機中（残り{minutes}:{seconds:02}）: {why.ja}",
            )
        )
        sleep(min(TICK_S, left))


def _whole_minute(moment: datetime) -> datetime:
    """Round up: before that minute it would be too early."""
    whole = moment.replace(second=0, microsecond=0)
    return whole if whole == moment else whole + timedelta(minutes=1)


def _windows(records: Records) -> Iterator[tuple[datetime, datetime]]:
    """Yield when each of our recorded runs began and ended."""
    for window in (entry for entry in records.entries if entry.kind == "window"):
        begin, end = (datetime.fromisoformat(window.body[name]) for name in ("begin", "end"))
        yield begin, end
