"""What a run loads: an environment, the addresses that are its own, and what is live there."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aws.words import Words
from load.engine.admission import LoadRefused
from load.engine.throttle import TokenBucket
from plan.naming import domain_url, stage_url
from signoff.environment import Environment
from signoff.judge.snapshot import Live

ClientFactory = Callable[[str], Any]
"""Returns the boto3 client of a service, by its name."""
Say = Callable[[Words], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadTarget:
    """``host`` is the stage's URL. ``line`` is the URL of a fake of LINE, None if LINE is real."""

    environment: Environment
    host: str
    allowed_hosts: tuple[str, ...]
    api: str | None = None
    """Id of the API of an environment on AWS, which a record of the run is about."""
    line: str | None = None
    live: Live | None = None
    """What is live, None if that is unknown."""
    caller: str | None = None

    @property
    def name(self) -> str:
        return self.environment.name

    @property
    def throttle(self) -> TokenBucket:
        return TokenBucket(self.environment.throttle.rate, self.environment.throttle.burst)

    @property
    def written(self) -> Mapping[str, tuple[str, ...]]:
        """Tables in which a run may leave items under its users' ids -> the attributes of their keys."""
        app, names = self.environment.application, self.environment.tables
        tables = ["userstamps"] if app.masters else app.tables
        return {names[table]: tuple(app.tables[table].key) for table in tables}


def changed(about: Mapping[str, Any], live: Live | None) -> Words | None:
    """Say what of the release that a run is about is not live any more; None if all of it is."""
    then, now = about.get("release"), live and live.release
    if then != now:
        return Words(
            f"it is of release {then}, and {now} is live",
            f"リリース{then}の実行ですが、稼働中は{now}です",
        )
    parts, digests = about.get("parts", {}), live.digests if live else {}
    listed = ", ".join(
        entry for entry in {**parts, **digests} if parts.get(entry) != digests.get(entry)
    )
    return Words(f"{listed} changed since", f"{listed}が変わりました") if listed else None


def addresses(environment: Environment, aws: ClientFactory, host: str | None) -> dict[str, Any]:
    """Return host, allowed_hosts and api of an environment: its custom domain, else its address at API Gateway.

    Only these two are allowed, in full: another path or port is another API, and its verdict would
    pass for this one's. ``host`` chooses between them. Raises `LoadRefused` if the environment has no
    such API.
    """
    apis = list(_api_ids(environment, aws))
    own = [*filter(None, [domain_url(environment)]), *(stage_url(environment, api) for api in apis)]
    if not own:
        raise LoadRefused(
            f"{environment.name} has no API {environment.prefix}-api in {environment.region}; "
            "deploy it, or check account and Region",
            f"{environment.name}の{environment.region}にAPI {environment.prefix}-apiがありません。デプロイするか、アカウントとリージョンを確認してください",
        )
    asked = (host or own[0]).rstrip("/")
    if asked not in own:
        raise LoadRefused(
            f"{asked} is not {environment.name}'s; it is at {' and '.join(own)}",
            f"{asked}は{environment.name}のものではありません（アドレスは{', '.join(own)}）",
        )
    allowed = tuple(address.split("/")[2] for address in own)
    return {"host": asked, "allowed_hosts": allowed, "api": apis[0] if apis else None}


def _api_ids(environment: Environment, aws: ClientFactory) -> Iterator[str]:
    for page in aws("apigateway").get_paginator("get_rest_apis").paginate():
        for api in page["items"]:
            if api["name"] == f"{environment.prefix}-api":
                yield api["id"]
