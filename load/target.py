"""What a run loads: one environment, reduced to what guards, prices and labels it.

The only module here that knows how the sign-off describes an environment and its local stack.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from aws.door.sessions import boto_session, custom_endpoints
from load.engine.admission import LoadRefused
from load.engine.localized import Localized
from load.engine.throttle import TokenBucket
from plan.addresses import domain_url, stage_url
from signoff.environment import Environment
from signoff.evidence import StoreSettings
from signoff.judge.live_release import Live

ClientFactory = Callable[[str], Any]
"""Returns the boto3 client of a service, by its name."""
Say = Callable[[str], None]


class StackUrls(Protocol):
    """URLs of a running local stack (its AWS API, the stage, the fake of LINE), and its identity."""

    @property
    def aws(self) -> str: ...
    @property
    def api(self) -> str: ...
    @property
    def line(self) -> str: ...
    @property
    def birth(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadComposition:
    """What the composition root passes in, since load imports neither procedures nor checks.

    ``stack`` starts a local stack or joins the kept one, and points AWS calls at it; ``serves`` says
    whether an environment uses such a stack. ``caller`` is the ARN of the credentials, ``live``
    what is live, or None if that is unknown. Whatever can't be obtained is `LoadRefused`.
    """

    root: Path
    environment: Callable[[str], Environment]
    serves: Callable[[Environment], bool]
    stack: Callable[[Environment, Say], AbstractContextManager[StackUrls]]
    kept: Callable[[], StackUrls | None]
    aws: Callable[[Environment], ClientFactory]
    caller: Callable[[Environment], str]
    live: Callable[[Environment], Live | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadTarget:
    """``host`` is the stage's URL. ``line`` is the URL of a fake of LINE, None if LINE is real."""

    name: str
    host: str
    allowed_hosts: tuple[str, ...]
    production: bool
    throttle: TokenBucket
    daily_quota: int
    target_rate: float
    required_plan: str
    fresh_days: int
    api_name: str
    stage: str
    user_stamps: str
    stamp_masters: str
    token_secret: str
    evidence: StoreSettings
    api: str | None = None
    """Id of the API of an environment on AWS, which a record of the run is about."""
    birth: str | None = None
    """Identity of a local stack, likewise."""
    line: str | None = None
    release: str | None = None
    parts: Mapping[str, str] = field(default_factory=dict)
    """Part of the release on which a verdict rests -> digest of its facts."""
    caller: str | None = None
    endpoint: str | None = None
    """AWS_ENDPOINT_URL in force, which a production verdict must name."""


def local_target(
    environment: Environment, stack: StackUrls, host: str | None = None, **about: Any
) -> LoadTarget:
    """Return a local stack as the target."""
    return _target(
        replace(environment, birth=stack.birth),
        host=host or stack.api,
        allowed=("127.0.0.1",),
        line=stack.line,
        birth=stack.birth,
        **about,
    )


def remote_target(
    environment: Environment, aws: ClientFactory, host: str | None = None, **about: Any
) -> LoadTarget:
    """Return the API of an environment: its custom domain, else its address at API Gateway.

    Only these two are allowed, in full: another path or port is another API, and its verdict would
    pass for this one's. ``host`` chooses between them. Raises `LoadRefused` if the environment has no
    such API.
    """
    apis = list(_api_ids(environment, aws))
    addresses = [
        *filter(None, [domain_url(environment)]),
        *(stage_url(environment, api) for api in apis),
    ]
    if not addresses:
        raise LoadRefused(
            f"{environment.name} has no API {environment.prefix}-api in {environment.region}; "
            "deploy it, or check account and Region",
            f"{environment.name}の{environment.region}にAPI {environment.prefix}-apiがありません。デプロイするか、アカウントとリージョンを確認してください",
        )
    asked = (host or addresses[0]).rstrip("/")
    if asked not in addresses:
        raise LoadRefused(
            f"{asked} is not {environment.name}'s; it is at {' and '.join(addresses)}",
            f"{asked}は{environment.name}のものではありません（アドレスは{', '.join(addresses)}）",
        )
    allowed = tuple(address.split("/")[2] for address in addresses)
    return _target(environment, host=asked, allowed=allowed, api=apis[0] if apis else None, **about)


def _api_ids(environment: Environment, aws: ClientFactory) -> Iterator[str]:
    for page in aws("apigateway").get_paginator("get_rest_apis").paginate():
        for api in page["items"]:
            if api["name"] == f"{environment.prefix}-api":
                yield api["id"]


def _target(
    environment: Environment, *, host: str, allowed: tuple[str, ...], **about: Any
) -> LoadTarget:
    return LoadTarget(
        name=environment.name,
        host=host.rstrip("/"),
        allowed_hosts=allowed,
        production=environment.production,
        throttle=TokenBucket(environment.throttle.rate, environment.throttle.burst),
        daily_quota=environment.throttle.daily_quota,
        target_rate=environment.target_rate,
        required_plan=environment.load_plan,
        fresh_days=environment.fresh.load,
        api_name=f"{environment.prefix}-api",
        stage=environment.stage,
        user_stamps=environment.tables["userstamps"],
        stamp_masters=environment.tables["stampmasters"],
        token_secret=environment.secrets["token_key"],
        evidence=StoreSettings.of(environment),
        **about,
    )


def _named(live: Live | None) -> dict[str, Any]:
    """Return what of a release a run carries along: its name, and the digests of its parts."""
    return {"release": live.release, "parts": live.digests} if live else {}


@contextmanager
def open_target(
    composition: LoadComposition, name: str, say: Say, host: str | None = None
) -> Iterator[tuple[LoadTarget, ClientFactory]]:
    """Yield (target, client factory) of an environment; a local stack that it starts ends with the block."""
    environment = composition.environment(name)
    if composition.serves(environment):
        with composition.stack(environment, say) as stack:
            say(Localized("reading which release is live", "稼働中のリリースを読み取っています"))
            live = _named(composition.live(environment))
            caller = composition.caller(environment)
            target = local_target(environment, stack, host=host, caller=caller, **live)
            yield target, composition.aws(environment)
        return
    if endpoint := custom_endpoints(boto_session(environment.region)):
        raise LoadRefused(
            f"AWS is at {endpoint} here, and {name}'s addresses are of the real one: nothing is sent; unset "
            f"AWS_ENDPOINT_URL, or load --env local",
            f"AWSの接続先は{endpoint}ですが、{name}のアドレスは本物のAWSのものです。何も送信しません。AWS_ENDPOINT_URLの"
            f"設定を外すか、--env localで負荷をかけてください",
        )
    say(
        Localized(
            "reading the caller and the live release", "実行者と稼働中のリリースを読み取っています"
        )
    )
    aws, caller = composition.aws(environment), composition.caller(environment)
    yield (
        remote_target(
            environment,
            aws,
            host,
            **_named(composition.live(environment)),
            caller=caller,
            endpoint=os.environ.get("AWS_ENDPOINT_URL"),
        ),
        aws,
    )
