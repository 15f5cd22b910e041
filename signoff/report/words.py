"""The words of the page: what it calls an outcome, every other text calls so, too."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from signoff.report.remedy import words_in


def words() -> Mapping[str, Any]:
    return words_in(Path(__file__).with_suffix(".toml"))
