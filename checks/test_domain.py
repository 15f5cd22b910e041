"""DEP-40 to DEP-43: the custom domain, where the environment has one."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from aws import desired
from aws.bounds import Bound, as_text, at_least, exactly, unset, within
from aws.difference import Certainty, Difference, differences, unallowed
from aws.dns import Resolution
from aws.kind.description import REGION, ROUTING, STATUS
from aws.kinds.certificate import (
    CERTIFICATE,
    DISTRUSTED,
    RENEWAL,
    RENEWED,
    VALID_FROM,
    Certificate,
    covers,
)
from aws.kinds.domain import (
    DOMAIN,
    MAPPINGS_ONLY,
    NEW_TLS,
    OTHER_MAPPINGS,
    TLS,
    BasePath,
    CustomDomain,
)
from aws.kinds.rest_api import ENDPOINT
from aws.section import Missing, lookup
from aws.words import Words
from checks.deployed import Deployed
from plan import Plan
from signoff.environment import Environment, today
from signoff.judge.checklist import expectation
from signoff.judge.decisions import Judge

NAMES = Words(en="domain names", ja="対象のドメイン名")
DAYS_LEFT = Words(en="days until it expires", ja="期限までの日数")
LEADS_TO = Words(en="API and stage that it leads to", ja="つながるAPIとステージ")
ADDRESSES = Words(en="addresses in DNS", ja="DNSの応答")
ASTRAY = Words(en="records that lead elsewhere", ja="別の宛先につながるレコード")
OF_CERTIFICATE = {"call": "acm:DescribeCertificate", "decidable": False}
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


@pytest.fixture
def domain(deployed: Deployed, custom_domain: desired.CustomDomain) -> CustomDomain:
    return deployed.domain(custom_domain)


@pytest.fixture
def certificate(deployed: Deployed, domain: CustomDomain) -> Certificate:
    """The certificate of the domain; Missing where none is attached or it does not exist."""
    arn, name = domain.certificate_arn, domain.name
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


def deciding_rules(domain: CustomDomain) -> Iterator[Difference]:
    """Yield the routing rules, which are evaluated before mappings, or instead of them.

    Whether a rule applies to our callers depends on headers and paths, which are not evaluated here.
    """
    alone = domain.routing == "ROUTING_RULE_ONLY"
    if domain.routing != MAPPINGS_ONLY and (domain.rules or alone):
        yield Difference(
            DOMAIN.words,
            domain.name,
            ROUTING,
            "; ".join(domain.rules),
            unset(),
            call="apigatewayv2:ListRoutingRules",
            loosens=True,
            certainty=Certainty.UNPARSED if domain.rules else Certainty.CERTAIN,
        )


def competing_mappings(
    current: CustomDomain, domain: desired.CustomDomain, plan: Plan
) -> tuple[Difference, ...]:
    """Return mappings under our domain that catch paths of ours: the longest match wins."""
    planned = domain.base_path
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
    compared = {OTHER_MAPPINGS: (shown, within(()))}
    return differences(DOMAIN.words, current.name, compared, loosens=True, **about)


def mapping_of(current: CustomDomain, domain: desired.CustomDomain) -> BasePath:
    """Return the mapping at the planned base path; Missing where there is none."""
    planned = domain.base_path
    by_path = {mapping.path.strip("/"): mapping for mapping in current.mappings}
    if planned not in by_path:
        raise Missing(
            en=f"{current.name} has no mapping at /{planned}, the base path of environments.toml (domain.base_path)",
            ja=f"{current.name}の/{planned}にマッピングがありません（environments.tomlのdomain.base_path）",
        )
    return by_path[planned]


def leading_to(resolution: Resolution) -> Bound:
    """Of IPv4 and of IPv6, at least one address is the target's, since API Gateway rotates them."""
    target = as_text(resolution.target_addresses) or "-"
    right = {*resolution.addresses} & {*resolution.target_addresses}
    versions = [{":" in address for address in each} for each in (right, resolution.addresses)]
    words = Words(
        en=f"one of the target's, by IPv6 as well where it has an address ({target})",
        ja=f"ターゲットのいずれか。IPv6アドレスもある場合はIPv6でも同様（{target}）",
    )
    return Bound(holds=lambda _: bool(right) and versions[0] == versions[1], words=words)


@expectation("DEP-40", ja="カスタムドメインが利用可能である")
def test_domain_is_available(domain: CustomDomain, judge: Judge) -> None:
    available = {STATUS: exactly("AVAILABLE")}
    judge.hold(DOMAIN, domain, available, decidable=False)


@expectation("DEP-40", ja="カスタムドメインがリージョンエンドポイントである")
def test_domain_is_regional(domain: CustomDomain, judge: Judge) -> None:
    # The certificate of an EDGE domain is in us-east-1, where none is read: no decision could be enough.
    regional = {ENDPOINT: exactly(("REGIONAL",))}
    judge.hold(DOMAIN, domain, regional, decidable=False)


@expectation("DEP-40", ja="カスタムドメインがTLS 1.2未満を拒否する")
def test_domain_refuses_tls_before_1_2(domain: CustomDomain, judge: Judge) -> None:
    judge.hold(DOMAIN, domain, {TLS: NEW_TLS}, loosens=True)


@expectation("DEP-40", ja="カスタムドメインに計画外の設定がない")
def test_domain_has_nothing_unplanned(domain: CustomDomain, judge: Judge) -> None:
    judge.observe(domain, "unplanned")

    judge(unallowed(domain.unplanned))


@expectation("DEP-41", ja="証明書が発行済みで、有効期間が始まっている")
def test_certificate_is_issued_and_valid_already(
    certificate: Certificate, now: datetime, judge: Judge
) -> None:
    valid = {STATUS: exactly("ISSUED"), VALID_FROM: begun(now)}
    judge.hold(CERTIFICATE, certificate, valid, decidable=False)


@expectation("DEP-41", ja="証明書がドメインを対象に含む")
def test_certificate_covers_the_domain(
    certificate: Certificate, custom_domain: desired.CustomDomain, judge: Judge
) -> None:
    name = custom_domain.name
    judge.observe(certificate, "names")

    compared = {NAMES: (certificate.names, naming(name))}
    judge.compare(CERTIFICATE.words, certificate.arn, compared, **OF_CERTIFICATE)


@expectation("DEP-41", ja="証明書がAPIと同じリージョンにある")
def test_certificate_is_in_the_region_of_the_api(
    certificate: Certificate, environment: Environment, judge: Judge
) -> None:
    judge.observe(certificate, "arn")

    compared = {REGION: (certificate.arn.split(":")[3], exactly(environment.region))}
    judge.compare(CERTIFICATE.words, certificate.arn, compared, **OF_CERTIFICATE)


@expectation("DEP-41", ja="証明書の期限が迫っていない")
def test_certificate_does_not_expire_soon(
    certificate: Certificate, environment: Environment, now: datetime, judge: Judge
) -> None:
    judge.observe(certificate, "not_after", "renews")

    days_left = certificate.days_left(now)
    season = 0 if certificate.renews else days_of_season(environment, now)
    about = {**OF_CERTIFICATE, "decidable": days_left >= RENEWAL.days}
    compared = {DAYS_LEFT: (days_left, at_least(max(RENEWAL.days, season)))}
    judge.compare(CERTIFICATE.words, certificate.arn, compared, **about)


@expectation("DEP-41", ja="証明書の更新が失敗していない")
def test_renewal_of_the_certificate_goes_well(certificate: Certificate, judge: Judge) -> None:
    judge.hold(CERTIFICATE, certificate, {RENEWED: GOING_WELL}, decidable=False)


@expectation("DEP-41", ja="ブラウザとスマートフォンが証明書を信頼する")
def test_certificate_is_one_that_browsers_trust(certificate: Certificate, judge: Judge) -> None:
    judge.hold(CERTIFICATE, certificate, {DISTRUSTED: within(())}, decidable=False)


@expectation("DEP-42", ja="カスタムドメインが計画したステージにつながる")
def test_domain_leads_to_the_stage(
    domain: CustomDomain, deployed: Deployed, custom_domain: desired.CustomDomain, judge: Judge
) -> None:
    judge.observe(domain, "mappings")
    mapping = mapping_of(domain, custom_domain)
    api, stage = deployed.rest_api(), deployed.stage()
    judge.observe.note(api=api.id, stage=stage.name)

    about = {"call": "apigateway:GetBasePathMappings", "decidable": False}
    compared = {LEADS_TO: (f"{mapping.api_id}/{mapping.stage}", exactly(f"{api.id}/{stage.name}"))}
    judge.compare(DOMAIN.words, domain.name, compared, **about)


@expectation("DEP-42", ja="ルーティングルールがマッピングより先に振り分けない")
def test_no_rule_decides_before_the_mappings_of_the_domain(
    domain: CustomDomain, judge: Judge
) -> None:
    judge.observe(domain, "routing", "rules")

    judge(deciding_rules(domain))


@expectation("DEP-42", ja="カスタムドメインの本APIのパスで、他のAPIが応答しない")
def test_no_other_api_answers_at_our_paths_of_the_domain(
    domain: CustomDomain, custom_domain: desired.CustomDomain, plan: Plan, judge: Judge
) -> None:
    judge.observe(domain, "mappings")

    judge(competing_mappings(domain, custom_domain, plan))


@expectation("DEP-43", ja="DNSがカスタムドメインのターゲットを返す")
def test_dns_answers_with_the_target_of_the_domain(
    deployed: Deployed, custom_domain: desired.CustomDomain, judge: Judge
) -> None:
    name = custom_domain.name
    resolution = deployed.resolution(custom_domain)
    judge.observe(resolution, "addresses", "target_addresses")

    compared = {ADDRESSES: (resolution.addresses or None, leading_to(resolution))}
    judge.compare(DOMAIN.words, name, compared, decidable=False)


@expectation("DEP-43", ja="Route 53のどのレコードもターゲットにつながる")
def test_no_record_of_the_name_leads_callers_elsewhere(
    deployed: Deployed, custom_domain: desired.CustomDomain, judge: Judge
) -> None:
    name = custom_domain.name
    resolution = judge.observe(deployed.resolution(custom_domain), "elsewhere")

    about = {"call": "route53:ListResourceRecordSets", "loosens": True, "remedy": "records"}
    compared = {ASTRAY: (frozenset(resolution.elsewhere), within(()))}
    judge.compare(DOMAIN.words, name, compared, **about)
