"""Judge the findings, write the files, say the verdict; returns the exit code."""

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter

from aws import digest, frozen, to_json, unreadable
from aws.section import NotTestable
from signoff.report.junit import junit
from signoff.report.page import page
from signoff.report.remembering import remember
from signoff.rereading import Reread, reread
from signoff.result import Provenance, Result, commit_of, versions
from signoff.run import Run
from signoff.terminal import Terminal
from signoff.verdict import decide
from signoff.snapshot import Snapshot

_RESULT = TypeAdapter(Result)


def publish(run: Run, terminal: Terminal) -> int:
    """Return 0 for GO and CONDITIONAL (or a selection without red rows), else 1."""
    rows = run.row_verdicts()
    if run.snapshot:
        run.snapshot = replace(run.snapshot, inventory=frozen(run.snapshot.inventory))
    if not run.full:
        judged = tuple(one for one in rows if one.findings)
        terminal.part(judged, len(run.checklist), _provenance(run, _snapshot(run)))
        return int(any(one.outcome.red for one in judged) or len(run.findings) < run.expected)
    if gaps := list(run.gaps()):
        run.forget_latest()
        terminal.no_verdict(run, "; ".join(gaps))
        return 1
    terminal.progress("reading once more what is live")
    again = Reread() if run.choice.replay else reread(_snapshot(run))
    terminal.progress_done()
    result = _result(run, again)
    folder = _write(run, result)
    if not result.rehearsal and (trouble := remember(run, _snapshot(run), result)):
        terminal.line(trouble, yellow=True)
    terminal.verdict(result, run.choice.lang, os.path.relpath(folder / "signoff.html"))
    return result.exit_code


def _result(run: Run, again: Reread) -> Result:
    snapshot = _snapshot(run)
    unread = [f"not read: {one}" for one in unreadable(snapshot.inventory)]
    verdict = decide(
        run.row_verdicts(),
        run.environment.waivers,
        today=snapshot.now.date(),
        problems=[*unread, *filter(None, [again.problem])],
    )
    return Result(
        provenance=replace(_provenance(run, snapshot), calls_again=again.calls),
        verdict=verdict,
        notices=tuple(run.composition.notices(run.environment)),
    )


def _provenance(run: Run, snapshot: Snapshot) -> Provenance:
    inventory = snapshot.inventory
    try:
        release = snapshot.release
    except NotTestable:
        release = None
    return Provenance(
        environment=run.environment.name,
        production=run.environment.production,
        account=inventory.account,
        region=inventory.region,
        caller=inventory.caller,
        endpoint=inventory.endpoint,
        api_url=run.api_url,
        release=release,
        phase=run.choice.phase,
        commit=commit_of(run.choice.root),
        versions=versions(),
        started=run.started,
        seconds=(datetime.now(UTC) - run.started).total_seconds(),
        read_at=inventory.read_at,
        calls=inventory.calls,
        digest=digest(inventory),
        replay=run.choice.replay.name if run.choice.replay else None,
        elsewhere=run.choice.elsewhere,
        local=run.own_stack,
        overrides=run.overrides,
        newest_record=snapshot.records.newest_file,
    )


def _write(run: Run, result: Result) -> Path:
    """Write the files of this run and point ``latest`` to them."""
    folder = run.folder
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "signoff.json").write_bytes(_RESULT.dump_json(result, indent=2))
    (folder / "junit.xml").write_text(junit(result), encoding="utf-8")
    (folder / "inventory.json").write_text(to_json(_snapshot(run).inventory), encoding="utf-8")
    plots = run.composition.plots(_snapshot(run))
    (folder / "signoff.html").write_text(page(result, run.choice.lang, plots), encoding="utf-8")
    latest = folder.parent / "latest"
    staged = folder.parent / f".{folder.name}"
    staged.symlink_to(folder.name)
    staged.replace(latest)
    return latest


def _snapshot(run: Run) -> Snapshot:
    if run.snapshot is None:
        raise ValueError("publishing needs a snapshot; the run read none")
    return run.snapshot
