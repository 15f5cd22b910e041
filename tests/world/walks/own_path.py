"""From two empty accounts to a verdict by the tool's own procedures, and the same verdict on a second machine."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from tests.world.account_operator import NAME, AccountOperator
from tests.world.machine import ROOT, Machine
from tests.world.names import DEV, PROD
from tests.world.people import admit, hire
from tests.world.walk import Astray, Walk
from tests.world.walks.cutting_over import ENDS, cut_over
from tests.world.walks.edits import CI_ROLE, PRINTED, RATE, of_account, of_dev, of_production
from tests.world.walks.pipelines import employ, pipelines
from tests.world.world import World

LOADED = (0, 1, 3, 5)
"""How a load run may end: on a busy machine it is invalid or slow, and somebody has to sign for that."""
RED = {"fail", "not testable"}
BUSY = """\
[[prod.waivers]]
row = "PREP-02"
until = {until}
reason = "the machine of this walk is too busy to generate load"
by = "Hanako Sato"
"""


def walk(world: World, record: Path) -> int:
    """Walk it; return how the last verdict ended, after the cut-over."""
    taken = Walk("own-path", record)
    laptop = Machine.set_up(world.folder / "laptop", str(ROOT))
    for account in world.accounts.values():
        hire(account, "operator")
        hire(account, "administrator")
    admit(world.accounts["prod"], CI_ROLE)
    taken.by_hand("console", "production: CI's role, which may do nothing yet")
    taken.edited(laptop, "dev", of_dev(DEV))
    taken.edited(laptop, "prod", {**of_account(PROD), **of_production(rate=RATE)})
    taken.committed(laptop, "Name both accounts, and the rally")
    try:
        dev = AccountOperator(taken, world, laptop, world.accounts["dev"])
        prod = AccountOperator(taken, world, laptop, world.accounts["prod"])
        for operator in (dev, prod):
            evidence(operator)
        taken.committed(laptop, "Name the evidence of both")
        employ(prod)
        _dev(taken, dev)
        _prod(prod)
        _elsewhere(prod, Machine.set_up(world.folder / "desk", str(laptop.clone)))
        return cut_over(prod)
    finally:
        print(taken.written(), taken.totals())


def evidence(operator: AccountOperator) -> None:
    """Create the place for an environment's evidence, and paste its name."""
    environment = operator.account.home.name
    printed = operator("runbook", "evidence", "--env", environment, "--go").text
    operator.walk.pasted(operator.machine, environment, dict(PRINTED.findall(printed)))


def _dev(taken: Walk, dev: AccountOperator) -> None:
    dev("runbook", "provision", "--env", "dev", "--go")
    dev.world.front_end.publish(api=dev.api, liff_id=DEV.liff_id)
    taken.by_hand("laptop", "deploy the front end, which names dev until the cut-over")
    dev("runbook", "by_hand", "--env", "dev", "--by", NAME, "--go")
    dev("pytest", "--env", "dev", expects=ENDS)


def _prod(prod: AccountOperator) -> None:
    prod("runbook", "provision", "--env", "prod", "--go")
    load(prod)
    prod("runbook", "rehearse_rollbacks", "--env", "prod", "--go")
    prod("runbook", "recount", "--env", "prod", "--go")
    prod("runbook", "by_hand", "--env", "prod", "--by", NAME, "--go")
    accept(prod, "DATA-10")
    for workflow, code in pipelines(prod).items():
        print(f"workflow {workflow}: {code}", flush=True)
    sign_for_load(prod)


def load(prod: AccountOperator) -> None:
    """Load production with the plan that it requires."""
    host = urlsplit(prod.api).hostname or ""
    plan = ("--plan", "baseline", "--unlock", host)
    prod("load", "run", "--env", "prod", *plan, expects=LOADED)


def accept_what_has_no_owner(prod: AccountOperator) -> None:
    """Judge, and answer for each condition that the run names as without an owner."""
    judged = prod("pytest", "--env", "prod", expects=ENDS).text
    for named in re.findall(r"(?s)Conditions without an owner and a day.*?: (.*?) --by", judged):
        for row in re.findall(r"[A-Z]+-\d+", named):
            accept(prod, row)


def accept(prod: AccountOperator, row: str) -> None:
    """Answer for a condition by name, and until a day."""
    until = datetime.now(UTC).date() + timedelta(days=7)
    answer = ("--by", NAME, "--until", until.isoformat())
    prod("signoff", "accept", "--env", "prod", row, *answer)
    prod.walk.committed(prod.machine, f"Answer for {row}")


def sign_for_load(prod: AccountOperator) -> None:
    """Judge; where the load run alone is in the way, on a machine that was too busy for it, sign for it."""
    judged = prod("pytest", "--env", "prod", expects=ENDS)
    if judged.code and _blocking(prod.machine) == {"PREP-02"}:
        until = datetime.now(UTC).date() + timedelta(days=7)
        prod.walk.appended(prod.machine, BUSY.format(until=until), "sign for the load run")
        prod.walk.committed(prod.machine, "Sign for the load run")
        prod("pytest", "--env", "prod")


def _blocking(machine: Machine) -> set[str]:
    report = machine.clone / "report/prod/latest/signoff.json"
    rows = json.loads(report.read_text("utf-8"))["verdict"]["rows"]
    blockers = [judged for judged in rows if judged["severity"] == "blocker"]
    return {judged["row"]["id"] for judged in blockers if judged["outcome"] in RED}


def _elsewhere(prod: AccountOperator, desk: Machine) -> None:
    """Judge on both machines; raise Astray unless the second one says what the first says."""
    here = prod("pytest", "--env", "prod", expects=ENDS)
    there = replace(prod, machine=desk, person="taro")("pytest", "--env", "prod", expects=ENDS)
    if _verdict(here.text) != _verdict(there.text):
        raise Astray(
            f"{_verdict(here.text)} on the first machine, {_verdict(there.text)} on the other"
        )


def _verdict(text: str) -> str:
    return next(line for line in text.splitlines()[::-1] if "(prod:" in line)
