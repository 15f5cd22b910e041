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


@dataclass(frozen=True, slots=True)
class Directory:
    """Looks at each request: what is set of a stage is live at once."""

    moto: Moto
    region: str

    def find(self, path: str) -> tuple[Served | None, str]:
        """Split a path into the stage that it names and the rest, which begins with a slash.

        On AWS the host names the API. Here ``/{api}/{stage}`` does, or ``/{stage}`` where one API has it.
        """
        first, _, below = path.lstrip("/").partition("/")
        with self.moto.lock("apigateway"):  # while a deployment moves a stage, that serves nothing
            backend = self.moto.backend("apigateway", self.region)
            apis = [api.id for api in backend.apis.values() if first in api.stages]
            if len(apis) == 1:
                return self._served(backend, apis[0], first), _rooted(below)
            stage, _, below = below.partition("/")
            return self._served(backend, first, stage), _rooted(below)

    def _served(self, backend: Any, api_id: str, stage: str) -> Served | None:
        if api_id not in backend.apis or stage not in backend.apis[api_id].stages:
            return None
        settings = backend.apis[api_id].stages[stage]
        frozen = self.moto.notes("apigateway", self.region)["deployments"]
        return Served(
            api_id=api_id,
            stage=stage,
            deployment=frozen[api_id, settings.deployment_id],
            settings=settings,
            backend=backend,
        )


def _rooted(path: str) -> str:
    return "/" + path.lstrip("/")
