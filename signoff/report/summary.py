"""The verdict as Markdown: for a pull request, a chat or a job's summary."""

import re
from collections.abc import Iterator, Sequence

from aws.visible import visible
from signoff.judge.result import Result
from signoff.judge.verdict import RowVerdict
from signoff.report.history import ChangesSince
from signoff.report.page import counts, fill, in_japan, words
from signoff.report.remedy import remedy
from signoff.report.supporting import Supporting

MOST = 30
"""Red rows that are listed; the page has all."""


def summary(result: Result, lang: str, beside: Supporting) -> str:
    """Return the text in one language, red rows first."""
    return visible("\n".join(_lines(result, lang, beside)) + "\n")


def _lines(result: Result, lang: str, beside: Supporting) -> Iterator[str]:
    p, w = result.provenance, words()
    yield f"# {w['decision'][result.verdict.decision.value][lang]}: {p.environment}"
    yield from ("", f"**{counts(result)[lang]}**", "")
    if result.rehearsal:
        yield from (f"{w['rehearsal'][lang]}: {_plain(result.rehearsal[lang])}", "")
    yield from _about(result, lang)
    yield from _red(result, lang)
    yield from _conditions(result, lang)
    yield from _new(beside, lang)


def _about(result: Result, lang: str) -> Iterator[str]:
    p, w = result.provenance, words()
    named = {
        "account": f"{p.account} ({p.region})",
        "release": p.release or w["unknown"][lang],
        "read_at": in_japan(p.read_at),
        "commit": p.commit,
        "digest": p.digest,
    }
    yield from (f"- {w[key][lang]}: `{one}`" for key, one in named.items())
    yield ""


def _red(result: Result, lang: str) -> Iterator[str]:
    w, red = words(), result.blocking()
    blocking = [one for one in red if one.blocks]
    lesser = [one for one in red if not one.blocks]
    if blocking or result.verdict.problems:
        yield from (f"## {w['blocks'][lang]}", "")
        yield from (f"- {_plain(one[lang])}" for one in result.verdict.problems)
        yield from _listed(blocking, result, lang)
    if lesser:
        yield from (f"## {w['lesser'][lang]}", "")
        yield from _listed(lesser, result, lang)


def _listed(rows: Sequence[RowVerdict], result: Result, lang: str) -> Iterator[str]:
    for one in rows[:MOST]:
        yield from _row(one, result, lang)
    if more := len(rows[MOST:]):
        yield f"- {fill(words()['and_more'], n=more)[lang]}"
    yield ""


def _row(one: RowVerdict, result: Result, lang: str) -> Iterator[str]:
    severity = words()["severity"][one.severity.value][lang]
    promise, reason = one.row.promise[lang], _plain(one.told[lang])
    more = f" ({fill(words()['and_more'], n=one.untold)[lang]})" if one.untold else ""
    yield f"- **{one.row.id}** ({severity}) {_plain(promise)}: {reason}{more}"
    fix = remedy(one, run=result.provenance)
    if fix.command:
        yield f"  - {words()['fix'][lang]}: `{fix.command}`"
    for instruction in fix.by_hand:
        yield f"  - {words()['fix_by_hand'][lang]}: {_plain(instruction[lang])}"


def _conditions(result: Result, lang: str) -> Iterator[str]:
    w, verdict = words(), result.verdict
    waived = [one for one in verdict.rows if one.waiver]
    if not (waived or verdict.decisions or verdict.conditions):
        return
    yield from (f"## {w['conditional'][lang]}", "")
    yield from (f"- {one.row.id}: {_plain(one.told[lang])}" for one in waived)
    yield from (f"- {_plain(one.decision.sentence[lang])}" for one in verdict.decisions)
    yield from (f"- {_plain(one.words[lang])}" for one in verdict.conditions)
    yield ""


def _new(beside: Supporting, lang: str) -> Iterator[str]:
    history, w = beside.history, words()
    yield from (f"## {w['new'][lang]}", "")
    compared = (history.since_last, history.since_signed, history.baseline)
    if not any(compared):
        yield w["first_run"][lang]
    for one in filter(None, compared):
        yield from _changes(one, lang)


def _changes(one: ChangesSince, lang: str) -> Iterator[str]:
    w, between = words(), {"en": "; ", "ja": "。"}[lang]
    said = [
        f"{w[key][lang]}: {', '.join(ids)}"
        for key, ids in (("newly_red", one.newly_red), ("newly_green", one.newly_green))
        if ids
    ]
    if one.facts:
        said.append(f"{w['changed_facts'][lang]}: {len(one.facts)}")
    yield f"- {fill(w['since'], since=one.since)[lang]}: {between.join(said) or w['new_none'][lang]}"


def _plain(text: str) -> str:
    """Return a text without markup, on one line: values from AWS may hold anything."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(text.split()))
