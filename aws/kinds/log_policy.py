"""The policies of the account that reach its log groups, and those of single groups: who reads along, or is refused."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aws.change.gate import unless_absent
from aws.change.undo import EACH, THIS, Undoing, UndoTarget, by_call, calling
from aws.door.failures import ReadFailure
from aws.kinds.log_group import LogGroup
from aws.ledger import NAMES, WHEN, Ledger, Unplanned, operation
from aws.reading import Reader, Reading
from aws.section import Section, Unreadable
from aws.words import Words

ACCOUNT_POLICY = Words(en="account policy", ja="アカウントポリシー")
APPLIED = Words(en="applied to our log groups", ja="本環境のロググループへの適用")
LOG_POLICY = Words(en="log resource policy", ja="ログのリソースポリシー")
GRANTS = Words(en="access to our log groups", ja="ロググループへのアクセス")
REFUSES = Words(en="refusal of access to our log groups", ja="ロググループへのアクセスの拒否")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPolicy:
    """A resource policy of the account's logs; ``document`` is JSON text."""

    name: str
    document: str
    group: str = ""
    """ARN of the log group that it belongs to; empty for a policy of the account."""


NEEDS_ONE = "InvalidParameterException"
"""The error code with which AWS would refuse to list the policies of all groups at once."""


def policies(reading: Reading) -> Section[LogPolicy]:
    """Read the policies by which services and other accounts reach the log groups of the account."""
    groups = reading.needed("log_groups")
    account = reading.aws.listed("logs", "describe_resource_policies", "resourcePolicies")
    texts = {raw.get("policyName", ""): raw.get("policyDocument", "") for raw in account}
    ours = {group.arn: name for name, group in groups.items() if isinstance(group, LogGroup)}
    unread = {name: group for name, group in groups.items() if isinstance(group, Unreadable)}
    own = {
        raw.get("resourceArn", "").removesuffix(":*"): raw.get("policyDocument", "")
        for raw in _of_groups(reading)
    }
    # No log group's name has a blank, so that neither kind of policy hides one of the other.
    return {
        **{f"account {name}": LogPolicy(name=name, document=text) for name, text in texts.items()},
        **{
            ours[arn]: LogPolicy(name=ours[arn], document=text, group=arn)
            for arn, text in own.items()
            if arn in ours
        },
        **{name: unreadable.behind("log_groups") for name, unreadable in unread.items()},
    }


def _of_groups(reading: Reading) -> list[Mapping[str, Any]]:
    """Return the policies of single groups, all in one listing.

    AWS does not promise that it lists them without a group's ARN. None is missed that could do harm: of such a policy AWS
    enforces only what lets its own services write lines, which is allowed anyway (PutResourcePolicy, "restrictions").
    """
    call = ("logs", "describe_resource_policies", "resourcePolicies")
    try:
        return reading.aws.listed(*call, policyScope="RESOURCE")
    except ReadFailure as failure:
        if failure.code != NEEDS_ONE:
            raise
    return []


ACCOUNT_POLICIES = ("SUBSCRIPTION_FILTER_POLICY", "METRIC_EXTRACTION_POLICY")
"""What sends every line elsewhere, and what keeps metrics from being made of lines; the other types add
forms and indexes, or are told by the groups."""


def account_policies(reading: Reading) -> Section[tuple[Unplanned, ...]]:
    """Read the account's policies that select a log group of ours, by type."""
    ours = tuple(reading.needed("log_groups"))

    def read(kind: str) -> tuple[Unplanned, ...]:
        answer = reading.aws.call("logs", "describe_account_policies", policyType=kind)
        return tuple(
            Unplanned(
                kind=ACCOUNT_POLICY,
                name=kind,
                fact=APPLIED,
                found=f"{policy['policyName']}: {policy.get('policyDocument', '')} {policy.get('selectionCriteria', '')}".strip(),
                call="logs:DescribeAccountPolicies",
                loosens=True,
                ids=(policy["policyName"],),
            )
            for policy in answer["accountPolicies"]
            if any(selects(policy.get("selectionCriteria") or "", name) for name in ours)
        )

    return reading.each(ACCOUNT_POLICIES, read)


NOT_IN = re.compile(r"LogGroupName\s+NOT\s+IN\s+(\[.*\])", re.IGNORECASE | re.DOTALL)
"""The only criterion that PutAccountPolicy documents for subscription filters; other types have none."""


def selects(criteria: str, group: str) -> bool:
    """Whether an account policy applies to a log group; one whose criteria we do not know may."""
    try:
        if match := NOT_IN.fullmatch(criteria.strip()):
            return group not in json.loads(match[1])
    except (ValueError, TypeError):
        return True
    return True


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
    en="the whole policy is deleted: what else it allows or refuses, for any log group, ends too",
    ja="ポリシー全体を削除します。他のロググループへの許可や拒否も失われます",
    final=True,
)
UNDO: Undoing = {
    (ACCOUNT_POLICY, APPLIED): by_call(
        calling("logs", "delete_account_policy", policyType=THIS, policyName=EACH),
        en="the policy no longer applies to any log group of the account, ours or not",
        ja="このポリシーは、アカウントのどのロググループにも適用されなくなります",
        final=True,
    ),
    (LOG_POLICY, GRANTS): _OVER,
    (LOG_POLICY, REFUSES): _OVER,
}
LEDGER: Ledger = {
    "logs:DescribeAccountPolicies": operation(
        judged=(
            "accountPolicies.policyName accountPolicies.policyDocument"
            " accountPolicies.selectionCriteria"
        ),
        harmless={
            WHEN: "accountPolicies.lastUpdatedTime",
            NAMES: "accountPolicies.policyType accountPolicies.accountId",
            "always ALL": "accountPolicies.scope",
            "an account has a handful of policies: one page": "nextToken",
        },
        needs="accountPolicies",
    ),
    "logs:DescribeResourcePolicies": operation(
        "resourcePolicies",
        judged="policyName resourceArn policyDocument",
        harmless={
            WHEN: "lastUpdatedTime",
            NAMES: "revisionId",
            "both scopes are asked for": "policyScope",
        },
        needs="resourcePolicies",
    ),
}
READERS = {
    "account_log_policies": Reader(account_policies, ("logs:DescribeAccountPolicies",)),
    "log_policies": Reader(policies, ("logs:DescribeResourcePolicies",)),
}
