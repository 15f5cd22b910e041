"""Calls of the control plane leave in equal steps, however many threads want to call."""

from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from aws.door import RateLimiter


class Clock:
    """Time that passes only when somebody sleeps; each sleeper is noted with its wake-up time."""

    def __init__(self):
        self.now, self.woken, self.lock = 0.0, [], Lock()

    def read(self):
        return self.now

    def sleep(self, seconds):
        with self.lock:
            self.woken.append(round(self.now + seconds, 6))


def test_callers_are_a_tenth_of_a_second_apart():
    clock = Clock()
    limiter = RateLimiter(10, clock=clock.read, sleep=clock.sleep)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: limiter.wait(), range(31)))

    assert sorted(clock.woken) == [round(n / 10, 6) for n in range(1, 31)]


def test_caller_after_a_pause_goes_at_once_and_no_turn_is_saved_up():
    clock = Clock()
    limiter = RateLimiter(10, clock=clock.read, sleep=clock.sleep)
    limiter.wait()
    clock.now = 60.0

    limiter.wait()
    limiter.wait()

    assert clock.woken == [60.1]
