"""DATA: what was migrated is all there, well formed, and nobody's test data is."""

from datetime import datetime

import pytest

from checks.deployed import Deployed
from checks.masters import whole
from plan import Plan
from plan.canonical import canonical_hash
from plan.masters import invalid_on, malformed
from signoff.checklist import expectation
from signoff.environment import Environment
from signoff.observations import Observations


@expectation("DATA-01")
def test_stamp_masters_equal_the_manifest(
    deployed: Deployed, plan: Plan, observe: Observations
) -> None:
    masters = whole(deployed.contents(plan.table("stampmasters")))
    manifest = deployed.record("manifest", table=plan.table("stampmasters").name).body
    there = {"count": len(masters), "hash": canonical_hash(masters)}
    observe.note(there=there, manifest=manifest)

    promised = {"count": manifest["count"], "hash": manifest["hash"]}
    assert there == promised, f"the table has {there}, the manifest {promised}"


@expectation("DATA-02")
def test_every_stamp_master_is_well_formed(
    deployed: Deployed, plan: Plan, observe: Observations
) -> None:
    masters = whole(deployed.contents(plan.table("stampmasters")))
    observe.note(stamps=[item.get("StampId") for item in masters])

    assert masters, "the table of stamp masters is empty"
    assert not malformed(masters), f"malformed: {malformed(masters)}"


@expectation("DATA-03")
def test_every_stamp_is_valid_on_the_day_of_the_go_live(
    deployed: Deployed, plan: Plan, environment: Environment, now: datetime, observe: Observations
) -> None:
    masters = whole(deployed.contents(plan.table("stampmasters")))
    day = environment.go_live or now.date()
    observe.note(day=day, stamps=len(masters))

    assert not invalid_on(masters, day), f"not valid on {day}: {invalid_on(masters, day)}"


@expectation("DATA-04")
@pytest.mark.parametrize("key", ["users", "userstamps"])
def test_no_synthetic_user_is_left(
    key: str, deployed: Deployed, plan: Plan, observe: Observations
) -> None:
    scan = observe(deployed.key_scan(plan.table(key)), "examined", "complete", "foreign")

    assert not scan.foreign, f"{plan.table(key)} holds {', '.join(scan.foreign[:5])}"
