"""The tests' production environment with its evidence in a folder of a test: no variable may move it there."""

from pathlib import Path

FILE = Path(__file__).with_name("prod.toml")
COMMITTED = 'evidence = "report/prod/evidence"'


def production_in(folder: Path) -> Path:
    """Write the file of environments into the folder, and return its path."""
    text = FILE.read_text(encoding="utf-8")
    assert COMMITTED in text
    moved = folder / "prod.toml"
    moved.write_text(text.replace(COMMITTED, f'evidence = "{folder}"'), encoding="utf-8")
    return moved
