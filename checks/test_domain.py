"""DEP-40 to DEP-43: the custom domain, where the environment has one."""

from datetime import datetime

from aws.bounds import at_least, exactly, within
from aws.difference import unallowed
from aws.kind.description import REGION, STATUS
from aws.kinds.certificate import CERTIFICATE, DISTRUSTED, RENEWAL, RENEWED, VALID_FROM
from aws.kinds.domain import DOMAIN, NEW_TLS, TLS
from aws.kinds.rest_api import ENDPOINT
from aws.words import Words
from checks import domain_name
from checks.deployed import Deployed
from plan import Plan
from signoff.environment import Environment
from signoff.environment.schema import Domain
from signoff.judge.checklist import expectation
from signoff.judge.decisions import Judge

NAMES = Words(en="domain names", ja="対象のドメイン名")
DAYS_LEFT = Words(en="days until it expires", ja="期限までの日数")
LEADS_TO = Words(en="API and stage that it leads to", ja="つながるAPIとステージ")
ADDRESSES = Words(en="addresses in DNS", ja="DNSの応答")
ASTRAY = Words(en="records that lead elsewhere", ja="別の宛先につながるレコード")
OF_CERTIFICATE = {"call": "acm:DescribeCertificate", "decidable": False}


@expectation("DEP-40", ja="カスタムドメインが利用可能である")
def test_domain_is_available(deployed: Deployed, custom_domain: Domain, judge: Judge) -> None:
    available = {STATUS: exactly("AVAILABLE")}
    judge.hold(DOMAIN, deployed.domain(custom_domain), available, decidable=False)


@expectation("DEP-40", ja="カスタムドメインがリージョンエンドポイントである")
def test_domain_is_regional(deployed: Deployed, custom_domain: Domain, judge: Judge) -> None:
    # The certificate of an EDGE domain is in us-east-1, where none is read: no decision could be enough.
    regional = {ENDPOINT: exactly(("REGIONAL",))}
    judge.hold(DOMAIN, deployed.domain(custom_domain), regional, decidable=False)


@expectation("DEP-40", ja="カスタムドメインがTLS 1.2未満を拒否する")
def test_domain_refuses_tls_before_1_2(
    deployed: Deployed, custom_domain: Domain, judge: Judge
) -> None:
    judge.hold(DOMAIN, deployed.domain(custom_domain), {TLS: NEW_TLS}, loosens=True)


@expectation("DEP-40", ja="カスタムドメインに計画外の設定がない")
def test_domain_has_nothing_unplanned(
    deployed: Deployed, custom_domain: Domain, judge: Judge
) -> None:
    domain = judge.observe(deployed.domain(custom_domain), "unplanned")

    judge(unallowed(domain.unplanned))


@expectation("DEP-41", ja="証明書が発行済みで、有効期間が始まっている")
def test_certificate_is_issued_and_valid_already(
    deployed: Deployed, custom_domain: Domain, now: datetime, judge: Judge
) -> None:
    certificate = domain_name.certificate_of(deployed, custom_domain)
    valid = {STATUS: exactly("ISSUED"), VALID_FROM: domain_name.begun(now)}
    judge.hold(CERTIFICATE, certificate, valid, decidable=False)


@expectation("DEP-41", ja="証明書がドメインを対象に含む")
def test_certificate_covers_the_domain(
    deployed: Deployed, custom_domain: Domain, judge: Judge
) -> None:
    name = custom_domain.name
    certificate = judge.observe(domain_name.certificate_of(deployed, custom_domain), "names")

    compared = {NAMES: (certificate.names, domain_name.naming(name))}
    judge.compare(CERTIFICATE.words, certificate.arn, compared, **OF_CERTIFICATE)


@expectation("DEP-41", ja="証明書がAPIと同じリージョンにある")
def test_certificate_is_in_the_region_of_the_api(
    deployed: Deployed, custom_domain: Domain, environment: Environment, judge: Judge
) -> None:
    certificate = judge.observe(domain_name.certificate_of(deployed, custom_domain), "arn")

    compared = {REGION: (certificate.arn.split(":")[3], exactly(environment.region))}
    judge.compare(CERTIFICATE.words, certificate.arn, compared, **OF_CERTIFICATE)


@expectation("DEP-41", ja="証明書の期限が迫っていない")
def test_certificate_does_not_expire_soon(
    deployed: Deployed, custom_domain: Domain, environment: Environment, now: datetime, judge: Judge
) -> None:
    certificate = judge.observe(
        domain_name.certificate_of(deployed, custom_domain), "not_after", "renews"
    )

    days_left = certificate.days_left(now)
    season = 0 if certificate.renews else domain_name.days_of_season(environment, now)
    about = {**OF_CERTIFICATE, "decidable": days_left >= RENEWAL.days}
    compared = {DAYS_LEFT: (days_left, at_least(max(RENEWAL.days, season)))}
    judge.compare(CERTIFICATE.words, certificate.arn, compared, **about)


@expectation("DEP-41", ja="証明書の更新が失敗していない")
def test_renewal_of_the_certificate_goes_well(
    deployed: Deployed, custom_domain: Domain, judge: Judge
) -> None:
    certificate = domain_name.certificate_of(deployed, custom_domain)
    judge.hold(CERTIFICATE, certificate, {RENEWED: domain_name.GOING_WELL}, decidable=False)


@expectation("DEP-41", ja="ブラウザとスマートフォンが証明書を信頼する")
def test_certificate_is_one_that_browsers_trust(
    deployed: Deployed, custom_domain: Domain, judge: Judge
) -> None:
    certificate = domain_name.certificate_of(deployed, custom_domain)
    judge.hold(CERTIFICATE, certificate, {DISTRUSTED: within(())}, decidable=False)


@expectation("DEP-42", ja="カスタムドメインが計画したステージにつながる")
def test_domain_leads_to_the_stage(deployed: Deployed, custom_domain: Domain, judge: Judge) -> None:
    domain = judge.observe(deployed.domain(custom_domain), "mappings")
    mapping = domain_name.mapping_of(domain, custom_domain)
    api, stage = deployed.rest_api(), deployed.stage()
    judge.observe.note(api=api.id, stage=stage.name)

    about = {"call": "apigateway:GetBasePathMappings", "decidable": False}
    compared = {LEADS_TO: (f"{mapping.api_id}/{mapping.stage}", exactly(f"{api.id}/{stage.name}"))}
    judge.compare(DOMAIN.words, domain.name, compared, **about)


@expectation("DEP-42", ja="ルーティングルールがマッピングより先に振り分けない")
def test_no_rule_decides_before_the_mappings_of_the_domain(
    deployed: Deployed, custom_domain: Domain, judge: Judge
) -> None:
    domain = judge.observe(deployed.domain(custom_domain), "routing", "rules")

    judge(domain_name.deciding_rules(domain))


@expectation("DEP-42", ja="カスタムドメインの本APIのパスで、他のAPIが応答しない")
def test_no_other_api_answers_at_our_paths_of_the_domain(
    deployed: Deployed, custom_domain: Domain, plan: Plan, judge: Judge
) -> None:
    domain = judge.observe(deployed.domain(custom_domain), "mappings")

    judge(domain_name.competing_mappings(domain, custom_domain, plan))


@expectation("DEP-43", ja="DNSがカスタムドメインのターゲットを返す")
def test_dns_answers_with_the_target_of_the_domain(
    deployed: Deployed, custom_domain: Domain, judge: Judge
) -> None:
    name = custom_domain.name
    resolution = judge.observe(
        domain_name.resolution_of(deployed, custom_domain), "addresses", "target_addresses"
    )

    compared = {ADDRESSES: (resolution.addresses or None, domain_name.leading_to(resolution))}
    judge.compare(DOMAIN.words, name, compared, decidable=False)


@expectation("DEP-43", ja="Route 53のどのレコードもターゲットにつながる")
def test_no_record_of_the_name_leads_callers_elsewhere(
    deployed: Deployed, custom_domain: Domain, judge: Judge
) -> None:
    name = custom_domain.name
    resolution = judge.observe(domain_name.resolution_of(deployed, custom_domain), "elsewhere")

    about = {"call": "route53:ListResourceRecordSets", "loosens": True, "remedy": "records"}
    compared = {ASTRAY: (frozenset(resolution.elsewhere), within(()))}
    judge.compare(DOMAIN.words, name, compared, **about)
