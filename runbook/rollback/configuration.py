"""The front end's configuration written into its folder: the one thing of it that a rollback changes."""

from difflib import ndiff
from pathlib import Path

from aws.change import Changes
from runbook.engine import Change, Refused, StepContext
from runbook.front_end import SETTINGS, needed, rest, setting, site


def file_of(context: StepContext) -> Path:
    """Return the file; Refused where ``--site`` names no folder, which would be made by mistake."""
    folder = site(context)
    if context.chosen.get("site") and not folder.is_dir():
        raise Refused(f"{folder} is no folder: give the one of the front end's files with --site")
    return folder / needed(context).config_path


def written(path: Path) -> str | None:
    """Return what stands in the file, None where there is none; Refused where nobody can read it."""
    try:
        return path.read_bytes().decode("utf-8")  # with its own line ends
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{path} cannot be read ({error}): see to it, then run it again") from None


def writing(path: Path, text: str) -> Changes:
    """Return what differs between the file and ``text``: the settings by name, of the rest its lines.

    A line that is in the file alone would be lost, and with it what somebody set there.
    """
    found = written(path)
    if found == text:
        return ()
    name = f"file {path}"
    named = tuple(
        Change(name, one, setting(found, one), setting(text, one))
        for one in SETTINGS
        if setting(found, one) != setting(text, one)
    )
    gone, new = only_in(found or "", text), only_in(text, found or "")
    content = Change(name, "content", gone or None, new or None, destroys=bool(gone))
    if gone or new:
        return (*named, content)
    return named or (Change(name, "content", found, text),)


def only_in(one: str, other: str) -> str:
    """Return the lines of a configuration that another lacks, beside the settings that are switched."""
    ours, theirs = (rest(text).splitlines(keepends=True) for text in (one, other))
    return "".join(line[2:] for line in ndiff(ours, theirs) if line.startswith("- "))


def write(path: Path, text: str) -> None:
    """Put the text in the place of what is there: whole, or not at all."""
    staged = path.with_name(f"{path.name}.staged")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        staged.write_bytes(text.encode())
        staged.replace(path)
    except OSError as error:
        raise Refused(f"{path} cannot be written ({error}): see to it, then run it again") from None
