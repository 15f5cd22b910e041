"""Everything that a finished run leaves: verdict, page, JUnit, and the record for the sign-off."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from load import evidence
from load.engine.verdict import FILE_NAME, Verdict
from load.folders import Folders
from load.junit import FILE_NAME as JUNIT
from load.junit import junit
from load.page import PAGE, render
from load.target import Aws
from signoff.store import open_store


def publish(verdict: Verdict, folder: Path) -> list[Path]:
    """Write verdict, page and JUnit into the folder of the run; returns the paths to show."""
    written = [verdict.write(folder), folder / PAGE, folder / JUNIT]
    page = render(verdict, locust=(folder / "locust.html").exists())
    (folder / PAGE).write_text(page, encoding="utf-8")
    (folder / JUNIT).write_text(junit(verdict), encoding="utf-8")
    return [written[1], written[0], written[2]]


def record(  # noqa: PLR0913 - a record names what it is of
    verdict: Verdict,
    folder: Path,
    location: str,
    root: Path,
    aws: Aws,
    *,
    counts: bool,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> None:
    """Append to the evidence store the time of the run and, if it ``counts``, its verdict.

    Whatever the verdict says: the newest counts, not the best. Raises `Refused` for the verdict of
    a run that is not the newest.
    """
    about: Any = verdict.about
    store = open_store(location, about["environment"], s3=lambda: aws("s3"), root=root)
    whose = {"caller": about.get("caller") or "unknown", "release": about.get("release")}
    known, window = store.load(), evidence.window(verdict)
    if window not in [one.body for one in known.entries if one.kind == evidence.WINDOW]:
        store.append(evidence.WINDOW, window, **whose)
    if counts:
        evidence.require_news(verdict, known, now())
        body = evidence.body(verdict, _page(folder, root))
        store.append(evidence.KIND, body, days=about.get("fresh_days"), **whose)


def _page(folder: Path, root: Path) -> str:
    resolved = folder.resolve()
    inside = resolved.is_relative_to(root.resolve())
    return ((resolved.relative_to(root.resolve()) if inside else resolved) / PAGE).as_posix()


def previous_digest(folders: Folders) -> str | None:
    """Digest the verdict before this one, so that a record that was taken away leaves a gap."""
    before = folders.home / "latest" / FILE_NAME
    return hashlib.sha256(before.read_bytes()).hexdigest() if before.exists() else None
