"""What the cut-over does by itself: hold the verdict against it, and prepare the front end's switch."""

from datetime import UTC, datetime

from runbook import verdict
from runbook.front_end import KIND, address, base_url, needed, rendered, see, served, setting
from runbook.rollback.configuration import file_of, write, writing
from signoff.checklist import Checklist, Words
from signoff.procedure import Change, Refused, Work
from signoff.procedure.work import Changes
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
    return work.settle(writing(path, text), lambda: write(path, text))


def see_new(work: Work) -> Changes:
    """Refuse to go on until the new configuration is served."""
    return () if _by_hand(work) else see(work, _new(work), "the new configuration")


def _new(work: Work) -> str:
    """Make it of what is served: settings that are not of one environment are kept."""
    return rendered(served(address(needed(work))), work.environment, base_url(work))


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
