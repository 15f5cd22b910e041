"""Who calls, and whether IAM allows it: a role's credentials may do what the role's policies allow, to the items they name."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from aws.iam.condition import Context, context
from aws.iam.evaluation import EvalDecision, evaluate
from aws.iam.statement import Statement, parse
from local.aws.identity_targets import Targets, tables_and_parts
from local.aws.moto import Moto
from local.aws.request import Request, Response, access_denied, refusal

EQUALS = re.compile(r"([#\w.]+)\s*=\s*(:\w+)")
"""A term of a key condition that names one value; the other terms are of the range key."""


def leading_keys(request: Request, moto: Moto) -> tuple[str, ...]:
    """Return the hash keys that a call names, in the order of the call; none for a Scan or another service."""
    if request.service != "dynamodb":
        return ()
    tables = moto.backend("dynamodb", request.region).tables
    return tuple(
        key
        for name, part in tables_and_parts(request.parameters)
        for key in _of(part, tables.get(name.rpartition("/")[2]))
    )


def _of(part: Mapping[str, Any], table: Any) -> Iterator[str]:
    if table is None:
        return
    name = _hash_key(table, part.get("IndexName"))
    item = part.get("Key") or part.get("Item")
    values = [item[name]] if item and name in item else _values(part, name)
    yield from (str(next(iter(value.values()))) for value in values)


def _hash_key(table: Any, index: str | None) -> str:
    if index is None:
        return str(table.hash_key_attr)
    schema = next(
        entry.schema for entry in (*table.global_indexes, *table.indexes) if entry.name == index
    )
    return next(str(entry["AttributeName"]) for entry in schema if entry["KeyType"] == "HASH")


def _values(part: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    names = part.get("ExpressionAttributeNames", {})
    terms = EQUALS.findall(part.get("KeyConditionExpression", ""))
    values = part.get("ExpressionAttributeValues", {})
    return [values[value] for attribute, value in terms if names.get(attribute, attribute) == name]


TEMPORARY = "ASIA"
"""How the access key of credentials begins that STS issued; all others are the administrator's."""
_NEEDS_NO_PERMISSION = frozenset({"GetCallerIdentity"})
_GLOBAL_SERVICES = frozenset({"iam", "route53", "sts"})

_parsed = lru_cache(maxsize=512)(parse)


class Identity:
    """IAM of one account. Credentials that STS issued are enforced; all others may do anything."""

    def __init__(self, moto: Moto, targets: Targets) -> None:
        self._moto, self._targets = moto, targets
        self._sessions: dict[str, Any] = {}

    def refusal(self, request: Request) -> Response | None:
        """Refuse what IAM refuses, in AWS's words; None where the call may go on."""
        if not request.access_key.startswith(TEMPORARY):
            return None
        session = self.session(request.access_key)
        if session is None:
            message = "The security token included in the request is invalid."
            by_query = request.service in {"iam", "sts", "sns"}
            code = "InvalidClientTokenId" if by_query else "UnrecognizedClientException"
            return refusal(request, code, message, 403)
        if request.operation in _NEEDS_NO_PERMISSION:
            return None
        if session.expiration < datetime.now(UTC).replace(tzinfo=None):
            message = "The security token included in the request is expired"
            return refusal(request, "ExpiredTokenException", message, 403)
        return self._refusal_of(request, session)

    def _refusal_of(self, request: Request, session: Any) -> Response | None:
        roles = list(self._moto.backend("iam", "aws").roles.values())
        role = next((role for role in roles if role.arn == session.role_arn), None)
        if role is None:
            return access_denied(request, f"User: {session.arn} has no role any more")
        request_context = self._request_context(request, session)
        own, limits = self._policies(role, session)
        for action, resource in self._targets(request, self._moto):
            decision = evaluate(own, action, resource, request_context, limits=limits)
            if not decision.allowed:
                because = decision.reason.en
                if decision.outcome is EvalDecision.UNKNOWN:
                    because = f"it cannot be judged locally: {because}"
                return access_denied(
                    request,
                    f"User: {session.arn} is not authorized to perform: {action}"
                    f" on resource: {resource} because {because}",
                )
        return None

    def session(self, access_key: str) -> Any:
        """Return the session of temporary credentials, as moto holds it; None where they were never issued here."""
        if access_key not in self._sessions:
            issued = self._moto.backend("sts", "aws").assumed_roles
            self._sessions |= {session.access_key_id: session for session in list(issued)}
        return self._sessions.get(access_key)

    def _policies(
        self, role: Any, session: Any
    ) -> tuple[Sequence[Statement], list[Sequence[Statement]]]:
        """Collect what the role may do, and what narrows it: its boundary, the session's policy."""
        own = [
            *(_parsed(document, name) for name, document in role.policies.items()),
            *(_parsed(_document(p), p.name) for p in role.managed_policies.values()),
        ]
        limits: list[Sequence[Statement]] = []
        if boundary := role.permissions_boundary_arn:
            policy = self._moto.backend("iam", "aws").managed_policies[boundary]
            limits.append(_parsed(_document(policy), policy.name))
        if session.policy:
            limits.append(_parsed(session.policy, "session"))
        return [statement for statements in own for statement in statements], limits

    def _request_context(self, request: Request, session: Any) -> Context:
        region = "us-east-1" if request.service in _GLOBAL_SERVICES else request.region
        now = datetime.now(UTC)
        return context(
            {
                "aws:RequestedRegion": region,
                "aws:PrincipalArn": session.role_arn,
                "aws:PrincipalAccount": self._moto.account,
                "aws:PrincipalType": "AssumedRole",
                "aws:ResourceAccount": self._moto.account,
                "aws:userid": session.user_id,
                "aws:CurrentTime": now.isoformat(),
                "aws:EpochTime": str(now.timestamp()),
                "aws:SecureTransport": "true",  # as it is on AWS, where there is no http
                "aws:SourceIp": "127.0.0.1",
                "aws:ViaAWSService": "false",
                "dynamodb:LeadingKeys": leading_keys(request, self._moto),
                **dict.fromkeys(_ABSENT, ()),
            }
        )


_ABSENT = (
    *("aws:username", "aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge"),
    *("aws:SourceVpc", "aws:SourceVpce", "aws:SourceArn", "aws:SourceAccount"),
)
"""Keys that a call of a function's role does not carry."""


def _document(policy: Any) -> str:
    return str(next(version.document for version in policy.versions if version.is_default))
