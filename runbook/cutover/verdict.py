"""The newest verdict of an environment, as its report tells it: what a cut-over may rest on."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from aws.change import Changes
from aws.words import Words
from runbook.engine import Change, Refused, StepContext
from signoff.checklist import Checklist, Phase
from signoff.parts import Part
from signoff.release import Live
from signoff.result import Result

REPORT = Path(__file__).parents[2] / "report"
FRESH = timedelta(hours=4)
"""The guide's whole migration takes three to four hours; an older verdict speaks of another day."""
GOOD = ("GO", "CONDITIONAL")
JUDGED = tuple(part for part in Part if part is not Part.SECRETS)
"""Parts that must be as they were judged; a later step of the cut-over stores another channel token."""
NAMED = 5
"""Rows that a message names."""
_RESULT = TypeAdapter(Result)


def newest(environment: str, report: Path = REPORT) -> Result | None:
    """Read the newest report; None where there is none, or none that this version could have written."""
    try:
        text = (report / environment / "latest" / "signoff.json").read_bytes()
        return _RESULT.validate_json(text)
    except (OSError, ValidationError):
        return None


def refusal(told: Result, *, checklist: Checklist, live: Live, now: datetime) -> str:
    """Say why nobody should cut over on this verdict; empty where nothing speaks against it.

    ``live`` is what callers get at this moment.
    """
    if told.verdict.decision not in GOOD:
        return f"the newest verdict is {told.verdict.decision}"
    if told.rehearsal:
        return f"the newest verdict judged something else ({told.rehearsal}), not the environment"
    if missing := _missing(told, checklist):
        return f"the newest verdict is a part: it says nothing of {missing}"
    at = told.provenance.started.astimezone(UTC)
    if now - at > FRESH:
        return f"the newest verdict is of {at:%Y-%m-%d %H:%M} UTC, older than {FRESH}"
    return _changed(told, live)


def _changed(told: Result, live: Live) -> str:
    """Say what of the release is not as it was judged; empty where all of it is."""
    if told.provenance.release != live.release:
        return f"the newest verdict is of release {told.provenance.release}, live is {live.release}"
    judged = told.provenance.parts
    if changed := [part for part, one in live.digests.items() if judged.get(part) != one]:
        return f"{', '.join(changed)} changed since the newest verdict"
    return ""


def hold_the_verdict(context: StepContext) -> Changes:
    """Refuse to go on without a good verdict, of today and of what is live; it is not ours to give."""
    name = context.environment.name
    told = newest(name)
    why = _against(context, told) if told else "there is no verdict yet"
    if not why:
        return ()

    def refuse() -> None:
        raise Refused(
            Words(
                en=f"{why}: run `pytest --env {name}` and see to its red rows, then this again",
                ja=f"{why}。`pytest --env {name}`を実行し、不合格の項目を解決してから再実行してください",
            )
        )

    found = told.verdict.decision if told else None
    return context.settle((Change("verdict", "decision", found, " or ".join(GOOD)),), refuse)


def _against(context: StepContext, told: Result) -> str:
    live = context.live(JUDGED)
    return refusal(told, checklist=Checklist.load(), live=live, now=datetime.now(UTC))


def _missing(told: Result, checklist: Checklist) -> str:
    """Name the rows before the cut-over that were not judged: an older checklist had fewer."""
    judged = {one.row.id for one in told.verdict.rows}
    missing = [one.id for one in checklist if one.phase is Phase.BEFORE and one.id not in judged]
    more = f" and {len(missing) - NAMED} more" if len(missing) > NAMED else ""
    return ", ".join(missing[:NAMED]) + more
