"""The custom domain: which security policies, certificates, mappings and DNS answers are accepted."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from aws.bounds import Bound, as_text, unset, within
from aws.difference import Certainty, Difference, differences
from aws.dns import Resolution
from aws.kind.description import ROUTING
from aws.kinds.certificate import Certificate, covers
from aws.kinds.domain import DOMAIN, MAPPINGS_ONLY, OTHER_MAPPINGS, BasePath, CustomDomain
from aws.section import Follows, Missing, lookup
from aws.words import Words
from checks.deployed import Deployed
from plan import Plan
from signoff.environment import Environment, today
from signoff.environment.schema import Domain

GOING_WELL = Bound(
    holds=lambda renewal: renewal in {"", "PENDING_AUTO_RENEWAL", "SUCCESS"},
    words=Words(en="none, or one that goes on by itself", ja="未開始、または自動で進んでいること"),
)


def begun(now: datetime) -> Bound:
    """Phones accept a certificate from a moment on; one without a moment is none that an authority issued."""
    return Bound(
        holds=lambda start: start is not None and start <= now,
        words=Words(en="a moment that has passed", ja="過去の日時"),
    )


def days_of_season(environment: Environment, now: datetime) -> int:
    """Return how many days are left until the rally is over; 0 if the environment does not say when."""
    season = environment.season
    return (season.ends - today(now)).days + 1 if season else 0


def naming(host: str) -> Bound:
    """One of a certificate's names covers the host."""
    return Bound(
        holds=lambda names: any(covers(name, host) for name in names),
        words=Words(en=f"a name that covers {host}", ja=f"{host}を含むこと"),
    )


def certificate_of(deployed: Deployed, domain: Domain) -> Certificate:
    """Return the certificate of a domain; Missing where none is attached or it does not exist."""
    arn, name = deployed.domain(domain).certificate_arn, domain.name
    if arn is None:
        raise Missing(
            en=f"no certificate is attached to {name}", ja=f"{name}に証明書が付いていません"
        )
    certificate = lookup(deployed.sections.certificates, arn)
    if certificate is None:
        raise Missing(
            en=f"certificate {arn} of {name} does not exist in the API's Region",
            ja=f"{name}の証明書{arn}がAPIのリージョンに存在しません",
        )
    return certificate


def deciding_rules(domain: CustomDomain) -> tuple[Difference, ...]:
    """Return the routing rules, which are evaluated before mappings, or instead of them.

    Whether a rule applies to our callers depends on headers and paths, which are not evaluated here.
    """
    alone = domain.routing == "ROUTING_RULE_ONLY"
    if domain.routing == MAPPINGS_ONLY or not (domain.rules or alone):
        return ()
    return (
        Difference(
            DOMAIN.words,
            domain.name,
            ROUTING,
            "; ".join(domain.rules),
            unset(),
            call="apigatewayv2:ListRoutingRules",
            certainty=Certainty.UNPARSED if domain.rules else Certainty.CERTAIN,
        ),
    )


def competing_mappings(current: CustomDomain, domain: Domain, plan: Plan) -> tuple[Difference, ...]:
    """Return mappings under our domain that catch paths of ours: the longest match wins."""
    planned = domain.base_path.strip("/")
    paths = [f"{planned}{path}/".lstrip("/") for path in plan.api.paths]
    others = [
        mapping
        for mapping in current.mappings
        if (key := mapping.path.strip("/")) != planned
        and len(key) > len(planned)
        and any(path.startswith(f"{key}/") for path in paths)
    ]
    shown = frozenset(f"/{other.path} -> {other.api_id}/{other.stage}" for other in others)
    about = {"call": "apigatewayv2:GetApiMappings", "ids": tuple(other.path for other in others)}
    return differences(DOMAIN.words, current.name, {OTHER_MAPPINGS: (shown, within(()))}, **about)


def mapped_by(mappings: Iterable[BasePath]) -> Mapping[str, str]:
    """Show each mapping as its path and its stage: what is shown -> its path."""
    return {f"/{mapping.path} -> {mapping.stage}": mapping.path for mapping in mappings}


def mapping_of(current: CustomDomain, domain: Domain) -> BasePath:
    """Return the mapping at the planned base path; Missing where there is none."""
    planned = domain.base_path.strip("/")
    by_path = {mapping.path.strip("/"): mapping for mapping in current.mappings}
    if planned not in by_path:
        raise Missing(
            en=f"{current.name} has no mapping at /{planned}, the base path of environments.toml (domain.base_path)",
            ja=f"{current.name}の/{planned}にマッピングがありません（environments.tomlのdomain.base_path）",
        )
    return by_path[planned]


def resolution_of(deployed: Deployed, domain: Domain) -> Resolution:
    """Return what DNS answers for a domain; Follows if the domain itself is absent."""
    deployed.domain(domain)
    resolution = lookup(deployed.sections.resolutions, domain.name)
    if resolution is None:
        raise Follows(
            "DEP-40",
            en=f"{domain.name} was not looked up in DNS",
            ja=f"{domain.name}のDNSを引いていません",
        )
    return resolution


def leading_to(resolution: Resolution) -> Bound:
    """At least one address is the target's, since API Gateway rotates them."""
    target = as_text(resolution.target_addresses) or "-"
    return Bound(
        holds=lambda addresses: bool({*(addresses or ())} & {*resolution.target_addresses}),
        words=Words(en=f"one of the target's ({target})", ja=f"ターゲットのいずれか（{target}）"),
    )
