"""A production set up by another hand: plain boto3 and literals, nothing of ours is imported.

What an engineer does who follows the guide in the console, knows AWS, and never saw our plan or our
procedures: the same promises kept, written differently wherever AWS leaves a choice.
"""

from collections.abc import Callable
from typing import Any

from tests.foreign.hand import compute, data, edge, gateway, identity, vault, watch

__all__ = ["set_up"]


def set_up(client: Callable[[str], Any]) -> None:
    """Set up everything in an empty account; ``client`` makes a boto3 client of a service."""
    secrets = vault.set_up(client("secretsmanager"))
    identity.set_up(client("iam"), secrets)
    data.set_up(client("dynamodb"))
    compute.set_up(client("lambda"))
    watch.log_groups(client("logs"))
    api = gateway.set_up(client("apigateway"))
    compute.allowed_by_policy(client("lambda"), api)
    edge.usage_plan(client("apigateway"), api.id)
    edge.domain(client("apigateway"), client("acm"), api.id)
    edge.bucket(client("s3"))
    watch.set_up(client("cloudwatch"), client("sns"))
