"""The pytest plugin: command line -> environment -> snapshot -> checks -> findings -> verdict."""

from collections.abc import Generator, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from signoff import collection, hooks
from signoff.checklist import ChecklistError, Row
from signoff.environments import EnvironmentFileError
from signoff.evidence import Observations
from signoff.guard import GuardError
from signoff.observing import snapshot_of
from signoff.options import add_options, run_of, speak_of_rows
from signoff.outcome import Outcome, finding
from signoff.report import publish
from signoff.run import Composition, Run
from signoff.snapshot import Snapshot
from signoff.terminal import Terminal

RUN = pytest.StashKey[Run]()
SEEN = pytest.StashKey[Observations]()
TERMINAL = pytest.StashKey[Terminal]()
OPEN = pytest.StashKey[ExitStack]()
"""What must be closed when pytest ends: the local stack above all."""


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    pluginmanager.add_hookspecs(hooks)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "expectation(id): the row of the checklist that the test proves"
    )
    if not collection.judges(config):
        return
    closing = config.stash.setdefault(OPEN, ExitStack())
    composition: Composition = config.hook.pytest_signoff_composition(config=config)
    try:
        config.stash[RUN] = run = run_of(config, composition, closing)
    except (EnvironmentFileError, ChecklistError) as error:
        raise pytest.UsageError(str(error)) from None
    speak_of_rows(config, run)
    config.stash[TERMINAL] = Terminal(config)
    config.hook.pytest_signoff_chosen(config=config, run=run)


def pytest_addoption(parser: pytest.Parser) -> None:
    add_options(parser)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Close what is open; of a run that was refused half-way, that is less than all."""
    if OPEN in config.stash:
        config.stash[OPEN].close()
    if TERMINAL in config.stash:
        config.stash[TERMINAL].close()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    if RUN in config.stash:
        collection.arrange(config.stash[RUN], session, items)


def pytest_collection_finish(session: pytest.Session) -> None:
    if RUN in session.config.stash:
        collection.settle(session.config.stash[RUN], session.items)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Read everything once, before the first check; stop with one sentence where that is refused."""
    run = session.config.stash.get(RUN, None)
    if run is None or not run.expected or session.testsfailed or session.config.option.collectonly:
        return
    terminal = session.config.stash[TERMINAL]
    try:
        snapshot = snapshot_of(run, terminal.progress)
        run.snapshot = session.config.stash[OPEN].enter_context(snapshot)
    except GuardError as error:
        run.forget_latest()
        pytest.exit(
            f"--env {run.environment.name}: {error}", returncode=pytest.ExitCode.USAGE_ERROR
        )
    finally:
        terminal.progress_done()


@pytest.fixture(scope="session")
def snapshot(pytestconfig: pytest.Config) -> Snapshot:
    """Everything that a check may know, read once."""
    found = pytestconfig.stash[RUN].snapshot
    assert found is not None, "nothing was read"
    return found


@pytest.fixture(scope="session")
def api_url(pytestconfig: pytest.Config) -> str | None:
    """Where the smoke calls go, None where only the inventory can tell."""
    return pytestconfig.stash[RUN].api_url


@pytest.fixture
def row(request: pytest.FixtureRequest) -> str:
    """Id of the row that this test proves."""
    row_of: Row = request.node.stash[collection.ROW]
    return row_of.id


@pytest.fixture
def observe(request: pytest.FixtureRequest) -> Observations:
    """Record what this check looks at."""
    kept: Observations = request.node.stash.setdefault(SEEN, Observations())
    return kept


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Iterator[None]:
    """Fail a pass that looked at nothing: without evidence it is not a pass."""
    result = yield
    if collection.ROW in pyfuncitem.stash:
        assert _seen(pyfuncitem), (
            f"{pyfuncitem.stash[collection.ROW].id} passed without observing anything"
        )
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if collection.ROW in item.stash and (call.when == "call" or call.excinfo):
        row, evidence, run = item.stash[collection.ROW], _seen(item), item.config.stash[RUN]
        error = call.excinfo.value if call.excinfo else None
        found = run.told(row, finding(row.id, error, subject=item.name, evidence=evidence), error)
        run.findings.append(found)
        if found.outcome is Outcome.NOT_HERE:
            report.outcome, report.longrepr = "skipped", (str(item.path), 0, found.message)
        report.sections.append((f"{row.id}: {found.outcome}", "\n".join(map(str, evidence))))
    return report


def _seen(item: pytest.Item) -> tuple[Any, ...]:
    kept = item.stash.get(SEEN, None) or getattr(item, "observe", None)
    return tuple(kept.seen) if kept else ()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Judge the whole; the exit code follows the verdict, not pytest's count of failures."""
    run = session.config.stash.get(RUN, None)
    if run is None or run.snapshot is None or not run.expected:
        return
    if exitstatus not in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}:
        run.forget_latest()
        session.config.stash[TERMINAL].no_verdict(
            run, f"pytest ended early (exit {int(exitstatus)})"
        )
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        return
    session.exitstatus = publish(run, session.config.stash[TERMINAL])
