"""Targets and AWS stand-ins for what happens before and after a run."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from botocore.exceptions import ClientError

from load.target import LoadTarget
from signoff.environment import load
from signoff.judge.snapshot import Live

ROOT = Path(__file__).parents[2]
PROD = load("prod", ROOT / "tests" / "prod.toml", {}).environment
HOST = "api.example.jp"


def target(*, release=None, daily_quota=100_000, host=f"https://{HOST}/prod", line=None, **more):
    """Return production, or what differs from it: by ``name``, say."""
    throttle = replace(PROD.throttle, daily_quota=daily_quota)
    return LoadTarget(
        environment=replace(PROD, throttle=throttle, **more),
        host=host,
        allowed_hosts=(HOST,),
        line=line,
        live=release and Live(release=release),
    )


@dataclass
class FakeClient:
    """An AWS client that gives one answer to every call, or refuses it; it keeps what it was asked."""

    answer: object = None
    refusal: str = ""
    asked: dict | None = None

    def __getattr__(self, operation):
        def call(**asked):
            self.asked = asked
            if self.refusal:
                error = {"Error": {"Code": self.refusal, "Message": "no"}}
                raise ClientError(error, operation)
            return self.answer

        return call

    def get_paginator(self, operation):
        return OnePage(self, operation)


@dataclass
class EmptyTable(FakeClient):
    """A table that is empty, and remembers whom it was asked about."""

    users: list = field(default_factory=list)

    def query(self, **asked):
        self.users.append(asked["ExpressionAttributeValues"][":id"]["S"])
        return {"Items": []}


@dataclass
class OnePage:
    """All there is, on one page."""

    client: FakeClient
    operation: str

    def paginate(self, **asked):
        return [getattr(self.client, self.operation)(**asked)]
