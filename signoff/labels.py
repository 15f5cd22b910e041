"""What a reader knows facts and values by: the names that facts.toml gives them, in both languages."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from aws.words import Words


@cache
def labels() -> Mapping[str, Any]:
    path = Path(__file__).parent / "report" / "facts.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def label(key: str) -> Words:
    """Return the name of a fact; AWS's and the environment's own names stay as they are."""
    found = labels()["facts"].get(key)
    return Words(*found) if found else Words.same(key)


def label_of_path(path: str) -> Words:
    """Return the name of a fact within others: ``environment.MORE``, ``indexes.by_score.projection``."""
    names = [label(one) for one in path.split(".")]
    return Words(en=".".join(one.en for one in names), ja=".".join(one.ja for one in names))
