"""Compositions for tests: a stack that is one small target, or an AWS of made-up answers, and what is live."""

import itertools
import json
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from load.target import LoadComposition
from signoff.environment import load
from signoff.judge.live_release import Live
from tests.load.fake_aws import FakeClient, OnePage

ROOT = Path(__file__).parents[2]
LOCAL = load("local", ROOT / "environments.toml", {}).environment
PROD = load("prod", ROOT / "tests" / "prod.toml", {}).environment
CALLER = "arn:aws:sts::123456789012:assumed-role/operator/hanako"


@dataclass(frozen=True)
class OneTarget:
    """One target that is the API, and the fake of LINE as well."""

    api: str
    line: str
    aws: str = ""
    birth: str = "b1"


def surrounded(root, *, environment=LOCAL, url=None, aws=None, releases=("a",)):
    """Return a composition in which each question of what is live has the next answer; the last one stays."""
    asked = itertools.chain(releases, itertools.repeat(releases[-1]))
    live = (one and Live(release=one) for one in asked)
    stack = OneTarget(url, url) if url else None

    @contextmanager
    def served(_environment, _say):
        yield stack

    return LoadComposition(
        root=root,
        environment=lambda _: environment,
        serves=lambda _: stack is not None,
        stack=served,
        kept=lambda: stack,
        aws=lambda _: aws or (lambda _service: None),
        caller=lambda _: CALLER,
        live=lambda _: next(live),
    )


class Tables:
    """DynamoDB with one spot, and with the stamps of users: it deletes them."""

    def __init__(self, *stamps):
        self.stamps = set(stamps)

    def scan(self, **_asked):
        place = {"lat": {"N": "35.5"}, "lon": {"N": "139.6"}, "radiusM": {"N": "15"}}
        return {"Items": [{"StampId": {"S": "A"}, "Type": {"S": "GPS"}, "Location": {"M": place}}]}

    def query(self, ExpressionAttributeValues, **_asked):  # noqa: N803 - AWS's name
        user = ExpressionAttributeValues[":id"]["S"]
        found = [{"UserId": {"S": u}, "StampId": {"S": s}} for u, s in self.stamps if u == user]
        return {"Items": found}

    def delete_item(self, Key, **_asked):  # noqa: N803 - AWS's name
        self.stamps.discard((Key["UserId"]["S"], Key["StampId"]["S"]))

    def get_paginator(self, operation):
        return OnePage(self, operation)


def answering(tables):
    """Give clients by the name of their service."""
    key = {"SecretString": json.dumps({"TOKEN_SECRET_KEY": "0123456789abcdef" * 8})}
    apis = {"items": [{"id": "abc", "name": "stamp-rally-prod-api"}]}
    clients = {
        "dynamodb": tables,
        "secretsmanager": FakeClient(key),
        "apigateway": FakeClient(apis),
        "cloudwatch": FakeClient({"Datapoints": []}),
    }
    return clients.__getitem__
