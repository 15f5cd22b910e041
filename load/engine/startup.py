"""How the locustfile starts: which run it executes, and the defaults of Locust's own options."""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from configargparse import ArgumentParser, DefaultConfigFileParser

from aws.words import Bilingual
from load.engine.judge import ExitCode
from load.engine.run_file import VARIABLE, LoadRun


def find_run(prepare: Callable[[], LoadRun], variables: Mapping[str, str] = os.environ) -> LoadRun:
    """Read the run file that LOAD_RUN_FILE names, or ``prepare`` a run; exit with code 4 and a sentence if that fails."""
    try:
        if path := variables.get(VARIABLE):
            return LoadRun.read(Path(path))
        return prepare()
    except Bilingual as refusal:
        print(f"refused: {refusal}", file=sys.stderr)
        sys.exit(ExitCode.REFUSED)


def set_defaults_of(parser: ArgumentParser, file: Path, run: LoadRun) -> None:
    """Take the defaults of Locust's ``parser`` from ``file``, and wait for every answer at a stop.

    All other sources override them, as in Locust's manual: the command line, the environment,
    --config, ./pyproject.toml, ./locust.conf, ~/.locust.conf.
    """
    parser.set_defaults(**_parsed(file), stop_timeout=run.timeout_s + 1)


def _parsed(file: Path) -> Mapping[str, Any]:
    """Read a ``locust.conf``."""
    with file.open() as stream:
        options = DefaultConfigFileParser().parse(stream)
    return {name.replace("-", "_"): _value(text) for name, text in options.items()}


def _value(text: str) -> str | bool:
    """Turn a flag into a bool; Locust parses all other values from their text."""
    return text == "true" if text in ("true", "false") else text
