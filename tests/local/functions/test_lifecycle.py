"""Workers end with whoever started them, however that ends."""

import json
import os
import resource
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from local.functions.functions import Functions

PID = "import os\ndef handler(event, context): return os.getpid()"
GONE_SECONDS = 60.0


class WatchedProcess:
    """A process that is looked at through a descriptor, which no other process can take over."""

    def __init__(self, pid):
        self.pid = int(pid)
        self._descriptor = os.pidfd_open(self.pid)

    def is_gone(self):
        """Wait for its end, for as long as ``GONE_SECONDS``."""
        end = select.poll()
        end.register(self._descriptor, select.POLLIN)
        return bool(end.poll(GONE_SECONDS * 1000))


def test_close_leaves_no_process(account, name):
    account.deploy(name, PID)
    aws = account.aws
    with Functions(aws.endpoint, aws.moto, aws.region) as functions:
        worker = WatchedProcess(functions.invoke(name, {}).payload)

    assert worker.is_gone(), f"process {worker.pid} is alive {GONE_SECONDS} s after close"


def test_close_leaves_no_files(account, name):
    source = "import os\ndef handler(event, context): return os.getcwd()"
    account.deploy(name, source)
    aws = account.aws
    with Functions(aws.endpoint, aws.moto, aws.region) as functions:
        folder = Path(json.loads(functions.invoke(name, {}).payload))
        before = folder.exists()

    assert (before, folder.exists(), folder.parent.exists()) == (True, False, False)


def test_close_ends_what_the_handler_started(account, name):
    source = """
import subprocess
def handler(event, context): return subprocess.Popen(["sleep", "600"]).pid
"""
    account.deploy(name, source)
    aws = account.aws
    with Functions(aws.endpoint, aws.moto, aws.region) as functions:
        child = WatchedProcess(functions.invoke(name, {}).payload)

    assert child.is_gone(), f"process {child.pid} is alive {GONE_SECONDS} s after close"


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_workers_end_with_their_parent(tmp_path, ending):
    pipe = tmp_path / "hanging"
    os.mkfifo(pipe)
    command = [sys.executable, "-m", "tests.local.functions.parent_process", pipe]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}  # killed, it cannot tidy up
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    ) as parent:
        idle = WatchedProcess(parent.stdout.readline())
        hanging = WatchedProcess(pipe.read_text())
        parent.send_signal(ending)

        assert idle.is_gone(), "the idle worker outlives its parent"
        assert hanging.is_gone(), "the worker at work outlives its parent"


def test_first_call_of_an_alias_finds_the_environment_that_was_warmed(account, name):
    account.deploy(name, PID)
    account.publish(name)
    aws = account.aws
    with Functions(aws.endpoint, aws.moto, aws.region) as functions:
        functions.warm()
        warmed = assumed(aws)
        invocation = functions.invoke(name, {}, qualifier="live")

        assert (invocation.status, assumed(aws) - warmed) == (200, 0)


@pytest.fixture
def crowded():
    """More descriptors open than `select` can watch, as in a long run of many environments."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2048), hard))
    opened = [os.open(os.devnull, os.O_RDONLY) for _ in range(1024)]
    yield
    for descriptor in opened:
        os.close(descriptor)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.usefixtures("crowded")
def test_worker_ends_where_a_thousand_descriptors_are_open(account, name):
    account.deploy(name, PID)
    aws = account.aws
    with Functions(aws.endpoint, aws.moto, aws.region) as functions:
        worker = WatchedProcess(functions.invoke(name, {}).payload)

    assert worker.is_gone()


def assumed(aws):
    """Count the environments that were started: each assumes its role once."""
    return [call.operation for call in aws.calls].count("AssumeRole")
