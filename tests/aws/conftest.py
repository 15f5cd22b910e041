"""A fake AWS, and the reading of it: whole, section by section as a test looks at it, or what one operation feeds."""

from dataclasses import replace

import boto3
import pytest

from aws.inventory import READERS, on_demand, read_all
from tests.aws.answers import SCOPE
from tests.aws.fake_aws import CALLER, HEALTHY, OPTIONS, FakeAws, FakeSession, session_with
from tests.aws.unread import readable
from tests.resting import OF_ALL, OF_OTHERS, resting_on


@pytest.fixture(scope="session")
def models():
    """Models of all services, which each new session would read from disk again: 0.3 s a test."""
    return boto3.Session()._session.get_component("data_loader")  # noqa: SLF001 - no public way


@pytest.fixture
def session(models):
    return session_with(models)


@pytest.fixture(scope="session")
def healthy(models):
    """The inventory of the table of answers as it is: all of it is read, or that is what is red."""
    session = session_with(models)
    FakeAws().hook(session)
    return readable(read_all(on_demand(session, SCOPE, caller=CALLER, options=OPTIONS)))


@pytest.fixture(scope="session")
def found(models):
    """The sections of the same table, each read when a test first looks at it."""
    session = session_with(models)
    FakeAws().hook(session)
    return on_demand(session, SCOPE, caller=CALLER, options=OPTIONS).sections


@pytest.fixture(scope="session")
def _fake_session(models):
    return FakeSession(models)


@pytest.fixture
def fake():
    return FakeAws()


@pytest.fixture
def answered(_fake_session, fake):
    """A session that this test's fake answers."""
    _fake_session.fake = fake
    return _fake_session


@pytest.fixture
def inventory_of(answered):
    """Read the whole scope, or another one, from whatever the fake answers."""

    def inventory(scope=SCOPE, options=OPTIONS, **more):
        return read_all(on_demand(answered, scope, caller=CALLER, options=options, **more))

    return inventory


@pytest.fixture
def sections(answered):
    """Give the sections of the scope, or of another one, each read when the test looks at it."""

    def sections(scope=SCOPE, options=OPTIONS):
        return on_demand(answered, scope, caller=CALLER, options=options).sections

    return sections


@pytest.fixture
def changed(fake, sections):
    """Read with more fields in one answer: at its top, or in the first entry under ``within``."""

    def read(operation, within=None, **more):
        answer = HEALTHY[operation]
        answer = (
            answer({"SecretId": SCOPE.secrets[0], "TableName": "Spots-prod"})
            if callable(answer)
            else answer
        )
        if within is None:
            fake.answers[operation] = answer | more
        elif isinstance(answer[within], list):
            first, *others = answer[within]
            fake.answers[operation] = answer | {within: [first | more, *others]}
        else:
            fake.answers[operation] = answer | {within: answer[within] | more}
        return sections()

    return read


@pytest.fixture(scope="session")
def read(models):
    """Read sections with other answers, and say what was asked; those made of all others rest on ``known`` where it is given."""
    session = FakeSession(models)

    def read(names, answers, known=None):
        session.fake = fake = FakeAws()
        fake.answers |= answers
        later = OF_OTHERS.intersection(names) if known else frozenset()
        found = on_demand(session, SCOPE, caller=CALLER, options=OPTIONS).sections
        fresh = {name: getattr(found, name) for name in names if name not in later}
        if later:
            resting = resting_on(replace(known, **fresh), later, session, SCOPE, OPTIONS)
            fresh |= {name: getattr(resting, name) for name in later}
        return fresh, fake.asked

    return read


@pytest.fixture(scope="session")
def fed(read):
    """Operation -> the sections that it feeds."""
    asked = {name: read([name], {})[1] for name in READERS.keys() - OF_ALL}
    return {
        operation: {name for name, calls in asked.items() if operation in calls}
        for operation in HEALTHY
    }


@pytest.fixture(scope="session")
def read_again(read, fed, healthy):
    """Read what an operation feeds, with other answers to it; what is made of all others asks nothing else anew."""
    directly = read(OF_OTHERS, {}, healthy.sections)[1]

    def read_again(operation, answers, known):
        return read(fed[operation], answers, None if operation in directly else known)

    return read_again
