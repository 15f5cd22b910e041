"""What the policies of one principal let it act on.

Acting means changing something or reading contents: Describe, List and the like do not count. A condition
that cannot be judged here (a tag, an address, a second factor, a date to come) is assumed to hold.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache, partial
from operator import itemgetter
from typing import NamedTuple

from aws.access.targets import Target, only_reads
from aws.iam.condition import SINCE, Context, context, since
from aws.iam.evaluation import (
    EvalDecision,
    EvaluationResult,
    action_patterns,
    evaluate,
    names_action,
)
from aws.iam.pattern import (
    DIGIT,
    HEX,
    Pattern,
    escape_from,
    named_pattern,
    overlap,
    resource_pattern,
)
from aws.iam.statement import Statement, only
from aws.kinds.role import PolicyDocument
from aws.words import SILENCE, Words

VARIABLE = re.compile(r"\$\{[^}]*\}")
GRAVITY = itemgetter(0, 1, 2)
"""Sort key of grants: gravity, action and ARN; two statements that grant the same have no order."""
ON_PARTS = {
    re.compile(part): re.compile(actions)
    for part, actions in (
        (r"arn:aws:s3:::[^/]+/.*", r"s3:(Bypass|Replicate|(?!.*Bucket(?!Owner)).*Object).*"),
        (r"arn:aws:s3:::.*", r"s3:(?!Bypass|Replicate|(?!.*Bucket(?!Owner)).*Object).*"),
        (r".*:table/[^/]+/index/.*", r"dynamodb:(PartiQLSelect|Query|Scan|Search.*|.*Insights)"),
        (r".*:table/[^/]+/backup/.*", r"dynamodb:(DeleteBackup|RestoreTableFromBackup)"),
        (r".*:table/[^/]+/stream/.*", r"dynamodb:(GetRecords|.*ResourcePolicy)"),
        (r".*:table/[^/]+", r"dynamodb:(?!DeleteBackup|GetRecords).*"),
        (
            r".*:function:[^:]+:.*",
            r"lambda:(?!UpdateFunctionCo|PublishVersion|(Put|Delete)FunctionCo).*",
        ),
        (r".*:log-group:.*:log-stream:.*", "logs:(?!.*AccountPolicy).*"),
        (r".*:log-group:.*", "logs:(?!DeleteLogStream|.*AccountPolicy).*"),
        (r".*:alarm-mute-rule:.*", "cloudwatch:.*MuteRule"),
    )
}
"""Part of a target -> the actions that are about it (Service Authorization Reference): on another part's ARN, they grant nothing.

The first pattern that fits a part decides, and any action is about other parts.
Of a group, CloudWatch Logs asks with ``log-group:NAME:log-stream:``, an empty stream, which its reference does not say.
"""


@lru_cache(maxsize=65536)
def is_about(action: str, part: str) -> bool:
    """Whether AWS asks for an action with the ARN of such a part."""
    return next(
        (on.fullmatch(action) is not None for of, on in ON_PARTS.items() if of.fullmatch(part)),
        True,
    )


class TargetGrant(NamedTuple):
    """An action that a statement allows on a part of a target; the gravest sorts first."""

    gravity: int
    """0 is the gravest."""
    action: str
    arn: str
    """One ARN that both the statement and the target cover."""
    pattern: str
    """The part of the target: its ARN, or a pattern of many."""
    statement: Statement


class Targets:
    """All targets, and what each single policy grants on them from ``now`` on; many principals share a policy."""

    def __init__(self, targets: Iterable[Target], now: datetime) -> None:
        self.all, self.now = tuple(targets), now
        self._granted: dict[PolicyDocument, tuple[tuple[int, TargetGrant], ...]] = {}

    def granted(self, policy: PolicyDocument) -> tuple[tuple[int, TargetGrant], ...]:
        """Return (index of the target, grant) for everything that one policy might allow."""
        if policy not in self._granted:
            self._granted[policy] = tuple(self._grants(policy.statements))
        return self._granted[policy]

    def _grants(self, statements: Iterable[Statement]) -> Iterator[tuple[int, TargetGrant]]:
        for statement in only("Allow", statements):
            named_actions: dict[tuple[str, ...], list[tuple[int, str]]] = {}
            for place, target in enumerate(self.all):
                if target.actions not in named_actions:
                    named_actions[target.actions] = list(_named_actions(statement, target.actions))
                touched = dict(_touched(statement, target)) if named_actions[target.actions] else {}
                for gravity, action in named_actions[target.actions]:
                    for arn, pattern in touched.items():
                        if is_about(action, pattern):
                            yield place, TargetGrant(gravity, action, arn, pattern, statement)


def evaluate_anywhere(
    grant: TargetGrant,
    own: Sequence[Statement],
    limits: Sequence[Sequence[Statement]],
    request: Context,
) -> EvaluationResult:
    """Evaluate whether the grant is in force on any ARN of the pattern: denies and limits may cover only a part."""
    result = evaluate(own, grant.action, grant.arn, request, limits=limits)
    refused = {EvalDecision.EXPLICITLY_DENIED, EvalDecision.NOT_ALLOWED}
    if result.outcome not in refused or not _is_wide(grant.pattern):
        return result
    others = (
        evaluate(own, grant.action, arn, request, limits=limits)
        for arn in _elsewhere(grant, own, limits)
    )
    return next((other for other in others if other.outcome not in refused), result)


def _elsewhere(
    grant: TargetGrant, own: Sequence[Statement], limits: Sequence[Sequence[Statement]]
) -> Iterator[str]:
    """Yield ARNs of the pattern that no deny covers, one for each Resource that a limit allows."""
    everything = (*own, *(statement for limit in limits for statement in limit))
    about = [statement for statement in everything if names_action(statement, grant.action)]
    denied = [_pattern(r) for statement in only("Deny", about) for r in statement.resources]
    written = grant.statement.resources or ("*",)
    allowed = [
        r for statement in only("Allow", about) if statement not in own for r in statement.resources
    ]
    for resource in written:
        for limit in allowed or ("*",):
            within = (named_pattern(grant.pattern), _pattern(resource), _pattern(limit))
            arn = escape_from(denied, within)
            if arn is not None:
                yield arn


def _touched(statement: Statement, target: Target) -> Iterator[tuple[str, str]]:
    """Yield (an ARN, the part of the target) for each part that a statement covers."""
    for pattern in target.arns:
        if statement.not_resources:
            arn = _not_excepted(pattern, statement.not_resources)
            arns = [] if arn is None else [arn]
        else:
            arns = [arn for r in statement.resources if (arn := _common(r, pattern)) is not None]
        yield from ((arn, pattern) for arn in arns)


@lru_cache(maxsize=65536)
def _common(written: str, part: str) -> str | None:
    """Return an ARN that both a Resource and a part of a target cover, or None."""
    if written == "*":
        return part.replace("*", "any").replace(DIGIT, "0").replace(HEX, "0")
    if not _is_wide(part):
        return part if _pattern(written).matches(part) else None
    patterns = _pattern(written), named_pattern(part)
    return escape_from((), patterns) if overlap(*patterns) else None


@lru_cache(maxsize=4096)
def _not_excepted(part: str, excepted: tuple[str, ...]) -> str | None:
    """Return an ARN of a part of a target that NotResource does not exclude, or None."""
    return escape_from([resource_pattern(name) for name in excepted], [named_pattern(part)])


def _pattern(written: str) -> Pattern:
    """Compile a Resource; a policy variable may be anything until a request says what it is."""
    return resource_pattern(VARIABLE.sub("*", written))


def _is_wide(pattern: str) -> bool:
    return "*" in pattern or DIGIT in pattern


def _named_actions(statement: Statement, actions: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Yield the actions that a statement allows, each with its index in order of gravity."""
    by_service: dict[str, list[Pattern]] = {}
    for place, action in enumerate(actions):
        service = action.partition(":")[0]
        if service not in by_service:
            by_service[service] = [*action_patterns(statement, action)]
        if any(p.matches(action.lower()) for p in by_service[service]) is bool(statement.actions):
            yield place, action


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """The fact that a principal may act on one resource, with one action as an example."""

    kind: str
    name: str
    action: str
    by: Words
    """The policy and statement that allow it."""
    provided: Words = SILENCE
    """The conditions that it depends on and that are unknown here: a tag, an address, a second factor."""
    reads: bool = False
    """Whether it may only read the contents and change nothing."""
    trusted_by: str = ""
    """ARN of the role whose trust policy names the principal: then no policy of its own has to allow it."""


def reach_of(
    arn: str, policies: Sequence[PolicyDocument], limit: PolicyDocument | None, *, targets: Targets
) -> tuple[Reach, ...]:
    """Return what the policies let a principal act on, within its boundary (``limit``)."""
    grants: dict[int, list[TargetGrant]] = {}
    for policy in policies:
        for place, grant in targets.granted(policy):
            grants.setdefault(place, []).append(grant)
    if not grants:
        return ()
    own = tuple(statement for policy in policies for statement in policy.statements)
    limits = (limit.statements,) if limit else ()
    of_calls = partial(context_of_calls, arn, now=targets.now)
    reaches = (
        _reached(targets.all[place], sorted(grants[place], key=GRAVITY), of_calls, own, limits)
        for place in sorted(grants)
    )
    return tuple(dict.fromkeys(reach for reach in reaches if reach is not None))


def _reached(
    target: Target,
    grants: Iterable[TargetGrant],
    context_of: Callable[..., Context],
    own: Sequence[Statement],
    limits: Sequence[Sequence[Statement]],
) -> Reach | None:
    """Return how a principal reaches a target: the gravest certain grant, or else the gravest possible one."""
    perhaps = None
    for grant in grants:
        request = context_of(grant.arn, passed_to=target.passed_to)
        result = min(_by_transport(grant, own, limits, request), key=_likelihood)
        reach = Reach(
            kind=target.kind,
            name=target.name,
            action=grant.action,
            by=grant.statement.words,
            reads=only_reads(grant.action),
        )
        if result.allowed:
            return replace(reach, reads=reach.reads and (perhaps is None or perhaps.reads))
        if result.outcome is EvalDecision.UNKNOWN and perhaps is None:
            perhaps = replace(reach, provided=result.reason)
    return perhaps


def _by_transport(
    grant: TargetGrant,
    own: Sequence[Statement],
    limits: Sequence[Sequence[Statement]],
    request: Context,
) -> Iterator[EvaluationResult]:
    """Yield what IAM decides of a call over TLS and, unless that is allowed, over plain HTTP: the caller chooses, and DynamoDB and SNS answer both."""
    for over_tls in ("true", "false"):
        result = evaluate_anywhere(
            grant, own, limits, {**request, "aws:securetransport": (over_tls,)}
        )
        yield result
        if result.allowed:
            return


def _likelihood(result: EvaluationResult) -> tuple[bool, bool]:
    """Return the sort key: what is allowed first, then what may be."""
    return not result.allowed, result.outcome is not EvalDecision.UNKNOWN


def context_of_calls(arn: str, resource: str, *, now: datetime, passed_to: str = "") -> Context:
    """Return what is known of any call that a principal makes on a resource from now on."""
    region, account = (*resource.split(":"), *[""] * 5)[3:5]
    is_user = arn.split(":")[5].startswith("user/")
    call_context = context(
        {
            "aws:PrincipalIsAWSService": "false",
            **({"aws:RequestedRegion": region} if region else {}),
            **({"aws:ResourceAccount": account} if account else {}),
            "aws:PrincipalArn": arn,
            "aws:PrincipalAccount": arn.split(":")[4],
            **({"iam:PassedToService": passed_to} if passed_to else {}),
            "aws:username": arn.rpartition("/")[2] if is_user else (),
            # A call by an access key lacks it, one by a session has it.
            **({"aws:TokenIssueTime" + SINCE: ()} if is_user else {}),
        }
    )
    return since(call_context, now)
