"""What each resource is, against the plain bounds of ``checks/bounded.py``."""

from typing import Any

from aws.difference import differences
from checks.bounded import SUBJECTS, Bounded
from checks.deployed import Deployed
from signoff.judge.decisions import Judge


def test_resource_is_within_its_bounds(
    bounded: Bounded, planned: Any, deployed: Deployed, judge: Judge
) -> None:
    subjects = SUBJECTS[bounded.of]
    found = judge.observe(subjects.deployed(deployed, planned), *bounded.members)

    facts, bounds = bounded.values(found, planned), bounded.bounds(planned)
    about = {"call": subjects.call, **bounded.about}
    judge(differences(subjects.kind, found.name, facts, bounds, **about))
