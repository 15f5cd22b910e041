"""API Gateway deployments: what each one froze, since moto remembers only that there was one."""

from collections.abc import Mapping
from typing import Any

from local.aws.request import Request, Response, refusal
from local.aws.server import LocalAws
from local.gateway.export import exported
from local.gateway.snapshot import (
    Authorizer,
    DeploymentSnapshot,
    Integration,
    Method,
    RequestValidator,
    StaticAnswer,
)

_DEFAULT_TIMEOUT_MS = 29_000
_DEFAULT_TTL_SECONDS = 300


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
        return self.of_deployment(api_id, deployment_id)

    def of_deployment(self, api_id: str, deployment_id: str) -> DeploymentSnapshot:
        """Return what a deployment froze. Raises LookupError for one that there never was."""
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
        return exported(request, snapshot, stage)


def frozen(api: Any, deployment_id: str, created: float) -> DeploymentSnapshot:
    """Copy moto's draft of an API (``RestAPI``) into a snapshot."""
    methods = [
        _method(resource.get_path(), verb, method, api.request_validators)
        for resource in api.resources.values()
        for verb, method in resource.resource_methods.items()
    ]
    return DeploymentSnapshot(
        api_id=api.id,
        deployment_id=deployment_id,
        created=created,
        methods={(method.path, method.verb): method for method in methods},
        authorizers={
            authorizer.id: _authorizer(authorizer) for authorizer in api.authorizers.values()
        },
        gateway_responses={
            response.response_type: _gateway_response(response)
            for response in api.gateway_responses.values()
        },
        api={
            "name": api.name,
            "description": api.description or "",
            "apiKeySource": api.api_key_source,
            "binaryMediaTypes": tuple(api.binaryMediaTypes),
            "minimumCompressionSize": api.minimum_compression_size,
            "policy": api.policy,
            "endpointConfiguration": dict(api.endpoint_configuration),
            "disableExecuteApiEndpoint": api.disableExecuteApiEndpoint,
        },
    )


def _method(path: str, verb: str, method: Any, validators: Mapping[str, Any]) -> Method:
    responses = method.method_responses.items()
    return Method(
        path=path,
        verb=verb,
        authorization=method.authorization_type or "NONE",
        authorizer_id=method.authorizer_id,
        api_key_required=bool(method.api_key_required),
        integration=_integration(method.method_integration) if method.method_integration else None,
        method_responses={
            status: _headers(entry.response_parameters) for status, entry in responses
        },
        response_models={status: dict(entry.response_models or {}) for status, entry in responses},
        request_parameters=_flags(method.request_parameters),
        operation_name=method.operation_name or "",
        request_models=dict(method.request_models or {}),
        validator=_validator(validators.get(method.request_validator_id or "")),
        scopes=tuple(method.authorization_scopes or ()),
    )


def _validator(validator: Any) -> RequestValidator | None:
    return validator and RequestValidator(
        name=validator.name,
        body=bool(validator.validate_request_body),
        parameters=bool(validator.validate_request_parameters),
    )


def _integration(integration: Any) -> Integration:
    responses = integration.integration_responses or {}
    return Integration(
        kind=integration.integration_type,
        uri=integration.uri or "",
        timeout_ms=int(integration.timeout_in_millis or _DEFAULT_TIMEOUT_MS),
        request_templates=_texts(integration.request_templates),
        responses={str(status): _answer(response) for status, response in responses.items()},
        cache_namespace=integration.cache_namespace or "",
        cache_key_parameters=tuple(integration.cache_key_parameters or ()),
        http_method=integration.http_method or "",
        passthrough=integration.passthrough_behaviour or "WHEN_NO_MATCH",
        request_parameters=_texts(integration.request_parameters),
        content_handling=integration.content_handling or "",
        credentials=integration.credentials or "",
        connection_type=integration.connection_type or "",
        tls_config=dict(integration.tls_config or {}),
    )


def _answer(response: Any) -> StaticAnswer:
    return StaticAnswer(
        status=int(response.status_code),
        parameters=_texts(response.response_parameters),
        templates=_texts(response.response_templates),
        selection_pattern=response.selection_pattern or "",
    )


def _gateway_response(response: Any) -> StaticAnswer:
    return StaticAnswer(
        status=int(response.status_code or 0),
        parameters=_texts(response.response_parameters),
        templates=_texts(response.response_templates),
    )


def _authorizer(authorizer: Any) -> Authorizer:
    ttl = authorizer.authorizer_result_ttl
    return Authorizer(
        id=authorizer.id,
        name=authorizer.name,
        kind=authorizer.type,
        uri=authorizer.authorizer_uri or "",
        identity_source=authorizer.identity_source or "",
        ttl_seconds=_DEFAULT_TTL_SECONDS if ttl is None else int(ttl),
        validation_expression=authorizer.identity_validation_expression or None,
        credentials=authorizer.authorizer_credentials or "",
    )


def _headers(parameters: Mapping[str, Any] | None) -> tuple[str, ...]:
    return tuple(name.rsplit(".", 1)[-1] for name in parameters or ())


def _flags(parameters: Mapping[str, Any] | None) -> dict[str, bool]:
    return {name: str(required).lower() == "true" for name, required in (parameters or {}).items()}


def _texts(values: Mapping[str, Any] | None) -> dict[str, str]:
    return {name: value or "" for name, value in (values or {}).items()}
