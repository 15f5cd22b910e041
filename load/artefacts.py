"""What a finished run leaves in ``report/<environment>/load/<time>-<plan>/``: verdict, page, JUnit."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from load.engine.verdict import LoadVerdict
from load.junit import FILE_NAME as JUNIT
from load.junit import junit
from load.page import PAGE, render


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
        """Name the folder of a run; whoever writes into it first creates it."""
        return self.home / f"{self.now():%Y%m%dT%H%M%S}-{plan}"

    def link(self, folder: Path) -> None:
        """Point ``latest`` at this run; a reader finds the old link or the new one."""
        draft = self.home / "latest.part"
        draft.unlink(missing_ok=True)
        draft.symlink_to(folder.name)
        draft.replace(self.home / "latest")


def publish(verdict: LoadVerdict, folder: Path) -> list[Path]:
    """Write verdict, page and JUnit into the folder of the run; return the paths to show."""
    written = [verdict.write(folder), folder / PAGE, folder / JUNIT]
    page = render(verdict, locust=(folder / "locust.html").exists())
    (folder / PAGE).write_text(page, encoding="utf-8")
    (folder / JUNIT).write_text(junit(verdict), encoding="utf-8")
    return [written[1], written[0], written[2]]
