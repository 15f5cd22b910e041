"""Files that hold sessions: for their owner's eyes only, and never in the repository, where they could be committed."""

import os
import stat
from pathlib import Path

from load.engine.gate import Refused


def write_private(path: Path, content: bytes) -> None:
    """Write what nobody else may read, also over a file that others can read."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        # The mode above is that of a new file; one that is there already keeps its own.
        os.fchmod(handle, 0o600)
        file.write(content)


def require_outside(path: Path, root: Path) -> None:
    """Raise `Refused` for a file that would be written into the repository at ``root``."""
    if path.resolve().is_relative_to(root.resolve()):
        raise Refused(f"{path} would hold sessions in the repository; write it elsewhere")


def require_private(path: Path, root: Path) -> None:
    """Raise `Refused` for a file that is absent, in the repository at ``root``, or readable by others."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError as error:
        raise Refused(f"{path} can't be read ({error.strerror}); give one that is there") from None
    if path.resolve().is_relative_to(root.resolve()):
        raise Refused(f"{path} holds sessions; move it out of the repository")
    if mode & 0o077:
        raise Refused(f"{path} holds sessions others can read; chmod 600 it")
