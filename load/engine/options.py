"""Locust's own options as a run here needs them, from whatever folder and by whatever command it is started."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from configargparse import ArgumentParser, DefaultConfigFileParser

from load.engine.run_file import Run


def preset(parser: ArgumentParser, file: Path, run: Run) -> None:
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
