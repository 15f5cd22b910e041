"""The suite's own AWS calls: few, declared in smoke/policy.py, and none about a person but the test user."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3
import requests
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from aws.desired import Secret, Table
from aws.door.freshness import Freshness
from aws.door.limits import NoAnswerError
from aws.door.verifying_transport import verify_answers
from aws.obstacle import obstacle_of
from aws.section import NotTestable
from aws.words import Words

CONFIG = Config(connect_timeout=3, read_timeout=10, retries={"mode": "standard"})
TIMEOUT_S = 10
LONGEST_S = 30
"""Seconds of one request: a socket's own time-out begins anew with each byte."""
NEEDS = {
    "BatchGetItem": {"Responses"},
    "FilterLogEvents": {"events"},
    "GetFunctionConfiguration": {"FunctionName"},
    "GetSecretValue": {"SecretString"},
    "Query": {"Items"},
}
"""What an answer must have: without it, "nothing is there" would be a guess."""
WRITTEN_AT_ONCE, READ_AT_ONCE = 25, 100
"""How many items BatchWriteItem and BatchGetItem take."""
AWAY = (ClientError, BotoCoreError, NoAnswerError)
SHOWN_WITHIN_S = 3
"""DynamoDB: an eventually consistent read is usually behind by less than a second."""
Clients = Callable[[str], Any]
"""Service -> client."""


def clients(session: boto3.Session) -> Clients:
    """Return a function that makes each client of the session's Region once."""

    def made(service: str) -> Any:
        client = session.client(service, config=CONFIG)
        # Without AWS's clock no answer is too old: this machine's may be minutes from it.
        undated = Freshness(lambda: datetime.fromtimestamp(0, UTC))
        verify_answers(client, undated, lambda one: NEEDS.get(one, ()), longest_s=LONGEST_S)
        return client

    return cache(made)


def reason(error: BaseException) -> str:
    """Name AWS's error code, or the class of the connection's error."""
    if isinstance(error, ClientError):
        return f"{error.operation_name}: {error.response['Error']['Code']}"
    return type(error).__name__


def not_read(what: str, error: BaseException, ja: str = "") -> NotTestable:
    """Return what to raise if one of the suite's own calls was not answered; ``ja`` names the call in Japanese."""
    said = error.response.get("Error", {}) if isinstance(error, ClientError) else {}
    why = reason(error)
    words = Words(en=f"{what} can't be read ({why})", ja=f"{ja or what}を読み取れません（{why}）")
    return NotTestable(words, obstacle_of(said.get("Code", ""), said.get("Message", "")))


def typed(item: Mapping[str, str | int]) -> Mapping[str, Any]:
    """Return an item in DynamoDB JSON."""
    return {
        name: {"S": value} if isinstance(value, str) else {"N": str(value)}
        for name, value in item.items()
    }


def secret_value(secretsmanager: Any, secret: Secret) -> str:
    """Read a secret's one value, which is never shown; NotTestable where it can't be read."""
    try:
        content = secretsmanager.get_secret_value(SecretId=secret.name)["SecretString"]
        return str(json.loads(content)[secret.json_key])
    except AWAY as error:
        raise not_read(f"secret {secret.name}", error, f"シークレット{secret.name}") from None
    except (ValueError, KeyError, TypeError):
        raise NotTestable(
            Words(
                en=f"secret {secret.name} has no field {secret.json_key}",
                ja=f"シークレット{secret.name}に{secret.json_key}がありません",
            )
        ) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedTable:
    """A table and its key attributes, as far as cleaning up needs them."""

    dynamodb: Any
    name: str
    keys: tuple[str, ...]

    @classmethod
    def of(cls, table: Table, aws: Clients) -> "KeyedTable":
        keys = tuple(name for name in (table.hash_key, table.range_key) if name)
        return cls(dynamodb=aws("dynamodb"), name=table.name, keys=keys)

    def under(self, hash_key: str) -> list[Mapping[str, Any]]:
        """Return the keys of all items under a hash key, read consistently."""
        names = {f"#{number}": name for number, name in enumerate(self.keys)}
        return self._queried(hash_key, names, ProjectionExpression=", ".join(names))

    def items(self, hash_key: str) -> list[Mapping[str, Any]]:
        """Return all items under a hash key as they are, read consistently: for the test user alone."""
        return self._queried(hash_key, {"#0": self.keys[0]})

    def _queried(
        self, hash_key: str, names: Mapping[str, str], **more: str
    ) -> list[Mapping[str, Any]]:
        pages = self.dynamodb.get_paginator("query").paginate(
            TableName=self.name,
            KeyConditionExpression="#0 = :id",
            ExpressionAttributeNames=names,
            ExpressionAttributeValues={":id": {"S": hash_key}},
            ConsistentRead=True,
            **more,
        )
        return [item for page in pages for item in page["Items"]]

    def key(self, item: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the key of an item."""
        return {name: item[name] for name in self.keys}

    def transact(self, changes: Iterable[Mapping[str, Mapping[str, Any]]]) -> None:
        """Make these changes (``{"Delete": …}``, ``{"Put": …}``), all or none."""
        items = [
            {kind: {"TableName": self.name, **change}}
            for one in changes
            for kind, change in one.items()
        ]
        self.dynamodb.transact_write_items(TransactItems=items)

    def put(self, items: Iterable[Mapping[str, Any]]) -> None:
        """Put items into a table of an embedded stack, as many at once as DynamoDB takes.

        It returns once eventually consistent reads, which the functions use, show them.
        """
        written = list(items)
        self._write([{"PutRequest": {"Item": dict(item)}} for item in written])
        asking = Retrying(
            retry=retry_if_result(lambda found: any(one not in found for one in written)),
            stop=stop_after_delay(SHOWN_WITHIN_S),
            wait=wait_fixed(0.1),
            retry_error_callback=lambda _: None,  # the rows judge whatever is read by then
        )
        asking(lambda: self._read(map(self.key, written)))

    def there(self, keys: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Return which of these keys have an item, read consistently."""
        return [self.key(item) for item in self._read(keys, ConsistentRead=True)]

    def drop(self, keys: Iterable[Mapping[str, Any]]) -> None:
        """Delete these items of an embedded stack, whether they exist or not."""
        self._write([{"DeleteRequest": {"Key": dict(key)}} for key in keys])

    def _read(self, keys: Iterable[Mapping[str, Any]], **more: bool) -> list[Mapping[str, Any]]:
        found = [
            self.dynamodb.batch_get_item(RequestItems={self.name: {"Keys": some, **more}})
            for some in _batches([dict(one) for one in keys], READ_AT_ONCE)
        ]
        return [item for answer in found for item in answer["Responses"][self.name]]

    def _write(self, requests: list[dict[str, Any]]) -> None:
        # DynamoDB may leave items unprocessed, which a later read shows; our own stack never does.
        for some in _batches(requests, WRITTEN_AT_ONCE):
            self.dynamodb.batch_write_item(RequestItems={self.name: some})

    def delete(self, keys: Iterable[Mapping[str, Any]]) -> None:
        for key in keys:
            self.dynamodb.delete_item(TableName=self.name, Key=dict(key))


def answer_next(endpoint: str, mishaps: list[Mapping[str, Any]]) -> None:
    """Make an embedded stack answer its next calls with these mishaps; their members are those of ``local.aws.faults.Mishap``."""
    requests.post(f"{endpoint}/local/mishaps", json=mishaps, timeout=TIMEOUT_S).raise_for_status()


def answer_as_ever(endpoint: str) -> None:
    """Clear mishaps that this run, or a killed one, had set on the stack."""
    answer_next(endpoint, [])


def _batches(all_: list[dict[str, Any]], size: int) -> Iterable[list[dict[str, Any]]]:
    return (all_[at : at + size] for at in range(0, len(all_), size))
