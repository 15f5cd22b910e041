"""What all boto3 sessions and clients of this process share: botocore would read or build it anew for each of them.

It never changes. moto changes the models that it reads, and reads them by a loader of its own.
"""

import inspect
from collections.abc import Mapping
from functools import cache, partial
from typing import Any

from botocore import client, hooks, httpsession, regions, session, useragent
from cryptography.hazmat.primitives.asymmetric import rsa


def share() -> None:
    """Share AWS's models and rules of endpoints as they were read, and what botocore makes of them."""
    session.create_loader = cache(session.create_loader)
    _share_models()
    _share_endpoint_rules()
    _share_names()
    _share_rsa_keys()
    httpsession.create_urllib3_context = cache(httpsession.create_urllib3_context)
    hooks.accepts_kwargs = partial(_accepts_kwargs, hooks.accepts_kwargs)
    hooks._PrefixTrie._recursive_copy = staticmethod(_copied)  # noqa: SLF001 - each client copies 400 nodes


def _share_rsa_keys() -> None:
    """Share a key of each size: moto draws one for each certificate and each key of KMS, and keeps it."""
    rsa.generate_private_key = cache(rsa.generate_private_key)


def _share_models() -> None:
    """Share a service's model, with all that it has looked up of itself, and the methods of its clients."""
    creator: Any = client.ClientCreator
    load, make = creator._load_service_model, creator._create_methods  # noqa: SLF001 - their only place
    models: dict[tuple[Any, ...], Any] = {}
    methods: dict[Any, Mapping[str, Any]] = {}

    def loaded(self: Any, service: str, version: str | None = None) -> Any:
        key = self._loader, service, version
        return models.get(key) or models.setdefault(key, load(self, service, version))

    def made(self: Any, model: Any) -> dict[str, Any]:
        return dict(methods.get(model) or methods.setdefault(model, make(self, model)))

    creator._load_service_model, creator._create_methods = loaded, made  # noqa: SLF001 - as above


def _share_endpoint_rules() -> None:
    """Share the parsed rules of a service, with all endpoints that they have led to."""
    make = regions.EndpointProvider
    parsed: dict[int, Any] = {}

    def made(ruleset_data: Any, **more: Any) -> Any:
        key = id(ruleset_data)  # of a loader that is kept, and so are its answers
        return parsed.get(key) or parsed.setdefault(key, make(ruleset_data, **more))

    regions.EndpointProvider = made


def _share_names() -> None:
    """Share how the names of events are spelled, and each part of the user agent, which is put together for each call."""
    spelled = cache(hooks.EventAliaser(None)._alias_event_name)  # noqa: SLF001 - its only place
    hooks.EventAliaser._alias_event_name = staticmethod(spelled)  # noqa: SLF001 - as above
    useragent.sanitize_user_agent_string_component = cache(
        useragent.sanitize_user_agent_string_component
    )


def _accepts_kwargs(inspected: Any, handler: Any) -> bool:
    """Whether a handler takes any keyword: seen at its code, since each session has 130 handlers to inspect."""
    code = getattr(handler, "__code__", None)
    return bool(code.co_flags & inspect.CO_VARKEYWORDS) if code else bool(inspected(handler))


def _copied(node: Mapping[str, Any]) -> dict[str, Any]:
    """Copy a node of handlers as botocore does, without asking each value how it is copied."""
    return {
        key: hooks.NodeList(*map(list, value))
        if type(value) is hooks.NodeList
        else _copied(value)
        if type(value) is dict
        else value
        for key, value in node.items()
    }
