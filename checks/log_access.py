"""Who else can access the log groups, and what is done with their lines, by filters and by account policies."""

from collections.abc import Iterable, Iterator

from aws.bounds import unset
from aws.difference import Difference, unallowed
from aws.iam import PolicySyntaxError, Statement, parse, resource_pattern
from aws.inventory import Sections
from aws.kinds.log_policy import GRANTS, LOG_POLICY, REFUSES, LogPolicy
from aws.ledger import Effect, Unplanned
from aws.section import known
from aws.words import Words

WRITES = frozenset({"logs:createloggroup", "logs:createlogstream", "logs:putlogevents"})
"""The actions that a service needs to deliver logs."""


def altering_attachments(attached: Iterable[Unplanned], metrics: str) -> tuple[Difference, ...]:
    """Return what changes, hides or copies a group's lines, or adds to the functions' own ``metrics``, on which alarms rest."""
    return unallowed(unplanned for unplanned in attached if not _only_observes(unplanned, metrics))


def observing_attachments(attached: Iterable[Unplanned], metrics: str) -> tuple[Difference, ...]:
    """Return what only counts lines of a group."""
    return unallowed(unplanned for unplanned in attached if _only_observes(unplanned, metrics))


def _only_observes(unplanned: Unplanned, metrics: str) -> bool:
    return unplanned.effect is Effect.OBSERVES and metrics not in unplanned.values


def unplanned_attachments(found: Sections, planned: Iterable[str]) -> tuple[Unplanned, ...]:
    """Return what is attached to groups that API Gateway made, and to all groups of the account."""
    groups = known(found.log_group_attachments)
    made = [known(groups[name]) for name in sorted(groups.keys() - set(planned))]
    account = [known(policy) for policy in known(found.account_log_policies).values()]
    return tuple(unplanned for several in (*made, *account) for unplanned in several)


def access(found: Sections) -> tuple[Difference, ...]:
    """Return what the account's resource policies allow others to do with our groups, or deny."""
    arns = [known(group).arn for group in known(found.log_groups).values()]
    policies = [known(policy) for policy in known(found.log_policies).values()]
    return tuple(difference for policy in policies for difference in _of_policy(policy, arns))


def _of_policy(policy: LogPolicy, arns: Iterable[str]) -> Iterator[Difference]:
    try:
        statements = parse(policy.document or '{"Statement": []}')
    except PolicySyntaxError:
        yield _difference(policy, GRANTS, "an unreadable document")
        return
    ours = list(arns)
    for statement in statements:
        if not _concerns(statement, ours):
            continue
        grant = f"{_principals(statement)}: {', '.join(statement.actions or statement.not_actions)}"
        if statement.effect == "Deny":
            yield _difference(policy, REFUSES, grant)
        elif not _delivers(statement):
            yield _difference(policy, GRANTS, grant)


def _concerns(statement: Statement, arns: Iterable[str]) -> bool:
    """Whether a statement may apply to one of our groups, or to its streams."""
    if statement.not_resources or not statement.resources:
        return True
    patterns = [resource_pattern(resource) for resource in statement.resources]
    names = [name for arn in arns for name in (arn, f"{arn}:*", f"{arn}:log-stream:x")]
    return any(pattern.matches(name) for pattern in patterns for name in names)


def _delivers(statement: Statement) -> bool:
    """Whether a statement allows AWS services to write, and nothing more."""
    by_services = all(kind == "Service" for kind, _ in statement.principals)
    writes = {action.lower() for action in statement.actions} <= WRITES
    return bool(statement.principals and statement.actions) and by_services and writes


def _principals(statement: Statement) -> str:
    named = statement.principals or statement.not_principals
    return ", ".join(sorted({name for _, name in named})) or "no one"


def _difference(policy: LogPolicy, fact: Words, found: str) -> Difference:
    return Difference(
        kind=LOG_POLICY,
        name=policy.name,
        fact=fact,
        found=found,
        bound=unset(),
        call="logs:DescribeResourcePolicies",
        id=policy.group,
    )
