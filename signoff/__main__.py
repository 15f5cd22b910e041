"""``python -m signoff``, or ``signoff``: one command for all that a person does here."""

import sys
from collections.abc import Sequence

from signoff.commands.interrupts import started


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    return started("signoff.commands.subcommands:SIGNOFF", "signoff", arguments)


if __name__ == "__main__":
    sys.exit(main())
