"""The judge of any environment: what it asks, what it read, what it proves, what it says, how it is called."""

from pathlib import Path

ROOT = Path(__file__).parent.parent
"""The checkout."""


OF_PACKAGES = "-packages"
"""How the folder ends in which a wheel is installed: ``site-packages``, Debian's ``dist-packages``."""
INSTALLED = ROOT.name.endswith(OF_PACKAGES)
"""There is no checkout: a wheel's user has ``signoff``, and no ``python -m`` or ``pytest`` of ours."""


def environments_file() -> Path:
    """Return the file of environments of the current folder, or else the checkout's own."""
    here = Path("environments.toml").absolute()
    return here if here.is_file() else ROOT / here.name


def environments_file_of(run: Path) -> Path:
    """Return the file of environments beside the ``report/prod/RUN`` of a run, or else that of any command."""
    beside = (home / "environments.toml" for home in run.resolve().parents[2:3])
    return next(filter(Path.is_file, beside), environments_file())


def home_of(environments: Path, *, installed: bool = INSTALLED) -> Path:
    """Return the folder of the reports: that of a file of environments with an application of its own, or of a wheel's user; else the checkout."""
    folder = environments.resolve().parent
    return folder if (folder / "app.toml").is_file() or installed else ROOT
