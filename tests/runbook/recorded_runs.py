"""Every procedure in every exercise, by a role that has a policy and no other right; and the rights that come of it.

``python -m tests.runbook.recorded_runs`` lets the role do everything, and writes ``runbook/rights.json`` anew;
``test_rights.py`` lets it do what is written there, and compares.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from aws.change.gate import Change
from aws.iam.pattern import covers
from runbook.catalogue import procedures
from runbook.engine.evidence import name_of
from runbook.engine.step import DescribedEnvironment
from runbook.rights import PLACES, RECORDED
from signoff.evidence import StoreSettings, open_store
from signoff.judge.checklist import Checklist
from tests.recording_aws import RecordingAws
from tests.runbook.calls_in_source import undoing
from tests.runbook.desk import Desk, EvidenceInMemory
from tests.runbook.exercises import Exercise, exercises
from tests.runbook.recorded_rights import (
    REGION,
    RestrictedRole,
    asked_of_iam,
    of_admin,
    of_nobody,
    restoring,
)

ACCOUNT = "717171717171"
EVERYTHING = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "All", "Effect": "Allow", "Action": "*", "Resource": "*"}],
}
Policy = Mapping[str, Any]
Taken = set[tuple[str, str]]
"""Places, each with an action that was taken there."""


@dataclass
class Noted(EvidenceInMemory):
    """Knows whether anybody asked for it."""

    asked: bool = False

    def record(self, kind: str, body: Mapping[str, Any]) -> None:
        self.asked = True
        super().record(kind, body)

    def recorded(self, kind: str, **values: Any) -> Mapping[str, Any] | None:
        self.asked = True
        return super().recorded(kind, **values)

    def history(self, kind: str) -> tuple[Mapping[str, Any], ...]:
        self.asked = True
        return super().history(kind)


@dataclass
class ProcedureRuns:
    """What the exercises of one procedure took and showed."""

    taken: Taken = field(default_factory=set)
    evidence: bool = False
    shown: list[Change] = field(default_factory=list)
    """Changes, as a person saw them."""
    read: set[str] = field(default_factory=set)
    """Options that its steps asked for, given or not."""


def record(
    aws: RecordingAws, allowed: Callable[[Exercise, Desk], Policy], folder: Path
) -> Mapping[str, ProcedureRuns]:
    """Perform every exercise by a role that has the policy that ``allowed`` returns."""
    clients = of_admin(aws)
    admin = Desk(aws, clients)
    admin.evidence, its_own = Noted(), of_nobody(aws)
    found: dict[str, ProcedureRuns] = defaultdict(ProcedureRuns)
    for exercise in exercises(admin, folder):
        operator, its = RestrictedRole(aws, clients, its_own), found[exercise.name]
        operator.may(allowed(exercise, admin))
        admin.evidence.asked = False
        with asked_of_iam(aws) as asked:
            its.shown += exercise.perform(operator.desk(admin), its.read)
        operator.leave()
        its.taken |= placed(DescribedEnvironment(admin.environment), asked)
        its.evidence |= admin.evidence.asked
    return found


def placed(scope: DescribedEnvironment, asked: set[tuple[str, str]]) -> Taken:
    """Return the place of each resource that an action was taken on."""
    places = {place: tuple(resources(scope)) for place, resources in PLACES.items()}
    return {
        (place_of(places, resource), action)
        for action, resource in asked
        if action != "sts:GetCallerIdentity"  # which needs no right
    }


def place_of(places: Mapping[str, Iterable[str]], resource: str) -> str:
    covering = (
        place for place, named in places.items() if any(covers(one, resource) for one in named)
    )
    return next(covering, "")


def store_rights(
    aws: RecordingAws, allowed: Callable[[DescribedEnvironment], Policy], folder: Path
) -> Taken:
    """Return what writing and reading records in S3, signed by KMS, takes."""
    clients = of_admin(aws)
    there = in_s3(Desk(aws, clients))
    operator, scope = RestrictedRole(aws, clients), DescribedEnvironment(there)
    operator.may(allowed(scope))
    with asked_of_iam(aws) as asked:
        opened = open_store(
            StoreSettings.of(there), client=operator.clients.__getitem__, root=folder
        )
        store = replace(opened, emulated=False)  # whatever endpoint this process's variables name
        for number in range(2):
            store.append("run", {"number": number}, caller="somebody", release=None)
        records = store.load()
    assert (records.problem, len(records.entries)) == (None, 2)
    return placed(scope, asked)


def in_s3(admin: Desk) -> Any:
    """Return an environment whose records lie in a bucket, signed by a key of KMS."""
    s3, bucket = admin.client("s3"), "stamp-rally-prod-evidence-records"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    kept = {"Status": "Enabled"}
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=kept)
    key = admin.client("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    arn = key["KeyMetadata"]["Arn"]
    return replace(admin.environment, evidence=f"s3://{bucket}/records", evidence_key=arn)


def rights_of(
    recorded: Mapping[str, ProcedureRuns], store: Taken
) -> dict[str, dict[str, list[str]]]:
    """Return procedure -> place -> actions: what was taken, and what no stack of ours can show.

    A procedure that leaves or finds records takes the rights of their store; ``detach`` what its source undoes.
    """
    taken = {
        name: procedure_runs.taken | (store if procedure_runs.evidence else set())
        for name, procedure_runs in recorded.items()
    }
    for name in signing():
        taken[name] = taken.get(name, set()) | store
    taken["detach"] = taken["detach"] | {("", action) for action in undoing()}
    return {name: dict(_by_place(them)) for name, them in sorted(taken.items()) if them}


def _by_place(taken: Taken) -> Iterator[tuple[str, list[str]]]:
    for place in sorted({place for place, _ in taken}):
        yield place, sorted(action for at, action in taken if at == place)


def signing() -> set[str]:
    """Return the procedures in which somebody signs a row."""
    signed = {row.signed for row in Checklist.load()}
    return {
        name
        for name, procedure in procedures().items()
        if not procedure.composed and any(name_of(step) in signed for step in procedure.steps)
    }


def main() -> None:
    with TemporaryDirectory() as folder, restoring(ACCOUNT) as aws:
        recorded = record(aws, lambda *_: EVERYTHING, Path(folder))
        aws.clear()
        rights = rights_of(recorded, store_rights(aws, lambda _: EVERYTHING, Path(folder)))
    RECORDED.write_text(json.dumps(rights, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
