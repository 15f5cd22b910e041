"""DynamoDB transactions: the same token is the same transaction, and a rollback costs what it undoes.

moto copies whole tables before each transaction, a second at 20,000 items, and knows no tokens.
"""

import copy
import importlib
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from local.aws.errors import refusal
from local.aws.moto import Fix, Moto
from local.aws.request import Request, Response

_TOKEN_SECONDS = 600
Key = tuple[Any, Any, Any]
"""(table, hash key, range key) as moto holds them."""


def transact_write_items(request: Request, moto: Moto) -> Response:
    """Write all or nothing; answer a resend of the last ten minutes as it was answered then."""
    token = request.parameters.get("ClientRequestToken")
    done = _remembered(moto.notes("dynamodb", request.region).setdefault("tokens", {}))
    if token in done:
        return _again(request, *done[token][1:])
    response = _transacted(request, moto)
    if token and response.succeeded:
        done[token] = (time.monotonic(), request.parameters["TransactItems"], response)
    return response


def _remembered(tokens: dict[str, Any]) -> dict[str, Any]:
    oldest = time.monotonic() - _TOKEN_SECONDS
    for token in [token for token, (at, *_) in tokens.items() if at < oldest]:
        del tokens[token]
    return tokens


def _again(request: Request, items: object, response: Response) -> Response:
    if request.parameters["TransactItems"] == items:
        return response
    message = "The request uses the same client token as a previous, but non-identical request."
    return refusal(request, "IdempotentParameterMismatchException", message)


def _transacted(request: Request, moto: Moto) -> Response:
    backend = moto.backend("dynamodb", request.region)
    before = {key: _held(key) for key in _keys(request, backend)}
    with _tables_uncopied():
        response = moto(request)
    if not response.succeeded:
        for key, item in before.items():
            _put_back(key, item)
    return response


def _keys(request: Request, backend: Any) -> Iterator[Key]:
    """Yield every item that the transaction may touch; what is malformed is left for moto to refuse."""
    from moto.dynamodb.models.dynamo_type import DynamoType  # noqa: PLC0415  # moto is imported late

    for action in request.parameters.get("TransactItems") or ():
        for written in action.values():
            table = backend.tables.get(str(written.get("TableName", "")).rpartition("/")[2])
            given = written.get("Key") or written.get("Item") or {}
            if table and table.hash_key_attr in given:
                hash_key = DynamoType(given[table.hash_key_attr])
                range_key = given.get(table.range_key_attr) if table.range_key_attr else None
                yield table, hash_key, DynamoType(range_key) if range_key else None


def _held(key: Key) -> Any:
    table, hash_key, range_key = key
    if hash_key not in table.items:  # it is a defaultdict: looking it up would add it
        return None
    found = table.items[hash_key]
    if table.range_key_attr:
        found = found.get(range_key)
    return copy.deepcopy(found)


def _put_back(key: Key, item: Any) -> None:
    table, hash_key, range_key = key
    if table.range_key_attr:
        within = table.items[hash_key]
        if item is None:
            within.pop(range_key, None)
        else:
            within[range_key] = item
        if not within:
            del table.items[hash_key]
    elif item is None:
        table.items.pop(hash_key, None)
    else:
        table.items[hash_key] = item


_UNDONE_HERE: ContextVar[bool] = ContextVar(
    "the transaction of this thread is undone here", default=False
)


class _SparingCopy:
    """The ``copy`` that moto sees: a table is its own copy where we undo, all else is copied."""

    copy = staticmethod(copy.copy)

    @staticmethod
    def deepcopy(value: Any) -> Any:
        spared = _UNDONE_HERE.get() and type(value).__name__.endswith("Table")
        return value if spared else copy.deepcopy(value)


@contextmanager
def _tables_uncopied() -> Iterator[None]:
    """Spare moto the backup of whole tables, in this thread: other threads still undo by moto's copy."""
    models: Any = importlib.import_module("moto.dynamodb.models")
    models.copy = _SparingCopy
    token = _UNDONE_HERE.set(True)
    try:
        yield
    finally:
        _UNDONE_HERE.reset(token)


FIXES: Mapping[tuple[str, str], Fix] = {("dynamodb", "TransactWriteItems"): transact_write_items}
