"""The end of a run: judge the findings, write page, JSON, JUnit and inventory, record the run, print the verdict."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import TypeAdapter

from aws.door.sessions import boto_session, within
from aws.inventory import frozen
from aws.redaction.secret_text import MaskedValue
from aws.saved import reasons, to_json
from aws.section import NotTestable, if_known, known, lookup
from aws.visible import visible
from aws.words import Words, joined, words_of
from signoff.environment.guard import GuardError, guard, open_session
from signoff.evidence import StoreSettings, open_store
from signoff.judge.checklist import Phase
from signoff.judge.collection import Findings, forget_latest, gaps, row_verdicts
from signoff.judge.drift import read_again
from signoff.judge.errors import fault, sentence
from signoff.judge.exit_codes import Exit
from signoff.judge.gather import STORE_S, unseen
from signoff.judge.outcome import Outcome, RowVerdict
from signoff.judge.result import Result, provenance_of_run, readable_parts
from signoff.judge.run import REPORTS, Choice
from signoff.judge.snapshot import PlanT, Snapshot
from signoff.judge.verdict import RunCondition, VerdictWord, decide
from signoff.report.history import as_json, left_out
from signoff.report.terminal import Terminal
from signoff.report.verify import PAGE, RESULT, digests_of

SALT = "own"
READING_AGAIN = Words(
    en="reading everything once more", ja="変更がなかったか確認するため再読み取り中"
)
INCOMPLETE = Words(
    en="NO VERDICT for these rows: {} of their tests were left out, see -k and PYTEST_ADDOPTS",
    ja="判定なし: これらの項目のテストのうち{}件が除外されました。-kとPYTEST_ADDOPTSを確認してください",
)
SUMMARY = "summary.md"
RAW_LOG = "tests.html"
BESIDE_THE_PAGE = (RESULT, "junit.xml", "inventory.json", SUMMARY)
"""Files whose digests the page names; the run record names the page's as well."""
SET_ASIDE = {Outcome.EXCLUDED, Outcome.NOT_HERE, Outcome.WAIVED}


@dataclass(slots=True)
class EndedRun:
    """What a run was asked and what it found, and where its end is told."""

    choice: Choice[Any]
    findings: Findings
    snapshot: Snapshot[Any]
    terminal: Terminal

    def publish(self) -> int:
        """Publish, and return 0 for GO and CONDITIONAL, 5 for a complete part without red rows (0 with ``--part``), else 1.

        A fault of ours that keeps the report from being made is 70.
        """
        options = self.choice.options
        for words in self.snapshot.notices:
            self.terminal.line(words[options.lang], yellow=True)
        if options.json:
            rows = TypeAdapter(tuple[RowVerdict, ...])
            options.json.write_bytes(rows.dump_json(self.rows, indent=2))
        self.snapshot = replace(self.snapshot, inventory=frozen(self.snapshot.inventory))
        return self._judged() if self.findings.full else self._part()

    @property
    def rows(self) -> tuple[RowVerdict, ...]:
        return row_verdicts(self.choice, self.findings)

    def _part(self) -> int:
        options, findings = self.choice.options, self.findings
        judged = tuple(row for row in self.rows if row.findings)
        run = provenance_of_run(self.choice, self.snapshot, filed=False)
        self.terminal.part(judged, len(self.choice.checklist), run)
        # A row that was asked for by its id, as a step of the runbook does, is proven by all of its tests.
        if incomplete := options.rows and findings.left_out:
            self.terminal.line(INCOMPLETE[options.lang].format(findings.left_out), red=True)
        missing = len(findings.made) < findings.expected
        if missing or incomplete:
            return Exit.NO
        if any(row.outcome.red for row in judged):
            return Exit.DONE if options.part and self._is_answered_for(judged) else Exit.NO
        return Exit.DONE if options.part else Exit.PART

    def _is_answered_for(self, judged: Sequence[RowVerdict]) -> bool:
        """Whether a person answers for each red row of a part, as for the conditions of a whole run: by name, until a day."""
        environment, ids = self.choice.environment, {row.row.id for row in judged}
        verdict = decide(
            judged,
            [waiver for waiver in environment.waivers if waiver.row in ids],
            today=self.snapshot.today,
            problems=(),
            accepted=environment.accepted,
            known_faults=environment.known_faults,
        )
        return verdict.decision is not VerdictWord.NO_GO and not verdict.unowned

    def _judged(self) -> int:
        problem, calls_again = joined(gaps(self.choice, self.findings)) or None, 0
        if not (problem or self.choice.options.replay):
            self.terminal.progress(READING_AGAIN)
            problem, calls_again = read_again(self.snapshot)
            self.terminal.progress_done()
        expired = over(self.choice) if _unread(self.snapshot) or problem else None
        if problem:
            forget_latest(self.choice, self.findings)
            self.without_verdict(expired or problem)
            return Exit.NO
        return self._published(self._result(calls_again, [expired] if expired else []))

    def without_verdict(self, why: Words) -> None:
        """Print why there is no verdict, with what is red and what was left behind."""
        run = provenance_of_run(self.choice, self.snapshot, filed=False)
        red = [(row, run) for row in self.rows if row.outcome.red]
        left = tuple(_remnants(self.choice))
        self.terminal.no_verdict(self.choice.environment.name, why, red, left)

    def _published(self, result: Result) -> int:
        """Write the files, record the run and print the verdict; return the exit code."""
        options, name = self.choice.options, self.choice.environment.name
        try:
            folder = self._write(result)
        except OSError as error:
            self.terminal.no_verdict(name, _unwritten(sentence(error), result))
            return Exit.NO
        except Exception as error:  # noqa: BLE001 - after any error the verdict is known and must be shown
            why = fault(error, options.root / REPORTS)
            self.terminal.no_verdict(name, _unwritten(why, result))
            return Exit.FAULT
        if not result.provenance.rehearsal and (trouble := self._remember(result)):
            result = unrecorded(result, trouble)
            self._write(result)
        self.terminal.verdict(result, (folder.absolute() / PAGE).as_uri())
        return Exit.NO if options.strict and result.verdict.unowned else result.exit_code

    def _result(self, calls_again: int, troubles: Sequence[Words]) -> Result:
        environment, snapshot = self.choice.environment, self.snapshot
        verdict = decide(
            self.rows,
            environment.waivers,
            today=snapshot.today,
            problems=(*troubles, *_unread(snapshot)),
            decisions=environment.decisions,
            conditions=self.findings.conditions,
            accepted=environment.accepted,
            known_faults=environment.known_faults,
        )
        return Result(
            provenance=replace(provenance_of_run(self.choice, snapshot), calls_again=calls_again),
            verdict=verdict,
            notices=(
                *snapshot.notices,
                *unseen(snapshot.records, snapshot.dev),
                *self._overdue(),
                *left_out(snapshot.records, self.choice.checklist.rows),
                *self.choice.composition.notices(environment),
            ),
            demand=self.choice.composition.demand(environment),
        )

    def _overdue(self) -> Iterator[Words]:
        """Say that the day of the go-live is over, where the rows that the cut-over makes true were not judged."""
        day = self.choice.environment.go_live
        if day and day < self.snapshot.today and self.choice.options.phase is Phase.BEFORE:
            yield Words(
                en=f"The go-live ({day}) is over, and the rows of the cut-over were not judged: add --phase after, or correct go_live.",
                ja=f"稼働開始日（{day}）を過ぎているが、切替の項目は判定していない。--phase afterを加えるか、go_liveを修正すること。",
            )

    def _write(self, result: Result) -> Path:
        """Write the files of this run and point ``latest`` to them."""
        from signoff.report.page import page, summary  # noqa: PLC0415 - a part of a run writes none
        from signoff.report.supporting import supporting_of  # noqa: PLC0415 - as above

        options, snapshot, folder = self.choice.options, self.snapshot, self.choice.folder
        folder.mkdir(parents=True, exist_ok=True)
        (folder / RESULT).write_bytes(as_json(result))
        (folder / "junit.xml").write_text(_junit(result), encoding="utf-8")
        (folder / "inventory.json").write_text(to_json(snapshot.inventory), encoding="utf-8")
        exhibits = self.choice.composition.exhibits(snapshot)
        supporting = supporting_of(result, snapshot, folder, options.root, options.baseline)
        (folder / SUMMARY).write_text(summary(result, options.lang, supporting), encoding="utf-8")
        logs = _raw_logs(folder)
        files = digests_of(folder, (*BESIDE_THE_PAGE, *logs))
        supporting = replace(supporting, files=files, links=logs)
        html = page(result, options.lang, exhibits, supporting)
        (folder / PAGE).write_text(html, encoding="utf-8")
        latest = folder.parent / "latest"
        staged = folder.parent / f".{folder.name}"
        staged.symlink_to(folder.name)
        staged.replace(latest)
        return latest

    def _remember(self, result: Result) -> Words | None:
        """Append a record of the run, and of its window; return why that failed, or None."""
        environment, snapshot, folder = self.choice.environment, self.snapshot, self.choice.folder
        client, root = boto_session(environment.region).client, self.choice.options.root
        store = open_store(StoreSettings.of(environment), client=client, root=root)
        caller, release = snapshot.inventory.caller, result.provenance.release
        try:
            api = None if environment.birth else if_known(lambda: snapshot.api)
            parts = dict(readable_parts(snapshot))
            files = digests_of(folder, (*BESIDE_THE_PAGE, *_raw_logs(folder), PAGE))
            body = {**run_body(snapshot, result), "run": folder.name, "files": files}
            append = partial(store.append, caller=caller, release=release, api=api)
            within(STORE_S, partial(append, "run", body, parts=parts))
            for window in self.findings.windows:
                within(STORE_S, partial(append, "window", window))
        except (ClientError, BotoCoreError, OSError) as error:
            lost = Words(
                en=f"the run could not be recorded in {environment.evidence}",
                ja=f"実行を{environment.evidence}に記録できませんでした",
            )
            return joined((lost, sentence(error)), ": ")
        return None


def unrecorded(result: Result, why: Words) -> Result:
    """Return the result of a run that left no record: nothing proves its page, and no later run can rest on it."""
    verdict = result.verdict
    decision = verdict.decision
    if result.provenance.production and decision is VerdictWord.GO:
        decision = VerdictWord.CONDITIONAL
    condition = RunCondition(what="record of this run", words=why)
    conditions = (*verdict.conditions, condition)
    return replace(result, verdict=replace(verdict, decision=decision, conditions=conditions))


def _unwritten(why: Words, result: Result) -> Words:
    headline = result.headline
    return Words(
        en=f"the report can't be written ({why.en}); it would have been {headline.en}",
        ja=f"レポートを書き込めません（{why.ja}）。判定は「{headline.ja}」でした",
    )


def _unread(snapshot: Snapshot[PlanT]) -> tuple[Words, ...]:
    return tuple(
        Words(en=f"not read: {why.en}", ja=f"読み取れませんでした: {why.ja}")
        for why in reasons(snapshot.inventory)
    )


def _raw_logs(folder: Path) -> tuple[str, ...]:
    """Return the raw log if it was written; pytest's plugins have ended by now."""
    return (RAW_LOG,) if (folder / RAW_LOG).exists() else ()


def _junit(result: Result) -> str:
    """Return the XML text; red rows are failures, rows set aside are skipped with their reason."""
    rows, problems = result.verdict.rows, bool(result.verdict.problems)
    suite = Element(
        "testsuite",
        name=f"sign-off {result.provenance.environment}: {result.headline.en}",
        tests=str(len(rows) + problems),
        failures=str(sum(judged.outcome.red for judged in rows) + problems),
        skipped=str(sum(judged.outcome in SET_ASIDE for judged in rows)),
        time=f"{result.provenance.seconds:.3f}",
        timestamp=result.provenance.started.isoformat(timespec="seconds"),
    )
    for row in rows:
        _case(suite, row)
    if problems:
        case = SubElement(suite, "testcase", classname="run", name="The run itself has no problem")
        SubElement(
            case, "failure", type="problem", message="\n".join(map(str, result.verdict.problems))
        )
    indent(suite)
    return visible(tostring(suite, encoding="unicode", xml_declaration=True))


def _case(suite: Element, row: RowVerdict) -> None:
    case = SubElement(
        suite, "testcase", classname=row.row.section, name=f"{row.row.id} {row.row.promise.en}"
    )
    if row.outcome.red:
        failure = SubElement(
            case, "failure", type=f"{row.outcome} ({row.severity})", message=row.brief.en
        )
        failure.text = "\n".join(f.words.en for f in row.findings if f.outcome.red)
    elif row.outcome in SET_ASIDE:
        SubElement(case, "skipped", message=f"{row.outcome}: {row.brief.en}")


def run_body(snapshot: Snapshot[PlanT], result: Result) -> Mapping[str, Any]:
    """Return the body of a run's record; the next environment compares its secrets (salted digests) and routes with it."""
    inventory = snapshot.inventory
    salt = inventory.salts.get(SALT, "")
    return {
        "decision": result.verdict.decision,
        "phase": result.provenance.phase,
        "rows": {row.row.id: row.outcome for row in result.verdict.rows},
        "inventory": result.provenance.digest,
        "head": result.provenance.newest_record,
        "salt": salt,
        "digests": _digests(snapshot, salt),
        "known_faults": sorted(snapshot.environment.known_faults),
        "routes": _routes(snapshot),
    }


def _routes(snapshot: Snapshot[PlanT]) -> list[str] | None:
    """Return the routes that the stage serves; None if they were not read, or there is no such stage."""
    sections, stage = snapshot.inventory.sections, snapshot.scope.stage
    served = if_known(lambda: lookup(sections.served, stage))
    return sorted(served.methods) if served else None


def _digests(snapshot: Snapshot[PlanT], salt: str) -> Mapping[str, list[str]]:
    """Return field -> salted digests of its values: in Secrets Manager, and in variables, where the guide's dev has them."""
    by_field: dict[str, set[str]] = {}
    for fields in _holding(snapshot):
        for name in snapshot.scope.secret_fields:
            if name in fields and salt in fields[name].digests:
                by_field.setdefault(name, set()).add(fields[name].digests[salt])
    return {name: sorted(digests) for name, digests in by_field.items()}


def _holding(snapshot: Snapshot[PlanT]) -> Iterator[Mapping[str, MaskedValue]]:
    """Yield the fields of each secret, and the variables of each function."""
    sections = snapshot.inventory.sections
    with suppress(NotTestable):
        for value in known(sections.secret_values).values():
            yield known(value).fields
    with suppress(NotTestable):
        for function in known(sections.functions).values():
            yield known(function).environment


def interrupted(findings: Findings) -> Words:
    """Say that a person or a signal ended the run, and how far it had come."""
    done, of = len(findings.made), findings.expected
    return Words(
        en=f"interrupted after {done} of {of} checks; run it again",
        ja=f"{of}件中{done}件のチェックで中断しました。再実行してください",
    )


def over(choice: Choice[PlanT]) -> Words | None:
    """Return why these credentials are of no use any more, or None: a session may expire while a run lasts."""
    if choice.embedded or choice.options.replay:
        return None
    try:
        guard(open_session(choice.environment.region), choice.environment)
    except GuardError as error:
        why = words_of(error)
        return Words(
            en=f"these credentials ended during the run ({why.en}); sign in again, then run it again",
            ja=f"実行中に認証情報が使えなくなりました（{why.ja}）。ログインし直してから再実行してください",
        )
    return None


def _remnants(choice: Choice[PlanT]) -> Iterator[Words]:
    if not choice.options.replay:
        with suppress(ClientError, BotoCoreError, OSError):
            yield from choice.composition.remnants(choice.environment, choice.folder.parent)


def write_no_raw_log(config: pytest.Config) -> None:
    """Keep pytest-html from naming a raw log that a run which read nothing does not leave."""
    for plugin in config.pluginmanager.get_plugins():
        if type(plugin).__module__.partition(".")[0] == "pytest_html":
            config.pluginmanager.unregister(plugin)
