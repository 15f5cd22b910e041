"""Files of a folder go to one worker, until another has nothing else to do."""

from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from tests.distribution import FolderScheduling

TESTS = [
    f"tests/{file}.py::test_{number}"
    for file in ("smoke/a", "runbook/a", "smoke/b", "runbook/c/b", "smoke/c", "test_x", "smoke/d")
    for number in range(3)
]


@dataclass(eq=False)
class Node:
    """Takes the place of what xdist knows of a worker, and keeps the files that it is given."""

    files: list[str] = field(default_factory=list)
    shutting_down: bool = False
    gateway: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(id=""))

    def send_runtest_some(self, indices):
        self.files.append(TESTS[indices[0]].split("::")[0].removeprefix("tests/"))

    def shutdown(self):
        self.shutting_down = True


@pytest.fixture
def workers():
    return Node(), Node()


@pytest.fixture
def scheduling(workers):
    option = SimpleNamespace(loadscopereorder=False, tx=["2*popen"])
    config = SimpleNamespace(option=option, getvalue=vars(option).get)
    made = FolderScheduling(config, None)
    for worker in workers:
        made.add_node(worker)
        made.add_node_collection(worker, TESTS)
    made.schedule()
    return made


def finish(scheduling, worker, file):
    for number in range(3):
        scheduling.mark_test_complete(worker, TESTS.index(f"tests/{file}.py::test_{number}"))


def test_files_of_a_folder_keep_to_the_worker_at_which_it_began(scheduling, workers):
    finish(scheduling, workers[0], "smoke/a")

    assert workers[0].files == ["smoke/a.py", "smoke/b.py"]


def test_folder_includes_those_below_it(scheduling, workers):
    finish(scheduling, workers[1], "runbook/a")

    assert workers[1].files == ["runbook/a.py", "runbook/c/b.py"]


def test_worker_without_files_of_its_own_begins_a_folder_and_then_takes_another_s(
    scheduling, workers
):
    for file in ("runbook/a", "runbook/c/b", "test_x"):
        finish(scheduling, workers[1], file)

    assert workers[1].files == ["runbook/a.py", "runbook/c/b.py", "test_x.py", "smoke/b.py"]
