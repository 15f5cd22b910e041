"""What the cut-over does by itself: hold the verdict against it, and prepare the front end's switch."""

from datetime import UTC, datetime

from aws.change import Changes
from aws.words import Words
from runbook import verdict
from runbook.engine import Change, Refused, StepContext
from runbook.front_end import KIND, address, base_url, needed, rendered, see, served, setting
from runbook.rollback.configuration import file_of, only_in, write, writing, written
from signoff.checklist import Checklist
from signoff.result import Result


def hold_the_verdict(context: StepContext) -> Changes:
    """Refuse to go on without a good verdict, of today and of what is live; it is not ours to give."""
    name = context.environment.name
    told = verdict.newest(name)
    why = _against(context, told) if told else "there is no verdict yet"
    if not why:
        return ()

    def refuse() -> None:
        raise Refused(f"{why}: run `pytest --env {name}` and see to its red rows, then this again")

    found = told.verdict.decision if told else None
    return context.settle(
        (Change("verdict", "decision", found, " or ".join(verdict.GOOD)),), refuse
    )


def _against(context: StepContext, told: Result) -> str:
    return verdict.refusal(
        told, checklist=Checklist.load(), live=context.release(), now=datetime.now(UTC)
    )


def record_previous(context: StepContext) -> Changes:
    """Record what the front end serves, unless that is the new configuration, or is recorded."""
    if _by_hand(context):
        return ()
    url = address(needed(context))
    found = served(url)
    if found is None or setting(found, "API_BASE_URL") == base_url(context):
        return ()  # nothing was there before, or the switch has happened already
    if context.recorded(KIND, url=url, config=found):
        return ()
    change = Change("evidence", KIND, None, setting(found, "API_BASE_URL"))
    return context.settle((change,), lambda: context.record(KIND, {"url": url, "config": found}))


def write_new(context: StepContext) -> Changes:
    """Write the new configuration into the front end's folder."""
    if _by_hand(context):
        return ()
    path, text = file_of(context), _new(context)
    if not context.go:
        _tell_what_else_differs(context)
    return context.settle(writing(path, text), lambda: write(path, text))


def see_new(context: StepContext) -> Changes:
    """Refuse to go on until the new configuration is served."""
    return () if _by_hand(context) else see(context, _new(context), "the new configuration")


def _new(context: StepContext) -> str:
    """Make it of the front end's own file, which may be newer than what is served; else of that."""
    current = _in_site(context)
    if current is None:
        current = served(address(needed(context)))
    return rendered(current, context.environment, base_url(context))


def _in_site(context: StepContext) -> str | None:
    """Return the file of ``--site``; the one beside the report is ours, and may be of another day."""
    path = file_of(context)
    return written(path) if context.chosen.get("site") else None


def _tell_what_else_differs(context: StepContext) -> None:
    url, own = address(needed(context)), _in_site(context)
    now = served(url)
    if own is None and now is None:
        context.tell(
            Words(
                en=f"{url} serves nothing, and there is no file to begin with: a bare one is written",
                ja=f"{url}に設定がなく、元になるファイルもないため、最小限の設定を書き込みます",
            )
        )
    elif own is not None and now is not None and (lost := only_in(now, own)):
        lines = " ".join(lost.split())
        context.tell(
            Words(
                en=f"served now, not in {file_of(context)}, and gone once that is deployed: {lines}",
                ja=f"現在提供中で{file_of(context)}になく、デプロイすると失われる行: {lines}",
            )
        )


def _by_hand(context: StepContext) -> bool:
    if context.environment.front_end is None:
        name = context.environment.name
        url = base_url(context)
        context.tell(
            Words(
                en=f"{name} names no front end: set API_BASE_URL to {url} by hand",
                ja=f"{name}にフロントエンドの定義がありません。API_BASE_URLを手作業で{url}に設定します",
            )
        )
    return context.environment.front_end is None
