"""The words of the page: what it calls an outcome, every other text calls so, too."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from aws.words import LANGUAGES, Words


@cache
def words() -> Mapping[str, Any]:
    """Load them: name -> Words, or name -> value -> Words."""
    read = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return _paired(*(read[lang] for lang in LANGUAGES))


def _paired(en: Mapping[str, Any], ja: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: Words(entry, ja[key]) if isinstance(entry, str) else _paired(entry, ja[key])
        for key, entry in en.items()
    }
