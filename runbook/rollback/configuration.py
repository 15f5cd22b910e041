"""The front end's configuration written into its folder: the one thing of it that a rollback changes."""

from pathlib import Path

from runbook.front_end import SETTINGS, needed, setting, site
from signoff.procedure import Change, Refused, Work
from signoff.procedure.work import Changes


def file_of(work: Work) -> Path:
    """Return the file; Refused where ``--site`` names no folder, which would be made by mistake."""
    folder = site(work)
    if work.chosen.get("site") and not folder.is_dir():
        raise Refused(f"{folder} is no folder: give the one of the front end's files with --site")
    return folder / needed(work).config_path


def written(path: Path) -> str | None:
    """Return what stands in the file, None where there is none; Refused where nobody can read it."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{path} cannot be read ({error}): see to it, then run it again") from None


def writing(path: Path, text: str) -> Changes:
    """Return what differs between the file and ``text``: the settings by name, the rest as a whole."""
    found = written(path)
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
    """Put the text in the place of what is there: whole, or not at all."""
    staged = path.with_name(f"{path.name}.staged")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        staged.write_text(text, encoding="utf-8")
        staged.replace(path)
    except OSError as error:
        raise Refused(f"{path} cannot be written ({error}): see to it, then run it again") from None
