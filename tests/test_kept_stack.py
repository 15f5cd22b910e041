"""A kept stack that does not answer is one sentence: another one is never judged in its place."""

import json
import os
import socket
import subprocess
import sys
from contextlib import contextmanager, suppress
from dataclasses import replace
from threading import Thread

import pytest

from local.aws.server import LocalAws
from local.stack import Stack
from runbook.local_stack import LocalStack
from runbook.stack_process import kept_at
from signoff.environment.guard import GuardError


@pytest.fixture
def silent(tmp_path):
    """The local stack of a project whose kept stack listens and never answers."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        at = tmp_path / "stack.json"
        kept = {"aws": address, "api": address, "line": address, "pid": 4711}
        at.write_text(json.dumps(kept), encoding="utf-8")
        yield LocalStack(at)


def test_stack_that_does_not_answer_is_refused_with_what_to_do(silent):
    with pytest.raises(
        GuardError, match=r"\(process 4711\) does not answer within 5 s; stop it if"
    ):
        silent.kept()


def test_no_stack_of_its_own_is_started_instead(silent):
    with pytest.raises(GuardError), silent.localized(None):
        pass


def test_kept_stack_of_one_application_answers_no_other(tmp_path):
    assert kept_at(tmp_path) == tmp_path / "report/local/stack.json"


def test_without_a_file_nothing_is_kept(tmp_path):
    assert LocalStack(tmp_path / "none.json").kept() is None


def test_joining_one_loads_neither_the_emulator_nor_the_procedures_nor_what_smoke_calls_by():
    told = (
        "import sys, runbook.local_stack, smoke.leftovers; runbook.local_stack.LocalStack().kept();"
        "print({'local.assembly', 'moto', 'runbook.procedures', 'requests', 'jsonschema', 'jwt'} & {*sys.modules})"
    )
    ran = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "set()"


def test_stack_knows_whether_another_process_keeps_it_up():
    own = Stack(aws="a", api="b", line="c")

    assert not own.kept
    assert replace(own, pid=os.getppid()).kept


@contextmanager
def somebody(answer: bytes):
    """Serve one answer to everything at a port, which a kept stack once had."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    calling, _ = listening.accept()
                    with calling:
                        calling.recv(4096)
                        calling.sendall(answer)

        Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)


def noted(tmp_path, address, birth="b1"):
    at = tmp_path / "stack.json"
    kept = {"aws": address, "api": address, "line": address, "pid": 4711, "birth": birth}
    at.write_text(json.dumps(kept), encoding="utf-8")
    return LocalStack(at)


HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        b"220 mail.example.jp ESMTP\r\n",
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        HEAD + b"<html>hello</html>",
        HEAD + b"[]",
        HEAD + b'{"birth": "another"}',
        HEAD + b'{"birth": "' + b"b" * 1_000_000,
    ],
    ids=["mail", "not-found", "page", "list", "another-stack", "endless"],
)
def test_port_that_another_program_has_taken_is_told_as_that(tmp_path, answer):
    with somebody(answer) as address:
        stack = noted(tmp_path, address)
        with pytest.raises(
            GuardError, match=r"is not the stack that was kept there \(process 4711"
        ):
            stack.kept()


def test_port_at_which_nobody_listens_any_more_is_told_as_that(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        address = f"http://127.0.0.1:{gone.getsockname()[1]}"
    with pytest.raises(
        GuardError, match="does not answer within 5 s; stop it if it still runs, delete"
    ):
        noted(tmp_path, address).kept()


def test_stack_of_the_noted_birth_is_joined(tmp_path):
    with LocalAws("123412341234", "ap-northeast-1") as aws:
        aws.birth = "b1"

        assert noted(tmp_path, aws.endpoint).kept().birth == "b1"
