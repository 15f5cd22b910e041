"""Which API and stage a URL means, and what they serve right now."""

from dataclasses import dataclass
from typing import Any

from local.aws.moto import Moto
from local.gateway.deployment import Deployment


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
