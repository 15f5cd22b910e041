"""The tests' production environment with its evidence, and its reports, in a folder of a test: no variable may move them there."""

from pathlib import Path

FILE = Path(__file__).with_name("prod.toml")
ROOT = FILE.parents[1]
OF_THE_APPLICATION = ("app.toml", "lambdas", "smoke")
"""What lies beside a file of environments where reports do."""
COMMITTED = 'evidence = "report/prod/evidence"'


def production_in(folder: Path) -> Path:
    """Write the file of environments into the folder, and return its path."""
    text = FILE.read_text(encoding="utf-8")
    assert COMMITTED in text
    moved = folder / "prod.toml"
    moved.write_text(text.replace(COMMITTED, f'evidence = "{folder}"'), encoding="utf-8")
    return moved


def reporting_in(folder: Path) -> Path:
    """Write the file beside the application, so that the reports of its runs lie in the folder as well."""
    for name in OF_THE_APPLICATION:
        folder.joinpath(name).symlink_to(ROOT / name)
    return production_in(folder)
