"""The environment before production has whatever name its table has."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from aws.section import NotTestable
from aws.words import Words
from signoff.environment import EnvironmentFileError, load
from signoff.evidence import Records, StoreSettings, open_store
from signoff.judge.checklist import Checklist
from signoff.judge.collection import set_aside
from signoff.judge.gather import _dev_records
from signoff.judge.outcome import Outcome
from signoff.judge.staleness import readable
from signoff.report.files import run_body
from tests.healthy import healthy, vault
from tests.healthy.store import SMOKE_ROWS
from tests.judging import judge

FILE = """
[dev]
evidence = "dev"
account = "111122223333"

[staging]
evidence = "staging"
account = "111122223333"
"""


def no_client(service):
    """Fail where a folder store would ask AWS."""
    raise AssertionError(f"{service} was asked")


@pytest.fixture
def choice(tmp_path):
    """Make a choice of an environment whose file has two others, each with a run."""
    file = tmp_path / "environments.toml"
    file.write_text(FILE, encoding="utf-8")
    for name in ("dev", "staging"):
        settings = StoreSettings(environment=name, location=name, account="111122223333")
        store = open_store(settings, client=no_client, root=tmp_path)
        store.append("run", {"of": name}, caller="arn:aws:iam::1:user/x", release=None)

    def made(**fields):
        environment = replace(healthy().environment, **fields)
        options = SimpleNamespace(environments=file, root=tmp_path)
        return SimpleNamespace(environment=environment, options=options)

    return made


@pytest.mark.parametrize("name", ["dev", "staging"])
def test_newest_run_is_that_of_the_environment_that_the_file_names(choice, name):
    records = _dev_records(choice(before=name), SimpleNamespace(client=no_client))

    assert records.newest("run").body == {"of": name}


@pytest.mark.parametrize("fields", [{"before": "qa"}, {"name": "staging", "before": "staging"}])
def test_no_other_environment_stands_in_for_it(choice, fields):
    assert _dev_records(choice(**fields), SimpleNamespace(client=no_client)).newest("run") is None


@pytest.mark.parametrize("name", ["local", "prod"])
def test_stack_of_our_own_and_production_prove_nothing_beforehand(tmp_path, name):
    file = tmp_path / "environments.toml"
    file.write_text(f'[qa]\nbefore = "{name}"\n', encoding="utf-8")

    with pytest.raises(EnvironmentFileError, match=f"{name} proves nothing"):
        load("qa", file, {})


CHECKLIST = Checklist.load()
AUTH = "stamp-rally-prod-auth"
BEFORE = ("PREP-01", "SEC-04", "DEP-23")
"""Rows that look at the environment before."""
OF_STAGING = {
    vault.TOKEN_KEY: vault.value(TOKEN_SECRET_KEY=vault.BASE64_KEY),
    vault.LINE_TOKEN: vault.value(LINE_CHANNEL_ACCESS_TOKEN=vault.CHANNEL_TOKEN[::-1]),
}


@pytest.fixture
def prod_after(tmp_path):
    """Record a run against staging as a run does, and judge the production that has it before itself."""

    def rows(*, secrets=OF_STAGING, without=(), red=(), waived=(), variables=None, **more):
        ends = dict.fromkeys(red, "fail") | dict.fromkeys(waived, "waived")
        result = SimpleNamespace(
            provenance=SimpleNamespace(phase="before", digest="d", newest_record=None),
            verdict=SimpleNamespace(
                decision="NO-GO",
                rows=[
                    SimpleNamespace(row=SimpleNamespace(id=id_), outcome=ends.get(id_, "pass"))
                    for id_ in SMOKE_ROWS
                ],
            ),
        )
        run = run_body(_staging(secrets, without, variables, **more), result)
        records = _recorded(tmp_path, run)
        prod = replace(healthy().environment, before="staging")
        found = judge(replace(healthy(), environment=prod, dev=records), BEFORE)
        return {(finding.row, finding.outcome, finding.words.en) for finding in found}

    return rows


def _staging(secrets, without, variables=None, **more):
    """Return what a run against staging has read: production's like, except for its secrets and routes.

    ``variables`` are those of its auth function, ``more`` values of its environment.
    """
    snapshot, sections = healthy(), healthy().inventory.sections
    served = sections.served["prod"]
    left = {id_: method for id_, method in served.methods.items() if id_ not in without}
    changed = replace(
        sections, secret_values=secrets, served={"prod": replace(served, methods=left)}
    )
    if variables:
        auth = replace(sections.functions[AUTH], environment=variables)
        changed = replace(changed, functions={**sections.functions, AUTH: auth})
    environment = replace(snapshot.environment, **more)
    inventory = replace(snapshot.inventory, sections=changed)
    return replace(snapshot, inventory=inventory, environment=environment)


def _recorded(root, body):
    """Return the records that production's run reads, after staging's own run wrote this one."""
    (root / "environments.toml").write_text('[staging]\nevidence = "staging"\n', encoding="utf-8")
    settings = StoreSettings(environment="staging", location="staging", account=None)
    store = open_store(settings, client=no_client, root=root)
    store.append("run", body, caller="arn:aws:iam::1:user/x", release=None)
    environment = replace(healthy().environment, before="staging")
    options = SimpleNamespace(environments=root / "environments.toml", root=root)
    choice = SimpleNamespace(environment=environment, options=options)
    found = _dev_records(choice, SimpleNamespace(client=no_client))
    return replace(
        found, entries=tuple(replace(entry, created=healthy().now) for entry in found.entries)
    )


def outcomes(found):
    return {(row, outcome) for row, outcome, _ in found}


def test_production_is_green_by_a_green_run_against_staging(prod_after):
    assert outcomes(prod_after()) == {(row, Outcome.PASS) for row in BEFORE}


def test_secret_of_staging_in_production_is_told_by_its_name(prod_after):
    same = {**OF_STAGING, vault.TOKEN_KEY: vault.value(TOKEN_SECRET_KEY=vault.HEX_KEY)}

    (told,) = [words for row, end, words in prod_after(secrets=same) if end is Outcome.FAIL]

    assert "token-secret-key: value: found that of staging" in told


def test_route_that_staging_lacks_is_told_by_its_name(prod_after):
    (told,) = [
        words for row, end, words in prod_after(without=("GET /stamps",)) if end is Outcome.FAIL
    ]

    assert "routes that only one of staging and the contract has: found GET /stamps" in told
    assert "docs/environments.md#before" in told


def test_red_row_of_staging_is_red_in_production(prod_after):
    found = prod_after(red=("SMOKE-03",))

    assert ("PREP-01", Outcome.FAIL) in outcomes(found)


def test_known_fault_of_staging_is_accepted_and_no_other_that_somebody_waived(prod_after):
    known = {"known_faults": {"SMOKE-15": "no route checks the session"}}

    assert outcomes(prod_after(waived=("SMOKE-15",), **known)) == {
        (row, Outcome.PASS) for row in BEFORE
    }
    assert ("PREP-01", Outcome.FAIL) in outcomes(prod_after(waived=("SMOKE-03",), **known))
    assert ("PREP-01", Outcome.FAIL) in outcomes(prod_after(red=("SMOKE-15",), **known))


def test_secret_that_staging_has_in_a_variable_is_compared(prod_after):
    same = vault.value(TOKEN_SECRET_KEY=vault.HEX_KEY).fields
    other = vault.value(TOKEN_SECRET_KEY=vault.BASE64_KEY).fields
    line = {vault.LINE_TOKEN: OF_STAGING[vault.LINE_TOKEN]}

    passed = {(row, Outcome.PASS) for row in BEFORE}
    assert outcomes(prod_after(variables=other, secrets=line)) == passed
    assert ("SEC-04", Outcome.FAIL) in outcomes(prod_after(variables=same, secrets=line))
    assert ("SEC-04", Outcome.NOT_TESTABLE) in outcomes(prod_after(secrets=line))


@pytest.mark.parametrize("row", BEFORE)
def test_environment_that_is_the_first_is_not_asked_for_a_run_before(row):
    options = SimpleNamespace(embedded=False)
    first = replace(healthy().environment, name="dev", before="dev", production=False)
    aside = set_aside(CHECKLIST[row], SimpleNamespace(environment=first, **vars(options)))
    judged = SimpleNamespace(environment=healthy().environment, **vars(options))

    assert aside.outcome is Outcome.EXCLUDED
    assert aside.reason.en == "releases are tried in dev first: no environment is before it"
    assert set_aside(CHECKLIST[row], judged) is None


@pytest.mark.parametrize(
    ("production", "address", "aside"),
    [(False, None, True), (False, "on-call@example.jp", False), (True, None, False)],
    ids=["dev without", "dev with", "production without"],
)
def test_alarms_reach_a_person_where_that_is_production_or_an_address_is_given(
    production, address, aside
):
    changed = replace(healthy().environment, production=production, alert_email=address)
    found = set_aside(CHECKLIST["MON-06"], SimpleNamespace(environment=changed, embedded=False))

    assert (found is not None and found.outcome is Outcome.EXCLUDED) is aside


@pytest.mark.parametrize("row", [row for row in CHECKLIST if row.never_excluded], ids=str)
@pytest.mark.parametrize(("production", "aside"), [(True, None), (False, Outcome.EXCLUDED)])
def test_part_that_production_leaves_out_is_signed_for(row, production, aside):
    line = replace(healthy().environment.line, bot_user_id=None, liff_id=None)
    changed = replace(healthy().environment, production=production, line=line, front_end=None)
    found = set_aside(row, SimpleNamespace(environment=changed, embedded=False))

    assert (found and found.outcome) is aside


def test_records_of_the_environment_before_that_cannot_be_trusted_prove_nothing():
    with pytest.raises(NotTestable, match="it was changed"):
        readable(Records(problem=Words.same("it was changed")))


def test_without_a_run_against_staging_nothing_is_compared():
    environment = replace(healthy().environment, before="staging")
    found = judge(replace(healthy(), environment=environment, dev=Records()), BEFORE)

    assert {(finding.row, finding.outcome) for finding in found} == {
        ("PREP-01", Outcome.FAIL),
        ("SEC-04", Outcome.FOLLOWS),
        ("DEP-23", Outcome.FOLLOWS),
    }
    assert all("there is no run against staging" in finding.words.en for finding in found)
