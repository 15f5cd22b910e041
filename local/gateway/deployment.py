"""What a deployment freezes, and serves even after the draft changes; which stage and method a URL means."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from local.aws.moto import Moto
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """One stage as it answers now: what its deployment froze, and what is live without one, where moto holds it."""

    api_id: str
    stage: str
    deployment: Deployment
    settings: Any
    """moto's ``Stage``."""
    backend: Any
    """All that moto holds of API Gateway in this account and Region."""


def served_at(path: str, moto: Moto, region: str) -> tuple[Served | None, str]:
    """Split a path into the stage that it names, as it is set now, and the rest, which begins with a slash.

    On AWS the host names the API. Here ``/{api}/{stage}`` does, or ``/{stage}`` where one API has it.
    """
    api_id, _, below = path.lstrip("/").partition("/")
    with moto.lock("apigateway"):  # while a deployment moves a stage, that serves nothing
        backend = moto.backend("apigateway", region)
        having = [api.id for api in backend.apis.values() if api_id in api.stages]
        if len(having) == 1:
            stage, api_id = api_id, having[0]
        else:
            stage, _, below = below.partition("/")
        rest = "/" + below.lstrip("/")
        if api_id not in backend.apis or stage not in backend.apis[api_id].stages:
            return None, rest
        settings = backend.apis[api_id].stages[stage]
        deployment = moto.notes("apigateway", region)["deployments"][api_id, settings.deployment_id]
    served = Served(
        api_id=api_id, stage=stage, deployment=deployment, settings=settings, backend=backend
    )
    return served, rest
