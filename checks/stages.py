"""Who may receive a cached answer of a stage, and how far another stage opens the API."""

from collections.abc import Iterable

from aws import desired
from aws.api_document import Integration
from aws.kinds.stage import MethodSetting, Stage
from aws.words import SILENCE, Words, joined
from plan.edge import AUTHORIZATION
from signoff.environment.application import Application

OFF = MethodSetting()


def shared_answers(
    stage: Stage, route: desired.Route, integration: Integration, app: Application
) -> list[Words]:
    """Return what decides the answer and is not in the cache key; empty if nothing is cached.

    Setting ``*/*`` caches GET only; a method's own setting caches any verb. A body is never in the
    key, so a cached POST answers everybody alike.
    """
    if not (stage.cache_enabled and _setting(stage, route).caching):
        return []
    if route.verb != "GET":
        return [Words(en="the body", ja="本文")]
    return [
        Words.same(parameter)
        for parameter in sorted({*deciding(route, app)} - {*integration.cache_key_parameters})
    ]


def deciding(route: desired.Route, app: Application) -> Iterable[str]:
    """Yield the parameters on which the answer depends, in API Gateway's spelling."""
    if route.authorized:
        yield AUTHORIZATION
    operation = app.paths[route.path][route.verb.lower()]
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "query":
            yield f"method.request.querystring.{parameter['name']}"


def _setting(stage: Stage, route: desired.Route) -> MethodSetting:
    own = stage.settings.get(f"{route.path.strip('/')}/{route.verb}")
    everything = stage.settings.get("*/*", OFF) if route.verb == "GET" else OFF
    return own or everything


def opened_by(stage: Stage, planned: Stage) -> Words:
    """Say what another stage allows and logs: a decision about it covers nothing wider."""
    same = stage.deployment_id == planned.deployment_id
    limits = sorted(
        f"{path} {setting.rate:g}/s"
        for path, setting in stage.settings.items()
        if setting.rate is not None
    )
    traced = any(setting.data_trace for setting in stage.settings.values())
    serves = (
        Words(en="the same deployment", ja="同じデプロイ")
        if same
        else Words.same(stage.deployment_id)
    )
    limited = (
        Words.same(", ".join(limits))
        if limits
        else Words(en="no throttle", ja="スロットリングなし")
    )
    logged = Words(en="bodies logged", ja="本文のログ記録") if traced else SILENCE
    opened = joined(filter(None, (serves, limited, logged)), ", ")
    return Words(en=f"{stage.name}: {opened.en}", ja=f"{stage.name}: {opened.ja}")
