"""Targets and AWS stand-ins for what happens before and after a run."""

from dataclasses import dataclass, field

from botocore.exceptions import ClientError

from load.engine.throttle import TokenBucket
from load.target import LoadTarget

HOST = "api.example.jp"


def target(**more):
    made = {
        "name": "prod",
        "host": f"https://{HOST}/prod",
        "allowed_hosts": (HOST,),
        "production": True,
        "throttle": TokenBucket(1000, 2000),
        "daily_quota": 100_000,
        "target_rate": 200,
        "required_plan": "baseline",
        "fresh_days": 14,
        "api_name": "stamp-rally-prod-api",
        "stage": "prod",
        "user_stamps": "UserStamps-prod",
        "stamp_masters": "StampMasters-prod",
        "token_secret": "stamp-rally-prod/token-secret-key",
        "evidence": "report/prod/evidence",
    }
    return LoadTarget(**(made | more))


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
