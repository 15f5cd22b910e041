"""Clients that a test hands to a function in place of a plain one."""

import threading
from collections import Counter

from botocore.exceptions import ClientError


def error(code, operation="Operation", status=400, **members):
    """Return the exception that boto3 raises for an error of AWS."""
    response = {
        "Error": {"Code": code, "Message": "canary: inner text of AWS"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(response | members, operation)


def cancelled(*reasons):
    """Return DynamoDB's cancellation, one reason per item of the transaction."""
    listed = [{"Code": reason} for reason in reasons]
    return error("TransactionCanceledException", "TransactWriteItems", CancellationReasons=listed)


class Scripted:
    """A client that raises, or returns, what the script holds for a method, call after call."""

    def __init__(self, client, **script):
        self._client = client
        self._script = {method: list(steps) for method, steps in script.items()}
        self.calls = Counter()

    def __getattr__(self, method):
        def call(*names, **arguments):
            self.calls[method] += 1
            step = self._script[method].pop(0) if self._script.get(method) else None
            if isinstance(step, Exception):
                raise step
            if callable(step):
                step()
            elif step is not None:
                return step
            return getattr(self._client, method)(*names, **arguments)

        return call


class OneAtATime:
    """A client whose calls wait for each other, as moto needs; races between calls remain."""

    def __init__(self, client):
        self._client = client
        self._lock = threading.Lock()

    def __getattr__(self, method):
        def call(**arguments):
            with self._lock:
                return getattr(self._client, method)(**arguments)

        return call
