"""What a finished run leaves in ``report/<environment>/load/<time>-<plan>/``: its verdict and Locust's own report."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from load.engine.verdict import LoadVerdict

LOCUST_REPORT = "locust.html"


@dataclass(frozen=True, slots=True)
class ReportFolders:
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
        """Name the folder of a run; its first writer creates it."""
        return self.home / f"{self.now():%Y%m%dT%H%M%S}-{plan}"

    def link(self, folder: Path) -> None:
        """Point ``latest`` at this run; a reader finds the old link or the new one."""
        draft = self.home / "latest.part"
        draft.unlink(missing_ok=True)
        draft.symlink_to(folder.name)
        draft.replace(self.home / "latest")


def publish(verdict: LoadVerdict, folder: Path) -> list[Path]:
    """Write the verdict into the folder of the run; return the paths of what is in it to read."""
    files = [folder / LOCUST_REPORT, verdict.write(folder)]
    return [file for file in files if file.exists()]
