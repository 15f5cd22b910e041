"""Which checks run: every row has a test and every test has a row, or the run stops at collection."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from aws.section import Missing, NotInReplay
from aws.words import SILENCE, Words, joined
from signoff.environment import Environment
from signoff.judge.checklist import ChecklistError, Row, expectation, without_subject
from signoff.judge.outcome import Finding, Outcome, RowVerdict, row_verdict
from signoff.judge.run import Choice
from signoff.judge.snapshot import PlanT
from signoff.judge.staleness import SignedRow
from signoff.judge.verdict import RunCondition

ROW = pytest.StashKey[Row]()
OF_STRICT = "strict=true"
"""How pytest notes its own ``--strict``, which leaves nothing out."""
OWN_CODE = Words(
    en="the functions of {name} are code of your own (own_code in environments.toml): what they do rests on the smoke calls alone",
    ja="{name}の関数は独自のコードです（environments.tomlのown_code）。動作の根拠はスモークテストだけです",
)
LEFT_OUT: Mapping[str, Words] = {
    "tried_before": Words(
        en="releases are tried in {name} first: no environment is before it",
        ja="リリースを最初に試すのは{name}であり、その前の環境がありません",
    ),
    **dict.fromkeys(
        ("authorizer", "guarded"),
        Words(
            en="the functions of {name} check sessions themselves, which SEC-41 and SEC-42 prove by behaviour",
            ja="{name}では関数自身がセッションを確認し、SEC-41とSEC-42が動作で検証します",
        ),
    ),
    "access_log": Words(
        en="{name} writes no access log (access_log in environments.toml)",
        ja="{name}はアクセスログを出力しません（environments.tomlのaccess_log）",
    ),
    "notifies_people": Words(
        en="{name} is not production and has no address for its alarms (alert_email in environments.toml)",
        ja="{name}は本番ではなく、アラームの通知先を指定していません（environments.tomlのalert_email）",
    ),
    "our_code": OWN_CODE,
    "our_counters": OWN_CODE,
}
"""Why a row is left out where an environment has no such part; other parts are keys of the file."""
OF_APPLICATION = "application."
"""How a row's ``optional`` begins that is a part of app.toml."""
OF_LINE = "line."
"""The same of what is a part of the LINE channels."""
HAS_NONE = Words(
    en="the application has none (app.toml)",
    ja="アプリケーションに該当するものがありません（app.toml）",
)
"""Why a row is left out whose subject the application does not have at all."""
JUDGING = ("checks", "smoke")
"""Folders whose tests are proofs of rows; all other tests are ordinary ones."""
MARKS, A_TEST = "expectation(", "def test_"
PROVES = re.compile(r'\bexpectation\(\s*"([A-Z]+-\d+)"')
"""How a test names its row; a module that names one otherwise is always imported."""


@dataclass(slots=True, kw_only=True)
class Findings:
    """The only mutable part of a run: tests are counted at collection, then each adds a finding."""

    full: bool = False
    """False for any selection."""
    cut: Words = SILENCE
    """What left tests out of a run that was to be full; then there is no verdict."""
    conditions: tuple[RunCondition, ...] = ()
    """Why this run is not the judgement of a commit alone; production is then CONDITIONAL at best."""
    broken: list[Words] = field(default_factory=list)
    """Why modules of checks could not be collected; then nothing is judged."""
    faults: Words = SILENCE
    """The fault of ours that kept everything from being read."""
    set_aside: dict[str, RowVerdict] = field(default_factory=dict)
    """Rows that are excluded or not verifiable here."""
    arranged: int = 0
    """Tests that this run should have, before any selection; at least one of each row that was asked for by its id."""
    left_out: int = 0
    """Tests of these that a selection (``-k`` and the like) took away."""
    expected: int = 0
    """Tests left to run; every one must leave a finding."""
    made: list[Finding] = field(default_factory=list)
    windows: list[Mapping[str, str]] = field(default_factory=list)
    """When this run itself made calls: what, begin, end (ISO 8601)."""


FINDINGS = pytest.StashKey[Findings]()


def row_verdicts(choice: Choice[PlanT], findings: Findings) -> tuple[RowVerdict, ...]:
    """Return one verdict per row that has a result, in the checklist's order."""
    by_row: dict[str, list[Finding]] = {}
    for finding in findings.made:
        by_row.setdefault(finding.row, []).append(finding)
    judged = {
        id_: row_verdict(choice.checklist[id_], findings_of_row)
        for id_, findings_of_row in by_row.items()
    }
    everything = findings.set_aside | judged
    return tuple(everything[row.id] for row in choice.checklist if row.id in everything)


def gaps(choice: Choice[PlanT], findings: Findings) -> Iterable[Words]:
    """Yield why this run can't give a verdict: tests or rows without a complete result."""
    if findings.cut:
        yield Words(
            en=f"tests were left out ({findings.cut.en})",
            ja=f"除外されたテストがあります（{findings.cut.ja}）",
        )
    if len(findings.made) < findings.expected:
        missing = findings.expected - len(findings.made)
        yield Words(
            en=f"{missing} of {findings.expected} checks did not run",
            ja=f"{findings.expected}件中{missing}件のチェックが実行されませんでした",
        )
    judged = {row.row.id for row in row_verdicts(choice, findings)}
    rows = (row for row in choice.checklist if choice.options.in_phase(row))
    if silent := ", ".join(row.id for row in rows if row.id not in judged):
        yield Words(en=f"no result for {silent}", ja=f"結果のない項目: {silent}")


def forget_latest(choice: Choice[PlanT], findings: Findings) -> Words | None:
    """Remove the link ``latest`` to an earlier page: there is none from a run's beginning to its end.

    Return what a reader has to know if it can't be removed.
    """
    latest = choice.folder.parent / "latest"
    try:
        if findings.full:
            latest.unlink(missing_ok=True)
    except NotADirectoryError:
        return None  # there is none, and what first writes the report says that it can't
    except OSError as error:
        return Words(
            en=f"{latest} is of an earlier run, and can't be taken away ({error.strerror}): do not read it as this one's",
            ja=f"{latest}は以前の実行のもので、削除できません（{error.strerror}）。今回の結果ではありません",
        )
    return None


def judges(config: pytest.Config) -> bool:
    """Whether this run can reach a proof: it was given no path, or one in or above a folder of proofs."""
    root = config.rootpath
    arguments = [
        (config.invocation_params.dir / arg.split("::", 1)[0]).resolve() for arg in config.args
    ]
    proofs = [root / folder for folder in JUDGING]
    return any(
        path.is_relative_to(proof) or proof.is_relative_to(path)
        for path in arguments
        for proof in proofs
    )


def proves_none(module: Path, rows: Collection[str]) -> bool:
    """Whether a module of proofs, by its text, proves none of these rows, and need not be imported to judge them."""
    text = module.read_text(encoding="utf-8")
    proven = PROVES.findall(text)
    tied = len(proven) == text.count(MARKS) >= text.count(A_TEST)  # else rows that are data
    return tied and not {*rows} & {*proven}


def arrange(
    choice: Choice[PlanT], findings: Findings, session: pytest.Session, items: list[pytest.Item]
) -> None:
    """Tie tests to rows, add the rows that people sign, remove the rows that are set aside."""
    for item in items:
        _tie(choice, item)
    items[:] = [
        test
        for test in items
        if ROW not in test.stash or not needs_signature(test.stash[ROW], choice.environment)
    ]
    idle = _without_subject(choice, findings, items)
    findings.cut = joined(_cut(session.config), ", ")
    if choice.options.rows or (findings.full and not findings.cut):
        items[:0] = _without_test(choice, session, items, idle)  # the last item is smoke's own
    items[:] = [item for item in items if _judged(choice, findings, item)]
    reached = {item.stash[ROW].id for item in items if ROW in item.stash} | {*findings.set_aside}
    rows = {id_ for id_ in choice.options.rows if choice.options.in_phase(choice.checklist[id_])}
    findings.arranged = len(items) + len(rows - reached)


def settle(findings: Findings, items: list[pytest.Item]) -> None:
    """Count the tests left after all selection (``-k``, ``-m`` and the like)."""
    findings.expected = sum(ROW in item.stash for item in items)
    findings.left_out = findings.arranged - len(items)
    if findings.full and findings.left_out > 0:
        findings.cut = findings.cut or Words(
            en="tests deselected by a plugin", ja="プラグインがテストを除外"
        )
    if not findings.full:
        findings.set_aside.clear()


def needs_signature(row: Row, environment: Environment) -> bool:
    """Whether a person must sign the row: production lacks what it is about, or smoke can try it of the rally alone."""
    due = environment.production and row.never_excluded and not is_foreign(row, environment)
    return due and not (is_configured(row, environment) and environment.application.masters)


def is_configured(row: Row, environment: Environment) -> bool:
    """Whether a row is about every environment, or about an optional part that this one has."""
    return row.optional is None or bool(environment.value(row.optional))


def is_foreign(row: Row, environment: Environment) -> bool:
    """Whether the application has nothing of what a row is about, so that there is nothing to sign for."""
    key, app = row.optional or "", environment.application
    has = {"our_counters": app.masters, "front_end": app.front_end}
    has |= dict.fromkeys(("authorizer", "guarded"), app.authorizer)
    of_line = key.startswith(OF_LINE) and not app.talks_to_line
    none = key.startswith(OF_APPLICATION) or of_line or not has.get(key, True)
    return none and not is_configured(row, environment)


def set_aside(row: Row, choice: Choice[PlanT]) -> RowVerdict | None:
    """Return why a row is not judged in this run, or None if it is."""
    environment = choice.environment
    if needs_signature(row, environment):
        return None
    if not is_configured(row, environment):
        why = HAS_NONE if is_foreign(row, environment) else _not_configured(row, environment)
        return _aside(row, Outcome.EXCLUDED, why)
    if choice.embedded and row.not_local:
        return _aside(row, Outcome.NOT_HERE, row.not_local)
    return None


def _aside(row: Row, outcome: Outcome, why: Words) -> RowVerdict:
    return RowVerdict(row=row, outcome=outcome, severity=row.severity, reason=why)


def _not_configured(row: Row, environment: Environment) -> Words:
    key = row.optional or ""
    words = Words(
        en=f"{key} is not configured for {{name}}", ja=f"{{name}}に{key}が設定されていません"
    )
    return LEFT_OUT.get(key, words).format(name=environment.name)


def _tie(choice: Choice[PlanT], item: pytest.Item) -> None:
    marker, own = item.get_closest_marker(expectation.name), item.config.option.checks
    if marker is not None:
        try:
            item.stash[ROW] = choice.checklist[marker.args[0]]
        except ChecklistError as error:
            raise pytest.UsageError(f"{item.nodeid}: {error}") from None
    elif item.nodeid.split("/", 1)[0] in JUDGING or (
        own and item.path.is_relative_to(own.resolve())
    ):
        raise pytest.UsageError(f"{item.nodeid} proves no row; give it @expectation(…)")


def stated(item: pytest.Item) -> dict[str, Any]:
    """Return the fields of a finding that its test states: the proof as a sentence, the subject, what was looked at.

    A test's name is the sentence in English, its marker has it in Japanese; of a row that is data the marker has both, and
    its subject is named as if that row had a test of its own.
    """
    marker = item.get_closest_marker(expectation.name)
    words = marker.kwargs if marker else {}
    if "en" in words:
        name, about = f"test_{words['en'].replace(' ', '_')}", words.get("subject", "")
        subject, looked_at = f"{name}[{about}]" if about else name, Words.same(about)
    else:
        callspec = getattr(item, "callspec", None)
        parameters = callspec.params.values() if callspec else ()
        subject, looked_at = item.name, joined(map(called, parameters), ": ")
    english = item.name.partition("[")[0].removeprefix("test_").replace("_", " ")
    proof = Words(en=words.get("en", english), ja=words.get("ja", english)) if marker else SILENCE
    return {"proof": proof, "subject": subject, "looked_at": looked_at}


def called(parameter: object) -> Words:
    """Return what a parameter of a test is called: its words, or else its name."""
    words = parameter if isinstance(parameter, Words) else getattr(parameter, "words", None)
    return words if isinstance(words, Words) else Words.same(str(parameter))


def is_full(config: pytest.Config, choice: Choice[Any]) -> bool:
    """Whether everything is asked for: rows, paths and expressions make a part, which is judged without a verdict."""
    by_path = config.args_source is not pytest.Config.ArgsSource.TESTPATHS
    selected = by_path or config.option.keyword or config.option.markexpr
    return not (choice.options.rows or selected)


def _cut(config: pytest.Config) -> Iterator[Words]:
    """Yield the options that left tests out of a run that was not asked to be partial."""
    for name in ("deselect", "lf", "stepwise", "ignore", "ignore_glob", "override_ini"):
        value = getattr(config.option, name, None)
        if value and value != [OF_STRICT]:
            yield Words.same(f"--{name.replace('_', '-')}")
    if config.inipath != config.rootpath / "pyproject.toml":
        yield Words(en=f"the configuration {config.inipath}", ja=f"設定ファイル{config.inipath}")


def _without_subject(
    choice: Choice[PlanT], findings: Findings, items: list[pytest.Item]
) -> set[str]:
    """Remove tests about what the application does not have, and set aside rows without any other; return their ids."""
    marks = {test: test.get_closest_marker(without_subject.name) for test in items}
    items[:] = [test for test, mark in marks.items() if mark is None]
    proven = {test.stash[ROW].id for test in items if ROW in test.stash}
    idle = [(test.stash[ROW], mark.kwargs) for test, mark in marks.items() if mark]
    idle.sort(key=lambda pair: "of_another" not in pair[1])  # the last reason of a row is said
    unproven = {row.id: (row, why) for row, why in idle if row.id not in proven}
    for row, why in unproven.values():
        if choice.options.in_phase(row):
            reason = why.get("reason", HAS_NONE)
            findings.set_aside[row.id] = _aside(row, Outcome.EXCLUDED, reason)
    return {*unproven}


def _without_test(
    choice: Choice[PlanT], session: pytest.Session, items: list[pytest.Item], aside: Collection[str]
) -> Iterator[pytest.Item]:
    proven = {*aside, *(item.stash[ROW].id for item in items if ROW in item.stash)}
    for row in choice.checklist:
        if row.id in proven:
            continue
        if row.by_signature or needs_signature(row, choice.environment):
            item = SignedRow.from_parent(session, name=row.id, row=row)
            item.stash[ROW] = row
            yield item
        elif not choice.options.rows:
            raise pytest.UsageError(f"{row.id} has no test: “{row.promise.en}”")


def _judged(choice: Choice[PlanT], findings: Findings, item: pytest.Item) -> bool:
    row = item.stash.get(ROW, None)
    if row is None:
        return True
    rows = choice.options.rows
    if not choice.options.in_phase(row) or (rows and row.id not in rows):
        return False
    if aside := set_aside(row, choice):
        findings.set_aside[row.id] = aside
        return runs_although_set_aside(item, aside)
    return True


def as_seen_here(
    choice: Choice[Any], row: Row, finding: Finding, error: BaseException | None
) -> Finding:
    """Return the finding, or "not verifiable here": a pass of such a row, a record not made here yet, a replay without the answer."""
    if choice.embedded and row.not_local and finding.outcome is Outcome.PASS:
        return replace(finding, outcome=Outcome.NOT_HERE, words=row.not_local)
    if choice.options.replay and isinstance(error, NotInReplay):
        return replace(finding, outcome=Outcome.NOT_HERE, words=error.words)
    if choice.embedded and row.not_local_until and isinstance(error, Missing):
        until, why = row.not_local_until, error.words
        words = Words(en=f"{until.en} ({why.en})", ja=f"{until.ja}（{why.ja}）")
        return replace(finding, outcome=Outcome.NOT_HERE, words=words)
    return finding


def runs_although_set_aside(item: pytest.Item, aside: RowVerdict) -> bool:
    """Whether an embedded stack shows what is wrong, though it can't show that all is right."""
    marker = item.get_closest_marker(expectation.name)
    shown = marker is not None and marker.kwargs.get("red_here", False)
    return aside.outcome is Outcome.NOT_HERE and shown
