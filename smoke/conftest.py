"""The smoke fixtures: one suite for the run, and each row's own view of it.

pytest imports this file whenever it judges, and what it needs of smoke only where a test of smoke is judged.
"""

from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aws.section import NotInReplay, NotTestable
from plan import Plan
from signoff.commands.plugin import SEEN
from signoff.judge.checklist import without_subject
from signoff.judge.collection import FINDINGS, ROW
from signoff.judge.observations import Observations
from signoff.judge.run import CHOICE, Choice
from signoff.judge.snapshot import SNAPSHOT, Snapshot

if TYPE_CHECKING:
    from smoke.row_calls import RowCalls
    from smoke.suite import Suite

HERE = Path(__file__).parent


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Parametrize over the plan and our own tables; no call is made for it."""
    from smoke import parameters  # noqa: PLC0415 - see above

    choice = metafunc.config.stash[CHOICE]
    parameters.parametrize(metafunc, choice.environment, choice.plan)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the rally's tests, or those of any other application; run those last that look at everything that was sent."""
    ours = [test for test in items if test.path.is_relative_to(HERE)]
    if not ours:
        return
    from smoke import parameters  # noqa: PLC0415 - see above

    rally = parameters.is_rally(config.stash[CHOICE].environment)
    for item in ours:
        if ("any_api" in getattr(item, "fixturenames", ())) is rally:
            item.add_marker(without_subject(reason=parameters.RALLYS_ALONE, of_another=True))
    late = {name: place for place, name in enumerate(parameters.LATE, 1)}
    items.sort(key=lambda item: late.get(item.name.partition("[")[0], 0))


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Let a signature stand in for what this environment does not let a machine try."""
    if "calls" not in pyfuncitem.fixturenames:
        return (yield)
    from smoke.manual import signature_instead  # noqa: PLC0415 - see above

    snapshot, row = pyfuncitem.config.stash[SNAPSHOT], pyfuncitem.stash[ROW]
    with signature_instead(snapshot, row, pyfuncitem.stash[SEEN]):
        return (yield)
    return True


@pytest.fixture(scope="session")
def suite_or_reason(
    pytestconfig: pytest.Config, snapshot: Snapshot[Plan]
) -> Iterator["Suite | NotTestable"]:
    """The running suite, or why it could not start, which each row raises again."""
    choice, findings = pytestconfig.stash[CHOICE], pytestconfig.stash[FINDINGS]
    with ExitStack() as closing:
        try:
            suite = closing.enter_context(_suite_session(choice, snapshot))
        except NotTestable as closed:
            yield closed
            return
        yield suite
        findings.windows.append(suite.window)


@pytest.fixture
def calls(suite_or_reason: "Suite | NotTestable", row: str, observe: Observations) -> "RowCalls":
    """What this row's test sees of the suite."""
    from smoke.row_calls import RowCalls  # noqa: PLC0415 - see above

    if isinstance(suite_or_reason, NotTestable):
        raise suite_or_reason.with_traceback(
            None
        )  # the traceback would grow with each row that raises it
    return RowCalls(suite_or_reason, row, observe)


@pytest.fixture
def origin(calls: "RowCalls") -> str:
    """The one origin that the environment allows."""
    return calls.suite.environment.origin


def _suite_session(
    choice: Choice[Plan], snapshot: Snapshot[Plan]
) -> AbstractContextManager["Suite"]:
    from smoke.notes import Notes  # noqa: PLC0415 - see above
    from smoke.suite_session import suite_session  # noqa: PLC0415

    if choice.options.replay:
        raise NotInReplay(
            en="a saved inventory answers no calls",
            ja="保存したインベントリは呼び出しに応答しません",
        )
    # A stack of this process ends with it, so a killed run leaves nothing there.
    outlives = not choice.embedded or snapshot.kept_stack
    notes = Notes.of(snapshot.environment, choice.folder.parent) if outlives else None
    return suite_session(snapshot, snapshot.api_url, embedded=choice.embedded, notes=notes)
