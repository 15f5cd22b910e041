"""Everything that a generator must know, in one private JSON file: the locustfile reads nothing else."""

import os
import stat
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from aws.words import Bilingual
from load.engine.admission import LoadRefused, unreadable
from load.engine.judge import Conditions, ExitCode
from load.engine.objectives import Objectives
from load.engine.plan import Examples, LoadPlan, TokenBucket
from load.engine.session_pool import SessionPool

PROJECT = Path(__file__).resolve().parents[2]
VARIABLE = "LOAD_RUN_FILE"
"""The environment variable that names the run file."""
LEAD_S = 0.5
"""Between Locust's start signal and the first arrival: by then every worker is ready."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadRun:
    """One load run. It contains sessions: its file is private and lies outside the repository.

    ``workers`` processes share the rate, with a master beside them if there are several. ``about``
    (environment, release, caller …) is copied into the verdict. ``out`` is the folder of the artefacts.
    """

    host: str
    allowed_hosts: tuple[str, ...]
    plan: LoadPlan
    objectives: Objectives
    throttle: TokenBucket
    pool: SessionPool
    answers: Mapping[str, Any]
    out: str
    examples: Examples = field(default_factory=dict)
    api_key: str = field(default="", repr=False)
    """What every request carries where the API requires a key."""
    about: Mapping[str, Any] = field(default_factory=dict)
    workers: int = 1
    timeout_s: float = 10.0
    """Seconds of a call: so long after the last arrival every answer is in, or never comes."""
    seed: int = 0
    progress: bool = False

    @property
    def writes(self) -> bool:
        """Whether it may leave items behind: by an award, or by what is no read."""
        return bool(
            self.plan.awards or {each.split()[0] for each in self.examples} - {"GET", "HEAD"}
        )

    @property
    def conditions(self) -> Conditions:
        return Conditions(self.plan, self.objectives, self.throttle, self.workers)

    def write(self, path: Path) -> None:
        write_private(path, RUN.dump_json(self))

    @classmethod
    def read(cls, path: Path) -> "LoadRun":
        """Read what `write` wrote; raises `LoadRefused` if it is missing, malformed or not private."""
        try:
            run = RUN.validate_json(path.read_bytes())
        except (OSError, ValueError) as error:
            reason = unreadable(error)
            raise LoadRefused(
                en=f"{path} is not a run file ({reason}); python -m load run --expect-workers N --run-file FILE writes one",
                ja=f"{path}は実行ファイルではありません（{reason.ja}）。python -m load run --expect-workers N --run-file FILEが書き出します",
            ) from None
        require_private(path)
        return run


RUN = TypeAdapter(LoadRun)


def find_run(prepare: Callable[[], LoadRun], variables: Mapping[str, str] = os.environ) -> LoadRun:
    """Read the run file that LOAD_RUN_FILE names, or ``prepare`` a run; exit with code 4 and a sentence if that fails."""
    try:
        if path := variables.get(VARIABLE):
            return LoadRun.read(Path(path))
        return prepare()
    except Bilingual as refusal:
        print(f"refused: {refusal}", file=sys.stderr)
        sys.exit(ExitCode.REFUSED)


def write_private(path: Path, content: bytes) -> None:
    """Write a file that no other person can read, also over one that others can."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        # The mode above is for a new file; an existing one keeps its own.
        os.fchmod(handle, 0o600)
        file.write(content)


def require_outside(path: Path, root: Path) -> None:
    """Raise `LoadRefused` for a file that would be written into the repository at ``root``."""
    if path.resolve().is_relative_to(root.resolve()):
        raise LoadRefused(
            en=f"{path} would put sessions into the repository; write it elsewhere",
            ja=f"{path}ではセッションがリポジトリに入ります。別の場所に書き出してください",
        )


def require_private(path: Path) -> None:
    """Raise `LoadRefused` for a file that is absent, in this repository, or readable by others."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError as error:
        raise LoadRefused(
            en=f"{path} can't be read ({error.strerror}); pass a file that exists",
            ja=f"{path}を読み取れません（{error.strerror}）。存在するファイルを指定してください",
        ) from None
    if path.resolve().is_relative_to(PROJECT):
        raise LoadRefused(
            en=f"{path} contains sessions; move it out of the repository",
            ja=f"{path}にはセッションが含まれます。リポジトリの外に移してください",
        )
    if mode & 0o077:
        raise LoadRefused(
            en=f"{path} contains sessions and others can read it; chmod 600 it",
            ja=f"{path}にはセッションが含まれ、他人が読み取れます。chmod 600を実行してください",
        )
