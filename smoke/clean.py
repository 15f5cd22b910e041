"""Takes back what smoke and load runs left in an environment's tables."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from aws.visible import visible_line
from aws.words import Words
from plan import plan_for
from signoff import ROOT
from signoff.environment import Environment, embedded, load
from signoff.environment.guard import guard, open_session
from signoff.judge.exit_codes import Exit
from smoke.aws import clients
from smoke.cleaning import Cleaner
from smoke.leftovers import Leftovers, harness_leftovers
from smoke.notes import Notes

NO_STACK = Words(
    en="no local stack is kept up: what was left in one went with it",
    ja="常駐のローカルスタックがない。残っていたデータはスタックとともに消えている",
)
REMOVED = Words(en="removed", ja="削除")
LEFT = Words(en="still there", ja="残存")
NOTHING = Words(en="nothing is left of any run", ja="残っているデータはない")


def clean(env: str, environments: Path, lang: str) -> int:
    """Delete what killed runs left, and prove it by reading; 1 if something is still there."""
    root: Path = click.get_current_context().meta.get("root", ROOT)
    with _reached(load(env, environments).environment) as environment:
        if environment is None:
            print(NO_STACK[lang])
            return Exit.DONE
        return _clean(environment, root, lang)


@contextmanager
def _reached(environment: Environment) -> Iterator[Environment | None]:
    """Yield the environment, with the addresses of its kept stack if it is local; None if none is kept up."""
    if not embedded(environment):
        yield environment
        return
    from runbook.local_stack import local_stack  # noqa: PLC0415 - loads the emulator

    stack = local_stack()
    if stack.kept() is None:
        yield None
        return
    with stack.localized(environment) as localized, stack.start(localized, lambda *_: None):
        yield localized


def _clean(environment: Environment, root: Path, lang: str) -> int:
    session = open_session(environment.region)
    guard(session, environment)
    aws, plan = clients(session), plan_for(environment)
    notes = Notes.of(environment, root / "report" / environment.name)
    leftovers = Leftovers(environment=environment, notes=notes, aws=aws)
    with notes.alone():
        noted, _ = notes.left()
        left = [words for note in noted for words in leftovers.still_there_after_cleaning(note)]
        cleaner = Cleaner.of(plan, aws, harness_leftovers(aws, plan))
        left += cleaner.clean_users()
    return _reported([*leftovers.removed, *cleaner.removed], sorted(set(left), key=str), lang)


def _reported(removed: list[Words], left: list[Words], lang: str) -> int:
    for words in removed:
        print(visible_line(f"{REMOVED[lang]}: {words[lang]}"))
    for remainder in left:
        print(visible_line(f"{LEFT[lang]}: {remainder[lang]}"), file=sys.stderr)
    if not left:
        print(NOTHING[lang])
    return Exit.NO if left else Exit.DONE
