"""How often a function runs at once, and what happens beyond that."""

import json
import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from local.functions.functions import Functions

GATE = """
import os
def handler(event, context):
    with open(event["started"], "w"): pass
    with open(event["released"]): pass
    return os.getpid()
"""


class Gate:
    """Two named pipes: the handler tells that it has begun, and waits to be let go."""

    def __init__(self, folder):
        self.event = {"started": str(folder / "started"), "released": str(folder / "released")}
        os.mkfifo(self.event["started"])
        os.mkfifo(self.event["released"])
        self.open = []

    def begun(self):
        """Return once the handler runs: opening a named pipe waits for its other end."""
        with open(self.event["started"]):  # noqa: PTH123 - a pipe, not a file
            pass

    def release(self):
        """Open both ends, and keep them: to open its own would wait for a handler that timed out meanwhile."""
        self.open.append(os.open(self.event["released"], os.O_RDWR))

    def close(self):
        for end in self.open:
            os.close(end)


def pass_through(gates):
    """Let all go, once all are there."""
    for gate in gates:
        gate.begun()
    for gate in gates:
        gate.release()


@pytest.fixture
def gates(tmp_path):
    folders = [tmp_path / "first", tmp_path / "second"]
    for folder in folders:
        folder.mkdir()
    both = [Gate(folder) for folder in folders]
    yield both
    for gate in both:
        gate.close()


@pytest.fixture
def threads():
    with ThreadPoolExecutor(4) as pool:
        yield pool


def test_reserved_concurrency_throttles_at_once(account, name, gates, threads):
    account.deploy(name, GATE, Timeout=15)
    account.reserve(name, 1)
    running = threads.submit(account.answer, name, gates[0].event)
    gates[0].begun()

    throttled = account.functions.invoke(name, gates[1].event)
    gates[0].release()

    assert (throttled.status, throttled.refusal) == (429, "TooManyRequestsException")
    reason = "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert json.loads(throttled.payload)["Reason"] == reason
    assert running.result() > 0, "the first invocation was disturbed"


def test_reserved_concurrency_of_zero_stops_a_function(account, name):
    account.deploy(name, "def handler(event, context): return 1")
    account.reserve(name, 0)

    assert account.functions.invoke(name, {}).status == 429


def test_simultaneous_invocations_have_a_worker_each(account, name, gates, threads):
    account.deploy(name, GATE, Timeout=15)
    running = [threads.submit(account.answer, name, gate.event) for gate in gates]
    pass_through(gates)

    assert len({future.result() for future in running}) == 2


def test_more_calls_than_workers_wait_for_their_turn(account, name, threads):
    account.deploy(name, "def handler(event, context): return event['n']")
    events = [{"n": n} for n in range(40)]

    assert list(threads.map(lambda event: account.answer(name, event), events)) == list(range(40))


def test_call_that_waits_too_long_for_a_worker_is_throttled(account, name, gates, threads):
    account.deploy(name, GATE, Timeout=15)
    aws = account.aws
    with Functions(aws.endpoint, aws.moto, aws.region, concurrency=1, wait_seconds=0) as few:
        running = threads.submit(few.invoke, name, gates[0].event)
        gates[0].begun()
        throttled = few.invoke(name, gates[1].event)
        gates[0].release()

        assert running.result().status == 200
    assert throttled.status == 429
    assert json.loads(throttled.payload)["Reason"] == "ConcurrentInvocationLimitExceeded"


def test_idle_worker_of_an_old_version_makes_room(account, name):
    account.deploy(name, "def handler(event, context): return 'old'")
    first = account.publish(name)
    aws = account.aws
    with Functions(aws.endpoint, aws.moto, aws.region, concurrency=1, wait_seconds=0) as one:
        one.invoke(f"{name}:{first}", {})

        assert one.invoke(name, {}).payload == b'"old"'
