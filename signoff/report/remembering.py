"""Leave the run in the evidence store: for prod's own checks, and for those of whoever comes next."""

from collections.abc import Mapping
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from aws.inventory import Inventory
from aws.section import NotTestable, known
from signoff.observing import store_of
from signoff.result import Result
from signoff.findings import Findings
from signoff.run import Choice
from signoff.snapshot import PlanT, Snapshot

SALT = "own"


def remember(
    choice: Choice[PlanT], findings: Findings, snapshot: Snapshot[PlanT], result: Result
) -> str | None:
    """Append a record of the run, and of its window; return why that failed, or None."""
    environment = choice.environment
    session = boto3.Session(region_name=environment.region)
    store = store_of(choice, environment.evidence, environment.name, session)
    caller, release = snapshot.inventory.caller, result.provenance.release
    try:
        store.append("run", _body(snapshot.inventory, result), caller=caller, release=release)
        for window in findings.windows:
            store.append("window", window, caller=caller, release=release)
    except (ClientError, BotoCoreError, OSError) as error:
        return f"the run could not be recorded in {environment.evidence}: {error}"
    return None


def _body(inventory: Inventory, result: Result) -> Mapping[str, Any]:
    """Salted digests let another environment prove that its secrets differ from these."""
    salt = inventory.salts.get(SALT, "")
    return {
        "decision": result.verdict.decision,
        "phase": result.provenance.phase,
        "rows": {one.row.id: one.outcome for one in result.verdict.rows},
        "inventory": result.provenance.digest,
        "salt": salt,
        "digests": dict(_digests(inventory, salt)),
    }


def _digests(inventory: Inventory, salt: str) -> list[tuple[str, str]]:
    try:
        values = [known(one) for one in known(inventory.sections.secret_values).values()]
    except NotTestable:
        return []
    return [
        (name, field.digests[salt])
        for value in values
        for name, field in value.fields.items()
        if salt in field.digests
    ]
