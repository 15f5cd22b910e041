"""What a table's or secret's own policy, or a boundary, takes away from our roles."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from aws import desired
from aws.access.privileges import known_of, pair, streams
from aws.bounds import unset
from aws.difference import Certainty, Difference
from aws.iam import Unknown, evaluate, parse
from aws.iam.pattern import overlap, resource_pattern
from aws.iam.principal import denied
from aws.ledgers.iam import ROLE
from aws.role import Role
from aws.words import Words, joined

DENIED = Words(en="what its policy denies to our functions", ja="ポリシーが関数に拒否する操作")
TAKEN = Words(en="what its boundary takes away", ja="アクセス許可の境界が奪う権限")


def denials(
    kind: Words, name: str, arn: str, document: str | None, roles: Iterable[desired.Role]
) -> tuple[Difference, ...]:
    """Return what a resource's policy denies to the roles that need it, or may deny if that is unclear."""
    statements = [
        one for one in parse(document or '{"Statement": []}', name) if one.effect == "Deny"
    ]
    if not statements:
        return ()
    found: dict[Words, str] = {}
    doubts: dict[Words, str] = {}
    for role in roles:
        for action, statement, answer in denied(
            statements, role.arn, _needed(role, arn), known_of(role)
        ):
            by = statement.words
            told = Words(en=f"{action} to {role} ({by.en})", ja=f"{role}による{action}（{by.ja}）")
            if isinstance(answer, Unknown):
                doubts[joined((told, answer.reason), ": ")] = statement.digest
            else:
                found[told] = statement.digest
    if doubts and not found:
        return _differences(kind, name, DENIED, doubts, Certainty.UNPARSED)
    return _differences(kind, name, DENIED, found)


def denied_in_part(role: Role, want: desired.Role, arns: Iterable[str]) -> tuple[Difference, ...]:
    """Return what a role's policies grant and its permissions boundary takes away.

    ``arns`` are the real ARNs of secrets and log streams.
    """
    if role.boundary is None:
        return ()
    own = tuple(s for one in role.policies for s in parse(one.document, one.name))
    limit = parse(role.boundary.document, role.boundary.name)
    real, known = (*arns, *streams(want)), known_of(want, role)

    def lost() -> Iterator[Words]:
        for one in sorted(want.required):
            for target in _targets(one.resource, real):
                held = evaluate(own, one.action, target, known)
                left = evaluate(own, one.action, target, known, limits=(limit,))
                if held.allowed and not left.allowed:
                    yield pair(one.action, target)

    return _differences(ROLE, role.name, TAKEN, dict.fromkeys(lost(), ""))


def _needed(role: desired.Role, arn: str) -> list[tuple[str, str]]:
    """Return what the role needs of this resource: itself, or an index of a table."""
    pairs = ((one.action, one.resource) for one in sorted(role.required))
    return [
        (action, arn if _fits(resource, arn) else resource)
        for action, resource in pairs
        if _fits(resource, arn) or resource.startswith(f"{arn}/")
    ]


def _fits(resource: str, arn: str) -> bool:
    return overlap(resource_pattern(resource), resource_pattern(arn))


def _targets(resource: str, real: Iterable[str]) -> Iterable[str]:
    if not {"*", "?"} & set(resource):
        return (resource,)
    matches: Callable[[str], bool] = resource_pattern(resource).matches
    return filter(matches, real)


def _differences(
    kind: Words,
    name: str,
    fact: Words,
    found: Mapping[Words, str],
    certainty: Certainty = Certainty.CERTAIN,
) -> tuple[Difference, ...]:
    """Return the difference that something is taken away: what -> digest of the statement that does it."""
    one = Difference(
        kind=kind,
        name=name,
        fact=fact,
        found=tuple(found),
        bound=unset(),
        certainty=certainty,
        ids=tuple(sorted({*found.values()} - {""})),
    )
    return (one,) if found else ()
