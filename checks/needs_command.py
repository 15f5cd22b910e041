"""``signoff needs``: prints every prerequisite of a GO, and ends with 0 only if nothing is missing."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from aws.door.limits import within
from aws.door.sessions import boto_session
from aws.visible import visible
from checks.needs import Need, needs
from signoff.commands.help_page import columns
from signoff.environment import load
from signoff.evidence import Records, StoreSettings, open_store
from signoff.evidence.origin import commit_of
from signoff.judge.checklist import Checklist
from signoff.judge.errors import sentence
from signoff.judge.exit_codes import Exit
from signoff.judge.stores import STORE_S

ROOT = Path(__file__).parent.parent


def table(found: Sequence[Need], lang: str) -> str:
    """Return the list as text, one prerequisite a line, and below what is missing in one sentence."""
    heading = {
        "en": ("", "prerequisite", "found", "who", "time", "command"),
        "ja": ("", "前提", "現状", "担当", "所要時間", "コマンド"),
    }[lang]
    marks = {"en": ("OK", "MISSING"), "ja": ("OK", "なし")}[lang]
    rows = [
        (
            marks[not need.present],
            need.what[lang],
            need.found[lang],
            need.who[lang],
            need.time[lang],
        )
        for need in found
    ]
    how = [need.how for need in found]
    return "\n".join(_aligned(heading[:-1], rows, (heading[-1], *how)))


def _aligned(
    heading: tuple[str, ...], rows: Sequence[tuple[str, ...]], last: Iterable[str]
) -> Iterator[str]:
    widths = [max(map(columns, column)) for column in zip(heading, *rows, strict=True)]
    for row, end in zip((heading, *rows), last, strict=True):
        cells = (
            f"{text}{' ' * (width - columns(text))}"
            for text, width in zip(row, widths, strict=True)
        )
        yield f"{'  '.join(cells)}  {end}".rstrip()


def show_needs(env: str, environments: Path, lang: str) -> int:
    """Print the list; 0 only if nothing is missing."""
    environment = load(env, environments).environment
    own = StoreSettings.of(environment)
    before = StoreSettings.of_table(environment.before, environments)
    stores = {before.environment: before} if environment.tried_before else {}
    found = needs(
        environment,
        own=_kept_in(own, environment.region),
        before=_kept_in(before, environment.region) if stores else Records(),
        stores={**stores, env: own},
        commit=commit_of(ROOT),
        checklist=Checklist.load(),
        now=datetime.now(UTC),
    )
    print(visible(table(found, lang)))
    return Exit.DONE if all(need.present for need in found) else Exit.NO


def _kept_in(settings: StoreSettings, region: str) -> Records:
    """Return what a store holds; if it can't be read, why."""
    if not settings.location:
        return Records()
    try:
        store = open_store(settings, client=boto_session(region).client, root=ROOT)
        return within(STORE_S, store.load)
    except (ClientError, BotoCoreError, OSError) as error:
        return Records(problem=sentence(error), unread=True)
