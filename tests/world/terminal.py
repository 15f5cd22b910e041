"""A person at a terminal: types an answer to each question that a command asks, and counts the questions."""

import os
import re
import select
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

COLUMNS = 160
STYLE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
QUESTION = re.compile(r"(\? \[[^\]]*\]|:) $")
"""How each of our questions ends; a line that ends so and is complete is none."""
QUIET_S = 0.3
"""For how long nothing more is written once a question stands there."""

Reply = Callable[[], str]
Replies = Sequence[tuple[str, Reply]]
"""Pattern of what was said since the last answer -> what the person does, and then types; the first that fits counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """What became of a command. ``code`` is None where it asked what nobody had an answer to."""

    text: str
    code: int | None
    questions: tuple[str, ...]
    seconds: float


@dataclass(slots=True)
class AttendedTerminal:
    """Somebody with an answer to each question that ``replies`` foresee."""

    replies: Replies
    longest_s: float = 1800
    log: Path | None = None
    """What is said is written there as it comes, for whoever watches a long walk."""

    def run(self, command: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> Conversation:
        """Run a command to its end, at a terminal of its own."""
        ours, theirs = os.openpty()
        began = time.monotonic()
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env={**env, "COLUMNS": str(COLUMNS), "TERM": "xterm"},
            preexec_fn=lambda: os.login_tty(theirs),  # noqa: PLW1509 - no thread of ours is in a lock
        )
        os.close(theirs)
        try:
            text, questions, answered = self._conversed(ours, began + self.longest_s)
        finally:
            os.close(ours)  # hangs up: whoever still waits for an answer ends
        if not answered:
            process.send_signal(signal.SIGTERM)
        code = process.wait()
        return Conversation(
            text=text,
            code=code if answered else None,
            questions=questions,
            seconds=time.monotonic() - began,
        )

    def _conversed(self, ours: int, until: float) -> tuple[str, tuple[str, ...], bool]:
        """Return what was said, the questions, and whether each of them had an answer."""
        said, asked, answered_to = b"", [], 0
        waiting = select.poll()  # select() takes no more than 1,024 open files
        waiting.register(ours, select.POLLIN)
        while time.monotonic() < until:
            if waiting.poll(QUIET_S * 1000):
                try:
                    said += (more := os.read(ours, 65536))
                except OSError:  # the last process has closed its end
                    more = b""
                if not more:
                    return plain(said), tuple(asked), True
                self._noted(more)
                continue
            since = plain(said[answered_to:])
            if QUESTION.search(since) and (reply := self._reply(since)):
                os.write(ours, f"{reply()}\n".encode())
                asked.append(since.rpartition("\n")[2].strip())
                answered_to = len(said)
        return plain(said), tuple(asked), False

    def _noted(self, said: bytes) -> None:
        if self.log:
            with self.log.open("ab") as log:
                log.write(said)

    def _reply(self, since: str) -> Reply | None:
        fitting = (reply for asks, reply in self.replies if re.search(asks, since))
        return next(fitting, None)


def plain(said: bytes) -> str:
    """Return what stands on the screen: no colours, and of a line that was written over only its last state."""
    lines = said.decode("utf-8", "replace").replace("\r\n", "\n").split("\n")
    return "\n".join(STYLE.sub("", line.rpartition("\r")[2]) for line in lines)
