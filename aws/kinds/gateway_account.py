"""API Gateway's settings of the account: its throttle, and the role by which it writes logs; one per account and Region."""

from dataclasses import dataclass

from aws.kind import Kind, ReadCall, fact
from aws.kinds.usage_plan import BURST, RATE
from aws.part import Part
from aws.reading import Reader, Reading
from aws.section import Section
from aws.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayAccount:
    """Account-level throttle, requests a second and burst, and the role that writes logs."""

    log_role_arn: str | None = fact(
        Words(en="role for logs", ja="ログ用ロール"),
        "cloudwatchRoleArn",
        absent=None,
        read=lambda arn: arn or None,
    )
    rate: float = fact(RATE, "throttleSettings.rateLimit", part=Part.CAPACITY)
    burst: int = fact(BURST, "throttleSettings.burstLimit", part=Part.CAPACITY)


GATEWAY_ACCOUNT = Kind[GatewayAccount](
    words=Words(en="API Gateway of this", ja="API Gateway"),
    service="apigateway",
    section="gateway_account",
    type=GatewayAccount,
    calls={
        "account": ReadCall(
            operation="GetAccount",
            needs=frozenset({"throttleSettings"}),
            harmless={
                "lets the account use usage plans, as every account does": "features",
                "how keys were stored once": "apiKeyVersion",
            },
        )
    },
)


def account(reading: Reading) -> Section[GatewayAccount]:
    """Return one item, ``account``."""
    return {"account": GATEWAY_ACCOUNT.read(reading.aws, "account")}


READERS = {GATEWAY_ACCOUNT.section: Reader(account, GATEWAY_ACCOUNT.actions)}
