"""Production provisioned from an empty account, then judged: what is red is what only people and runs can prove."""

import json
from collections.abc import Iterator
from pathlib import Path

from tests.world.account_operator import AccountOperator
from tests.world.machine import ROOT, Machine
from tests.world.names import PROD
from tests.world.people import admit, grant, hire
from tests.world.printed_rights import CI, of_procedure, printed
from tests.world.walk import Astray, Walk
from tests.world.walks.edits import CI_ROLE, PRINTED, RATE, of_account, of_production
from tests.world.world import World

PROOFS = ("load", "by_hand", "rehearse_rollbacks", "recount", "prove", "pytest")
"""Commands that leave evidence: a row that names another one is about what provisioning should have made."""


DECIDED_BY_PEOPLE = {"DATA-10"}
"""Two of the five real spots stand 23 m apart, so that their circles overlap: a major that somebody decides on."""
RIGHTS = (of_procedure("provision"), CI)
"""What the operator may do beside creating the place for evidence, which these rights name."""


def walk(world: World, record: Path) -> int:
    """Walk it; return 0 where production's verdict was NO-GO for want of evidence alone."""
    taken = Walk("short", record)
    machine = Machine.set_up(world.folder / "laptop", str(ROOT))
    production = {**of_account(PROD), **of_production(rate=RATE)}
    taken.edited(machine, "prod", production)
    taken.committed(machine, "Name production's account")
    admit(world.accounts["prod"], CI_ROLE)
    hire(world.accounts["prod"], "administrator")
    hire(world.accounts["prod"], "operator", *printed(taken, machine, [of_procedure("evidence")]))
    prod = AccountOperator(taken, world, machine, world.accounts["prod"])
    proven = prod("runbook", "evidence", "--env", "prod", "--go").text
    taken.pasted(machine, "prod", dict(PRINTED.findall(proven)))
    taken.committed(machine, "Name production's evidence")
    grant(prod.account, "operator", *printed(taken, machine, RIGHTS))
    prod("runbook", "provision", "--env", "prod", "--go", "--no-judge")
    prod("pytest", "--env", "prod", expects=(1,))
    print(taken.written(), taken.totals())
    judged = json.loads((machine.clone / "report/prod/latest/signoff.json").read_text("utf-8"))
    return _wants_evidence_alone(judged)


def _wants_evidence_alone(judged: dict[str, dict[str, object]]) -> int:
    if (endpoint := judged["provenance"]["endpoint"]) is not None:
        raise Astray(f"the verdict is about {endpoint}, not about production")
    unprovisioned = sorted(_unprovisioned(judged["verdict"]["rows"]))
    if unprovisioned:
        raise Astray(f"red after provisioning: {', '.join(unprovisioned)}")
    print("NO-GO for want of evidence alone: what provisioning makes is green")
    return 0


def _unprovisioned(rows: object) -> Iterator[str]:
    for judged in rows if isinstance(rows, list) else []:
        row, outcome = judged["row"], judged["outcome"]
        red = outcome not in {"pass", "excluded", "signed", "waived", "follows"}
        unsigned = outcome == "not testable" and row["signed"]
        command = next(iter(row["remedy"]), "").removeprefix("python -m ").removeprefix("runbook ")
        if row["id"] in DECIDED_BY_PEOPLE:
            continue
        if red and not unsigned and command.partition(" ")[0] not in PROOFS:
            yield row["id"]
