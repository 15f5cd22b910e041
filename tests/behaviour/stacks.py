"""What the judge makes of stacks that other hands set up, and of recordings, as lines."""

import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from signoff.judge.run_recording import FILE
from tests.behaviour.lines import Texts
from tests.behaviour.verdicts import case_lines
from tests.foreign import hand, letter
from tests.foreign.account import served, with_evidence, without_evidence
from tests.foreign.changes import HARMLESS, one_of_each
from tests.foreign.hand import watch
from tests.forked import completed
from tests.judging import judge
from tests.recorded.test_recorded import CLEAN, HERE, RECORDINGS
from tests.watching import rejudging

CHANCE: Random = import_module("moto.moto_api._internal").mock_random
"""What moto draws its ids from."""


def stack_lines(texts: Texts) -> Iterator[str]:
    """Yield the verdicts of the careful stack, of each kind of harmless change to it, and of the guide's letter."""
    CHANCE.seed("stacks")
    with served() as account:
        hand.set_up(account.client)
        account.confirm(watch.TOPIC, watch.PERSON)
        account.grow_old()
        inventory = account.inventory()
        judge_again = rejudging(with_evidence(inventory))
        yield from case_lines("hand as set up", judge_again(with_evidence(inventory)), texts)
        for change in one_of_each(HARMLESS):
            CHANCE.seed(str(change))
            with change.made(account.client):
                changed = account.again(inventory, *change.reads)
            found = judge_again(with_evidence(changed))
            yield from case_lines(f"hand {change}", found, texts)
    CHANCE.seed("stacks")
    with served() as account:
        letter.set_up(account.client)
        yield from case_lines("letter", judge(without_evidence(account.inventory())), texts)


def recording_lines() -> Iterator[str]:
    """Yield what each row of a recording ends as."""
    for name in RECORDINGS:
        with TemporaryDirectory() as folder:
            file = Path(folder) / "rows.json"
            asked = [f"--replay={HERE / name / FILE}", f"--json={file}", "checks", "-q"]
            completed("pytest", asked, CLEAN)
            rows = json.loads(file.read_text(encoding="utf-8"))
        for row in rows:
            yield f"recorded {name} > {row['row']['id']} {row['outcome']} {row['severity']}"
