"""``python -m runbook`` lists the procedures; with a name it rehearses one, and with --go it runs."""

import sys
from collections.abc import Sequence
from typing import Any

from signoff.commands.interrupts import started


def main(arguments: Sequence[str] | None = None, **parts: Any) -> int:
    """Run one command; return its exit code. A test passes its ``console``, and ``findings`` in place of the checks."""
    return started("runbook.command_line:RUN", "python -m runbook", arguments, **parts)


if __name__ == "__main__":
    sys.exit(main())
