"""The smoke fixtures: one suite for the run, and each row's own view of it."""

from contextlib import ExitStack

import pytest

from aws.section import NotTestable
from signoff.collection import ROW
from signoff.plugin import RUN, SEEN
from smoke import axes
from smoke.by_hand import signature_instead
from smoke.opening import opened
from smoke.trial import Trial


def pytest_generate_tests(metafunc):
    """Parametrize over the plan and our own tables; no call is made for it."""
    run = metafunc.config.stash[RUN]
    axes.parametrize(metafunc, run.environment, run.plan)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Leave out what only the stand-in of LINE can show, and put last what sees that all is gone."""
    if not config.stash[RUN].own_stack:
        items[:] = [
            item for item in items if axes.EMBEDDED not in getattr(item, "fixturenames", ())
        ]
    items.sort(key=lambda item: item.name == axes.LAST)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem):
    """Let a signature stand for what this environment does not let a machine try."""
    if "trial" not in pyfuncitem.fixturenames:
        return (yield)
    snapshot, row = pyfuncitem.config.stash[RUN].snapshot, pyfuncitem.stash[ROW]
    with signature_instead(snapshot, row, pyfuncitem.stash[SEEN]):
        return (yield)
    return True


@pytest.fixture(scope="session")
def opening(pytestconfig):
    """The suite once it is open, or what kept it from opening: for each row to raise again."""
    run = pytestconfig.stash[RUN]
    with ExitStack() as closing:
        try:
            suite = closing.enter_context(_opened(run))
        except NotTestable as closed:
            yield closed
            return
        yield suite
        run.windows.append(suite.window)


@pytest.fixture
def trial(opening, row, observe):
    """What this row's test sees of the suite."""
    if isinstance(opening, NotTestable):
        raise opening.with_traceback(None)  # raised once per row: it would grow by each
    return Trial(opening, row, observe)


@pytest.fixture
def embedded_line(trial):
    """The local stack's stand-in of LINE, which can be looked into."""
    return trial.suite.line


@pytest.fixture
def origin(trial):
    """The one origin that the environment allows."""
    return trial.suite.environment.origin


def _opened(run):
    if run.choice.replay:
        raise NotTestable("a saved inventory answers no calls; run without --replay")
    return opened(run.snapshot, run.api_url, embedded=run.own_stack)
