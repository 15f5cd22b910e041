"""What nobody planned of log groups: filters, masks, bearer tokens, and policies of the account."""

import re
from collections.abc import Mapping
from typing import Any

from aws.converge.undo.entry import HowToUndo, UndoTarget, by_call, by_hand
from aws.ledgers.logs import ACCOUNT_POLICY, APPLIED

GROUP_NAME = r"[.\-_/#A-Za-z0-9]+"
"""What DescribeLogGroups takes for the beginning of a name; CloudWatch Logs API reference."""


def _stop_copying(target: UndoTarget) -> None:
    """Delete the subscription filters to the destinations that were shown."""
    client, group = target.context.client("logs"), target.name
    pages = client.get_paginator("describe_subscription_filters").paginate(logGroupName=group)
    for one in [one for page in pages for one in page["subscriptionFilters"]]:
        if one["destinationArn"] in target.listed:
            client.delete_subscription_filter(logGroupName=group, filterName=one["filterName"])


def _stop_counting(target: UndoTarget) -> None:
    """Delete the metric filters into the namespaces that were shown."""
    client, group = target.context.client("logs"), target.name
    pages = client.get_paginator("describe_metric_filters").paginate(logGroupName=group)
    for one in [one for page in pages for one in page["metricFilters"]]:
        into = {made["metricNamespace"] for made in one["metricTransformations"]}
        if into & set(target.listed):
            client.delete_metric_filter(logGroupName=group, filterName=one["filterName"])


def _unmask(target: UndoTarget) -> None:
    target.context.client("logs").delete_data_protection_policy(logGroupIdentifier=target.name)


def _refuse_tokens(target: UndoTarget) -> None:
    target.context.client("logs").put_bearer_token_authentication(
        logGroupIdentifier=target.name, bearerTokenAuthenticationEnabled=False
    )


def _end_account_policy(target: UndoTarget) -> None:
    """Delete the policy that was shown, as its name and document."""
    name = target.found.partition(": ")[0]
    target.context.client("logs").delete_account_policy(policyType=target.name, policyName=name)


def _end_resource_policy(target: UndoTarget) -> None:
    """Delete a policy of the account by its name; that of one log group has the group's, and is deleted by ARN."""
    client = target.context.client("logs")
    for arn in _groups(client, target.name):
        own = client.describe_resource_policies(policyScope="RESOURCE", resourceArn=arn)
        for one in own["resourcePolicies"]:
            client.delete_resource_policy(resourceArn=arn, expectedRevisionId=one["revisionId"])
            return
    client.delete_resource_policy(policyName=target.name)


def _groups(client: Any, name: str) -> list[str]:
    """Return the ARN of the log group of this name, if there is one; policies may have any other name."""
    if not re.fullmatch(GROUP_NAME, name):
        return []
    pages = client.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=name)
    found = [one for page in pages for one in page["logGroups"] if one["logGroupName"] == name]
    return [one["arn"].removesuffix(":*") for one in found]


_OVER = by_call(
    _end_resource_policy,
    en="the whole policy is deleted: whatever else it allows or refuses, for any log group, ends too",
    ja="ポリシー全体を削除します。他のロググループへの許可や拒否も失われます",
    final=True,
)
UNDO: Mapping[tuple[str, str], HowToUndo] = {
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
