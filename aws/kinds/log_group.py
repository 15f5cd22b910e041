"""Log groups: how long lines are kept, who reads along, and the policies of the account that reach them (guide step 6-3)."""

from collections.abc import Iterable
from dataclasses import dataclass

from aws.bounds import Bound
from aws.change.undo import EACH, THIS, by_call, by_hand, calling
from aws.door.failures import ReadFailure
from aws.kind.description import ARN, KMS_KEY, NAME, PLANNED_BY, UNSERVED, ReadCall, fact
from aws.kind.engine import Kind
from aws.kinds.rest_api import api_id
from aws.ledger import JUDGED, NAMES, WHEN, Closed, Effect, by_member, only
from aws.reading import Reader, Reading, shared_beginning
from aws.section import Section, Unreadable
from aws.words import Words

RETENTION = Words(en="retention (days)", ja="保持期間（日）")
LOG_CLASS = Words(en="log class", ja="ログクラス")
FOREVER = Words(en="unlimited", ja="無期限")
STANDARD = "STANDARD"
EXECUTION = "API-Gateway-Execution-Logs_"

DATA_PROTECTION = Words(en="data protection", ja="データ保護")
BEARER_TOKENS = Words(en="ingestion by bearer token", ja="ベアラートークンによる取り込み")
RETENTION_POLICY = Words(en="retention policy of the account", ja="アカウントの保持ポリシー")
SUBSCRIPTION_FILTER = Words(en="subscription filter", ja="サブスクリプションフィルター")
METRICS_MADE = Words(
    en="metric filter into namespace", ja="メトリクスフィルターの出力先ネームスペース"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogGroup:
    """``retention_days`` None never expires; INFREQUENT_ACCESS makes no metrics of embedded ones."""

    name: str = fact(NAME, "logGroupName", part=PLANNED_BY)
    arn: str = fact(ARN, "arn", absent="", read=lambda arn: arn.removesuffix(":*"))
    retention_days: int | None = fact(
        RETENTION, "retentionInDays", absent=None, none=FOREVER, part=UNSERVED
    )
    log_class: str = fact(LOG_CLASS, "logGroupClass", absent=STANDARD)
    kms_key: str | None = fact(KMS_KEY, "kmsKeyId", absent=None)


def expiring(least: int = 1) -> Bound:
    """Entries expire, and not before that many days."""
    return Bound(
        holds=lambda days: days not in (None, FOREVER) and bool(days >= least),
        words=Words(en=f"{least} or more, but limited", ja=f"{least}以上の有限の日数"),
        prefers=least,
    )


LOG_GROUP = Kind[LogGroup](
    words=Words(en="log group", ja="ロググループ"),
    service="logs",
    section="log_groups",
    attached_section="log_group_attachments",
    type=LogGroup,
    calls={
        "group": ReadCall(
            operation="DescribeLogGroups",
            asks={"logGroupNamePrefix": "{name}"},
            under="logGroups",
            pages="logGroups",
            named=by_member("logGroupName"),
            needs=frozenset({"logGroups"}),
            members={
                "dataProtectionStatus": Closed(
                    DATA_PROTECTION, usual=only("DELETED", "ARCHIVED", "DISABLED")
                ),
                "inheritedProperties": Closed(DATA_PROTECTION),
                "bearerTokenAuthenticationEnabled": Closed(BEARER_TOKENS, loosens=True),
                "retentionPolicyName": Closed(RETENTION_POLICY),
            },
            harmless={
                NAMES: "logGroupArn",
                WHEN: "creationTime",
                "the filters are listed": "metricFilterCount",
                "grows with use": "storedBytes",
                "protects the logs from deletion": "deletionProtectionEnabled",
            },
        ),
        "copies": ReadCall(
            operation="DescribeSubscriptionFilters",
            asks={"logGroupName": "{name}"},
            named=lambda parameters, _: str(parameters["logGroupName"]),
            needs=frozenset({"subscriptionFilters"}),
            pages="subscriptionFilters",
            members={
                "subscriptionFilters": Closed(
                    SUBSCRIPTION_FILTER,
                    shows="destinationArn",
                    ids="filterName",
                    terms=("filterPattern",),
                    loosens=True,
                ),
            },
        ),
        "counts": ReadCall(
            operation="DescribeMetricFilters",
            under="metricFilters",
            pages="metricFilters",
            named=by_member("logGroupName"),
            needs=frozenset({"metricFilters"}),
            members={
                "logGroupName": JUDGED,
                "metricTransformations": Closed(
                    METRICS_MADE,
                    shows="metricNamespace",
                    ids="filterName",
                    terms=("metricName", "metricValue"),
                    siblings=("filterName", "filterPattern"),
                    effect=Effect.OBSERVES,
                ),
            },
            harmless={
                NAMES: "filterName",
                WHEN: "creationTime",
                "about a filter, which is red as such": (
                    "filterPattern applyOnTransformedLogs fieldSelectionCriteria emitSystemFieldDimensions"
                ),
            },
        ),
    },
    undo={
        SUBSCRIPTION_FILTER: by_call(
            calling("logs", "delete_subscription_filter", logGroupName=THIS, filterName=EACH),
            en="the destination gets no further lines; the pattern of the filter is lost",
            ja="送信先に以後のログは届かず、フィルターの定義は失われます",
            final=True,
        ),
        METRICS_MADE: by_call(
            calling("logs", "delete_metric_filter", logGroupName=THIS, filterName=EACH),
            en="the metric gets no further values; the pattern of the filter is lost",
            ja="メトリクスに以後の値は記録されず、フィルターの定義は失われます",
            final=True,
        ),
        DATA_PROTECTION: by_call(
            calling("logs", "delete_data_protection_policy", logGroupIdentifier=THIS),
            en="further lines are no longer masked; those of an account policy still are",
            ja="以後のログはマスクされません（アカウントポリシーによるマスクは残ります）",
            final=True,
        ),
        BEARER_TOKENS: by_call(
            calling(
                "logs",
                "put_bearer_token_authentication",
                logGroupIdentifier=THIS,
                bearerTokenAuthenticationEnabled=False,
            ),
            en="requests that send lines with a bearer token are refused",
            ja="ベアラートークンによるログの送信は拒否されます",
        ),
        RETENTION_POLICY: by_hand(
            en="CloudWatch console > Settings > Logs > Retention policy of the account: leave {name} out",
            ja="CloudWatchコンソール > 設定 > ログ > アカウントの保持ポリシーで、{name}を対象から外してください",
        ),
    },
)


def log_groups(reading: Reading) -> Section[LogGroup]:
    planned, unknown = [*reading.scope.log_groups], {}
    try:
        if ours := api_id(reading):
            planned.append(f"{EXECUTION}{ours}/{reading.scope.stage}")
    except ReadFailure as failure:
        unknown = {f"{EXECUTION}?/{reading.scope.stage}": failure.why}
    by_prefix = prefixes(planned)
    listed = reading.each(by_prefix, lambda prefix: _listed(reading, prefix))
    groups: dict[str, LogGroup | Unreadable] = {}
    for prefix, names in by_prefix.items():
        own = listed[prefix]
        if isinstance(own, Unreadable):
            groups |= dict.fromkeys(names, own)
        else:
            groups |= {name: own[name] for name in names if name in own}
    return groups | unknown


def prefixes(names: Iterable[str]) -> dict[str, list[str]]:
    """Prefix to list by -> names: one listing for all that stand in the same folder."""
    folders: dict[str, list[str]] = {}
    for name in names:
        folders.setdefault(name.rpartition("/")[0], []).append(name)
    by_prefix: dict[str, list[str]] = {}
    for own in folders.values():
        shared = shared_beginning(own)
        for prefix in [shared] if shared else own:
            by_prefix[prefix] = [name for name in own if name.startswith(prefix)]
    return by_prefix


def _listed(reading: Reading, prefix: str) -> dict[str, LogGroup]:
    entries = reading.aws.listed(
        "logs", "describe_log_groups", "logGroups", logGroupNamePrefix=prefix
    )
    return {raw["logGroupName"]: LOG_GROUP.of(raw) for raw in entries if "logGroupName" in raw}


READERS = {
    "log_groups": Reader(log_groups, LOG_GROUP.actions),
    **LOG_GROUP.reader_of_attached(),
}
