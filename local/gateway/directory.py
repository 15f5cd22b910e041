"""Which API and stage a URL means, and what they serve right now.

A stage serves what its deployment froze: moto remembers only that there was one.
"""

import threading
from dataclasses import dataclass, field
from typing import Any

from local.aws.request import Request, Response, refusal
from local.aws.server import LocalAws
from local.gateway.control import ControlPlane, Limit, MotoControl, StageSettings, UsagePlan
from local.gateway.export import (
    DEFAULT_TIMEOUT_MS,
    exported,
    headers_of,
    openapi,
    texts,
    ttl_seconds,
)
from local.gateway.snapshot import (
    Authorizer,
    DeploymentSnapshot,
    Integration,
    Method,
    Routes,
    StaticAnswer,
)


class Deployments:
    """Freezes the draft at every CreateDeployment, and answers GetExport from what is frozen."""

    def __init__(self, aws: LocalAws) -> None:
        self._moto, self._region = aws.moto, aws.region

    @property
    def _snapshots(self) -> dict[tuple[str, str], DeploymentSnapshot]:
        """(API, deployment) -> what it froze: among moto's own state, and so saved with it."""
        notes = self._moto.notes("apigateway", self._region)
        noted: dict[tuple[str, str], DeploymentSnapshot] = notes.setdefault("deployments", {})
        return noted

    def observe(self, request: Request, response: Response) -> None:
        """Freeze what was deployed. An observer of LocalAws."""
        asked = request.service, request.operation, request.region
        if asked == ("apigateway", "CreateDeployment", self._region):
            api_id, deployment_id = request.labels["restApiId"], response.document["id"]
            with self._moto.lock("apigateway"):
                api = self._moto.backend("apigateway", self._region).apis[api_id]
                created = float(api.deployments[deployment_id].created_date)
                snapshot = frozen(api, deployment_id, created)
            self._snapshots[api_id, deployment_id] = snapshot

    def of_stage(self, api_id: str, stage: str) -> DeploymentSnapshot:
        """Return what the stage serves now. Raises LookupError where it serves nothing."""
        apis = self._moto.backend("apigateway", self._region).apis
        deployment_id = apis[api_id].stages[stage].deployment_id
        return self._snapshots[api_id, deployment_id]

    def extension(self, request: Request) -> Response | None:
        """Answer GetExport; None for any other call. An extension of LocalAws."""
        if (request.service, request.operation) != ("apigateway", "GetExport"):
            return None
        stage = request.labels["stageName"]
        try:
            snapshot = self.of_stage(request.labels["restApiId"], stage)
        except LookupError:
            return refusal(request, "NotFoundException", "Invalid stage identifier specified", 404)
        return exported(request, snapshot.document, stage)


def frozen(api: Any, deployment_id: str, created: float) -> DeploymentSnapshot:
    """Copy moto's draft of an API (``RestAPI``) into a snapshot."""
    methods = [
        _method(resource.get_path(), verb, method)
        for resource in api.resources.values()
        for verb, method in resource.resource_methods.items()
    ]
    return DeploymentSnapshot(
        api_id=api.id,
        deployment_id=deployment_id,
        methods={(method.path, method.verb): method for method in methods},
        authorizers={
            authorizer.id: _authorizer(authorizer) for authorizer in api.authorizers.values()
        },
        gateway_responses={
            response.response_type: _answer(response) for response in api.gateway_responses.values()
        },
        key_by_authorizer=api.api_key_source == "AUTHORIZER",
        binary_media_types=tuple(api.binaryMediaTypes),
        document=openapi(api, created),
    )


def _method(path: str, verb: str, method: Any) -> Method:
    return Method(
        path=path,
        verb=verb,
        authorization=method.authorization_type or "NONE",
        authorizer_id=method.authorizer_id,
        api_key_required=bool(method.api_key_required),
        integration=_integration(method.method_integration) if method.method_integration else None,
        method_responses={
            status: headers_of(response.response_parameters)
            for status, response in method.method_responses.items()
        },
    )


def _integration(integration: Any) -> Integration:
    responses = integration.integration_responses or {}
    return Integration(
        kind=integration.integration_type,
        uri=integration.uri or "",
        timeout_ms=int(integration.timeout_in_millis or DEFAULT_TIMEOUT_MS),
        request_templates=texts(integration.request_templates),
        responses={str(status): _answer(response) for status, response in responses.items()},
        http_method=integration.http_method or "",
        passthrough=integration.passthrough_behaviour or "WHEN_NO_MATCH",
    )


def _answer(response: Any) -> StaticAnswer:
    """Copy an integration's response, or a gateway response, which has no pattern and may have no status."""
    return StaticAnswer(
        status=int(response.status_code or 0),
        parameters=texts(response.response_parameters),
        templates=texts(response.response_templates),
        selection_pattern=getattr(response, "selection_pattern", None) or "",
    )


def _authorizer(authorizer: Any) -> Authorizer:
    return Authorizer(
        id=authorizer.id,
        name=authorizer.name,
        kind=authorizer.type,
        uri=authorizer.authorizer_uri or "",
        identity_source=authorizer.identity_source or "",
        ttl_seconds=ttl_seconds(authorizer),
        validation_expression=authorizer.identity_validation_expression or None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """One stage as it answers now: frozen methods, live settings."""

    api_id: str
    stage: str
    snapshot: DeploymentSnapshot
    settings: StageSettings
    routes: Routes
    plans: tuple[UsagePlan, ...]
    account_limit: Limit | None


@dataclass(slots=True)
class _Reading:
    plane: ControlPlane
    generation: int
    served: dict[tuple[str, str], Served | None] = field(default_factory=dict)


class Directory:
    """Reads the control plane when told that it changed."""

    def __init__(self, deployments: Deployments, control: MotoControl) -> None:
        self._deployments = deployments
        self._control = control
        self._generation = 0
        self._reading: _Reading | None = None
        self._lock = threading.Lock()

    def changed(self) -> None:
        """Forget what was read: the next request reads again."""
        self._generation += 1

    def find(self, path: str) -> tuple[Served | None, str]:
        """Split a path into the stage that it names and the rest, which begins with a slash.

        On AWS the host names the API. Here ``/{api}/{stage}`` does, or ``/{stage}`` where one API has it.
        """
        first, _, rest = path.lstrip("/").partition("/")
        reading = self._current()
        apis = [api_id for api_id, stage in reading.plane.stages if stage == first]
        if len(apis) == 1:
            return self._served(reading, apis[0], first), _rooted(rest)
        stage, _, rest = rest.partition("/")
        return self._served(reading, first, stage), _rooted(rest)

    def _current(self) -> _Reading:
        with self._lock:
            # The generation is noted first: a change during the read makes this reading stale at once.
            generation = self._generation
            if self._reading is None or self._reading.generation != generation:
                self._reading = _Reading(self._control.read(), generation)
            return self._reading

    def _served(self, reading: _Reading, api_id: str, stage: str) -> Served | None:
        key = (api_id, stage)
        if key not in reading.plane.stages:
            return None
        if key not in reading.served:
            reading.served[key] = self._load(reading.plane, api_id, stage)
        return reading.served[key]

    def _load(self, plane: ControlPlane, api_id: str, stage: str) -> Served | None:
        try:
            snapshot = self._deployments.of_stage(api_id, stage)
        except LookupError:
            return None
        return Served(
            api_id=api_id,
            stage=stage,
            snapshot=snapshot,
            settings=plane.stages[api_id, stage],
            routes=Routes(snapshot.methods.values()),
            plans=tuple(plan for plan in plane.plans if (api_id, stage) in plan.stages),
            account_limit=plane.account_limit,
        )


def _rooted(rest: str) -> str:
    return "/" + rest.lstrip("/")
