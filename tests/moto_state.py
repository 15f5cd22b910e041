"""Copies of an account's state: what took hundreds of calls to provision comes back in milliseconds.

moto's models are plain objects except for a few members that Python does not pickle; those are
rebuilt. Everything is copied in one piece, since a function refers to the logs of its Region.
"""

import io
import pickle
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakValueDictionary

from moto.core.base_backend import BackendDict
from moto.s3.models import s3_backends

from local.aws.moto import Moto
from tests.recording_aws import RecordingAws

_LOCK = type(threading.Lock())
_POLICY = "AWSManagedPolicy"
_SHARED = ("cryptography.", _POLICY)
"""Modules, or names of classes, whose objects all copies share."""
_MOTO_NAMES = {"dynamodbstreams": "dynamodb"}
_ALIASES = "LambdaStorage.__init__.<locals>.<lambda>"


@dataclass(frozen=True, slots=True)
class MotoState:
    """A state of one account. It can be restored in this process as often as you like."""

    services: tuple[Any, ...]
    """moto's registry of each service in use."""
    state: bytes = b""
    """What each of them holds of the account, in the same order."""
    shared: tuple[Any, ...] = ()
    """What all copies share: key material of KMS, which never changes, and AWS's own 1,500 policies."""
    attached: Mapping[int, int] = field(default_factory=dict)
    """How often each of those policies was attached, by its place in ``shared``: moto counts in the policy."""
    buckets: Mapping[str, Any] = field(default_factory=dict)
    """Owners of buckets, which moto keeps apart since a bucket's name is taken worldwide."""


def state_of(aws: RecordingAws | Moto) -> MotoState:
    """Copy all state of the account, while no call is under way."""
    account = aws.account
    services = tuple(registry for registry in _registries() if account in registry)
    written = io.BytesIO()
    pickler = _Pickler(written)
    pickler.dump([service[account] for service in services])
    owners = s3_backends.bucket_accounts.items()
    return MotoState(
        services=services,
        state=written.getvalue(),
        shared=tuple(pickler.shared),
        attached={
            place: one.attachment_count
            for place, one in enumerate(pickler.shared)
            if type(one).__name__ == _POLICY
        },
        buckets={name: owner for name, owner in owners if owner[1] == account},
    )


def restore(aws: RecordingAws | Moto, state: MotoState) -> None:
    """Return to a saved state of this account, with no calls so far; the list of extensions stays.

    Functions and gateways that have read the state before must be started anew.
    """
    if isinstance(aws, Moto):
        aws.forget()
    else:
        aws.clear()
    registries = _registries()
    for place, times in state.attached.items():
        state.shared[place].attachment_count = times
    held = _Unpickler(state.state, state.shared).load()
    for services, one in zip(state.services, held, strict=True):
        services[aws.account] = one
        if not any(services is known for known in registries):
            registries.append(services)
    s3_backends.bucket_accounts.update(state.buckets)


@dataclass(frozen=True, slots=True)
class CopiedState:
    """What one service held of an account."""

    state: bytes
    shared: tuple[Any, ...]

    def thaw(self) -> Any:
        return _Unpickler(self.state, self.shared).load()


def copied(account: str, service: str) -> CopiedState:
    """Copy what one service holds of an account."""
    written = io.BytesIO()
    pickler = _Pickler(written)
    registry = registry_of(account, service)
    pickler.dump(registry[account] if registry is not None else None)
    return CopiedState(written.getvalue(), tuple(pickler.shared))


def registry_of(account: str, service: str) -> Any:
    """Return moto's registry of a service, None where nothing of it is in use."""
    name = _MOTO_NAMES.get(service, service)
    return next(
        (
            registry
            for registry in _registries()
            if registry.service_name == name and account in registry
        ),
        None,
    )


def _registries() -> list[Any]:
    registries: list[Any] = BackendDict._instances  # type: ignore[misc]  # noqa: SLF001  # the only way
    return registries


class _Pickler(pickle.Pickler):
    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file, protocol=5)
        self.shared: list[Any] = []

    def persistent_id(self, value: Any) -> int | None:
        kind = type(value)
        if kind.__name__ not in _SHARED and not kind.__module__.startswith(_SHARED):
            return None
        self.shared.append(value)
        return len(self.shared) - 1

    def reducer_override(self, value: Any) -> Any:
        if isinstance(value, WeakValueDictionary):  # the pickle itself holds the values long enough
            return WeakValueDictionary, (dict(value),)
        if isinstance(value, _LOCK):
            return threading.Lock, ()
        if getattr(value, "__qualname__", "") == _ALIASES:
            return _dict, ()
        return NotImplemented


class _Unpickler(pickle.Unpickler):
    def __init__(self, state: bytes, shared: tuple[Any, ...]) -> None:
        super().__init__(io.BytesIO(state))
        self._shared = shared

    def persistent_load(self, place: int) -> Any:
        return self._shared[place]


def _dict() -> type:
    return dict
