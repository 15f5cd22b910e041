"""Fixtures of checks, ours and a team's own (``--checks``): all of them views of the one frozen snapshot."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from aws import desired
from aws.inventory import Inventory, Sections
from aws.kinds.domain import DOMAIN
from aws.release import Builds
from aws.section import NotTestable
from aws.words import Words
from checks.deployed import Deployed
from plan import Plan
from plan.edge import bucket
from signoff.environment import Environment
from signoff.environment.application import Application
from signoff.evidence import Records
from signoff.judge.checklist import without_subject
from signoff.judge.decisions import Judge, decisions_of
from signoff.judge.observations import Observations
from signoff.judge.run import CHOICE
from signoff.judge.snapshot import Snapshot

ARGUMENTS: Mapping[str, Callable[[Environment, Plan], Iterable[Any]]] = {
    "table": lambda _, plan: plan.tables,
    "typed_table": lambda environment, _: (
        key
        for key, table in environment.application.tables.items()
        if table.read == "keys" and table.types
    ),
    "secret": lambda _, plan: plan.secrets,
    "role": lambda _, plan: plan.roles,
    "function": lambda _, plan: plan.functions,
    "secret_reader": lambda _, plan: (each for each in plan.functions if each.role.secrets),
    "route": lambda _, plan: plan.api.routes,
    "guarded_route": lambda _, plan: (route for route in plan.api.routes if route.authorized),
    "open_route": lambda _, plan: (route for route in plan.api.routes if not route.authorized),
    "path": lambda _, plan: plan.api.paths,
    "alarm": lambda _, plan: plan.alarms,
    "widget": lambda _, plan: plan.dashboard.widgets,
    "log_group": lambda _, plan: plan.log_groups,
}
"""Argument name of a check -> what it runs over. Optional parts are asked of ``environment``."""
HAS_NONE: Mapping[str, Callable[[Application], bool]] = {
    "table": lambda app: not app.tables,
    "typed_table": lambda _: True,
    "secret": lambda app: not app.secrets,
    "secret_reader": lambda app: not app.secrets,
    "guarded_route": lambda app: {*app.routes} == {*app.open_routes},
    "open_route": lambda app: not app.open_routes,
}
"""Argument -> whether the application has none of it: its tests are left out then. Anything else that is empty stops the run."""
REASONS = {
    "typed_table": without_subject(
        reason=Words(
            en='no table of app.toml has read = "keys" and attributes or a ttl to compare',
            ja='app.tomlに、read = "keys"と、比較するattributesまたはttlを持つテーブルがありません',
        )
    )
}
"""Argument -> what is said of its rows then, in place of "the application has none"."""


def _not_configured(environment: Environment, key: str, part: Words) -> NotTestable:
    full_key = f"{environment.name}.{key}"
    return NotTestable(
        en=f"no {part.en} is known: environments.toml does not set {full_key}",
        ja=f"{part.ja}が不明です（environments.tomlに{full_key}の設定がありません）",
    )


def _counting(
    counted: Mapping[str, pytest.MarkDecorator], plan: Plan, environment: Environment
) -> Iterator[Any]:
    """Yield each planned alarm, tied to the row of its kind; None keeps a row in the collection that is set aside."""
    for kind, mark in counted.items():
        alarms = [planned for planned in plan.alarms if planned.kind == kind]
        for alarm in alarms:
            yield pytest.param(alarm, marks=mark.with_args(subject=str(alarm)), id=str(alarm))
        if not alarms:
            idle = kind == "throttle" and not environment.application.tables
            yield pytest.param(None, marks=[mark, *([without_subject] if idle else [])], id=kind)


if TYPE_CHECKING:
    from checks.delivery import Delivery
    from checks.records import RowRecords


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Parametrize over the plan of the chosen environment; no AWS call is made for it."""
    choice = metafunc.config.stash[CHOICE]
    environment, plan = choice.environment, choice.plan
    if "watched" in metafunc.fixturenames:
        metafunc.parametrize("watched", list(_counting(metafunc.module.COUNTED, plan, environment)))
    for argument in (name for name in metafunc.fixturenames if name in ARGUMENTS):
        planned: list[Any] = list(ARGUMENTS[argument](environment, plan))
        if not planned and argument in HAS_NONE and HAS_NONE[argument](environment.application):
            planned = [pytest.param(None, marks=REASONS.get(argument, without_subject))]
        metafunc.parametrize(argument, planned, ids=str)


@pytest.fixture(scope="session")
def plan(snapshot: Snapshot[Plan]) -> Plan:
    return snapshot.plan


@pytest.fixture(scope="session")
def environment(snapshot: Snapshot[Plan]) -> Environment:
    return snapshot.environment


@pytest.fixture
def custom_domain(plan: Plan, environment: Environment) -> desired.CustomDomain:
    """The custom domain; NotTestable where there is none."""
    if plan.domain is None:
        raise _not_configured(environment, "domain", DOMAIN.words)
    return plan.domain


@pytest.fixture
def image_bucket(environment: Environment) -> desired.Bucket:
    """The bucket of the images; NotTestable where there is none."""
    if (planned := bucket(environment)) is None:
        raise _not_configured(environment, "bucket", Words("bucket of images", "画像のバケット"))
    return planned


@pytest.fixture(scope="session")
def inventory(snapshot: Snapshot[Plan]) -> Inventory:
    """The inventory: who read what, where and when; its parts are ``sections``."""
    return snapshot.inventory


@pytest.fixture(scope="session")
def builds(snapshot: Snapshot[Plan]) -> Builds:
    """The packages that the judged commit builds."""
    from checks.releases import packed  # noqa: PLC0415 - few rows need it

    return packed(snapshot.scope)


@pytest.fixture(scope="session")
def sections(snapshot: Snapshot[Plan]) -> Sections:
    return snapshot.inventory.sections


@pytest.fixture(scope="session")
def records(snapshot: Snapshot[Plan]) -> Records:
    return snapshot.records


@pytest.fixture(scope="session")
def dev(snapshot: Snapshot[Plan]) -> Records:
    """The records of the development environment."""
    return snapshot.dev


@pytest.fixture
def row_records(
    pytestconfig: pytest.Config, snapshot: Snapshot[Plan], deployed: Deployed, row: str
) -> "RowRecords":
    """The records on which the row rests, as far as they count."""
    from checks.records import RowRecords  # noqa: PLC0415 - few rows need it

    checklist = pytestconfig.stash[CHOICE].checklist
    return RowRecords(snapshot=snapshot, deployed=deployed, row=checklist[row])


@pytest.fixture
def judge(snapshot: Snapshot[Plan], observe: Observations) -> Judge:
    """Records what is looked at, and compares differences with the environment's decisions."""
    return Judge(observe, decisions_of(snapshot))


@pytest.fixture
def delivery(sections: Sections, environment: Environment, now: datetime) -> "Delivery":
    """Finds who is notified of an alarm."""
    from checks.delivery import Delivery  # noqa: PLC0415 - few rows need it

    return Delivery(sections, environment, now)


@pytest.fixture(scope="session")
def today(snapshot: Snapshot[Plan]) -> date:
    """The day in Japan when this was read."""
    return snapshot.today


@pytest.fixture(scope="session")
def now(snapshot: Snapshot[Plan]) -> datetime:
    return snapshot.now


@pytest.fixture
def deployed(snapshot: Snapshot[Plan], row: str) -> Deployed:
    """Finds what is deployed for what is planned."""
    return Deployed(snapshot.inventory.sections, snapshot.plan, row, snapshot.records)
