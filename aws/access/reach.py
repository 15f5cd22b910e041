"""What the policies of one principal let it act on.

Acting means changing something or reading contents: Describe, List and the like do not count. A condition
that cannot be judged here (a tag, an address, a second factor) is assumed to hold.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from aws.access.acting import only_reads
from aws.access.granted import TargetGrant, Targets, by_gravity, evaluate_anywhere, parsed
from aws.access.targets import Target
from aws.iam import Context, EvalDecision, Statement, context
from aws.words import SILENCE, Words

Policies = Sequence[tuple[str, str]]
"""(name, document) of every policy that applies to a principal."""


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
    arn: str, policies: Policies, limit: Policies | None, *, targets: Targets
) -> tuple[Reach, ...]:
    """Return what the policies let a principal act on, within its boundary (``limit``)."""
    grants: dict[int, list[TargetGrant]] = {}
    for name, document in policies:
        for place, grant in targets.granted(name, document):
            grants.setdefault(place, []).append(grant)
    if not grants:
        return ()
    own = tuple(statement for name, document in policies for statement in parsed(document, name))
    limits = () if limit is None else (tuple(s for n, d in limit for s in parsed(d, n)),)
    found = (
        _reached(targets.all[place], sorted(grants[place], key=by_gravity), arn, own, limits)
        for place in sorted(grants)
    )
    return tuple(dict.fromkeys(reach for reach in found if reach is not None))


def _reached(
    target: Target,
    grants: Iterable[TargetGrant],
    who: str,
    own: Sequence[Statement],
    limits: Sequence[Sequence[Statement]],
) -> Reach | None:
    """Return how a principal reaches a target: the gravest certain grant, or else the gravest possible one."""
    perhaps = None
    for grant in grants:
        result = evaluate_anywhere(grant, own, limits, known_of(who, grant.arn, target.passed_to))
        reach = Reach(
            kind=target.kind,
            name=target.name,
            action=grant.action,
            by=grant.by,
            reads=only_reads(grant.action),
        )
        if result.allowed:
            return replace(reach, reads=reach.reads and (perhaps is None or perhaps.reads))
        if result.outcome is EvalDecision.UNKNOWN and perhaps is None:
            perhaps = replace(reach, provided=result.reason)
    return perhaps


def known_of(arn: str, resource: str, passed_to: str = "") -> Context:
    """Return what is known of any call that a principal makes on a resource."""
    region, account = (*resource.split(":"), *[""] * 5)[3:5]
    is_user = arn.split(":")[5].startswith("user/")
    return context(
        {
            **({"aws:RequestedRegion": region} if region else {}),
            **({"aws:ResourceAccount": account} if account else {}),
            "aws:PrincipalArn": arn,
            "aws:PrincipalAccount": arn.split(":")[4],
            "aws:SecureTransport": "true",
            **({"iam:PassedToService": passed_to} if passed_to else {}),
            "aws:username": arn.rpartition("/")[2] if is_user else (),
        }
    )
