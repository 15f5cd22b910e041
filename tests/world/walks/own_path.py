"""From two empty accounts to a verdict by the tool's own procedures, and the same verdict on a second machine."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from tests.world.account_operator import AccountOperator
from tests.world.machine import ROOT, Machine
from tests.world.names import DEV, PROD
from tests.world.people import hire
from tests.world.walk import Astray, Walk
from tests.world.walks.cutting_over import ENDS, cut_over
from tests.world.walks.edits import PRINTED, RATE, of_account, of_production
from tests.world.walks.pipelines import employ, pipelines
from tests.world.world import World

IN_SECRETS_MANAGER = {"secrets_in": '"Secrets Manager"'}
"""Dev as the runbook makes it; the file as it is shipped has the guide's."""
LOADED = (0, 1, 3, 5)
"""How a load run may end: on a busy machine it is invalid or slow, and somebody has to sign for that."""
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
    account = {"account": of_account(PROD)["account"]}
    taken.edited(laptop, "prod", account, "Name production's account, which reads dev's records")
    try:
        _dev(taken, AccountOperator(taken, world, laptop, world.accounts["dev"]))
        prod = AccountOperator(taken, world, laptop, world.accounts["prod"])
        _prod(taken, prod)
        _elsewhere(prod, Machine.set_up(world.folder / "desk", str(laptop.clone)))
        for workflow, code in pipelines(prod).items():
            print(f"workflow {workflow}: {code}", flush=True)
        return cut_over(prod)
    finally:
        print(taken.written(), taken.totals())


def evidence_first(
    taken: Walk, operator: AccountOperator, environment: str, keys: Mapping[str, str]
) -> None:
    """Name the account, create the place for its evidence, and name that, too."""
    taken.edited(operator.machine, environment, keys, f"Name {environment}'s account")
    printed = operator("runbook", "evidence", "--env", environment, "--go").text
    place = dict(PRINTED.findall(printed))
    taken.edited(operator.machine, environment, place, f"Name {environment}'s evidence")


def _dev(taken: Walk, dev: AccountOperator) -> None:
    evidence_first(taken, dev, "dev", {**of_account(DEV), **IN_SECRETS_MANAGER})
    dev("runbook", "provision", "--env", "dev", "--go")
    dev.world.front_end.publish(api=dev.api, liff_id=DEV.liff_id)
    taken.by_hand("laptop", "deploy the front end, which names dev until the cut-over")
    dev("runbook", "by_hand", "--env", "dev", "--go")
    dev("pytest", "--env", "dev", expects=ENDS)


def _prod(taken: Walk, prod: AccountOperator) -> None:
    evidence_first(taken, prod, "prod", {**of_account(PROD), **of_production(rate=RATE)})
    prod("runbook", "provision", "--env", "prod", "--go")
    employ(prod)
    prod("runbook", "rehearse_rollbacks", "--env", "prod", "--go")
    prod("runbook", "by_hand", "--env", "prod", "--go")
    prod("runbook", "recount", "--env", "prod", "--go")
    host = urlsplit(prod.api).hostname or ""
    plan = ("--plan", "baseline", "--unlock", host)
    prod("load", "run", "--env", "prod", *plan, expects=LOADED)
    sign_for_load(prod)


def sign_for_load(prod: AccountOperator) -> None:
    """Judge; where the load run alone is in the way, on a machine that was too busy for it, sign for it."""
    judged = prod("pytest", "--env", "prod", expects=ENDS)
    red = re.findall(r"(?m)^RED  (\S+)", judged.text)
    if judged.code and red == ["PREP-02"]:
        until = datetime.now(UTC).date() + timedelta(days=7)
        prod.walk.pasted(prod.machine, BUSY.format(until=until), "Sign for the load run")
        prod("pytest", "--env", "prod")


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
