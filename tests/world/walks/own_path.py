"""From two empty accounts to GO by the tool's own procedures alone."""

import re
from pathlib import Path
from urllib.parse import urlsplit

from tests.world.machine import ROOT, Machine
from tests.world.names import DEV, FRONT_END, PROD, Home
from tests.world.operator import MAILBOX, AccountOperator
from tests.world.people import hire
from tests.world.walk import Walk
from tests.world.world import World

PRINTED = re.compile(r"(?m)^ +(evidence\w*) = (.*?)\s*$")
"""The lines for the environment file that `evidence` prints."""
RALLY = {
    "go_live": "2026-12-01",
    "area": "{ lat = 35.5555, lon = 139.6540, km = 2 }",
    "season": "{ begins = 2026-12-01, ends = 2026-12-31 }",
    "stamps": "5",
}
"""What this rally is, in an environment's table."""


def walk(world: World, record: Path) -> int:
    """Walk it; return 0 where production's verdict was GO."""
    taken = Walk("own-path", record)
    machine = Machine.set_up(world.folder / "laptop", str(ROOT))
    try:
        _walked(taken, world, machine)
    finally:
        print(taken.written(), taken.totals())
    return 0


def _walked(taken: Walk, world: World, machine: Machine) -> None:
    for account in world.accounts.values():
        hire(account, "operator")
        hire(account, "administrator")
    dev = AccountOperator(taken, world, machine, world.accounts["dev"])
    prod = AccountOperator(taken, world, machine, world.accounts["prod"])
    taken.edited(machine, "dev", _ours(DEV) | {"load_plan": '"smoke"'}, "Name dev's account")
    dev("runbook", "provision", "--env", "dev", "--go")
    dev("runbook", "by_hand", "--env", "dev", "--go")
    dev("pytest", "--env", "dev", expects=(0, 1))
    taken.edited(machine, "prod", _ours(PROD) | _production(), "Name production's account")
    proven = prod("runbook", "evidence", "--env", "prod", "--go").text
    taken.edited(machine, "prod", dict(PRINTED.findall(proven)), "Name production's evidence")
    prod("runbook", "provision", "--env", "prod", "--go")
    world.front_end.publish(api=prod.api, liff_id=PROD.liff_id)
    taken.by_hand("laptop", "deploy the front end, configured for production")
    host = urlsplit(prod.api).hostname or ""
    prod(
        "load", "run", "--env", "prod", "--plan", "baseline", "--unlock", host, expects=(0, 1, 3, 5)
    )
    prod("runbook", "rehearse_rollbacks", "--env", "prod", "--go")
    prod("runbook", "by_hand", "--env", "prod", "--go")
    prod("runbook", "recount", "--env", "prod", "--go")
    prod("pytest", "--env", "prod")


def _ours(home: Home) -> dict[str, str]:
    names = f'channel_id = "{home.channel_id}", bot_user_id = "{home.bot_user_id}"'
    more = f'liff_id = "{home.liff_id}", expected_messages = 1000'
    return {
        "account": f'"{home.account}"',
        "line": f"{{ {names}, {more} }}",
        "alert_email": f'"{MAILBOX}"',
        "administrators": f'["arn:aws:iam::{home.account}:role/administrator", "arn:aws:iam::{home.account}:role/operator"]',
    }


def _production() -> dict[str, str]:
    return {
        "origin": f'"https://{FRONT_END}"',
        "front_end": f'{{ url = "https://{FRONT_END}" }}',
        "target_rate": "10",
        **RALLY,
    }
