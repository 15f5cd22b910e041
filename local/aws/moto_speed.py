"""What moto works out anew for each call and each stack, worked out once: half of the time of a call."""

import copy
import importlib
import string
from collections.abc import Callable, Hashable
from functools import cache, lru_cache, partial
from random import Random
from typing import Any

import botocore.session

from aws.iam.actions import loader

_AS_WRITTEN = frozenset({"S", "N", "BOOL", "NULL", "SS", "NS"})
"""Types of DynamoDB's values that moto keeps as it answers them; binary ones and those inside others it converts."""


def once_for_all_calls(app: Any) -> None:
    """Keep what depends on nothing but moto's own code and AWS's models."""
    # moto lists the folders of its package anew for each request: a third of a call's time.
    app.get_backend_for_host = lru_cache(maxsize=256)(app.get_backend_for_host)
    # And it looks through all members of a service's class for the names of its operations: a twentieth.
    responses: Any = importlib.import_module("moto.core.responses")
    responses.method_names_from_class = cache(responses.method_names_from_class)
    serialize: Any = importlib.import_module("moto.core.serialize")
    json, serializer = serialize.BaseJSONSerializer, serialize.ResponseSerializer
    serializer.get_value = _looked_up_once(serializer.get_value, serialize.XFormedAttributePicker)
    # Each loader of models lists the folders of all 400 services, and moto makes one for each service.
    core: Any = importlib.import_module("moto.core.utils")
    core.create_loader = cache(core.create_loader)
    # An id of a request is 52 draws: a seventeenth of a call's time.
    importlib.import_module(
        "moto.moto_api._internal.moto_random"
    ).MotoRandom.get_random_string = _drawn
    json._serialize_type_structure = _value_as_written(json._serialize_type_structure)  # noqa: SLF001  # its only place


def once_for_all_stacks() -> None:
    """Keep what each new account has, and nothing that it left behind."""
    # moto keeps every model object it ever made for its dashboard: a leak of whole tables.
    importlib.import_module("moto.core.common_models").BaseModel.__new__ = staticmethod(_untracked)
    # A function refers to all logs of its Region, and moto copies functions to list them: after a
    # few hundred calls a listing took seconds.
    importlib.import_module("moto.logs.models").LogsBackend.__deepcopy__ = _itself

    iam = importlib.import_module("moto.iam.models").IAMBackend
    if iam._init_aws_policies.__module__ != __name__:  # noqa: SLF001  # once is enough
        iam._init_aws_policies = _parsed_once(iam._init_aws_policies)  # noqa: SLF001  # its only place
        # To list the Regions of a service, moto reads its model a third time, by a session of its own.
        core = botocore.session.get_session()
        core.register_component("data_loader", loader())
        base: Any = importlib.import_module("moto.core.base_backend")
        session = partial(base.Session, botocore_session=core)
        base.AccountSpecificBackend.get_session = cache(session)


def _looked_up_once(get_value: Callable[..., Any], picker: Any) -> Callable[..., Any]:
    """Remember by which names an object may hold a member of an answer.

    That depends on the object's class and on the member's shape, of which each place in a model has its own.
    """
    core: Any = importlib.import_module("moto.core.utils")
    place = importlib.import_module("moto.core.serialize").AttributePickerContext

    def looked_up(serializer: Any, value: Any, key: str, shape: Any) -> Any:
        picks: Any = serializer._value_picker  # noqa: SLF001  # its only place
        if type(picks) is not picker:
            return get_value(serializer, value, key, shape)
        names: dict[Hashable, tuple[str, ...]] = vars(shape).setdefault("_names", {})
        member = type(value), key
        if member not in names:
            names[member] = tuple(dict.fromkeys(picks.get_possible_keys(place(value, key, shape))))
        values = (core.get_value(value, name, core.MISSING) for name in names[member])
        attribute = next((each for each in values if each is not core.MISSING), None)
        if picks.response_transformers:
            place_of = f"{'.'.join(serializer.path)}.{key}"
            for end, transform in picks.response_transformers.items():
                if place_of.endswith(end):
                    return transform(attribute)
        return attribute

    return looked_up


def _drawn(
    random: Random, length: int = 20, include_digits: bool = True, lower_case: bool = False
) -> str:
    pool = string.ascii_letters + string.digits * include_digits
    drawn = "".join(random.choices(pool, k=length))
    return drawn.lower() if lower_case else drawn


def _value_as_written(serialize: Callable[..., None]) -> Any:
    """Copy a value of DynamoDB as it is: moto tries each of the ten types that it may have."""

    def serialize_type_structure(
        serializer: Any, serialized: dict[str, Any], value: Any, shape: Any, key: str
    ) -> None:
        if shape.name == "AttributeValue" and _is_as_written(value):
            serialized[key] = dict(value)
        else:
            serialize(serializer, serialized, value, shape, key)

    return serialize_type_structure


def _is_as_written(value: Any) -> bool:
    return (
        type(value) is dict
        and value.keys() <= _AS_WRITTEN
        and isinstance(value.get("N", ""), str)  # of a number it makes one
    )


def _parsed_once(read: Callable[[Any], list[Any]]) -> Callable[[Any], list[Any]]:
    """Spare every further stack the 0.1 s that it takes to read AWS's own 1,500 policies."""
    policies: list[Any] = []

    def init_aws_policies(backend: Any) -> list[Any]:
        policies.extend(() if policies else read(backend))
        return [copy.copy(policy) for policy in policies]

    return init_aws_policies


def _untracked(cls: type, *_: object, **__: object) -> object:
    return object.__new__(cls)


def _itself(backend: object, _: object) -> object:
    return backend
