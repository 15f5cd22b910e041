"""Lets pytest take a file outside this checkout as an option's value after a space; and says NO VERDICT where the judge is broken.

pytest looks for its root folder before any conftest has declared an option, and takes the value in
``--replay /tmp/inventory.json`` for the path of a test: it then works from the wrong folder, where
nothing declares ``--replay``. ``--replay=/tmp/inventory.json`` has no such trouble. This module is a
plugin by its entry point (``pytest11``), so that pytest loads it early enough to rewrite the
first form as the second.
"""

import gc
import os
import sys
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path

import pytest

from aws.words import Words, did_you_mean, language, nearest
from aws.words import joined as sentence_of
from signoff import ROOT
from signoff.commands.interrupts import open_nowhere_if_closed
from signoff.commands.judging_options import FLAGS, OPTIONS_WITH_A_FILE
from signoff.judge.exit_codes import INTERRUPTED

NOT_TAKEN = Words(en="pytest does not take {}; {}", ja="pytestに{}は使えません。{}")
ELSEWHERE = Words(
    en="pytest takes {} only in {}; go there, or run signoff judge, which works in any folder",
    ja="pytestの{}は{}でのみ使えます。そこに移動するか、どのフォルダでも使えるsignoff judgeを実行してください",
)


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """Start pytest again with joined options if that makes a difference; otherwise return.

    In this hook, because later ones run when pytest has already captured the terminal.
    """
    open_nowhere_if_closed()
    config = pluginmanager.get_plugin("pytestconfig")
    assert isinstance(config, pytest.Config)  # noqa: S101 - says its type
    invocation = config.invocation_params
    arguments = [str(arg) for arg in invocation.args]
    anew = list(joined(arguments))
    if anew != arguments and invocation.dir.is_relative_to(ROOT):
        os.execv(sys.executable, [sys.executable, "-m", "pytest", *anew])  # noqa: S606 - itself


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser, args: list[str]
) -> Generator[None, None, None]:
    """Refuse to judge if the root conftest or a module that it imports is broken, Ctrl-C comes meanwhile, or an option of ours is misspelled.

    pytest itself would show a traceback without a verdict, and exit with 3 for a broken plugin.
    """
    gc.disable()  # nothing that an import makes is garbage: to look for it takes a tenth of a second
    try:
        yield
        if early_config.rootpath == ROOT:
            _refuse_misspelled(parser.parse_known_and_unknown_args(args)[1], language(args))
    except pytest.UsageError:
        raise
    except (Exception, KeyboardInterrupt) as error:
        top = ROOT / "conftest.py"
        if early_config.rootpath != ROOT or getattr(error, "path", top) != top:
            raise
        from signoff.judge.errors import NO_VERDICT, broken  # noqa: PLC0415 - only where it is needed

        stopped = isinstance(error, KeyboardInterrupt)
        why = sentence_of((NO_VERDICT, INTERRUPTED if stopped else broken(error, ROOT)), ": ")
        raise pytest.UsageError(why[language(args)]) from None
    finally:
        gc.enable()


def _refuse_misspelled(unknown: Iterable[str], lang: str) -> None:
    """Say which option was meant, such as with ``-env``; raise UsageError. What is near none of ours is pytest's to refuse."""
    for option in (word.partition("=")[0] for word in unknown if word.startswith("-")):
        if near := nearest(f"--{option.lstrip('-')}", FLAGS, "--"):
            if near == option:
                raise pytest.UsageError(ELSEWHERE.format(near, ROOT)[lang])
            raise pytest.UsageError(NOT_TAKEN.format(option, did_you_mean(near))[lang])


def joined(arguments: Iterable[str], start: Path = Path()) -> Iterator[str]:
    """Yield the arguments with ``--option value`` as ``--option=value`` where the value is a file.

    ``start`` is the folder that a relative path begins at.
    """
    remaining = iter(arguments)
    for argument in remaining:
        option, equals, value = argument.partition("=")
        if option not in OPTIONS_WITH_A_FILE:
            yield argument
        elif equals or (value := next(remaining, "")):
            yield f"{option}={start / value}"
        else:
            yield argument
