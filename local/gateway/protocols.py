"""What the gateway needs of its neighbours, so that a test can stand in for each in ten lines."""

from collections.abc import Sequence
from typing import Protocol

from local.gateway.settings import ControlPlane
from local.gateway.snapshot import DeploymentSnapshot


class Deployments(Protocol):
    """Who knows what each stage's deployment froze."""

    def of_stage(self, api_id: str, stage: str) -> DeploymentSnapshot | None:
        """Return the snapshot that the stage serves now; None, or LookupError, where it serves none."""


class Invocation(Protocol):
    """What Lambda's Invoke answers."""

    @property
    def status(self) -> int:
        """200 where it ran, or Lambda's own refusal: 404 no such function, 429 throttled."""

    @property
    def payload(self) -> bytes:
        """The function's answer, or its error document, as JSON."""

    @property
    def function_error(self) -> str | None:
        """``Unhandled`` where the function raised, timed out or died."""


class Functions(Protocol):
    """Who runs the functions and knows their resource policies."""

    def invoke(self, arn: str, event: bytes, /) -> Invocation:
        """Run what ``arn`` names, with its alias, on an event in JSON, and wait for its answer."""

    def allowed(self, arn: str, principal: str, source_arn: str, /) -> bool:
        """Say whether the policy on exactly this ARN lets ``principal`` invoke for ``source_arn``.

        Raises LookupError for what is no function's ARN.
        """


class Control(Protocol):
    """The control plane: settings that are live without a deployment, and where logs go."""

    def read(self) -> ControlPlane:
        """Read stages, usage plans, keys and the account's limit, all at once."""

    def write_log(self, group: str, lines: Sequence[tuple[float, str]]) -> None:
        """Append (seconds since the epoch, line) to a log group; raise LogsError if it cannot."""


class LogsError(Exception):
    """The log group did not take the lines: it is missing, or its service refuses."""
