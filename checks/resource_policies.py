"""What policies of resources and of the account's logs allow beyond the plan, and take away from our roles."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from aws import desired
from aws.access.callers import ANYONE, names_exactly
from aws.access.privileges import NO_NETWORK, needed_of
from aws.bounds import Bound, unset
from aws.difference import Difference, if_any
from aws.iam.condition import PUBLIC, Answer, Context, Unknown, context, over_time
from aws.iam.evaluation import EvalDecision, EvaluationResult, denied, evaluate_from, is_gone
from aws.iam.pattern import overlap, resource_pattern
from aws.iam.statement import Condition, Statement, of_resource, only
from aws.inventory import Sections
from aws.kind.description import DENIED, OPENED
from aws.kinds.log_policy import GRANTS, LOG_POLICY, REFUSES, LogPolicy
from aws.kinds.role import Role
from aws.ledger import Effect, Unplanned
from aws.section import every, known
from aws.words import Words, joined
from plan import Plan
from plan.edge import arn_of_api
from signoff.judge.snapshot import Snapshot

ACCOUNT_KEYS = frozenset({"aws:principalaccount", "kms:calleraccount"})
"""Condition keys that hold the caller's account, for every caller."""
SERVICE_KEYS = frozenset({"aws:sourceaccount"})
"""Condition keys that hold the account for which a service of AWS calls."""
INVOKE = "execute-api:Invoke"
OF_SIGNED_CALLS = (
    *("aws:PrincipalAccount", "aws:PrincipalArn", "aws:PrincipalOrgID", "aws:PrincipalType"),
    *("aws:userid", "aws:username"),
)
"""Condition keys that only calls signed for IAM have (API Gateway developer guide, condition keys)."""
VISITOR = {
    **context({"aws:SecureTransport": "true", **dict.fromkeys(OF_SIGNED_CALLS, ())}),
    **NO_NETWORK,
}
"""What is known of every call of a public API."""
PARAMETER = re.compile(r"\{[^}]*\}")
WITHOUT_API = re.compile("^execute-api:(?=/)")
"""How a policy begins that leaves the API to API Gateway: ``execute-api:/prod/*``."""
OVER_THE_INTERNET = context({"aws:SourceIp" + PUBLIC: ()})
WRITES = frozenset({"logs:createloggroup", "logs:createlogstream", "logs:putlogevents"})
"""The actions that a service needs to deliver logs."""


def outsiders(
    policy: str | None, name: str, account: str, but: Callable[[str, str], bool] = lambda *_: False
) -> Mapping[Words, list[Statement]]:
    """Return principals beyond ``account`` whom the ``policy`` (JSON text) of ``name`` allows, each with its statements.

    ``but`` says of a principal, by its kind and as the policy names it, that it may. Raises PolicySyntaxError where the policy can't be read.
    """
    return by_principal(
        (words, statement)
        for statement in only("Allow", of_resource(policy, name))
        for kind, principal, words in _outside(statement, account)
        if not but(kind, principal)
    )


def by_principal(allowing: Iterable[tuple[Words, Statement]]) -> Mapping[Words, list[Statement]]:
    """Return principals in order, each with the statements that allow it."""
    allowed: dict[Words, list[Statement]] = {}
    for principal, statement in allowing:
        allowed.setdefault(principal, []).append(statement)
    return dict(sorted(allowed.items(), key=str))


def opened(
    kind: Words, name: str, allowed: Mapping[Words, list[Statement]], bound: Bound, **more: Any
) -> tuple[Difference, ...]:
    """Return whom a resource's policy allows, with what it allows them; ``more`` are fields of the Difference."""
    about = {"fact": OPENED, "terms": terms_of(allowed), "loosens": True, **more}
    return if_any(kind, name, actual=[*allowed], bound=bound, **about)


def principals_beyond(document: str | None, name: str, account: str) -> frozenset[str]:
    """Return the principals beyond ``account`` whom the policy of ``name`` allows, as it names them."""
    allowing = only("Allow", of_resource(document, name))
    return frozenset(
        principal for statement in allowing for _, principal, _ in _outside(statement, account)
    )


def terms_of(allowed: Mapping[Words, Iterable[Statement]]) -> Words:
    """Say what principals are allowed, one by one if there are several: a decision about one right does not cover another."""
    by_principal = {
        principal: joined(sorted({statement.terms for statement in statements}, key=str))
        for principal, statements in allowed.items()
    }
    if len(by_principal) == 1:
        return next(iter(by_principal.values()))
    return joined(
        Words(en=f"{principal.en}: {terms.en}", ja=f"{principal.ja}: {terms.ja}")
        for principal, terms in by_principal.items()
    )


def open_to_all(document: str | None, api_id: str, snapshot: Snapshot[Plan]) -> bool:
    """Whether an API's policy allows all callers every route from now on: so does no policy."""
    api = snapshot.plan.api
    every_route = {*_unsigned(api), *(_called(api, route.verb, route.path) for route in api.routes)}
    return not of_resource(document, api.name) or all(
        decision.allowed for decision in _decided(document, api_id, snapshot, every_route, VISITOR)
    )


def shut_to_all(document: str | None, api_id: str, snapshot: Snapshot[Plan]) -> bool:
    """Whether an API's policy surely refuses each call that no authorizer allows: preflights, and what comes before a session."""
    refused = {EvalDecision.EXPLICITLY_DENIED, EvalDecision.NOT_ALLOWED}
    request, calls = {**VISITOR, **OVER_THE_INTERNET}, _unsigned(snapshot.plan.api)
    decisions = _decided(document, api_id, snapshot, calls, request)
    return all(decision.outcome in refused for decision in decisions)


def _unsigned(api: desired.Api) -> set[str]:
    before = (_called(api, route.verb, route.path) for route in api.routes if not route.authorized)
    return {*before, *(_called(api, "OPTIONS", path) for path in api.paths)}


def _called(api: desired.Api, verb: str, path: str) -> str:
    """Return what is called, by some value where the path has a parameter."""
    return f"{api.stage}/{verb}{PARAMETER.sub('1', path)}"


def _decided(
    document: str | None,
    api_id: str,
    snapshot: Snapshot[Plan],
    routes: Iterable[str],
    request: Context,
) -> Iterator[EvaluationResult]:
    """Yield what a policy decides of an anonymous caller's call of each route."""
    arn, times = arn_of_api(api_id, snapshot.environment), over_time(request, snapshot.now)
    in_full = partial(WITHOUT_API.sub, arn)
    about = [
        replace(
            statement,
            resources=tuple(map(in_full, statement.resources)),
            not_resources=tuple(map(in_full, statement.not_resources)),
        )
        for statement in of_resource(document, snapshot.plan.api.name)
        if statement.not_principals or not {*ANYONE}.isdisjoint(statement.principals)
    ]
    return (evaluate_from(about, INVOKE, f"{arn}/{route}", times) for route in routes)


def _outside(statement: Statement, account: str) -> Iterator[tuple[str, str, Words]]:
    """Yield principals by kind and as the policy names them, and as people read them."""
    if statement.not_principals:
        yield (
            "*",
            "*",
            Words(en="everyone except a few (NotPrincipal)", ja="一部を除く全員（NotPrincipal）"),
        )
    for kind, principal in statement.principals:
        if is_gone(kind, principal):
            continue
        keys = SERVICE_KEYS if kind == "Service" else ACCOUNT_KEYS
        confined = any(_holds_to(condition, keys, account) for condition in statement.conditions)
        if not confined and not (kind == "AWS" and account_of(principal) == account):
            yield kind, principal, Words.same("*" if principal == "*" else f"{kind} {principal}")


def _holds_to(condition: Condition, keys: frozenset[str], account: str) -> bool:
    """Whether a condition admits only this account; with IfExists it admits others as well."""
    surely, key = names_exactly(condition), condition.key.lower()
    if key in keys:
        return surely and {*condition.values} == {account}
    if key == ("aws:principalarn" if keys is ACCOUNT_KEYS else "aws:sourcearn"):
        return surely and {account_of(value) for value in condition.values} == {account}
    return False


def account_of(principal: str) -> str:
    """Return the account of an ARN; a principal may be written as the bare account, too."""
    parts = principal.split(":")
    return parts[4] if len(parts) > 5 else principal


def denials(
    kind: Words,
    name: str,
    arn: str,
    document: str | None,
    roles: Iterable[tuple[desired.Role, Role | None]],
    now: datetime,
) -> tuple[Difference, ...]:
    """Return what a resource's policy denies to the roles that need it, or may deny if that is unclear."""
    statements = only("Deny", of_resource(document, name))
    certain: dict[Words, str] = {}
    doubts: dict[Words, str] = {}
    for role, there in roles if statements else ():  # without a deny, no role need be known
        for action, statement, answer in _denied_to(role, there, statements, arn, now):
            by = statement.words
            denial = Words(
                en=f"{action} to {role} ({by.en})", ja=f"{role}による{action}（{by.ja}）"
            )
            if isinstance(answer, Unknown):
                doubts[joined((denial, answer.reason), ": ")] = statement.digest
            else:
                certain[denial] = statement.digest
    taken = certain or doubts
    about = {"decidable": not certain, "stops_calls": bool(certain)}
    ids = tuple(sorted(set(taken.values())))
    return if_any(kind, name, DENIED, tuple(taken), unset(), ids=ids, **about)


def _denied_to(
    role: desired.Role, there: Role | None, statements: Iterable[Statement], arn: str, now: datetime
) -> Iterator[tuple[str, Statement, Answer]]:
    """Return what statements deny to a role that is ``there``, by the path that the console gave it."""
    principal, bounded = (there.arn, there.boundary is not None) if there else (role.arn, False)
    times = over_time(needed_of(role, there), now)
    return denied(statements, principal, _needed(role, arn), times, bounded=bounded)


def _needed(role: desired.Role, arn: str) -> list[tuple[str, str]]:
    """Return what the role needs of this resource: itself, or an index of a table."""
    pairs = ((permission.action, permission.resource) for permission in sorted(role.required))
    return [
        (action, arn if _fits(resource, arn) else resource)
        for action, resource in pairs
        if is_about(resource, arn)
    ]


def is_about(resource: str, arn: str) -> bool:
    """Whether a planned Resource is this one, or a part of it (an index of a table)."""
    return _fits(resource, arn) or resource.startswith(f"{arn}/")


def _fits(resource: str, arn: str) -> bool:
    return overlap(resource_pattern(resource), resource_pattern(arn))


def only_counts(metrics: str) -> Callable[[Unplanned], bool]:
    """Return whether a setting only counts a group's lines, and not for the functions' own ``metrics``, on which alarms rest."""
    return lambda each: each.effect is Effect.OBSERVES and metrics not in each.values


def unplanned_attachments(sections: Sections, planned: Iterable[str]) -> tuple[Unplanned, ...]:
    """Return what is attached to groups that API Gateway made, and to all groups of the account."""
    groups = known(sections.log_group_attachments)
    made = [known(groups[name]) for name in sorted(groups.keys() - set(planned))]
    account = every(sections.account_log_policies)
    return tuple(unplanned for several in (*made, *account) for unplanned in several)


def access(sections: Sections) -> tuple[Difference, ...]:
    """Return what the account's resource policies allow others to do with our groups, or deny."""
    arns = [group.arn for group in every(sections.log_groups)]
    policies = every(sections.log_policies)
    return tuple(difference for policy in policies for difference in _of_policy(policy, arns))


def _of_policy(policy: LogPolicy, arns: Sequence[str]) -> Iterator[Difference]:
    about: dict[str, Any] = {"call": "logs:DescribeResourcePolicies", "id": policy.group}
    for statement in of_resource(policy.document, policy.name):
        if not _concerns(statement, arns):
            continue
        grant = joined((Words.same(_principals(statement)), statement.terms), ": ")
        fact, gives = (GRANTS, True) if statement.effect == "Allow" else (REFUSES, False)
        if not gives or not _delivers(statement):
            yield Difference(LOG_POLICY, policy.name, fact, grant, unset(), loosens=gives, **about)


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
    principals = statement.principals or statement.not_principals
    return ", ".join(sorted({name for _, name in principals})) or "none"
