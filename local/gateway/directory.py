"""Which API and stage a URL means, and what they serve right now."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from local.gateway.control import ControlPlane, Limit, MotoControl, StageSettings, UsagePlan
from local.gateway.deployments import Deployments
from local.gateway.snapshot import DeploymentSnapshot, Routes


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
    read_at: float
    generation: int
    served: dict[tuple[str, str], Served | None] = field(default_factory=dict)


class Directory:
    """Reads the control plane when told that it changed, or when the last reading is too old."""

    def __init__(
        self,
        deployments: Deployments,
        control: MotoControl,
        *,
        max_age_s: float,
        now: Callable[[], float],
    ) -> None:
        self._deployments = deployments
        self._control = control
        self._max_age_s = max_age_s
        self._now = now
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
        reading = self._reading
        if reading is None or self._stale(reading):
            with self._lock:
                reading = self._reading
                if reading is None or self._stale(reading):
                    reading = self._reading = self._read()
        return reading

    def _stale(self, reading: _Reading) -> bool:
        too_old = self._now() - reading.read_at >= self._max_age_s
        return too_old or reading.generation != self._generation

    def _read(self) -> _Reading:
        # The generation is noted first: a change during the read makes this reading stale at once.
        generation = self._generation
        return _Reading(self._control.read(), self._now(), generation)

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
            snapshot = None
        if snapshot is None:
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
