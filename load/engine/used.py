"""The list of used pairs: what a run may have written, on disk as it happens, for whoever cleans up."""

import json
from collections.abc import Iterable
from pathlib import Path

from load.engine.pool import Pool
from load.engine.run_file import USED_FILE

ANY = "*"
"""In place of a stamp, where nobody knows which."""


def note(folder: Path, pairs: Iterable[tuple[str, str]]) -> None:
    """Add pairs of user and stamp to the list in ``folder``: a run that dies leaves it behind."""
    if lines := [json.dumps(pair) + "\n" for pair in pairs]:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / USED_FILE).open("a") as file:
            file.writelines(lines)


def note_all(folder: Path, pool: Pool) -> None:
    """Add every visitor: where a worker's last word is missing, each of them may have been awarded."""
    note(folder, ((visitor.id, ANY) for visitor in pool.visitors))
