"""Give the API a name of your own: certificate, domain, mapping, DNS. Only where the environment has one.

The guide creates the domain before its certificate. AWS refuses a domain without one, so the certificate
comes first; and for a regional endpoint it must be in the Region of the API.

カスタムドメインを設定する（証明書、ドメイン、マッピング、DNS）。環境の定義にドメインがある場合だけ実行する。

手順書は証明書より先にドメインを作成しますが、AWSは証明書のないドメインを受け付けません。先に証明書を用意します。
リージョンエンドポイントの場合、証明書はAPIと同じリージョンに必要です。
"""

from aws.change.gate import Changes
from aws.converge import custom_domain
from runbook.engine import StepContext, step


@step("5-2")
def request_the_certificate(context: StepContext) -> Changes:
    """Request the certificate, and prove by DNS that the name is yours.

    The record is set in Route 53 if the environment names the zone; otherwise it is printed: have it set
    by the person who runs your DNS, then run this again.

    証明書をリクエストし、DNSでドメインの所有を証明する。

    環境の定義にホストゾーンがあればRoute 53に設定し、なければレコードを表示します。その場合はDNSの管理者が
    設定した後、再度実行してください。
    """
    domain = context.plan.domain
    return custom_domain.converge_certificate(context, domain) if domain else ()


@step("5-2", proves=("DEP-41",))
def wait_for_the_certificate(context: StepContext) -> Changes:
    """Wait until it is issued, 45 minutes at most.

    発行を待つ（最長45分）。
    """
    domain = context.plan.domain
    return custom_domain.wait_for_certificate(context, domain) if domain else ()


@step("5-1", proves=("DEP-40",))
def create_the_domain(context: StepContext) -> Changes:
    """Create the domain: regional, TLS 1.2 at least, with that certificate.

    証明書を付けてドメインを作成する（リージョンエンドポイント、TLS 1.2以上）。
    """
    domain = context.plan.domain
    return custom_domain.converge(context, domain) if domain else ()


@step("5-3", proves=("DEP-42",))
def lead_it_to_the_stage(context: StepContext) -> Changes:
    """Map the path of the domain to the stage of the API.

    ドメインのパスをAPIのステージに対応付ける。
    """
    domain = context.plan.domain
    return custom_domain.converge_mapping(context, domain, context.plan.api) if domain else ()


@step("5-4", proves=("DEP-43",))
def set_the_record(context: StepContext) -> Changes:
    """Point the name at the domain's target.

    In Route 53 this is an alias record. Elsewhere the record to set is printed; at the apex of a zone,
    where a CNAME is not allowed, use what your provider offers instead. The row is green once DNS gives
    that answer.

    ドメイン名をターゲットドメイン名に向ける。

    Route 53ではエイリアスレコードを設定します。それ以外では設定すべきレコードを表示します。ゾーンの頂点にはCNAMEを
    置けないため、プロバイダーの代替機能を使ってください。DNSの応答が一致すると、該当項目が合格になります。
    """
    domain = context.plan.domain
    return custom_domain.converge_record(context, domain) if domain else ()
