"""Where a run leaves what: ``report/<environment>/load/<time>-<plan>/``, the newest linked as ``latest``."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Folders:
    """The load's folders of one environment."""

    root: Path
    environment: str
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    @property
    def home(self) -> Path:
        return self.root / "report" / self.environment / "load"

    @property
    def ledger(self) -> Path:
        return self.home / "ledger.jsonl"

    def new(self, plan: str) -> Path:
        """Name the folder of a run; it is made by the first that writes into it."""
        return self.home / f"{self.now():%Y%m%dT%H%M%S}-{plan}"

    def link(self, folder: Path) -> None:
        """Let ``latest`` show this run; a reader finds the old link or the new one."""
        draft = self.home / "latest.part"
        draft.unlink(missing_ok=True)
        draft.symlink_to(folder.name)
        draft.replace(self.home / "latest")
