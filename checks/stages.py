"""Whom a cached answer may reach."""

from collections.abc import Iterable

from aws import desired
from aws.api_document import Integration
from aws.rest_api import MethodSetting, Stage
from aws.words import Words
from plan.edge import AUTHORIZATION, contract

OFF = MethodSetting()


def shared_answers(stage: Stage, route: desired.Route, integration: Integration) -> list[Words]:
    """Return what decides the answer and is not in the cache's key; empty where nothing is cached.

    Setting ``*/*`` caches GET only; a method's own setting caches any verb. A body is never in the
    key, so that a POST that is cached answers everybody alike.
    """
    if not (stage.cache_enabled and _setting(stage, route).caching):
        return []
    if route.verb != "GET":
        return [Words(en="the body", ja="本文")]
    return [
        Words.same(one) for one in sorted({*deciding(route)} - {*integration.cache_key_parameters})
    ]


def deciding(route: desired.Route) -> Iterable[str]:
    """Yield the parameters on which the answer depends, in API Gateway's spelling."""
    if route.authorized:
        yield AUTHORIZATION
    operation = contract()["paths"][route.path][route.verb.lower()]
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "query":
            yield f"method.request.querystring.{parameter['name']}"


def _setting(stage: Stage, route: desired.Route) -> MethodSetting:
    own = stage.settings.get(f"{route.path.strip('/')}/{route.verb}")
    everything = stage.settings.get("*/*", OFF) if route.verb == "GET" else OFF
    return own or everything
