"""How tests reach the world: pytest runs them in namespaces of their own, from a test outside."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.world.namespace import enter

FOLDER = "WORLD_FOLDER"
"""Variable that names the folder of the world to a test inside."""
HERE = Path(__file__).parent
ADOPTED = ("PATH", "HOME", "LANG", "CI")
"""Variables that a machine of the world has in common with this one: no credentials, proxies or certificates."""


def run_within(folder: Path, *tests: str) -> int:
    """Run these tests of ``within`` in a new world; return pytest's exit code."""
    return enter(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *_files(tests)],
        bare(folder),
    )


def bare(folder: Path) -> dict[str, str]:
    """Return the environment of a process in the world whose folder this is."""
    return {
        FOLDER: str(folder),
        **{name: os.environ[name] for name in ADOPTED if name in os.environ},
    }


def _files(tests: Sequence[str]) -> list[str]:
    return [str(HERE / "within" / name) for name in tests]
