"""Fixtures of checks, ours and a team's own (``--checks``): all of them views of the one frozen snapshot."""

from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest

from aws import desired
from aws.inventory import Inventory, Sections
from aws.release import Builds
from checks import parameters
from checks.deployed import Deployed
from checks.parameters import configured_authorizer, configured_bucket, configured_domain
from plan import Plan
from signoff.environment import Domain, Environment
from signoff.evidence import Records
from signoff.judge.decisions import Judge, decisions_of
from signoff.judge.observations import Observations
from signoff.judge.run import CHOICE
from signoff.judge.snapshot import Snapshot

if TYPE_CHECKING:
    from checks.access import Insiders
    from checks.delivery import Delivery
    from checks.records import Standing
    from checks.rollback_target import WayBack


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Parametrize over the plan of the chosen environment; no AWS call is made for it."""
    choice = metafunc.config.stash[CHOICE]
    parameters.parametrize(metafunc, choice.environment, choice.plan)


@pytest.fixture
def plan(snapshot: Snapshot[Plan]) -> Plan:
    return snapshot.plan


@pytest.fixture
def planned_authorizer(plan: Plan) -> desired.Authorizer:
    """Who is to decide whether a caller has a session."""
    return configured_authorizer(plan)


@pytest.fixture
def environment(snapshot: Snapshot[Plan]) -> Environment:
    return snapshot.environment


@pytest.fixture
def custom_domain(environment: Environment) -> Domain:
    return configured_domain(environment)


@pytest.fixture
def image_bucket(environment: Environment) -> str:
    """Name of the image bucket."""
    return configured_bucket(environment)


@pytest.fixture
def inventory(snapshot: Snapshot[Plan]) -> Inventory:
    """The inventory: who read what, where and when; its sections are ``found``."""
    return snapshot.inventory


@pytest.fixture
def builds(snapshot: Snapshot[Plan]) -> Builds:
    """The packages that the judged commit builds."""
    from checks.releases import packed  # noqa: PLC0415 - few rows need it

    return packed(snapshot.scope)


@pytest.fixture
def found(snapshot: Snapshot[Plan]) -> Sections:
    return snapshot.inventory.sections


@pytest.fixture
def records(snapshot: Snapshot[Plan]) -> Records:
    return snapshot.records


@pytest.fixture
def dev(snapshot: Snapshot[Plan]) -> Records:
    """The records of the development environment."""
    return snapshot.dev


@pytest.fixture
def standing(
    pytestconfig: pytest.Config, snapshot: Snapshot[Plan], deployed: Deployed, row: str
) -> "Standing":
    """Compares a record with what is live."""
    from checks.records import Standing  # noqa: PLC0415 - few rows need it

    checklist = pytestconfig.stash[CHOICE].checklist
    return Standing(snapshot=snapshot, deployed=deployed, row=checklist[row])


@pytest.fixture
def judge(snapshot: Snapshot[Plan], observe: Observations) -> Judge:
    """Records what is looked at, and compares differences with the environment's decisions."""
    return Judge(observe, decisions_of(snapshot))


@pytest.fixture
def delivery(found: Sections, environment: Environment) -> "Delivery":
    """Finds who is notified of an alarm."""
    from checks.delivery import Delivery  # noqa: PLC0415 - few rows need it

    return Delivery(found, environment)


@pytest.fixture
def today(snapshot: Snapshot[Plan]) -> date:
    """The day in Japan when this was read."""
    return snapshot.today


@pytest.fixture
def insiders(snapshot: Snapshot[Plan]) -> "Insiders":
    """Who may act on our resources."""
    from checks.access import insiders_of  # noqa: PLC0415 - few rows need it

    return insiders_of(snapshot)


@pytest.fixture
def now(snapshot: Snapshot[Plan]) -> datetime:
    return snapshot.now


@pytest.fixture
def way_back(snapshot: Snapshot[Plan], deployed: Deployed) -> "WayBack":
    """Finds what a rollback would take."""
    from checks.rollback_target import WayBack  # noqa: PLC0415 - few rows need it

    return WayBack(snapshot, deployed)


@pytest.fixture
def deployed(snapshot: Snapshot[Plan], row: str) -> Deployed:
    """Finds what is deployed for what is planned."""
    return Deployed(snapshot.inventory.sections, snapshot.plan, row, snapshot.records)
