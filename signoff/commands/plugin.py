"""The pytest plugin: command line -> environment -> snapshot -> checks -> findings -> verdict."""

import gc
import json
import logging
import shutil
import signal
import sys
from collections.abc import Generator, Iterator
from contextlib import ExitStack, redirect_stdout, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO, cast

import pytest

from aws.inventory import Sections
from aws.section import NotTestable, Obstacle
from aws.visible import visible
from aws.words import SILENCE, Words, joined
from signoff import ROOT, home_of
from signoff.commands.command_line import CommandLineError
from signoff.commands.ending import ended, nothing_read
from signoff.commands.frame import PrintedAtAnyRate, flush_output, terminated_as_interrupted
from signoff.commands.judging_options import OWN_FLAGS
from signoff.commands.options import add_options, choice_of, report_rows
from signoff.environment import EnvironmentFileError
from signoff.environment.guard import GuardError
from signoff.judge import collection, errors
from signoff.judge.checklist import ChecklistError, Row
from signoff.judge.collection import FINDINGS, Findings, forget_latest
from signoff.judge.exit_codes import INTERRUPTED
from signoff.judge.gather import gathered
from signoff.judge.observations import Observations
from signoff.judge.outcome import Outcome, finding
from signoff.judge.run import CHOICE, REPORTS, Composition
from signoff.judge.snapshot import SNAPSHOT, Snapshot, WatchedSections
from signoff.report.files import write_no_raw_log
from signoff.report.terminal import AND_MORE, Terminal

LONG_LIVED = (1_000_000, 50, 100)
"""Thresholds of garbage collection where AWS's service models, a million objects, live to the end."""
REFUSALS = (
    EnvironmentFileError,
    ChecklistError,
    CommandLineError,
    GuardError,
    errors.UnusableFileError,
)
WIRE_LOGGERS = ("boto3", "botocore", "s3transfer", "urllib3")
SEEN = pytest.StashKey[Observations]()
WATCHED = pytest.StashKey[WatchedSections]()
TERMINAL = pytest.StashKey[Terminal]()
OPEN = pytest.StashKey[ExitStack]()
"""What must be closed when pytest ends: the local stack above all."""
pytest_addoption = add_options
NO_FIXTURE = Words(
    en="its test asks for the fixture {}: correct the name, or write `from checks.fixtures import *` in {}/conftest.py (docs/own-rows.md)",
    ja="テストが要求するフィクスチャ{}がありません。名前を修正するか、{}/conftest.pyに`from checks.fixtures import *`と書いてください（docs/own-rows.md）",
)
XPASSED = Words(
    en="its test is marked xfail, and passes: remove that mark",
    ja="テストにxfailの指定がありますが、合格しました。指定を外してください",
)
NO_PROOF = Words(
    en="its test ended itself by pytest.skip, fail or xfail ({}), which proves nothing: compare with judge, or assert",
    ja="テストがpytest.skip、fail、xfailのいずれかで終了しており（{}）、何も証明していません。judgeで比較するか、assertを使ってください",
)


class Hooks:
    """How the root conftest passes the composition to the plugin."""

    @staticmethod
    @pytest.hookspec(firstresult=True)
    def pytest_signoff_composition(config: pytest.Config) -> Composition[Any]:
        """Return the Composition: plan, scope, and how a local stack is started."""
        raise NotImplementedError


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    pluginmanager.add_hookspecs(Hooks)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "expectation(id, ja, red_here): the row of the checklist that the test proves, and its name in Japanese",
    )
    config.addinivalue_line(
        "markers",
        "without_subject(reason, of_another): the application has none of what the test is about, or why else it is left out",
    )
    if not collection.judges(config):
        _refuse_to_judge(config)
        return
    gc.set_threshold(*LONG_LIVED)
    keep_loggers_quiet()
    config.pluginmanager.register(OfOneTest())
    closing = config.stash.setdefault(OPEN, ExitStack())
    closing.enter_context(redirect_stdout(cast("TextIO", PrintedAtAnyRate(sys.stdout))))
    try:
        composition: Composition[Any] = config.hook.pytest_signoff_composition(config=config)
        config.stash[CHOICE] = choice = choice_of(config, composition, closing)
    except REFUSALS as error:
        raise _refused(config, error.words) from None
    except KeyboardInterrupt:
        raise _refused(config, INTERRUPTED) from None
    except Exception as error:  # noqa: BLE001 - pytest would print a traceback, and no verdict
        folder = home_of(config.option.environments) / REPORTS
        raise _refused(config, errors.fault(error, folder)) from None
    config.stash[FINDINGS] = Findings(full=collection.is_full(config, choice))
    if config.option.checks:
        config.args.append(str(config.option.checks))
    report_rows(config, choice)
    config.stash[TERMINAL] = Terminal(config, choice.options.lang)


def _refuse_to_judge(config: pytest.Config) -> None:
    """Refuse ``--env prod`` of ordinary tests, or in a folder below: they would pass, and end with a GO's exit code."""
    flags = {argument.partition("=")[0] for argument in config.invocation_params.args}
    if flag_of_ours := next((flag for flag in OWN_FLAGS if flag in flags), ""):
        root = config.rootpath
        why = Words(
            en=f"{flag_of_ours} judges by checks and smoke, and the tests asked for are none of theirs: run it in {root} without a path, or signoff judge from any folder",
            ja=f"{flag_of_ours}の判定に使うchecksとsmokeのテストが対象に含まれていません。{root}でパスを付けずに実行するか、任意のフォルダでsignoff judgeを実行してください",
        )
        raise _refused(config, why)


def _refused(config: pytest.Config, why: Words) -> pytest.UsageError:
    """Return what ends a run in which nothing could be judged: pytest prints it last, and exits with 4.

    A procedure that judges its rows by such a run finds the reason in the file of ``--json``.
    """
    if config.option.json:
        with suppress(OSError):
            config.option.json.write_text(json.dumps({"en": why.en, "ja": why.ja}), "utf-8")
    return pytest.UsageError(joined((errors.NO_VERDICT, why), ": ")[config.option.lang])


def keep_loggers_quiet() -> None:
    """Keep answers of AWS and of LINE out of every log: at DEBUG, botocore writes secrets in clear.

    A level that is set on these loggers outranks the root's, which ``--log-level`` sets.
    """
    for name in WIRE_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Close anything that is open: a run that was refused half-way has not opened everything."""
    if CHOICE in config.stash and SNAPSHOT not in config.stash:
        shutil.rmtree(config.stash[CHOICE].folder, ignore_errors=True)
    if OPEN in config.stash:
        config.stash[OPEN].close()
    if TERMINAL in config.stash:
        config.stash[TERMINAL].close()
        flush_output()  # in a pipe, what pytest says of a refusal on stderr would come first
    if collection.judges(config):
        gc.freeze()  # pytest collects garbage ten times now, just before all of it goes


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Begin: a run that is killed from here on leaves no page of an earlier one as the latest."""
    config, stash = session.config, session.config.stash
    if CHOICE not in stash or config.option.collectonly:
        return
    stash[OPEN].enter_context(terminated_as_interrupted())
    if warning := forget_latest(stash[CHOICE], stash[FINDINGS]):
        stash[TERMINAL].line(warning[stash[CHOICE].options.lang], yellow=True)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out modules that prove none of the rows asked for: smoke is not imported to judge a table."""
    choice, of_proofs = config.stash.get(CHOICE, None), collection_path.match("test_*.py")
    by_path = config.args_source is not pytest.Config.ArgsSource.TESTPATHS
    if choice is None or by_path or not (choice.options.rows and of_proofs):
        return None
    return collection.proves_none(collection_path, choice.options.rows) or None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    if CHOICE not in config.stash:
        return
    findings = config.stash[FINDINGS]
    if findings.broken:
        first, *more = findings.broken
        also = AND_MORE.format(len(more)) if more else SILENCE
        raise _refused(config, joined((first, also), ""))
    try:
        collection.arrange(config.stash[CHOICE], findings, session, items)
    except pytest.UsageError as error:
        raise _refused(config, Words.same(str(error))) from None


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Note why a module of checks could not be collected: without it, its rows would seem to have no test.

    A module that skips itself is no error to pytest, and one that exits would end pytest itself.
    """
    error: BaseException | None = None
    try:
        report = yield
        call: pytest.CallInfo[Any] | None = getattr(report, "call", None)
        error = call.excinfo.value if call and call.excinfo else None
    except SystemExit as ended:
        error = ended
        report = pytest.CollectReport(collector.nodeid, "failed", repr(ended), [])
    if error and CHOICE in collector.config.stash:
        own = collector.config.option.checks
        folders = (collector.config.rootpath, *([own.resolve().parent] if own else []))
        collector.config.stash[FINDINGS].broken.append(errors.broken(error, *folders))
    return report


def pytest_collection_finish(session: pytest.Session) -> None:
    """Count what will be judged; if nothing is, say why for each chosen row."""
    stash = session.config.stash
    if FINDINGS not in stash:
        return
    choice, aside = stash[CHOICE], tuple(stash[FINDINGS].set_aside.values())
    lang, rows = choice.options.lang, map(choice.checklist.__getitem__, choice.options.rows)
    collection.settle(stash[FINDINGS], session.items)
    for row in rows:
        if not choice.options.in_phase(row):
            later = Words(
                en=f"{row.id}: judged after the cut-over; add --phase after",
                ja=f"{row.id}: 切替後に判定する項目です。--phase afterを加えてください",
            )
            stash[TERMINAL].line(later[lang], yellow=True)
    for judged in () if stash[FINDINGS].expected else aside:
        stash[TERMINAL].line(f"{judged.row.id}: {judged.reason[lang]}", yellow=True)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Read everything once, before the first check; stop with one sentence if that is refused."""
    config, stash = session.config, session.config.stash
    findings = stash.get(FINDINGS, None)
    if not findings or not findings.expected or session.testsfailed or config.option.collectonly:
        return None
    choice, terminal = stash[CHOICE], stash[TERMINAL]
    try:
        reading = gathered(choice, terminal.progress, everything=findings.full)
        stash[SNAPSHOT] = stash[OPEN].enter_context(reading)
    except (GuardError, *errors.EXPECTED) as error:
        raise _refused(config, errors.sentence(error)) from None
    except Exception as error:  # noqa: BLE001 - pytest would print a traceback, and no verdict
        findings.faults = errors.fault(error, choice.options.root / REPORTS)
        return True  # no check runs
    finally:
        terminal.progress_done()
    return None


@pytest.fixture(scope="session")
def snapshot(pytestconfig: pytest.Config) -> Snapshot[Any]:
    """Everything that a check may know, read once."""
    read: Snapshot[Any] = pytestconfig.stash[SNAPSHOT]
    watched = WatchedSections(read.inventory.sections)
    pytestconfig.stash[WATCHED] = watched
    return replace(read, inventory=replace(read.inventory, sections=cast("Sections", watched)))


class OfOneTest:
    """The fixtures that differ from test to test, without pytest's ``request``: for each use, it inspects the signature of a new function."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        self._item = item

    @pytest.fixture
    def row(self) -> str:
        """Id of the row that this test proves."""
        row_of: Row = self._item.stash[collection.ROW]
        return row_of.id

    @pytest.fixture
    def observe(self) -> Observations:
        """Record what this check looks at."""
        observations: Observations = self._item.stash.setdefault(SEEN, Observations())
        return observations


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Iterator[None]:
    """Fail a pass that looked at nothing, or away from what it found."""
    result = yield
    if collection.ROW in pyfuncitem.stash and (why := _observed(pyfuncitem).unearned):
        row: Row = pyfuncitem.stash[collection.ROW]
        raise NotTestable(Words(f"{row.id} {why.en}", f"{row.id}: {why.ja}"), Obstacle.TEST)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if collection.ROW in item.stash and (call.when == "call" or call.excinfo):
        row, stash = item.stash[collection.ROW], item.config.stash
        error = call.excinfo.value if call.excinfo else None
        if isinstance(error, pytest.FixtureLookupError):
            error = NotTestable(NO_FIXTURE.format(error.argname, item.path.parent), Obstacle.TEST)
        elif error is None and (report.failed or hasattr(report, "wasxfail")):
            error = NotTestable(XPASSED, Obstacle.TEST)
        elif isinstance(error, pytest.skip.Exception | pytest.fail.Exception):
            error = NotTestable(NO_PROOF.format(error.msg), Obstacle.TEST)
        elif isinstance(error, errors.MISTAKES):
            error = NotTestable(errors.broken(error, ROOT, item.path.parent), Obstacle.TEST)
        facts = {**collection.stated(item), **_rests_on(item)}
        made = finding(row.id, error, **facts)
        made = collection.as_seen_here(stash[CHOICE], row, made, error)
        stash[FINDINGS].made.append(made)
        if made.outcome is Outcome.NOT_HERE:
            report.outcome, report.longrepr = "skipped", (str(item.path), 0, made.words.en)
        if report.failed:
            report.longrepr = visible(str(report.longrepr))
        text = visible("\n".join(map(str, facts["evidence"])))
        report.sections.append((f"{row.id}: {made.outcome}", text))
    return report


def _observed(item: pytest.Item) -> Observations:
    observations: Observations | None = item.stash.get(SEEN, None) or getattr(item, "observe", None)
    return observations or Observations()


def _rests_on(item: pytest.Item) -> dict[str, Any]:
    """Return what a finding rests on: evidence, decisions, comparisons, calls."""
    observed, watched = _observed(item), item.config.stash.get(WATCHED, None)
    return {
        "evidence": tuple(observed.evidence),
        "decided": tuple(observed.decided),
        "compared": tuple(observed.compared),
        "calls": watched.calls() if watched else (),
    }


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_keyboard_interrupt() -> Generator[None, None, None]:
    """Ignore a second Ctrl-C while pytest shows the first, which takes a second: it would end in a traceback."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return (yield)
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> Generator[None, None, None]:
    """Judge the run; the exit code follows the verdict, not pytest's count of failures.

    It wraps all other plugins: one that can't write its own file must not cost the verdict.
    """
    stash = session.config.stash
    judging = SNAPSHOT in stash and bool(stash[FINDINGS].expected)
    if CHOICE in stash and SNAPSHOT not in stash:
        write_no_raw_log(session.config)
    try:
        yield
    except OSError as error:
        if CHOICE not in stash:
            raise
        problem = Words(
            en=f"the raw log can't be written: {error}", ja=f"生ログを書き込めません: {error}"
        )
        stash[TERMINAL].line(problem[stash[CHOICE].options.lang], yellow=True)
    if judging:
        session.exitstatus = ended(session, exitstatus, stash[TERMINAL])
    elif CHOICE in stash:
        session.exitstatus = nothing_read(session, exitstatus, stash[TERMINAL])
