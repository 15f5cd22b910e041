"""How the locustfile starts: which run it executes, and the defaults of Locust's own options."""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from configargparse import ArgumentParser, DefaultConfigFileParser

from load.engine.admission import LoadRefused
from load.engine.judge import ExitCode
from load.engine.run_file import VARIABLE, LoadRun

BESIDE = Path(__file__).resolve().parents[2] / "run.json"
"""Where the zip for AWS Distributed Load Testing has its run file."""


def find_run(
    told: Mapping[str, str] = os.environ,
    beside: Path = BESIDE,
    prepare: Callable[[], LoadRun] | None = None,
) -> LoadRun:
    """Read the run file, or ``prepare`` a run; exit with code 4 and a sentence if neither works."""
    try:
        if path := told.get(VARIABLE):
            return LoadRun.read(Path(path))
        if prepare is None or beside.exists():
            return LoadRun.read(beside)
        return _prepared(prepare)
    except LoadRefused as refusal:
        print(f"refused: {refusal}", file=sys.stderr)
        sys.exit(ExitCode.REFUSED)


def _prepared(prepare: Callable[[], LoadRun]) -> LoadRun:
    try:
        return prepare()
    except ImportError as missing:
        raise LoadRefused(
            f"{VARIABLE} is not set, and {missing.name} is not installed to prepare a run; "
            "set it to a file that `python -m load prepare` wrote",
            f"{VARIABLE}が未設定で、実行の準備に必要な{missing.name}もありません。`python -m load prepare`が書き出したファイルを設定してください",
        ) from None


def set_defaults_of(parser: ArgumentParser, file: Path, run: LoadRun) -> None:
    """Take the defaults of Locust's ``parser`` from ``file``, and wait for every answer at a stop.

    All other sources override them, as in Locust's manual: the command line, the environment,
    --config, ./pyproject.toml, ./locust.conf, ~/.locust.conf.
    """
    parser.set_defaults(**_parsed(file), stop_timeout=run.drain_s + 1)


def _parsed(file: Path) -> Mapping[str, Any]:
    """Read a ``locust.conf``; in the zip for Distributed Load Testing there is none."""
    if not file.exists():
        return {}
    with file.open() as stream:
        told = DefaultConfigFileParser().parse(stream)
    return {name.replace("-", "_"): _value(text) for name, text in told.items()}


def _value(text: str) -> str | bool:
    """Turn a flag into a bool; Locust parses all other values from their text."""
    return text == "true" if text in ("true", "false") else text
