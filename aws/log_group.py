"""CloudWatch Logs: the planned groups, and the one that API Gateway creates by itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aws.bounds import Bound
from aws.door.failures import ReadFailure
from aws.names import shared_beginning
from aws.raw import Raw
from aws.reading import Reader, Reading
from aws.rest_api import api_id
from aws.section import Section
from aws.unreadable import Unreadable
from aws.words import Words, known_as

RETENTION = Words(en="retention (days)", ja="保持期間（日）")
LOG_CLASS = Words(en="log class", ja="ログクラス")
FOREVER = Words(en="unlimited", ja="無期限")
STANDARD = "STANDARD"
EXECUTION = "API-Gateway-Execution-Logs_"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogGroup:
    """``retention_days`` None never expires."""

    name: str
    arn: str
    retention_days: int | None = field(metadata=known_as(RETENTION))
    log_class: str = field(default=STANDARD, metadata=known_as(LOG_CLASS))
    """INFREQUENT_ACCESS makes no metrics of embedded ones."""
    kms_key: str | None = None

    @property
    def facts(self) -> Mapping[Words, object]:
        """The facts that have a bound, by their names."""
        days = FOREVER if self.retention_days is None else self.retention_days
        return {RETENTION: days, LOG_CLASS: self.log_class}


def expiring(least: int = 1) -> Bound:
    """Entries expire, and not before that many days."""
    return Bound(
        code="expiring",
        value=least,
        holds=lambda days: days not in (None, FOREVER) and bool(days >= least),
        words=Words(en=f"{least} or more, but limited", ja=f"{least}以上の有限の日数であること"),
        prefers=least,
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
    return {**_found(by_prefix, listed), **unknown}


def prefixes(names: Iterable[str]) -> dict[str, list[str]]:
    """Prefix to list by -> names: one listing for all that stand in the same folder."""
    folders: dict[str, list[str]] = {}
    for name in names:
        folders.setdefault(name.rpartition("/")[0], []).append(name)
    return {
        prefix: [name for name in own if name.startswith(prefix)]
        for own in folders.values()
        for prefix in _beginnings(own)
    }


def _beginnings(names: list[str]) -> list[str]:
    shared = shared_beginning(names)
    return [shared] if shared else names


def _found(by_prefix: Mapping[str, Iterable[str]], listed: Raw) -> dict[str, LogGroup | Unreadable]:
    found: dict[str, LogGroup | Unreadable] = {}
    for prefix, names in by_prefix.items():
        groups = listed[prefix]
        if isinstance(groups, Unreadable):
            found |= dict.fromkeys(names, groups)
        else:
            found |= {name: groups[name] for name in names if name in groups}
    return found


def _listed(reading: Reading, prefix: str) -> dict[str, LogGroup]:
    found = reading.aws.listed(
        "logs", "describe_log_groups", "logGroups", logGroupNamePrefix=prefix
    )
    return {raw["logGroupName"]: decode(raw) for raw in found if "logGroupName" in raw}


def decode(raw: Raw) -> LogGroup:
    return LogGroup(
        name=raw["logGroupName"],
        arn=raw.get("arn", "").removesuffix(":*"),
        retention_days=raw.get("retentionInDays"),
        log_class=raw.get("logGroupClass", STANDARD),
        kms_key=raw.get("kmsKeyId"),
    )


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
    named = {raw.get("policyName", ""): raw.get("policyDocument", "") for raw in account}
    ours = {one.arn: name for name, one in groups.items() if isinstance(one, LogGroup)}
    unread = {name: one for name, one in groups.items() if isinstance(one, Unreadable)}
    own = {_group_of(raw): raw.get("policyDocument", "") for raw in _of_groups(reading)}
    # No log group's name has a blank, so that neither kind of policy hides one of the other.
    return {
        **{f"account {name}": LogPolicy(name=name, document=it) for name, it in named.items()},
        **{
            ours[arn]: LogPolicy(name=ours[arn], document=it, group=arn)
            for arn, it in own.items()
            if arn in ours
        },
        **{name: one.behind("log_groups") for name, one in unread.items()},
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


def _group_of(raw: Raw) -> str:
    return str(raw.get("resourceArn", "")).removesuffix(":*")


READERS = {
    "log_groups": Reader(log_groups, ("logs:DescribeLogGroups",)),
    "log_policies": Reader(policies, ("logs:DescribeResourcePolicies",)),
}
