"""The judge of any environment: what it asks, what it read, what it proves, what it says, how it is called."""

from pathlib import Path

ROOT = Path(__file__).parent.parent
"""The checkout."""


def environments_file() -> Path:
    """Return the file of environments of the current folder, or else the checkout's own."""
    here = Path("environments.toml").absolute()
    return here if here.is_file() else ROOT / here.name
