"""``signoff judge``: becomes pytest at the root of this project, from any folder."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from signoff import ROOT
from signoff.commands.judging_options import JUDGING


def judge(*, of_pytest: tuple[str, ...], **asked: Any) -> NoReturn:
    """Judge an environment; what stood behind ``--`` goes to pytest as it is."""
    arguments = [*_given(asked), *of_pytest]
    os.chdir(ROOT)
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *arguments])  # noqa: S606 - the same interpreter


def _given(asked: dict[str, Any]) -> Iterator[str]:
    """Yield the options as pytest takes them; a file as an absolute path, since pytest begins elsewhere."""
    yield f"--lang={asked['lang']}"
    for option in JUDGING:
        flag, value = option.opts[0], asked[option.name or ""]
        if option.is_flag:
            yield from [flag] if value else []
        elif value is not None:
            several = value if option.multiple else [value]
            for entry in several:
                yield f"{flag}={entry.absolute() if isinstance(entry, Path) else entry}"
