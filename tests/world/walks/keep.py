"""Keeps the world until Ctrl-C, for commands of your own."""

import json
import signal
from pathlib import Path

from tests.world.people import hire, signed_in
from tests.world.world import World


def walk(world: World, record: Path) -> int:
    """Leave each operator's variables in ``record``, and say how a shell enters."""
    for account in world.accounts.values():
        for role in ("operator", "administrator"):
            hire(account, role)
        home = account.home
        variables = {**signed_in(account, "operator", "hanako"), "SIGNOFF_ACCOUNT": home.account}
        lines = "\n".join(f"export {name}={value}" for name, value in variables.items())
        (record / f"{home.name}.sh").write_text(f"{lines}\n", encoding="utf-8")
        channels = world.lines[home.name].channels
        tokens = {
            "messaging": channels.messaging_access_token,
            "login": channels.login_access_token,
        }
        (record / f"{home.name}.json").write_text(json.dumps(tokens), encoding="utf-8")
    print(f"{record}: dev.sh and prod.sh hold the operators' variables; Ctrl-C ends the world")
    signal.sigwait({signal.SIGINT, signal.SIGTERM})
    return 0
