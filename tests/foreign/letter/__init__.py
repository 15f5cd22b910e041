"""The guide followed to the letter in the console, its mistakes included; nothing of ours is imported.

Step numbers are the guide's. Where it is silent, what the console proposes stands.
"""

from collections.abc import Callable
from typing import Any

from tests.foreign.letter import deployed, gateway, rights, watch

__all__ = ["set_up"]


def set_up(client: Callable[[str], Any]) -> None:
    """Go through the guide in its order; ``client`` makes a boto3 client of a service."""
    rights.secrets(client("secretsmanager"))
    rights.roles(client("iam"))
    rights.bucket(client("s3"))
    gateway.usage_plan(client("apigateway"))
    deployed.tables(client("dynamodb"))
    deployed.functions(client("lambda"))
    gateway.set_up(client("apigateway"), client("lambda"))
    deployed.spots(client("dynamodb"))
    watch.set_up(client("cloudwatch"), client("sns"))
    watch.log_groups(client("logs"))
