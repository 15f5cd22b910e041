"""Errors of code, for who repairs it: why checks could not be collected, and a traceback of our own in a file."""

import traceback
from datetime import UTC, datetime
from pathlib import Path

from aws.visible import visible
from aws.words import Words
from signoff import ROOT

FAULTS = ROOT / "report"
"""Where a fault of ours leaves its traceback."""


def cause_of(error: BaseException, root: Path) -> Words:
    """Return the error behind what pytest raised of it; the line is the last one of this checkout."""
    while error.__cause__ is not None:
        error = error.__cause__
    first = (str(error).splitlines() or [""])[0]
    where = _place(error, root)
    return Words.same(f"{where}: {type(error).__name__}: {first}" if where else first)


def _place(error: BaseException, root: Path) -> str:
    if isinstance(error, SyntaxError):
        return f"{_relative(error.filename or '?', root)}:{error.lineno}"
    frames = [
        (frame_summary.filename, frame_summary.lineno)
        for frame_summary in traceback.extract_tb(error.__traceback__)
    ]
    ours = [
        frame for frame in frames if Path(frame[0]).is_relative_to(root) and ".venv" not in frame[0]
    ]
    return f"{_relative(ours[-1][0], root)}:{ours[-1][1]}" if ours else ""


def _relative(name: str, root: Path) -> str:
    path = Path(name)
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else name


def fault(error: BaseException, folder: Path = FAULTS) -> Words:
    """Keep the traceback in a file, and return the sentence that names it."""
    first = (str(error).splitlines() or [""])[0]
    kind = f"{type(error).__name__}: {first}"
    en, ja = f"a fault of this software ({kind})", f"本ソフトウェアの不具合です（{kind}）"
    path = folder / f"fault-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        text = visible("".join(traceback.format_exception(error)))
        path.write_text(text, encoding="utf-8")
    except OSError as full:
        return Words(
            en=f"{en}; its traceback could not be written ({full}): please report it",
            ja=f"{ja}。トレースバックを書き込めませんでした（{full}）。ご報告ください",
        )
    return Words(en=f"{en}; please report it with {path}", ja=f"{ja}。{path}を添えてご報告ください")
