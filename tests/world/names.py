"""Who lives in this world: two accounts in two Regions, each with a LINE bot of its own, and one front end."""

from dataclasses import dataclass

FRONT_END = "rally.example.jp"
LINE = "api.line.me"
AWS = "amazonaws.com"
SERVED = (FRONT_END, LINE, AWS)
"""Domains that DNS knows here, each with all names below it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """What AWS and LINE gave one environment before its first resource exists."""

    name: str
    account: str
    region: str
    channel_id: str
    bot_user_id: str
    liff_id: str

    @property
    def stage(self) -> str:
        return self.name


PROD = Home(
    name="prod",
    account="444455556666",
    region="ap-northeast-1",
    channel_id="2001234567",
    bot_user_id="U" + "6" * 32,
    liff_id="2001234567-AbCdEfGh",
)
DEV = Home(
    name="dev",
    account="111122223333",
    region="us-east-1",
    channel_id="2009999999",
    bot_user_id="U" + "3" * 32,
    liff_id="2009999999-ZyXwVuTs",
)
HOMES = (PROD, DEV)
