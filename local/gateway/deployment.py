"""What a deployment freezes: the only thing that a stage serves, even after the draft changes; and which method a path means."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from local.gateway.export import openapi
from local.gateway.refusal import GatewayRefusal

ANY = "ANY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A method of moto's, where it is deployed, and what the path gave to its placeholders, still percent-encoded."""

    path: str
    verb: str
    method: Any
    path_parameters: Mapping[str, str]


class Routes:
    """A deployment's methods, moto's own, by path and verb; a literal path beats ``{id}`` beats ``{proxy+}``."""

    def __init__(self, methods: Mapping[tuple[str, str], Any]) -> None:
        self.methods = methods
        self._paths = sorted(
            {path for path, _ in methods}, key=lambda path: [*map(_rank, _segments(path))]
        )

    def match(self, verb: str, path: str) -> Route:
        """Find the method; raise the 403 that AWS gives for a path or a verb that is not there.

        A trailing slash does not matter. HEAD and OPTIONS exist only where they were defined.
        """
        parts = _segments(path)
        for route in self._paths:
            if (parameters := _fit(_segments(route), parts)) is None:
                continue
            for name in (verb, ANY):
                if method := self.methods.get((route, name)):
                    return Route(path=route, verb=name, method=method, path_parameters=parameters)
            break
        raise GatewayRefusal("MISSING_AUTHENTICATION_TOKEN", why=f"no method {verb} {path}")


def _segments(path: str) -> tuple[str, ...]:
    stripped = path.strip("/")
    return tuple(stripped.split("/")) if stripped else ()


def _rank(segment: str) -> int:
    if not segment.startswith("{"):
        return 0
    return 2 if segment.endswith("+}") else 1


def _fit(segments: tuple[str, ...], parts: tuple[str, ...]) -> dict[str, str] | None:
    greedy = bool(segments) and _rank(segments[-1]) == 2
    if len(parts) != len(segments) and not (greedy and len(parts) > len(segments)):
        return None
    parameters = {}
    for position, segment in enumerate(segments):
        if segment.startswith("{"):
            value = parts[position:] if segment.endswith("+}") else parts[position : position + 1]
            parameters[segment.strip("{+}")] = "/".join(value)
        elif segment != parts[position]:
            return None
    return parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """moto remembers only that there was one: this is a copy of its draft (``RestAPI``) at that moment."""

    id: str
    api: Any
    routes: Routes
    document: Mapping[str, Any]
    """The export of the API, without its servers."""


def freeze(api: Any, deployment_id: str) -> Deployment:
    """Copy moto's draft; paths are read now, since a copied resource would still ask the draft for its path."""
    copied = deepcopy(api)
    methods = {
        (resource.get_path(), verb): method
        for resource in copied.resources.values()
        for verb, method in resource.resource_methods.items()
    }
    created = float(api.deployments[deployment_id].created_date)
    return Deployment(
        id=deployment_id, api=copied, routes=Routes(methods), document=openapi(copied, created)
    )
