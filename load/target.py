"""What the load is aimed at: one environment, reduced to what guards, prices and labels a run.

The only module here that knows how the sign-off describes an environment and its local stack.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from load.engine.gate import Refused
from load.engine.throttle import Throttle
from signoff.environment import Environment

Aws = Callable[[str], Any]
"""Gives a boto3 client by the name of its service."""
Say = Callable[[str], None]


class Stack(Protocol):
    """A local stack that answers: URLs of its AWS API, of the stage, and of the fake of LINE."""

    @property
    def aws(self) -> str: ...
    @property
    def api(self) -> str: ...
    @property
    def line(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the composition root hands over, since load imports neither procedures nor checks.

    ``stack`` starts a local stack or joins the one that is kept, and points AWS calls at it;
    ``serves`` tells whether an environment goes to such a stack. ``caller`` is the ARN of the
    credentials, ``release`` what is live, or None where nobody can know. What can't be had is
    `Refused` in a sentence.
    """

    root: Path
    environment: Callable[[str], Environment]
    serves: Callable[[Environment], bool]
    stack: Callable[[Environment, Say], AbstractContextManager[Stack]]
    kept: Callable[[], Stack | None]
    aws: Callable[[Environment], Aws]
    caller: Callable[[Environment], str]
    release: Callable[[Environment], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """``host`` is the stage's URL. ``line`` is the URL of a fake of LINE, None where LINE is real."""

    name: str
    host: str
    allowed_hosts: tuple[str, ...]
    production: bool
    throttle: Throttle
    daily_quota: int
    target_rate: float
    required_plan: str
    fresh_days: int
    api_name: str
    stage: str
    users: str
    user_stamps: str
    stamp_masters: str
    token_secret: str
    channel_id: str
    evidence: str
    line: str | None = None
    release: str | None = None
    caller: str | None = None
    endpoint: str | None = None
    """AWS_ENDPOINT_URL in force, which a production verdict must name."""


def local_target(
    environment: Environment, stack: Stack, host: str | None = None, **about: Any
) -> Target:
    """Aim at a local stack."""
    return _target(
        environment, host=host or stack.api, allowed=("127.0.0.1",), line=stack.line, **about
    )


def remote_target(
    environment: Environment, aws: Aws, host: str | None = None, **about: Any
) -> Target:
    """Aim at the API of an environment: its custom domain, else its address at API Gateway.

    Only these two are allowed, in full: another path or port is another API, whose verdict would be
    told as this one's. ``host`` chooses between them. Raises `Refused` where the environment has no
    such API.
    """
    addresses = list(_addresses(environment, aws))
    if not addresses:
        raise Refused(
            f"{environment.name} has no API {environment.prefix}-api in {environment.region}; "
            "deploy it, or check account and Region"
        )
    asked = (host or addresses[0]).rstrip("/")
    if asked not in addresses:
        raise Refused(f"{asked} is not {environment.name}'s; it is at {' and '.join(addresses)}")
    allowed = tuple(address.split("/")[2] for address in addresses)
    return _target(environment, host=asked, allowed=allowed, **about)


def _addresses(environment: Environment, aws: Aws) -> list[str]:
    found = []
    if environment.domain:
        base = environment.domain.base_path.strip("/")
        found.append(f"https://{environment.domain.name}/{base}".rstrip("/"))
    pages = aws("apigateway").get_paginator("get_rest_apis").paginate()
    apis = [api for page in pages for api in page["items"]]
    found += [
        f"https://{api['id']}.execute-api.{environment.region}.amazonaws.com/{environment.stage}"
        for api in apis
        if api["name"] == f"{environment.prefix}-api"
    ]
    return found


def _target(
    environment: Environment, *, host: str, allowed: tuple[str, ...], **about: Any
) -> Target:
    return Target(
        name=environment.name,
        host=host.rstrip("/"),
        allowed_hosts=allowed,
        production=environment.production,
        throttle=Throttle(environment.throttle.rate, environment.throttle.burst),
        daily_quota=environment.throttle.daily_quota,
        target_rate=environment.target_rate,
        required_plan=environment.load_plan,
        fresh_days=environment.fresh.load,
        api_name=f"{environment.prefix}-api",
        stage=environment.stage,
        users=environment.tables["users"],
        user_stamps=environment.tables["userstamps"],
        stamp_masters=environment.tables["stampmasters"],
        channel_id=environment.line.channel_id,
        token_secret=environment.secrets["token_key"],
        evidence=environment.evidence,
        **about,
    )
