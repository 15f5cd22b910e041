"""Where the locustfile gets its run: the file that was prepared, or a smoke run of the local stack."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from load.engine.gate import Refused
from load.engine.judge import Exit
from load.engine.run_file import VARIABLE, Run

BESIDE = Path(__file__).resolve().parents[2] / "run.json"
"""Where a package for another load-testing service has its run file."""


def opened_run(told: Mapping[str, str] = os.environ, beside: Path = BESIDE) -> Run:
    """Read the run file, or prepare one; leaves with exit code 4 and a sentence where it can't."""
    try:
        if path := told.get(VARIABLE):
            return Run.read(Path(path))
        return Run.read(beside) if beside.exists() else _local_smoke()
    except Refused as refusal:
        print(f"refused: {refusal}", file=sys.stderr)
        sys.exit(Exit.REFUSED)


def _local_smoke() -> Run:
    try:
        from load.kept import local_smoke  # noqa: PLC0415 - it is not in the zip
    except ImportError as missing:
        raise Refused(
            f"{VARIABLE} is not set, and {missing.name} is not here to prepare a run; "
            "set it to a file that `python -m load prepare` wrote"
        ) from None
    return local_smoke()
