"""What nobody planned of log groups: filters, masks, bearer tokens, and policies of the account."""

from collections.abc import Mapping

from aws.change.gate import unless_absent
from aws.change.undo import HowToUndo, UndoTarget, by_call, by_hand
from aws.ledgers.logs import ACCOUNT_POLICY, APPLIED


def _stop_copying(target: UndoTarget) -> None:
    client = target.context.client("logs")
    for name in target.ids:
        unless_absent(client.delete_subscription_filter, logGroupName=target.name, filterName=name)


def _stop_counting(target: UndoTarget) -> None:
    client = target.context.client("logs")
    for name in target.ids:
        unless_absent(client.delete_metric_filter, logGroupName=target.name, filterName=name)


def _unmask(target: UndoTarget) -> None:
    target.context.client("logs").delete_data_protection_policy(logGroupIdentifier=target.name)


def _refuse_tokens(target: UndoTarget) -> None:
    target.context.client("logs").put_bearer_token_authentication(
        logGroupIdentifier=target.name, bearerTokenAuthenticationEnabled=False
    )


def _end_account_policy(target: UndoTarget) -> None:
    client = target.context.client("logs")
    for name in target.ids:
        unless_absent(client.delete_account_policy, policyType=target.name, policyName=name)


def _end_resource_policy(target: UndoTarget) -> None:
    """Delete a policy of the account by its name; that of one log group, by the group's ARN."""
    client, group = target.context.client("logs"), target.id
    if not group:
        unless_absent(client.delete_resource_policy, policyName=target.name)
        return
    own = client.describe_resource_policies(policyScope="RESOURCE", resourceArn=group)
    for policy in own["resourcePolicies"]:
        client.delete_resource_policy(resourceArn=group, expectedRevisionId=policy["revisionId"])


_OVER = by_call(
    _end_resource_policy,
    en="the whole policy is deleted: whatever else it allows or refuses, for any log group, ends too",
    ja="ポリシー全体を削除します。他のロググループへの許可や拒否も失われます",
    final=True,
)
UNDO: Mapping[tuple[str, str], HowToUndo[UndoTarget]] = {
    ("log group", "subscription filter"): by_call(
        _stop_copying,
        en="the destination gets no further lines; the pattern of the filter is lost",
        ja="送信先に以後のログは届かず、フィルターの定義は失われます",
        final=True,
    ),
    ("log group", "metric filter into namespace"): by_call(
        _stop_counting,
        en="the metric gets no further values; the pattern of the filter is lost",
        ja="メトリクスに以後の値は記録されず、フィルターの定義は失われます",
        final=True,
    ),
    ("log group", "data protection"): by_call(
        _unmask,
        en="further lines are no longer masked; those of an account policy still are",
        ja="以後のログはマスクされません（アカウントポリシーによるマスクは残ります）",
        final=True,
    ),
    ("log group", "ingestion by bearer token"): by_call(
        _refuse_tokens,
        en="whoever sends lines by a bearer token is refused",
        ja="ベアラートークンによるログの送信は拒否されます",
    ),
    ("log group", "retention policy of the account"): by_hand(
        en="CloudWatch console > Settings > Logs > Retention policy of the account: leave {name} out",
        ja="CloudWatchコンソール > 設定 > ログ > アカウントの保持ポリシーで、{name}を対象から外してください",
    ),
    (ACCOUNT_POLICY.en, APPLIED.en): by_call(
        _end_account_policy,
        en="the policy no longer applies to any log group of the account, ours or not",
        ja="このポリシーは、アカウントのどのロググループにも適用されなくなります",
        final=True,
    ),
    ("log resource policy", "access to our log groups"): _OVER,
    ("log resource policy", "refusal of access to our log groups"): _OVER,
}
