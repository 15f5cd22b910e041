"""Who of the account may act on what is ours: every role and user, by the policies that apply to it.

Only what changes something, or reads contents, is acting: Describe, List and the like are not. A condition
that nobody can judge here (a tag, an address, a second factor) is taken to hold.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from aws.assuming import takers
from aws.door import ReadFailure
from aws.granted import Grant, Targets, by_gravity, parsed
from aws.iam import Context, EvalDecision, Statement, context, evaluate
from aws.reading import Reader, Reading
from aws.role import Details, details, document_text, policy_documents
from aws.section import Section, Unreadable
from aws.targets import Target, everybody, own_rights, targets_of
from aws.words import SILENCE, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """That a principal may act on one resource, by one action for example."""

    kind: str
    name: str
    action: str
    by: Words
    """The policy and statement that allow it."""
    provided: Words = SILENCE
    """What is not known here, and it depends on: a tag, an address, a second factor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """A role or user that may act on something of ours."""

    arn: str
    kind: str
    """role or user."""
    reach: tuple[Reach, ...]
    assumed_by: tuple[str, ...] = ()
    """Of a role, who may assume it by its trust alone: see ``aws.assuming.takers``."""


Policies = Sequence[tuple[str, str]]
"""(name, document) of every policy that applies to a principal."""


def principals(reading: Reading) -> Section[Principal]:
    """Return ARN -> what it may act on; who may act on nothing of ours is left out."""
    secrets, apis = reading.section("secrets"), reading.section("rest_apis")
    found, documents = reading.source(details), reading.source(policy_documents)
    targets = Targets(targets_of(reading.scope, secrets, apis, found))
    judged: dict[str, Principal | Unreadable] = {}
    for kind, arn, raw in everybody(found):
        try:
            applying = _applying(raw, found, documents)
            reach = _unlinked(
                arn,
                *reach_of(arn, *applying, targets=targets),
                *reach_of(arn, *applying, targets=Targets(own_rights(kind, arn, raw, found))),
            )
            trust = takers(raw, reading.scope.account) if reach and kind == "role" else ()
        except (ReadFailure, ValueError) as error:
            judged[arn] = Unreadable(f"policies of {arn}: {error}")
            continue
        if reach:
            judged[arn] = Principal(arn=arn, kind=kind, reach=reach, assumed_by=trust)
    return judged


def _unlinked(arn: str, *reach: Reach) -> tuple[Reach, ...]:
    """Leave out what roles of AWS's services do with alarms of their own, under AWS's own policies."""
    linked = ":role/aws-service-role/" in arn
    return tuple(one for one in reach if not (linked and one.kind == "alarm"))


def reach_of(
    arn: str, policies: Policies, limit: Policies | None, *, targets: "Targets"
) -> tuple[Reach, ...]:
    """Return what the policies let a principal act on, within its boundary (``limit``)."""
    grants: dict[int, list[Grant]] = {}
    for name, document in policies:
        for place, grant in targets.granted(name, document):
            grants.setdefault(place, []).append(grant)
    if not grants:
        return ()
    own = tuple(one for name, document in policies for one in parsed(document, name))
    limits = () if limit is None else (tuple(s for n, d in limit for s in parsed(d, n)),)
    found = (
        _reached(targets.all[place], sorted(grants[place], key=by_gravity), arn, own, limits)
        for place in sorted(grants)
    )
    return tuple(one for one in found if one is not None)


def _reached(
    target: Target,
    grants: Iterable["Grant"],
    who: str,
    own: Sequence[Statement],
    limits: Sequence[Sequence[Statement]],
) -> Reach | None:
    """Return by what a principal reaches a target: the gravest that it surely may, else that it may perhaps."""
    known, perhaps = _known(who, target.arns[0]), None
    for _, action, arn, by in grants:
        result = evaluate(own, action, arn, known, limits=limits)
        reach = Reach(kind=target.kind, name=target.name, action=action, by=by)
        if result.allowed:
            return reach
        if result.outcome is EvalDecision.UNKNOWN and perhaps is None:
            perhaps = replace(reach, provided=result.reason)
    return perhaps


def _known(arn: str, resource: str) -> Context:
    """Return what is known of any call that a principal makes on a resource."""
    region, account = resource.split(":")[3:5]
    return context(
        {
            **({"aws:RequestedRegion": region} if region else {}),
            **({"aws:ResourceAccount": account} if account else {}),
            "aws:PrincipalArn": arn,
            "aws:PrincipalAccount": arn.split(":")[4],
            "aws:SecureTransport": "true",
        }
    )


def _applying(
    raw: Mapping[str, Any], found: Details, documents: Mapping[str, str | Unreadable]
) -> tuple[Policies, Policies | None]:
    groups = set(raw.get("GroupList", ()))
    bearers = [raw, *(one for one in found.groups if one["GroupName"] in groups)]
    inline = [
        (one["PolicyName"], document_text(one["PolicyDocument"]))
        for bearer in bearers
        for key in ("RolePolicyList", "UserPolicyList", "GroupPolicyList")
        for one in bearer.get(key, ())
    ]
    managed = [
        _managed(one["PolicyArn"], documents)
        for bearer in bearers
        for one in bearer.get("AttachedManagedPolicies", ())
    ]
    boundary = raw.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    return [*inline, *managed], [_managed(boundary, documents)] if boundary else None


def _managed(arn: str, documents: Mapping[str, str | Unreadable]) -> tuple[str, str]:
    document = documents.get(arn)
    if not isinstance(document, str):
        reason = "it does not exist" if document is None else document.unreadable
        raise ReadFailure(f"policy {arn}: {reason}")
    return arn.rpartition("/")[2], document


READERS = {
    "principals": Reader(
        principals,
        ("iam:GetAccountAuthorizationDetails", "iam:GetPolicy", "iam:GetPolicyVersion"),
    ),
}
