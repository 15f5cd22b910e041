"""Why a module of checks could not be collected: the error itself, with its file and line."""

import traceback
from pathlib import Path

from aws.words import Words


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
    frames = [(one.filename, one.lineno) for one in traceback.extract_tb(error.__traceback__)]
    ours = [one for one in frames if Path(one[0]).is_relative_to(root) and ".venv" not in one[0]]
    return f"{_relative(ours[-1][0], root)}:{ours[-1][1]}" if ours else ""


def _relative(name: str, root: Path) -> str:
    path = Path(name)
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else name
