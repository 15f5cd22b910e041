"""The newest verdict of an environment, as its report tells it: what a cut-over may rest on."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

REPORT = Path(__file__).parent.parent / "report"
FRESH = timedelta(hours=4)
"""The guide's whole migration takes three to four hours; an older verdict speaks of another day."""
GOOD = ("GO", "CONDITIONAL")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """``decision`` as on the page: GO, CONDITIONAL or NO-GO."""

    decision: str
    release: str | None
    at: datetime

    def refusal(self, now: datetime) -> str:
        """Say why nobody should cut over on this verdict; empty where nothing speaks against it."""
        if self.decision not in GOOD:
            return f"the newest verdict is {self.decision}"
        if now - self.at > FRESH:
            return f"the newest verdict is of {self.at:%Y-%m-%d %H:%M} UTC, older than {FRESH}"
        return ""


def newest(environment: str, report: Path = REPORT) -> Told | None:
    """Read the newest report; None where there is none that can be read."""
    try:
        text = (report / environment / "latest" / "signoff.json").read_text(encoding="utf-8")
        found = json.loads(text)
        return Told(
            decision=found["verdict"]["decision"],
            release=found["provenance"]["release"],
            at=datetime.fromisoformat(found["provenance"]["started"]).astimezone(UTC),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
