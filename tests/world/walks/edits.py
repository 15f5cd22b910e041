"""What a team writes into its environment file before it begins."""

import json
import re
from collections.abc import Mapping

from tests.world.account_operator import MAILBOX
from tests.world.names import FRONT_END, Home

PRINTED = re.compile(r"(?m)^ +(evidence\w*) = (.*?)\s*$")
"""The lines for the environment file that `evidence` prints."""
RATE = 30
"""Requests a second of the busiest minute: what two cores serve that also run everything else."""
CI_ROLE = "ci"
RALLY = {
    "area": "{ lat = 35.5555, lon = 139.6540, km = 2 }",
    "season": "{ begins = 2026-12-01, ends = 2026-12-31 }",
    "stamps": "5",
}
"""What this rally is."""


def of_dev(home: Home) -> Mapping[str, str]:
    """Return the keys without which no functional row of dev is judged."""
    return {
        "account": f'"{home.account}"',
        "line": f'{{ channel_id = "{home.channel_id}", bot_user_id = "{home.bot_user_id}" }}',
    }


def of_account(home: Home) -> Mapping[str, str]:
    """Return the keys of production's account: itself, its LINE channels, and the people and pipelines."""
    names = f'channel_id = "{home.channel_id}", bot_user_id = "{home.bot_user_id}"'
    more = f'liff_id = "{home.liff_id}", expected_messages = 1000'
    roles = {
        role: f"arn:aws:iam::{home.account}:role/{role}"
        for role in ("administrator", "operator", CI_ROLE)
    }
    return {
        "account": f'"{home.account}"',
        "line": f"{{ {names}, {more} }}",
        "alert_email": f'"{MAILBOX}"',
        "administrators": json.dumps([*roles.values()]),
        "evidence_signers": json.dumps([roles["operator"], roles[CI_ROLE]]),
    }


def of_production(*, rate: int) -> Mapping[str, str]:
    """Return the keys that only production needs; ``rate`` is its demand in requests a second."""
    return {
        "front_end": f'{{ url = "https://{FRONT_END}" }}',
        "demand": f"{{ visitors = {384 * rate}, stamps_each = 5, hours = 8 }}",
        **RALLY,
    }
