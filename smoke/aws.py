"""The suite's own AWS calls: few, declared in smoke/access.py, and none to anything of a person's."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from signoff.environment import Environment

CONFIG = Config(connect_timeout=3, read_timeout=10, retries={"mode": "standard"})
AWAY = (ClientError, BotoCoreError)


def clients(environment: Environment) -> Callable[[str], Any]:
    """Return how to get a client of a service, made once."""
    session = boto3.Session(region_name=environment.region)
    return cache(lambda service: session.client(service, config=CONFIG))


def reason(error: BaseException) -> str:
    """Name what AWS, or the way to it, said."""
    if isinstance(error, ClientError):
        return f"{error.operation_name}: {error.response['Error']['Code']}"
    return type(error).__name__


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table and its key attributes, as far as cleaning needs it."""

    dynamodb: Any
    name: str
    keys: tuple[str, ...]

    def of_user(self, user_id: str) -> list[Mapping[str, Any]]:
        """Return the keys of all items whose hash key is this id, read consistently."""
        names = {f"#{number}": name for number, name in enumerate(self.keys)}
        pages = self.dynamodb.get_paginator("query").paginate(
            TableName=self.name,
            KeyConditionExpression="#0 = :id",
            ProjectionExpression=", ".join(names),
            ExpressionAttributeNames=names,
            ExpressionAttributeValues={":id": {"S": user_id}},
            ConsistentRead=True,
        )
        return [item for page in pages for item in page["Items"]]

    def put(self, items: Iterable[Mapping[str, Any]]) -> None:
        for item in items:
            self.dynamodb.put_item(TableName=self.name, Item=dict(item))

    def delete(self, keys: Iterable[Mapping[str, Any]]) -> None:
        for key in keys:
            self.dynamodb.delete_item(TableName=self.name, Key=dict(key))
