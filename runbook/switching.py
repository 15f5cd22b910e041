"""What the cut-over does by itself: hold the verdict against it, and prepare the front end's switch."""

from datetime import UTC, datetime

from runbook import verdict
from runbook.engine import Change, Refused, Work
from runbook.engine.work import Changes
from runbook.front_end import KIND, address, base_url, needed, rendered, see, served, setting
from runbook.rollback.configuration import file_of, only_in, write, writing, written
from signoff.checklist import Checklist, Words
from signoff.result import Result


def hold_the_verdict(work: Work) -> Changes:
    """Refuse to go on without a good verdict, of today and of what is live; it is not ours to give."""
    name = work.environment.name
    told = verdict.newest(name)
    why = _against(work, told) if told else "there is no verdict yet"
    if not why:
        return ()

    def refuse() -> None:
        raise Refused(f"{why}: run `pytest --env {name}` and see to its red rows, then this again")

    found = told.verdict.decision if told else None
    return work.settle((Change("verdict", "decision", found, " or ".join(verdict.GOOD)),), refuse)


def _against(work: Work, told: Result) -> str:
    return verdict.refusal(
        told, checklist=Checklist.load(), live=work.release(), now=datetime.now(UTC)
    )


def record_previous(work: Work) -> Changes:
    """Record what the front end serves, unless that is the new configuration, or is recorded."""
    if _by_hand(work):
        return ()
    url = address(needed(work))
    found = served(url)
    if found is None or setting(found, "API_BASE_URL") == base_url(work):
        return ()  # nothing was there before, or the switch has happened already
    if work.recorded(KIND, url=url, config=found):
        return ()
    change = Change("evidence", KIND, None, setting(found, "API_BASE_URL"))
    return work.settle((change,), lambda: work.record(KIND, {"url": url, "config": found}))


def write_new(work: Work) -> Changes:
    """Write the new configuration into the front end's folder."""
    if _by_hand(work):
        return ()
    path, text = file_of(work), _new(work)
    if not work.go:
        _tell_what_else_differs(work)
    return work.settle(writing(path, text), lambda: write(path, text))


def see_new(work: Work) -> Changes:
    """Refuse to go on until the new configuration is served."""
    return () if _by_hand(work) else see(work, _new(work), "the new configuration")


def _new(work: Work) -> str:
    """Make it of the front end's own file, which may be newer than what is served; else of that."""
    current = _in_site(work)
    if current is None:
        current = served(address(needed(work)))
    return rendered(current, work.environment, base_url(work))


def _in_site(work: Work) -> str | None:
    """Return the file of ``--site``; the one beside the report is ours, and may be of another day."""
    path = file_of(work)
    return written(path) if work.chosen.get("site") else None


def _tell_what_else_differs(work: Work) -> None:
    url, own = address(needed(work)), _in_site(work)
    now = served(url)
    if own is None and now is None:
        work.tell(
            Words(
                en=f"{url} serves nothing, and there is no file to begin with: a bare one is written",
                ja=f"{url}に設定がなく、元になるファイルもないため、最小限の設定を書き込みます",
            )
        )
    elif own is not None and now is not None and (lost := only_in(now, own)):
        lines = " ".join(lost.split())
        work.tell(
            Words(
                en=f"served now, not in {file_of(work)}, and gone once that is deployed: {lines}",
                ja=f"現在提供中で{file_of(work)}になく、デプロイすると失われる行: {lines}",
            )
        )


def _by_hand(work: Work) -> bool:
    if work.environment.front_end is None:
        name = work.environment.name
        url = base_url(work)
        work.tell(
            Words(
                en=f"{name} names no front end: set API_BASE_URL to {url} by hand",
                ja=f"{name}にフロントエンドの定義がありません。API_BASE_URLを手作業で{url}に設定します",
            )
        )
    return work.environment.front_end is None
