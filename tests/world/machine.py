"""Somebody's machine: a clean clone, a home folder, and nothing else of the person who started the walk."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.world.terminal import AttendedTerminal, Conversation, Replies

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
HAND_OVER = 'mount --rbind "$0" "$1" && cd "$1" && shift && exec "$@"'
"""Shows the clone at the checkout's own path, where .venv was installed, in a mount namespace of its own."""
AUTHOR = {"name": "Hanako Sato", "email": "hanako@rally.example.jp"}


@dataclass(frozen=True, slots=True)
class Machine:
    """``clone`` is what a command sees as the checkout."""

    clone: Path
    home: Path

    @classmethod
    def set_up(cls, folder: Path, source: str) -> Self:
        """Clone the repository, and install nothing but what is installed already."""
        clone, home = folder / "checkout", folder / "home"
        home.mkdir(parents=True)
        subprocess.run(["git", "clone", "--quiet", source, clone], check=True)  # noqa: S607
        venv = clone / ".venv"
        venv.mkdir()
        subprocess.run(["mount", "--rbind", VENV, venv], check=True)  # noqa: S607
        machine = cls(clone, home)
        for key, value in AUTHOR.items():
            machine.git("config", f"user.{key}", value)
        return machine

    def run(
        self,
        command: Sequence[str],
        variables: Mapping[str, str],
        replies: Replies = (),
        *,
        log: Path,
    ) -> Conversation:
        """Run a command in the checkout, at a terminal, with these variables and no other; ``log`` keeps what it says."""
        own_mounts = ["unshare", "--mount", "--propagation", "private"]
        shown = ["sh", "-c", HAND_OVER, str(self.clone), str(ROOT), *command]
        return AttendedTerminal(replies, log=log).run(
            [*own_mounts, *shown], cwd=ROOT, env=self.environment(variables)
        )

    def environment(self, variables: Mapping[str, str]) -> dict[str, str]:
        """Return all that a process of this machine has in its environment."""
        path = f"{VENV / 'bin'}:{os.environ['PATH']}"
        basic = {"PATH": path, "HOME": str(self.home), "LANG": "C.UTF-8"}
        return {**basic, "AWS_EC2_METADATA_DISABLED": "true", **variables}

    def git(self, *arguments: str) -> str:
        """Run git in the clone; return what it says."""
        done = subprocess.run(
            ["git", "-C", str(self.clone), *arguments],  # noqa: S607 - the machine's git
            check=True,
            capture_output=True,
            text=True,
            env=self.environment({}),
        )
        return done.stdout.strip()
