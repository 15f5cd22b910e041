"""The suite's own AWS calls: few, declared in smoke/policy.py, and none about a person."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from aws.desired import Secret
from aws.section import NotTestable
from aws.words import Words

CONFIG = Config(connect_timeout=3, read_timeout=10, retries={"mode": "standard"})
AWAY = (ClientError, BotoCoreError)
Clients = Callable[[str], Any]
"""Service -> client."""


def clients(session: boto3.Session) -> Clients:
    """Return how to get a client of the session's Region, each made once."""
    return cache(lambda service: session.client(service, config=CONFIG))


def reason(error: BaseException) -> str:
    """Name what AWS, or the way to it, said."""
    if isinstance(error, ClientError):
        return f"{error.operation_name}: {error.response['Error']['Code']}"
    return type(error).__name__


def secret_value(secretsmanager: Any, secret: Secret) -> str:
    """Read a secret's one value, which is never shown; NotTestable where it can't be read."""
    try:
        content = secretsmanager.get_secret_value(SecretId=secret.name)["SecretString"]
        return str(json.loads(content)[secret.json_key])
    except AWAY as error:
        why = reason(error)
        raise NotTestable(
            Words(
                en=f"secret {secret.name} can't be read ({why})",
                ja=f"シークレット{secret.name}を読み取れません（{why}）",
            )
        ) from None
    except (ValueError, KeyError, TypeError):
        raise NotTestable(
            Words(
                en=f"secret {secret.name} has no field {secret.json_key}",
                ja=f"シークレット{secret.name}に{secret.json_key}がありません",
            )
        ) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedTable:
    """A table and its key attributes, as far as putting things back needs it."""

    dynamodb: Any
    name: str
    keys: tuple[str, ...]

    def under(self, hash_key: str) -> list[Mapping[str, Any]]:
        """Return the keys of all items under a hash key, read consistently."""
        names = {f"#{number}": name for number, name in enumerate(self.keys)}
        pages = self.dynamodb.get_paginator("query").paginate(
            TableName=self.name,
            KeyConditionExpression="#0 = :id",
            ProjectionExpression=", ".join(names),
            ExpressionAttributeNames=names,
            ExpressionAttributeValues={":id": {"S": hash_key}},
            ConsistentRead=True,
        )
        return [item for page in pages for item in page["Items"]]

    def put(self, items: Iterable[Mapping[str, Any]]) -> None:
        for item in items:
            self.dynamodb.put_item(TableName=self.name, Item=dict(item))

    def delete(self, keys: Iterable[Mapping[str, Any]]) -> None:
        for key in keys:
            self.dynamodb.delete_item(TableName=self.name, Key=dict(key))
