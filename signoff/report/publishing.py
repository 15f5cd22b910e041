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
from signoff.findings import Findings, forget_latest, gaps, row_verdicts
from signoff.run import Choice
from signoff.terminal import Terminal
from signoff.verdict import RowVerdict, decide
from signoff.snapshot import PlanT, Snapshot

_RESULT = TypeAdapter(Result)


def publish(
    choice: Choice[PlanT], findings: Findings, snapshot: Snapshot[PlanT], terminal: Terminal
) -> int:
    """Return 0 for GO and CONDITIONAL (or a selection without red rows), else 1."""
    rows = row_verdicts(choice, findings)
    snapshot = replace(snapshot, inventory=frozen(snapshot.inventory))
    if not findings.full:
        judged = tuple(one for one in rows if one.findings)
        terminal.part(judged, len(choice.checklist), _provenance(choice, snapshot))
        missing = len(findings.found) < findings.expected
        return int(any(one.outcome.red for one in judged) or missing)
    if missed := list(gaps(choice, findings)):
        forget_latest(choice, findings)
        terminal.no_verdict(choice.environment.name, "; ".join(missed))
        return 1
    terminal.progress("reading once more what is live")
    again = Reread() if choice.options.replay else reread(snapshot)
    terminal.progress_done()
    result = _result(choice, rows, snapshot, again)
    folder = _write(choice, snapshot, result)
    if not result.rehearsal and (trouble := remember(choice, findings, snapshot, result)):
        terminal.line(trouble, yellow=True)
    terminal.verdict(result, choice.options.lang, os.path.relpath(folder / "signoff.html"))
    return result.exit_code


def _result(
    choice: Choice[PlanT], rows: tuple[RowVerdict, ...], snapshot: Snapshot[PlanT], again: Reread
) -> Result:
    unread = [f"not read: {one}" for one in unreadable(snapshot.inventory)]
    verdict = decide(
        rows,
        choice.environment.waivers,
        today=snapshot.now.date(),
        problems=[*unread, *filter(None, [again.problem])],
    )
    return Result(
        provenance=replace(_provenance(choice, snapshot), calls_again=again.calls),
        verdict=verdict,
        notices=tuple(choice.composition.notices(choice.environment)),
    )


def _provenance(choice: Choice[PlanT], snapshot: Snapshot[PlanT]) -> Provenance:
    inventory, options = snapshot.inventory, choice.options
    try:
        release = snapshot.release
    except NotTestable:
        release = None
    return Provenance(
        environment=choice.environment.name,
        production=choice.environment.production,
        account=inventory.account,
        region=inventory.region,
        caller=inventory.caller,
        endpoint=inventory.endpoint,
        api_url=snapshot.api_url,
        release=release,
        phase=options.phase,
        commit=commit_of(options.root),
        versions=versions(),
        started=choice.started,
        seconds=(datetime.now(UTC) - choice.started).total_seconds(),
        read_at=inventory.read_at,
        calls=inventory.calls,
        digest=digest(inventory),
        replay=options.replay.name if options.replay else None,
        elsewhere=options.elsewhere,
        local=choice.embedded,
        overrides=choice.overrides,
        newest_record=snapshot.records.newest_file,
    )


def _write(choice: Choice[PlanT], snapshot: Snapshot[PlanT], result: Result) -> Path:
    """Write the files of this run and point ``latest`` to them."""
    folder = choice.folder
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "signoff.json").write_bytes(_RESULT.dump_json(result, indent=2))
    (folder / "junit.xml").write_text(junit(result), encoding="utf-8")
    (folder / "inventory.json").write_text(to_json(snapshot.inventory), encoding="utf-8")
    plots = choice.composition.plots(snapshot)
    (folder / "signoff.html").write_text(page(result, choice.options.lang, plots), encoding="utf-8")
    latest = folder.parent / "latest"
    staged = folder.parent / f".{folder.name}"
    staged.symlink_to(folder.name)
    staged.replace(latest)
    return latest
