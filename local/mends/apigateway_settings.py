"""Method settings of a stage, with AWS's defaults: moto's are 1000 and 2000, as our plan asks.

With those, a stage that nobody throttled would look as if it were.
"""

from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

_DEFAULTS: Mapping[str, Any] = {
    "metricsEnabled": False,
    "loggingLevel": "OFF",
    "dataTraceEnabled": False,
    "throttlingBurstLimit": 5000,
    "throttlingRateLimit": 10_000.0,
    "cachingEnabled": False,
    "cacheTtlInSeconds": 300,
    "cacheDataEncrypted": False,
    "requireAuthorizationForCacheControl": True,
    "unauthorizedCacheControlHeaderStrategy": "SUCCEED_WITH_RESPONSE_HEADER",
}
"""What AWS answers for the settings that a patch of others creates along with them."""


def _flag(value: str) -> bool:
    return value.lower() == "true"


_SETTINGS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "metrics/enabled": ("metricsEnabled", _flag),
    "logging/loglevel": ("loggingLevel", str),
    "logging/dataTrace": ("dataTraceEnabled", _flag),
    "throttling/burstLimit": ("throttlingBurstLimit", int),
    "throttling/rateLimit": ("throttlingRateLimit", float),
    "caching/enabled": ("cachingEnabled", _flag),
    "caching/ttlInSeconds": ("cacheTtlInSeconds", int),
    "caching/dataEncrypted": ("cacheDataEncrypted", _flag),
    "caching/requireAuthorizationForCacheControl": ("requireAuthorizationForCacheControl", _flag),
    "caching/unauthorizedCacheControlHeaderStrategy": (
        "unauthorizedCacheControlHeaderStrategy",
        str,
    ),
}


def patch_settings(settings: MutableMapping[str, Any], patch: Mapping[str, Any]) -> bool:
    """Apply a patch of method settings (``/*/*/throttling/rateLimit``); False if it is another.

    Keys are what AWS answers: ``*/*`` and ``stamps/GET`` for the path ``/~1stamps/GET/…``.
    """
    parts = patch["path"].removeprefix("/").split("/")
    if patch["op"] == "remove" and len(parts) == 2 and (parts[1] == "*" or parts[1].isupper()):
        settings.pop(_key(parts), None)
        return True
    setting = _SETTINGS.get("/".join(parts[2:]))
    if setting is None:
        return False
    name, convert = setting
    held = settings.setdefault(_key(parts), dict(_DEFAULTS))
    held[name] = convert(patch["value"]) if patch["op"] == "replace" else _DEFAULTS[name]
    return True


def _key(parts: list[str]) -> str:
    return f"{parts[0].replace('~1', '/').removeprefix('/')}/{parts[1]}"
