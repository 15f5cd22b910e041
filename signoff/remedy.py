"""What to do about a red row: the repair of its fault, or, where nothing is known, how to get to know it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from aws.converge import undo
from aws.ledger import Unplanned
from aws.words import Words
from signoff.checklist import Repair, Row
from signoff.environment.calendar import in_japan
from signoff.outcome import Finding, Outcome
from signoff.result import Provenance
from signoff.verdict import RowVerdict

ACTION = re.compile(r"\b([a-z][a-z0-9-]*:[A-Z]\w+)")
"""How a reason names the call: ``lambda:GetPolicy``."""
DENIED = re.compile(
    r"AccessDenied|UnauthorizedOperation|AuthorizationError|not authorized", re.IGNORECASE
)
DETACH = "python -m runbook detach --env {env} --row {row} --go"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """Commands to run as they stand, and what only a person can do; ``note`` is to be known before."""

    note: Words | None = None
    command: str = ""
    by_hand: tuple[Words, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.note or self.command or self.by_hand)


def remedy(one: RowVerdict, run: Provenance) -> Remedy:
    """Return what to do; nothing where the row names nothing.

    A row that is unknown is never repaired: what nobody read may be as planned. One that follows has its
    root's remedy.
    """
    if one.outcome is Outcome.NOT_TESTABLE:
        return _of_unknown(one, run.environment)
    if one.outcome is Outcome.FOLLOWS:
        return Remedy(note=Words(en=f"fix {one.root} first", ja=f"先に{one.root}を解決する"))
    repairs = tuple(dict.fromkeys(_repairs(one)))
    commands = dict.fromkeys(_filled(each.run, one.row, run) for each in repairs if each.run)
    return Remedy(
        command=" && ".join(commands),
        by_hand=tuple(_told(each.by_hand, run) for each in repairs if each.by_hand),
    )


def all_of(row: Row, run: Provenance) -> tuple[Remedy, ...]:
    """Return all that a row may print where it has failed: the usual remedy first."""
    return tuple(
        Remedy(
            command=_filled(one.run, row, run),
            by_hand=(_told(one.by_hand, run),) if one.by_hand else (),
        )
        for one in (row.repair, *row.remedies)
    )


def _repairs(one: RowVerdict) -> Iterator[Repair]:
    failed = [found for found in one.findings if found.outcome is Outcome.FAIL]
    if not failed:
        yield one.row.repair
    for found in failed:
        yield from _of_finding(one.row, found)


def _of_finding(row: Row, found: Finding) -> Iterator[Repair]:
    """Yield the repair of each difference that can be undone; of all others, what the row says of them."""
    undone = [(each, undo.undo_of(each)) for each in found.differences]
    detaching = row.repair if "runbook detach " in row.repair.run else Repair(run=DETACH)
    for each, how in undone:
        if isinstance(how, undo.ByHand):
            yield Repair(by_hand=undo.by_hand(each))
        elif how is not None:
            yield detaching
    if not found.differences or any(how is None for _, how in undone):
        yield row.repair_of(_sentence(found, [each for each, how in undone if how is None]))


def _sentence(found: Finding, left: list[Unplanned]) -> str:
    return "; ".join([found.subject, found.message, *(each.what for each in left)])


def _filled(command: str, row: Row, run: Provenance) -> str:
    host = urlsplit(run.api_url or "").hostname if run.production else None
    return command.format(
        env=run.environment,
        row=row.id,
        before=run.before,
        plan=run.load_plan,
        unlock=f" --unlock {host}" if host else "",
        masters="masters" if run.local else "migrate_masters",
    )


def _told(words: Words, run: Provenance) -> Words:
    return Words(
        en=words.en.replace("{env}", run.environment), ja=words.ja.replace("{env}", run.environment)
    )


def _of_unknown(one: RowVerdict, environment: str) -> Remedy:
    again, reason = f"pytest --env {environment}", one.told.en
    moments = [found.until for found in one.findings if found.until]
    if moments:
        at = in_japan(max(moments))
        return Remedy(
            note=Words(
                en=f"wait until {at}, or let it wait:", ja=f"{at}まで待つか、待機させて実行する:"
            ),
            command=f"{again} --wait",
        )
    if DENIED.search(reason):
        action = ACTION.search(reason)
        what = action[1] if action else "docs/reader-policy.json"
        return Remedy(
            note=Words(
                en=f"allow the reader {what} (docs/reader-policy.json), then",
                ja=f"読み取り用の権限に{what}を追加してから実行する（docs/reader-policy.json）",
            ),
            command=again,
        )
    return Remedy(
        note=Words(
            en="nothing is known, so nothing is to be repaired yet: try again",
            ja="未確認のため、修復はまだ不要。再実行する",
        ),
        command=again,
    )
