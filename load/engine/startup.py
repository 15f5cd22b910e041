"""How the locustfile starts: which run it executes, and the defaults of Locust's own options."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from configargparse import ArgumentParser, DefaultConfigFileParser

from load.engine.admission import LoadRefused
from load.engine.judge import ExitCode
from load.engine.run_file import VARIABLE, LoadRun

BESIDE = Path(__file__).resolve().parents[2] / "run.json"
"""Where a package for another load-testing service has its run file."""


def find_run(told: Mapping[str, str] = os.environ, beside: Path = BESIDE) -> LoadRun:
    """Read the run file, or prepare one; leaves with exit code 4 and a sentence where it can't."""
    try:
        if path := told.get(VARIABLE):
            return LoadRun.read(Path(path))
        return LoadRun.read(beside) if beside.exists() else _local_smoke()
    except LoadRefused as refusal:
        print(f"refused: {refusal}", file=sys.stderr)
        sys.exit(ExitCode.REFUSED)


def _local_smoke() -> LoadRun:
    try:
        from load.composition import local_smoke  # noqa: PLC0415 - it is not in the zip
    except ImportError as missing:
        raise LoadRefused(
            f"{VARIABLE} is not set, and {missing.name} is not here to prepare a run; "
            "set it to a file that `python -m load prepare` wrote"
        ) from None
    return local_smoke()


def set_defaults_of(parser: ArgumentParser, file: Path, run: LoadRun) -> None:
    """Make the defaults of Locust's ``parser`` those of ``file``, and hear out every answer at a stop.

    Whatever else speaks comes first, as in Locust's manual: the command line, the environment,
    --config, ./pyproject.toml, ./locust.conf, ~/.locust.conf.
    """
    parser.set_defaults(**_told(file), stop_timeout=run.drain_s + 1)


def _told(file: Path) -> Mapping[str, Any]:
    """Read a ``locust.conf``; one that is not there (in the zip for another service) tells nothing."""
    if not file.exists():
        return {}
    with file.open() as stream:
        told = DefaultConfigFileParser().parse(stream)
    return {name.replace("-", "_"): _value(text) for name, text in told.items()}


def _value(text: str) -> str | bool:
    """Give a flag as what it is; Locust reads all other values from their text."""
    return text == "true" if text in ("true", "false") else text
