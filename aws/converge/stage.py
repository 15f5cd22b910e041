"""The stage (guide steps 2-4 and 3-3): throttling of anonymous callers, logging, and no caching."""

from collections.abc import Mapping
from dataclasses import replace
from math import ceil
from typing import Any

from aws.bounds import Bound, between, exactly
from aws.change.gate import Change, ChangeContext, Changes, difference, tag_fields
from aws.converge import rest_api
from aws.converge.deployment import WITHOUT_CANARY, find_stage
from aws.converge.rest_api import Edits, escaped, replaced, setting
from aws.desired import Api, Limit
from aws.kind.description import DESCRIPTION
from aws.kinds.rest_api import (
    ACCESS_LOG,
    ACCESS_LOG_FORMAT,
    CANARY,
    STAGE,
    MethodSetting,
    Stage,
    group_of,
    names_the_request,
    private_variables,
)
from aws.raw import Raw
from aws.words import Words

EVERY_METHOD = "*/*"
THROTTLE_RATE = Words(en="throttle rate", ja="スロットリングのレート")
THROTTLE_BURST = Words(en="throttle burst", ja="スロットリングのバースト")
LOGGING = Words(en="logging", ja="ログ")
DATA_TRACE = Words(en="data trace", ja="データトレース")
CACHING = Words(en="caching", ja="キャッシュ")
SETTINGS = {
    THROTTLE_RATE: ("rate", "throttling/rateLimit"),
    THROTTLE_BURST: ("burst", "throttling/burstLimit"),
    LOGGING: ("logging_level", "logging/loglevel"),
    DATA_TRACE: ("data_trace", "logging/dataTrace"),
    CACHING: ("caching", "caching/enabled"),
}
"""A method's setting -> its field, and its path in an update."""
WHOLE_CANARY = Words(en="canary", ja="カナリア")


def converge(context: ChangeContext, api: Api) -> Changes:
    """Bring settings, logs and tags of the stage to the plan; raise Refused where there is none."""
    api_id, raw = find_stage(context, api)
    context.needs(
        raw,
        "stage",
        en=f"stage {api.stage} of {api.name} does not exist",
        ja=f"{api.name}のステージ{api.stage}が存在しません",
    )
    stage, name = STAGE.of(raw) if raw else None, STAGE.resource(api.stage)
    facts = STAGE.repairs(api.stage, stage, _bounds(api))
    further = [*_settings(name, api, stage), *_canary(context, api, raw)]
    patch = [*setting(STAGE, facts), *(operation for _, operation in further)]
    before = tag_fields(context, raw.get("tags") or {}) if raw else None
    tags = difference(name, before, tag_fields(context, api.tags))
    id_ = api_id or rest_api.UNKNOWN_ID

    def apply() -> None:
        client = context.client("apigateway")
        if patch:
            client.update_stage(restApiId=id_, stageName=api.stage, patchOperations=patch)
        if tags:
            arn = rest_api.arn(api, f"/restapis/{id_}/stages/{api.stage}")
            client.tag_resource(resourceArn=arn, tags=dict(api.tags))

    return context.settle((*facts, *(change for change, _ in further), *tags), apply)


def _bounds(api: Api) -> dict[Words, Bound]:
    """Return what to keep to; of the access log, another group or form is as good if it tells what ours tells."""
    logs = {
        ACCESS_LOG: replace(
            exactly(api.access_log_arn),
            holds=lambda arn: group_of(arn, api.access_log_arn) == api.access_log_group,
        ),
        ACCESS_LOG_FORMAT: replace(
            exactly(api.access_log_format),
            holds=lambda form: names_the_request(form) and not private_variables(form),
        ),
    }
    return {
        DESCRIPTION: api.stage_description,
        **STAGE.always,
        **(logs if api.logs_access else {}),
    }


def _settings(name: Words, api: Api, stage: Stage | None) -> Edits:
    """Bring the settings of all methods, and a method's own, within the bounds.

    The narrowest setting counts, so it must be as good. What a method does not set, it takes from the settings of all.
    """
    settings = stage.settings if stage else {}
    every, desired = settings.get(EVERY_METHOD), _of_every_method(api, settings)
    for field, value in desired.items():
        before = _value(every, field)
        if before != value:
            yield _edit(name, EVERY_METHOD, field, (before, value), creates=stage is None)
    for key, own in settings.items():
        if key != EVERY_METHOD:
            for field, value in _of_method(api, key, own).items():
                if _value(own, field) not in {None, value}:
                    yield _edit(name, key, field, (_value(own, field), value))
    yield from narrower(name, api, settings)


def _value(setting: MethodSetting | None, field: Words) -> Any:
    return setting and getattr(setting, SETTINGS[field][0])


def _of_every_method(api: Api, settings: Mapping[str, MethodSetting]) -> dict[Words, Any]:
    every = settings.get(EVERY_METHOD, MethodSetting())
    return _limits(api.most, every, max(api.least_rates.values(), default=1)) | {
        LOGGING: "INFO" if every.logging_level == "INFO" else "ERROR",
        DATA_TRACE: False,  # it would log bodies, with the tokens in them
        CACHING: False,
    }


def _of_method(api: Api, key: str, current: MethodSetting) -> dict[Words, Any]:
    path, _, verb = key.rpartition("/")
    least = api.least_rates.get(f"{verb} /{path}", 1)
    most = {route.id: route.most for route in api.routes}.get(f"{verb} /{path}", api.most)
    return {**_limits(most, current, least), DATA_TRACE: False, CACHING: False}


def _limits(most: Limit, current: MethodSetting, least: float) -> dict[Words, Any]:
    """Return the limits to set: a stricter one stays, but one below ``least`` is replaced by the planned limit."""
    rate = between(min(least, most.rate), float(most.rate))
    burst = between(ceil(min(least, most.burst)), most.burst)
    return {
        THROTTLE_RATE: replace(rate, nearest=None).keeping(current.rate),
        THROTTLE_BURST: replace(burst, nearest=None).keeping(current.burst),
    }


def narrower(name: Words, api: Api, settings: Mapping[str, MethodSetting]) -> Edits:
    """Limit each route whose own limit is narrower than that of all methods.

    Both rate and burst are written: a method's new settings would take a missing one from the account, not the stage.
    """
    every = _of_every_method(api, settings)
    for route in api.routes:
        key, own = f"{route.path.lstrip('/')}/{route.verb}", route.most
        limits = {THROTTLE_RATE: own.rate, THROTTLE_BURST: own.burst}
        if any(limit < every[field] for field, limit in limits.items()):
            for field, limit in limits.items():
                if _value(settings.get(key), field) is None:
                    yield _edit(name, key, field, (None, min(limit, every[field])))


def _edit(
    name: Words, key: str, field: Words, values: tuple[Any, Any], *, creates: bool = False
) -> tuple[Change, dict[str, str]]:
    """Return a change of a setting; a method's own path is escaped in that of the update (``/~1stamps/GET/…``)."""
    resource, _, verb = key.rpartition("/")
    if key != EVERY_METHOD:
        resource = escaped(f"/{resource.strip('/')}")
    change = Change(name, field.of(key), *values, creates=creates)
    return change, replaced(f"/{resource}/{verb}/{SETTINGS[field][1]}", change.after)


def _canary(context: ChangeContext, api: Api, raw: Raw | None) -> Edits:
    if raw and canary_goes(context, api, raw):
        lost = Change(
            STAGE.resource(api.stage), WHOLE_CANARY, raw["canarySettings"], None, destroys=True
        )
        yield lost, WITHOUT_CANARY


def canary_goes(context: ChangeContext, api: Api, raw: Raw) -> bool:
    """Whether the stage has a canary, which sends some callers to another deployment, and no decision allows it."""
    differing = STAGE.differences(api.stage, STAGE.of(raw), {CANARY: exactly(None)})
    return bool(context.undecided(differing))
