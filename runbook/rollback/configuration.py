"""The front end's configuration written into its folder: the one thing of it that a rollback changes."""

from pathlib import Path

from runbook.front_end import SETTINGS, needed, setting, site
from signoff.procedure import Change, Work
from signoff.procedure.work import Changes


def file_of(work: Work) -> Path:
    return site(work) / needed(work).config_path


def writing(path: Path, text: str) -> Changes:
    """Return what differs between the file and ``text``: the settings by name, the rest as a whole."""
    found = path.read_text(encoding="utf-8") if path.is_file() else None
    if found == text:
        return ()
    name = f"file {path}"
    named = tuple(
        Change(name, one, setting(found, one), setting(text, one))
        for one in SETTINGS
        if setting(found, one) != setting(text, one)
    )
    return named or (Change(name, "content", found, text),)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
