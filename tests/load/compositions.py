"""Compositions for tests: a stack that is one small target, or an AWS of made-up answers, and what is live."""

import itertools
import json
from contextlib import nullcontext
from dataclasses import dataclass

from load.composition import LoadComposition
from signoff.environment import load
from signoff.judge.snapshot import Live
from tests.load.fake_aws import ROOT, FakeClient, OnePage

LOCAL = load("local", ROOT / "environments.toml", {}).environment
CALLER = "arn:aws:sts::123456789012:assumed-role/operator/hanako"


@dataclass(frozen=True)
class OneTarget:
    """One target that is the API, and the fake of LINE as well."""

    api: str
    line: str
    aws: str = ""
    birth: str = "b1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings(LoadComposition):
    """``releases`` has the next answer to each question of what is live."""

    declared: object
    served: object
    clients: object
    releases: object

    def environment(self, _name):
        return self.declared

    def kept(self):
        return self.served

    def stack(self, _environment, _say):
        return nullcontext(self.served)

    def aws(self, _environment):
        return self.clients or (lambda _service: None)

    def caller(self, _environment):
        return CALLER

    def live(self, _environment):
        return next(self.releases)


def surrounded(root, *, environment=LOCAL, url=None, aws=None, releases=("a",)):
    """Return a composition in which each question of what is live has the next answer; the last one stays."""
    asked = itertools.chain(releases, itertools.repeat(releases[-1]))
    return Surroundings(
        root=root,
        environments=root / "environments.toml",
        declared=environment,
        served=OneTarget(url, url) if url else None,
        clients=aws,
        releases=(one and Live(release=one) for one in asked),
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
