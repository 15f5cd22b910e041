"""What to do about a red row: the repair of a fault, or, where nothing is known, how to get to know it."""

import re
from urllib.parse import urlsplit

from aws.words import Words
from signoff.outcome import Outcome
from signoff.result import Provenance
from signoff.verdict import RowVerdict

ACTION = re.compile(r"\b([a-z][a-z0-9-]*:[A-Z]\w+)")
"""How a reason names the call: ``lambda:GetPolicy``."""
DENIED = re.compile(
    r"AccessDenied|UnauthorizedOperation|AuthorizationError|not authorized", re.IGNORECASE
)
UNTIL = re.compile(r"not testable until (\d\d:\d\d UTC)")


def remedy(one: RowVerdict, run: Provenance) -> Words:
    """Return what to do; empty where the row names nothing.

    A row that is unknown is never repaired: what nobody read may be as planned.
    """
    if one.outcome is Outcome.NOT_TESTABLE:
        return _of_unknown(one.reason, run.environment)
    host = urlsplit(run.api_url or "").hostname if run.production else None
    command = one.row.remedy.format(
        env=run.environment, plan=run.load_plan, unlock=f" --unlock {host}" if host else ""
    )
    return Words(en=command, ja=command)


def _of_unknown(reason: str, environment: str) -> Words:
    again = f"pytest --env {environment}"
    if until := UNTIL.search(reason):
        return Words(
            en=f"wait until {until[1]}, then {again}", ja=f"{until[1]}まで待ち、{again}を実行する"
        )
    if DENIED.search(reason):
        action = ACTION.search(reason)
        what = action[1] if action else "docs/reader-policy.json"
        return Words(
            en=f"allow the reader {what} (docs/reader-policy.json), then {again}",
            ja=f"読み取り用の権限に{what}を追加し（docs/reader-policy.json）、{again}を実行する",
        )
    return Words(
        en=f"{again}; nothing is known, so nothing is to be repaired yet",
        ja=f"{again}を再実行する（未確認のため、修復はまだ不要）",
    )
