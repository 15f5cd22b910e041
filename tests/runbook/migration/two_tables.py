"""Two environments in one account: dev in us-east-1 and prod in ap-northeast-1, with stamp masters to carry."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from botocore.config import Config

from runbook.engine import Journal, Procedure, Run
from signoff.environment import Environment
from tests.in_process import SessionInProcess
from tests.recording_aws import RecordingAws
from tests.runbook.desk import ONCE, Desk, said_in
from tests.runbook.toy import WHO, Memory

DEV_REGION = "us-east-1"
SOURCE, TARGET = "StampMasters", "StampMasters-prod"
DEV_TABLES = {"users": "Users", "userstamps": "UserStamps", "stampmasters": SOURCE}


def client(aws: RecordingAws, region: str, config: Config = ONCE) -> Any:
    return SessionInProcess(aws).client(
        "dynamodb", region_name=region, endpoint_url=aws.endpoint, config=config
    )


def spot(number: int, **more: Any) -> dict[str, Any]:
    """A well-formed master in DynamoDB JSON."""
    return {
        "StampId": {"S": f"SPOT-{number:05}"},
        "Name": {"S": f"Spot {number} 広場"},
        "Type": {"S": "GPS"},
        "Location": {"M": place()},
        **more,
    }


def place(lat: str = "35.55548", lon: str = "139.65428", radius: str = "15") -> dict[str, Any]:
    return {"lat": {"N": lat}, "lon": {"N": lon}, "radiusM": {"N": radius}}


def create(dynamodb: Any, name: str, *keys: str) -> None:
    kinds = ("HASH", "RANGE")
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": k, "KeyType": t} for k, t in zip(keys, kinds, strict=False)],
        AttributeDefinitions=[{"AttributeName": k, "AttributeType": "S"} for k in keys],
        BillingMode="PAY_PER_REQUEST",
    )


def put(dynamodb: Any, table: str, items: list[dict[str, Any]]) -> None:
    for begin in range(0, len(items), 25):
        puts = [{"PutRequest": {"Item": item}} for item in items[begin : begin + 25]]
        dynamodb.batch_write_item(RequestItems={table: puts})


def everything(dynamodb: Any, table: str) -> list[dict[str, Any]]:
    """Read a table whole, by key."""
    pages = dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    found = [item for page in pages for item in page["Items"]]
    return sorted(found, key=lambda item: json.dumps(item, sort_keys=True, default=repr))


@dataclass(slots=True)
class MigratedTables:
    """Both sides, and how to run a migration from one to the other."""

    desk: Desk
    dev: Any
    prod: Any
    folder: Path
    screen: Memory = field(default_factory=Memory)
    spoken: list[str] = field(default_factory=list)
    watched: list[str] = field(default_factory=list)

    def run(self, module: Any, screen: Memory | None = None, **chosen: str) -> Run:
        screen = self.screen = screen or Memory()
        context = self.desk.context(
            elsewhere=self.elsewhere,
            folder=self.folder,
            chosen=chosen,
            tell=lambda line: self.spoken.append(said_in("en", line)),
            watch=self.watched.append,
        )
        return Run(
            procedure=Procedure.of(module),
            context=context,
            journal=Journal(self.folder / "journal.jsonl"),
            screen=screen,
            who=WHO,
        )

    def elsewhere(self, name: str) -> tuple[Environment, Callable[[str], Any]]:
        account, here = self.desk.aws.account, self.desk.environment
        there = replace(here, name=name, account=account, region=DEV_REGION, tables=DEV_TABLES)
        return there, lambda _: self.dev

    @property
    def told(self) -> list[str]:
        """What was said while a run went on, or by its rehearsal."""
        return [*self.spoken, *self.screen.told]

    @property
    def manifests(self) -> list[Any]:
        return [body for kind, body in self.desk.evidence.records if kind == "manifest"]

    def calls(self, operation: str) -> int:
        return sum(call.operation == operation for call in self.desk.aws.calls)
