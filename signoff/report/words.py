"""The words of the page: what it calls an outcome, every other text calls so, too."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from aws.words import Words


@cache
def words() -> Mapping[str, Any]:
    """Load them: name -> Words, or name -> value -> Words."""
    read = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return {
        key: Words(*entry)
        if isinstance(entry, list)
        else {value: Words(*pair) for value, pair in entry.items()}
        for key, entry in read.items()
    }
