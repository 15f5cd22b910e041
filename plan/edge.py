"""The REST API: routes from the contract, CORS, gateway responses, throttle (guide steps 2-4 and 3-3)."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace

from aws import desired
from aws.api.integration import IAM, as_asked
from aws.bounds import Bound, saying
from aws.words import Words
from plan.naming import Naming
from signoff.environment import Environment
from signoff.environment.application import Application
from signoff.environment.schema import Demand, RouteSettings

HEADROOM = 2
"""A limit must allow twice the share, because visitors do not arrive evenly."""
INTEGRATION_MS = desired.NEEDED_S * 1000
"""The least integration timeout, in milliseconds: room for a cold start and slow AWS calls."""
METHODS = ("GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE")
AUTHORIZATION = "method.request.header.Authorization"
ERROR_CODES = {
    "DEFAULT_4XX": (None, "REQUEST_REFUSED"),
    "DEFAULT_5XX": (None, "INTERNAL_ERROR"),
    "UNAUTHORIZED": ("401", "UNAUTHORIZED"),
    "ACCESS_DENIED": ("401", "UNAUTHORIZED"),
    "THROTTLED": ("429", "THROTTLED"),
    "QUOTA_EXCEEDED": ("429", "THROTTLED"),
}
"""Response type -> (status, error code). A Deny of the authorizer means a bad session: 401."""
ACCESS_LOG_FORMAT = json.dumps(
    {
        "requestId": "$context.requestId",
        "ip": "$context.identity.sourceIp",
        "time": "$context.requestTime",
        "method": "$context.httpMethod",
        "path": "$context.resourcePath",
        "status": "$context.status",
        "latency": "$context.responseLatency",
        "error": "$context.error.responseType",
    }
)
"""It logs no header and no query string, because those carry tokens and user ids."""


def rate_of(route: str, environment: Environment) -> float:
    """Return the requests a second that reach a route at the target rate."""
    described = environment.application.demand
    return described.shares.get(route, described.others) * environment.target_rate


def rate_of_preflights(path: str, environment: Environment) -> float:
    """Return the preflights a second on a path: at worst, one before every request."""
    routes = environment.application.routes
    return sum(rate_of(route, environment) for route in routes if route.split(" ", 1)[1] == path)


def busiest_rate(environment: Environment) -> float:
    """Return the requests a second that reach the busiest route at the target rate."""
    return max(environment.application.demand.shares.values()) * environment.target_rate


def least_quota(environment: Environment) -> int:
    """Return what a day has to allow one key: where visitors share it all that the demand makes, else a minute of the target."""
    demand = environment.demand if environment.api_key else None
    a_day = demand.requests(environment.application) if demand else 0
    return max(a_day, min(100_000, 60 * environment.target_rate))


def arithmetic(demand: Demand, app: Application) -> Words:
    """Say how the rate follows from the demand."""
    visitors, stamps, hours = f"{demand.visitors:,}", demand.stamps_each, f"{demand.hours:g}"
    rate, requests, peak = demand.least_rate(app), app.demand.for_each, app.demand.peak
    return Words(
        en=f"{visitors} visitors x {stamps} each x {requests} requests in {hours} h, {peak} times that in the"
        f" busiest minute: {rate} a second",
        ja=f"来訪者{visitors}人 × 1人あたり{stamps}回 × リクエスト{requests}回 ÷ {hours}時間、混雑時はその{peak}倍:"
        f" 毎秒{rate}件",
    )


def judged_for(environment: Environment) -> Words:
    """Say which demand the verdict is about, and where it comes from."""
    rate, demand = environment.target_rate, environment.demand
    if demand is None:
        return Words(
            en=f"judged for {rate} requests a second (target_rate; no demand is given)",
            ja=f"毎秒{rate}リクエストに対する判定（target_rate。demandの指定なし）",
        )
    derived = arithmetic(demand, environment.application)
    return Words(
        en=f"judged for {rate} requests a second ({derived.en})",
        ja=f"毎秒{rate}リクエストに対する判定（{derived.ja}）",
    )


def api(naming: Naming, functions: tuple[desired.Function, ...]) -> desired.Api:
    environment = naming.environment
    by_key = {function.key: function for function in functions}
    cors = _cors(environment)
    log_group, log_role = naming.api_log_group, naming.name_of("apigateway-logs-role")
    planned = desired.Api(
        name=naming.name_of("api"),
        region=environment.region,
        stage=environment.stage,
        stage_description=_description(environment),
        routes=tuple(_routes(by_key, environment)),
        cors=cors,
        gateway_responses=tuple(_gateway_responses(cors)),
        authorizer=_authorizer(naming, by_key),
        usage_plan=desired.UsagePlan(
            name=naming.name_of("usage-plan"),
            rate=environment.throttle.rate,
            least_rate=environment.target_rate,
            burst=environment.throttle.burst,
            daily_quota=environment.throttle.daily_quota,
            least_quota=min(environment.throttle.daily_quota, least_quota(environment)),
            api_key=naming.name_of("api-key") if environment.api_key else None,
        ),
        access_log_group=log_group,
        access_log_arn=naming.arn("logs", f"log-group:{log_group}"),
        access_log_format=ACCESS_LOG_FORMAT,
        log_role=log_role,
        log_role_arn=naming.iam_arn(f"role/{log_role}"),
        logs_access=environment.access_log,
        asks_authorizer=environment.authorizer,
        by_domain=environment.domain is not None,
        tags=environment.tags,
    )
    return replace(planned, least_rates=_least_rates(planned, environment))


def _authorizer(
    naming: Naming, functions: Mapping[str, desired.Function]
) -> desired.Authorizer | None:
    key = naming.application.authorizer
    if key is None:
        return None
    return desired.Authorizer(
        name=naming.name_of("authorizer"),
        function=functions[key],
        identity_source=AUTHORIZATION,
        ttl_s=naming.environment.authorizer_ttl_s,
    )


def _description(environment: Environment) -> Bound:
    """Return what the stage's description has to say: which environment it is."""
    if environment.production:
        return saying("本番", *sorted({"prod", environment.name}), prefers="本番環境")
    return saying(environment.name, prefers=f"{environment.name} environment")


def _least_rates(api: desired.Api, environment: Environment) -> dict[str, float]:
    preflights = {f"OPTIONS {path}": rate_of_preflights(path, environment) for path in api.paths}
    routes = {route.id: rate_of(route.id, environment) for route in api.routes}
    return {method: HEADROOM * rate for method, rate in (routes | preflights).items()}


def domain(environment: Environment) -> desired.CustomDomain | None:
    """The custom domain, where the environment names one (guide step 5)."""
    if (settings := environment.domain) is None:
        return None
    return desired.CustomDomain(
        name=settings.name,
        base_path=settings.base_path,
        hosted_zone=settings.hosted_zone,
        tags=environment.tags,
    )


def bucket(environment: Environment) -> desired.Bucket | None:
    """The bucket of the images, where the environment names one (guide step 2-3)."""
    name = environment.bucket
    return desired.Bucket(name=name, region=environment.region) if name else None


def _routes(
    functions: dict[str, desired.Function], environment: Environment
) -> Iterator[desired.Route]:
    throttle, app = environment.throttle, environment.application
    open_routes = app.open_routes
    for route in app.routes:
        verb, path = route.split(" ")
        own = environment.routes.get(route, RouteSettings())
        yield desired.Route(
            verb=verb,
            path=path,
            function=functions[app.paths[path][verb.lower()]["x-function"]],
            authorized=route not in open_routes,
            by_iam=app.guard(route) == IAM,
            most=desired.Limit(own.rate or throttle.rate, own.burst or throttle.burst),
            waits_ms=own.timeout_ms or INTEGRATION_MS,
        )


def _cors(environment: Environment) -> desired.Cors:
    headers = "Content-Type,Authorization" + (",X-Api-Key" if environment.api_key else "")
    return desired.Cors(
        origin=environment.origin,
        headers=headers,
        methods=",".join(_methods(environment.application)),
        max_age_s=environment.cors_max_age_s,
    )


def _methods(app: Application) -> Iterator[str]:
    """Yield the methods that a browser may use, in the order of the guide."""
    used = {route.partition(" ")[0] for route in app.routes} | {"OPTIONS"}
    return (method for method in METHODS if method in used)


def _gateway_responses(cors: desired.Cors) -> Iterator[desired.GatewayResponse]:
    for kind, (status, code) in ERROR_CODES.items():
        body = {"ok": False, "error": code, "error_code": code, "message": "$context.error.message"}
        yield desired.GatewayResponse(
            kind=kind, status=status, headers=cors.answer_headers, template=json.dumps(body)
        )


def source_of(route_id: str, api_id: str, environment: Environment) -> str:
    """Return the source ARN with which API Gateway invokes for one method (``GET /stamps``) of the stage."""
    return f"{arn_of_api(api_id, environment)}/{environment.stage}/{as_asked(route_id)}"


def source_of_authorizer(authorizer_id: str | None, api_id: str, environment: Environment) -> str:
    """Return the source ARN of an authorizer: it belongs to no stage and no method."""
    return f"{arn_of_api(api_id, environment)}/authorizers/{authorizer_id}"


def arn_of_api(api_id: str, environment: Environment) -> str:
    return f"arn:aws:execute-api:{environment.region}:{environment.account}:{api_id}"
