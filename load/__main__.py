"""``python -m load``: load-test the core endpoints of the stamp rally, and judge the result."""

import sys
from collections.abc import Sequence
from typing import Any

from signoff.commands.interrupts import started


def main(arguments: Sequence[str] | None = None, **parts: Any) -> int:
    """Run one command; return its exit code. A test passes a ``join`` of its own, which composes the project."""
    return started("load.command_line:LOAD", "python -m load", arguments, **parts)


if __name__ == "__main__":
    sys.exit(main())
