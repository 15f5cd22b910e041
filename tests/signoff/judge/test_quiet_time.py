"""What only time repairs is told once, with the moment to ask again, and sat out where that is asked for."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from aws.words import Words
from signoff.evidence import Record, Records
from signoff.judge.drift import LAG, USUAL_RUN, NotYet, fired_by_us, quiet_at, wait_until

NINE = datetime(2026, 12, 1, 0, 0, tzinfo=UTC)
"""Nine in the morning in Japan."""


def at(minutes):
    return NINE + timedelta(minutes=minutes)


def recorded(*windows):
    """Return a store that knows runs from one minute after nine to another."""
    bodies = [{"begin": at(a).isoformat(), "end": at(b).isoformat()} for a, b in windows]
    return Records(
        tuple(
            Record(
                kind="window",
                body=body,
                environment="prod",
                caller="arn:aws:iam::444455556666:user/auditor",
                created=NINE,
                release=None,
                expires=None,
            )
            for body in bodies
        )
    )


def test_alarm_that_fired_outside_of_all_runs_is_no_ones_but_its_own():
    assert fired_by_us(at(-30), recorded((0, 5)), now=at(6)) is None
    assert fired_by_us(at(16), recorded((0, 5)), now=at(17)) is None


def test_moment_is_that_of_the_last_run_that_may_keep_it_firing():
    runs = recorded((0, 5), (12, 14), (90, 91))

    assert fired_by_us(at(3), runs, now=at(20)) == at(20) + timedelta(minutes=5) + LAG
    assert fired_by_us(at(3), runs, now=at(25)) is None


def test_moment_does_not_move_on_when_it_is_asked_for_again():
    told = fired_by_us(at(3), recorded((0, 3)), now=at(5))
    asking = (5, 5 + USUAL_RUN.seconds / 60)
    again = fired_by_us(at(3), recorded((0, 3), asking), now=told + timedelta(seconds=1))

    assert again is None


def test_a_long_run_before_makes_the_moment_later():
    long_run = recorded((-60, -45), (0, 3))

    assert fired_by_us(at(1), long_run, now=at(4)) == at(4) + timedelta(minutes=15) + LAG


def test_account_is_quiet_when_the_last_run_has_no_effect_any_more():
    assert quiet_at(recorded((0, 5), (2, 3))) == at(5) + LAG
    assert quiet_at(Records()) is None


def test_unknown_says_the_whole_minute_in_japan_in_both_languages():
    error = NotYet(Words(en="x fired", ja="xが発報しました"), NINE + timedelta(seconds=1))

    assert error.until == at(1)
    assert error.words.en == "x fired; not testable until 2026-12-01 09:01 JST"
    assert "2026-12-01 09:01 JST以降" in error.words.ja


@dataclass
class WaitingClock:
    time: datetime = NINE

    def now(self):
        return self.time

    def sleep(self, seconds):
        self.time += timedelta(seconds=seconds)


def test_waiting_ends_at_the_moment_and_tells_how_long_it_takes_yet():
    clock, told = WaitingClock(), []
    wait_until(at(1), Words(en="why", ja="理由"), told.append, now=clock.now, sleep=clock.sleep)

    assert clock.time == at(1)
    assert told[0].en == "waiting until 09:01 JST (1:00 left): why"
    assert told[-1].ja == "09:01 JSTまで待機中（残り0:01）: 理由"
    assert len(told) == 60


def test_nothing_is_waited_for_that_is_over():
    wait_until(NINE, Words(en="", ja=""), say=lambda _: 1 / 0, now=lambda: at(1))
