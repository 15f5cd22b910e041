"""The judge, the load command and the runbook read one stack alike: what one of them records, the others can compare."""

from dataclasses import replace
from pathlib import Path

import pytest

from aws.inventory import on_demand
from load.composition import LoadComposition
from plan import plan_for, scope_of
from runbook.engine.evidence import read_live
from runbook.local_stack import LocalStack
from signoff.environment import load
from signoff.environment.guard import open_session
from signoff.evidence.facts import SALT, digest_of, facts_of, salt_of
from signoff.evidence.parts import Part

ROOT = Path(__file__).parent.parent
ACCOUNT = "343434343434"
"""Of its own: a process has one local AWS of each account, and the smoke tests keep theirs to the end."""


@pytest.fixture(scope="module")
def readers(tmp_path_factory):
    """Return reader -> part -> digest of the facts of one provisioned stack."""
    local = load("local", ROOT / "environments.toml", {}).environment
    declared = replace(local, account=ACCOUNT)
    stack = LocalStack(tmp_path_factory.mktemp("none") / "stack.json")
    with stack.localized(declared) as environment, stack.start(environment, lambda *_: None):
        session = open_session(environment.region)
        salt = salt_of(environment.name, environment.account)
        scope = replace(scope_of(plan_for(environment), environment), salts=(salt,))
        inventory = on_demand(session, scope, caller="", salts={SALT: salt})
        by_runbook = read_live(Part, session=session, environment=environment)
        by_load = LoadComposition(ROOT, ROOT / "environments.toml").live(declared)
        yield {
            "judge": {part: digest_of(facts_of(part, inventory, scope)) for part in Part},
            "load": by_load.digests,
            "runbook": by_runbook.digests,
        }


@pytest.mark.parametrize("part", Part)
def test_runbook_records_the_parts_that_the_judge_reads(readers, part):
    assert readers["runbook"][part] == readers["judge"][part]


@pytest.mark.parametrize("part", [Part.CODE, Part.CONFIGURATION, Part.API, Part.CAPACITY])
def test_load_records_the_parts_that_the_judge_reads(readers, part):
    assert readers["load"][part] == readers["judge"][part]
