"""The local API Gateway data plane: serves deployed APIs over HTTP on loopback, as AWS would."""

import math
import time
from collections.abc import Callable
from typing import Self

from local.aws.request import READERS_WAIT_S, Request
from local.functions.functions import Functions
from local.gateway.access_log import AccessLog
from local.gateway.call import Owner
from local.gateway.control import MotoControl
from local.gateway.deployments import Deployments
from local.gateway.directory import Directory
from local.gateway.invoke import Invoker
from local.gateway.pipeline import LARGEST_REQUEST_BYTES, Pipeline
from local.http import LoopbackServer

INTEGRATION_LIMIT_S = 29.0
"""API Gateway's default integration time-out; a function's own 30 s never get their last second."""


class Gateway:
    """Serves from entry to exit. Not served: WAF, resource policies, caches, canaries, Velocity.

    ``settings_max_age_s``: how old stage settings, plans and deployments may be; by default for ever, since
    `observe` or `changed` is told of every change. ``now``: seconds since the epoch, for buckets,
    quotas and TTLs.
    """

    def __init__(  # noqa: PLR0913 - three neighbours, and seams that have defaults
        self,
        deployments: Deployments,
        functions: Functions,
        control: MotoControl,
        *,
        account: str,
        region: str,
        port: int = 0,
        now: Callable[[], float] = time.time,
        integration_limit_s: float = INTEGRATION_LIMIT_S,
        settings_max_age_s: float = math.inf,
    ) -> None:
        self._directory = Directory(deployments, control, max_age_s=settings_max_age_s, now=now)
        self._invoker = Invoker(functions, limit_s=integration_limit_s)
        self._access_log = AccessLog(control)
        owner = Owner(account=account, region=region)
        self._server = LoopbackServer(
            Pipeline(self._directory, self._invoker, self._access_log, owner, now).answer,
            port,
            largest=LARGEST_REQUEST_BYTES,
            chunked=False,
        )

    def __enter__(self) -> Self:
        self._access_log.start()
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()
        self._invoker.close()
        self._access_log.close()

    @property
    def port(self) -> int:
        """Return the port on 127.0.0.1."""
        return self._server.server_port

    def observe(self, request: Request, _: object) -> None:
        """Take note of a call that the AWS API has carried out; give this to its list of observers."""
        # Not every call: the gateway's own readings would make it read again before each request.
        if request.service == "apigateway" and not request.operation.startswith("Get"):
            self.changed()

    def extension(self, request: Request) -> None:
        """Answer no call of the AWS API, but write the access log before log lines are read there."""
        if request.reads_log_lines:
            self._access_log.flush(READERS_WAIT_S)

    def changed(self) -> None:
        """Note that something in the control plane changed: the next request reads it again."""
        self._directory.changed()
