"""``python -m smoke clean`` takes back what smoke and load runs left in an environment's tables."""

import sys
from collections.abc import Sequence
from typing import Any

from signoff.commands.interrupts import started


def main(arguments: Sequence[str] | None = None, **parts: Any) -> int:
    """Run one command; return its exit code. A test passes the ``root`` that holds the folder of reports."""
    return started("smoke.command_line:SMOKE", "python -m smoke", arguments, **parts)


if __name__ == "__main__":
    sys.exit(main())
