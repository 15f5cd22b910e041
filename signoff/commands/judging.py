"""``signoff judge`` and ``signoff replay``: become pytest at the root of this project, from any folder."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from signoff import ROOT, environments_file_of
from signoff.commands.command_line import CommandLineError
from signoff.commands.judging_options import JUDGING
from signoff.judge.errors import UnusableFileError
from signoff.report.verify import provenance_of


def judge(*, of_pytest: tuple[str, ...], **options: Any) -> NoReturn:
    """Judge an environment; what stood behind ``--`` goes to pytest as it is."""
    _become_pytest([*_pytest_options(options), *of_pytest])


def _pytest_options(options: dict[str, Any]) -> Iterator[str]:
    """Yield the options as pytest takes them; a file as an absolute path, since pytest begins elsewhere."""
    yield f"--lang={options['lang']}"
    for option in JUDGING:
        flag, value = option.opts[0], options[option.name or ""]
        if option.is_flag:
            yield from [flag] if value else []
        elif value is not None:
            several = value if option.multiple else [value]
            for entry in several:
                yield f"{flag}={entry.absolute() if isinstance(entry, Path) else entry}"


def _become_pytest(arguments: list[str]) -> NoReturn:
    os.chdir(ROOT)
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *arguments])  # noqa: S606 - the same interpreter


def replay(inventory: Path, env: str | None, environments: Path | None, lang: str) -> NoReturn:
    """Judge a saved inventory, of the environment that it is of, and by the file of the application whose reports hold it."""
    if not inventory.is_file():
        raise CommandLineError(
            en=f"there is no file {inventory}; give the inventory.json of a run",
            ja=f"ファイル{inventory}がありません。実行が残したinventory.jsonを指定してください",
        )
    name = env or _environment_of(inventory)
    if name is None:
        raise CommandLineError(
            en=f"{inventory} does not say which environment it is of; add --env NAME",
            ja=f"{inventory}からは環境が分かりません。--env NAMEを加えてください",
        )
    file = (environments or environments_file_of(inventory.parent)).resolve()
    chosen = [f"--env={name}", f"--environments={file}"]
    _become_pytest([*chosen, f"--replay={inventory.resolve()}", f"--lang={lang}"])


def _environment_of(inventory: Path) -> str | None:
    """Return the environment of the run whose folder holds this inventory; None if nothing there names it."""
    try:
        return str(provenance_of(inventory.parent)["environment"])
    except UnusableFileError:
        return None
