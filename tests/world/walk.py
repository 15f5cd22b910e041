"""What a walk records: each command with its seconds, questions and exit code, each key edited, each commit."""

import json
import re
import shlex
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.world.machine import Machine
from tests.world.terminal import Conversation, Replies


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkedStep:
    """One thing that somebody did."""

    who: str
    what: str
    seconds: float = 0
    code: int | None = 0
    questions: tuple[str, ...] = ()
    keys: int = 0
    """Keys of the environment file that somebody typed."""
    pasted: int = 0
    """Lines that a command printed for it."""
    commits: int = 0


class Astray(Exception):  # noqa: N818 - read as a sentence: the walk went astray
    """A command ended otherwise than the walk expects."""


@dataclass(slots=True)
class Walk:
    """Records what is done on one machine after another. ``logs`` receives what each command said."""

    name: str
    logs: Path
    entries: list[WalkedStep] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def command(
        self,
        machine: Machine,
        command: Sequence[str],
        variables: Mapping[str, str],
        replies: Replies = (),
        *,
        expects: Sequence[int] = (0,),
    ) -> Conversation:
        """Run a command; raise Astray unless it ends with one of the expected codes."""
        log = self.logs / f"{len(self.entries) + 1:02}.txt"
        log.unlink(missing_ok=True)
        done = machine.run(command, variables, replies, log=log)
        log.write_text(done.text, encoding="utf-8")
        self._note(
            WalkedStep(
                who=machine.clone.parent.name,
                what=shlex.join(command).replace(".venv/bin/", ""),
                seconds=round(done.seconds, 1),
                code=done.code,
                questions=done.questions,
            )
        )
        if done.code not in expects:
            raise Astray(f"{shlex.join(command)} ended with {done.code}:\n{done.text[-3000:]}")
        return done

    def by_hand(self, who: str, what: str) -> None:
        """Note what a person did outside of any command."""
        self._note(WalkedStep(who=who, what=what))

    def edited(self, machine: Machine, environment: str, keys: Mapping[str, str]) -> None:
        """Type keys of an environment into the clone's file."""
        self._written(machine, environment, keys)
        what = f"{environment}: {', '.join(keys)}"
        self._note(WalkedStep(who=machine.clone.parent.name, what=what, keys=len(keys)))

    def pasted(self, machine: Machine, environment: str, keys: Mapping[str, str]) -> None:
        """Paste lines that a command printed into the clone's file."""
        self._written(machine, environment, keys)
        what = f"{environment}, pasted: {', '.join(keys)}"
        self._note(WalkedStep(who=machine.clone.parent.name, what=what, pasted=len(keys)))

    def appended(self, machine: Machine, lines: str, why: str) -> None:
        """Append lines to the clone's environment file."""
        file = machine.clone / "environments.toml"
        file.write_text(f"{file.read_text(encoding='utf-8')}\n{lines}", encoding="utf-8")
        who = machine.clone.parent.name
        self._note(WalkedStep(who=who, what=why, keys=lines.count(" = ")))

    def committed(self, machine: Machine, why: str) -> None:
        """Commit what was edited."""
        machine.git("commit", "--quiet", "--all", "--message", why)
        who = machine.clone.parent.name
        self._note(WalkedStep(who=who, what=f"commit: {why}", commits=1))

    def totals(self) -> Mapping[str, float]:
        """Sum up the walk."""
        return {
            "seconds": round(time.monotonic() - self.began),
            "commands": sum(1 for entry in self.entries if entry.seconds),
            "questions": sum(len(entry.questions) for entry in self.entries),
            "keys": sum(entry.keys for entry in self.entries),
            "pasted lines": sum(entry.pasted for entry in self.entries),
            "commits": sum(entry.commits for entry in self.entries),
        }

    def written(self) -> Path:
        """Leave the record as JSON, and as the table of docs/walks.md."""
        record = {
            "walk": self.name,
            "totals": self.totals(),
            "entries": list(map(asdict, self.entries)),
        }
        file = self.logs / "walk.json"
        file.write_text(json.dumps(record, indent=1, ensure_ascii=False), encoding="utf-8")
        file.with_suffix(".md").write_text(table(self), encoding="utf-8")
        return file

    def _written(self, machine: Machine, environment: str, keys: Mapping[str, str]) -> None:
        file = machine.clone / "environments.toml"
        text = file.read_text(encoding="utf-8")
        for key, value in keys.items():
            text = with_key(text, environment, key, value)
        file.write_text(text, encoding="utf-8")

    def _note(self, entry: WalkedStep) -> None:
        self.entries.append(entry)
        number = len(self.entries)
        asked = f", {len(entry.questions)} questions" if entry.questions else ""
        print(f"{number:3} {entry.seconds:7.1f} s  {entry.what}{asked} -> {entry.code}", flush=True)


def table(walk: Walk) -> str:
    """Return the walk as a Markdown table with its totals."""
    rows = [
        f"| {number} | {entry.what} | {entry.seconds or ''} | {len(entry.questions) or ''} | {entry.code} |"
        for number, entry in enumerate(walk.entries, 1)
    ]
    totals = ", ".join(f"{value:g} {name}" for name, value in walk.totals().items())
    return "\n".join(
        ["| | step | seconds | questions | exit |", "|---|---|---|---|---|", *rows, "", totals, ""]
    )


def with_key(text: str, environment: str, key: str, value: str) -> str:
    """Return the environment file with a key of one table set, in place of the value that it has."""
    head = f"[{environment}]\n"
    if head not in text:
        text += f"\n{head}"
    before, _, rest = text.partition(head)
    body, mark, after = rest.partition("\n[")
    body, replaced = re.subn(rf"(?m)^{re.escape(key)} = .*$", lambda _: f"{key} = {value}", body)
    added = "" if replaced else f"{key} = {value}\n"
    return f"{before}{head}{added}{body}{mark}{after}"
