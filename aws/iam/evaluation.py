"""IAM's own question: may this caller do this action on this resource; and whom a resource's own policy is about."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from aws.iam.condition import Answer, Context, Unknown, every, holds, negated, some, unknown
from aws.iam.pattern import Pattern, action_pattern, resource_pattern
from aws.iam.statement import Statement, only
from aws.words import Words

_VARIABLE = re.compile(r"\$\{([^},]+)(?:,\s*'([^']*)')?\}")
LITERALS = {"*": "\ufdd0", "?": "\ufdd1", "$": "$"}
"""What a policy variable stands for that names a character itself; a noncharacter of Unicode is in no real name."""
DELETED = re.compile(r"A(?:ROA|IDA|GPA|IPA|NPA|NVA)[A-Z0-9]{12,}")
"""The unique id that AWS shows in place of an ARN once the role or user is deleted. Ids are never
given out again, so that such a statement lets no caller in (IAM user guide, "IAM identifiers")."""
NAMED = re.compile(
    r"arn:[\w-]+:iam::(?P<account>\d{12}):(?P<type>role|user)/(?:[^*?]*/)?(?P<name>[^/*?]+)"
)


class EvalDecision(Enum):
    ALLOWED = "allowed"
    EXPLICITLY_DENIED = "explicitly denied"
    NOT_ALLOWED = "not allowed"
    """Nothing denies it, and nothing allows it."""
    UNKNOWN = "unknown"


IS_ALLOWED = Words(en="allowed", ja="許可")


@dataclass(frozen=True, slots=True)
class EvaluationResult:
    """What IAM decides, and why. An UNKNOWN must be shown as not testable, never as a refusal."""

    outcome: EvalDecision
    reason: Words
    taken: bool = False
    """Whether something takes away what a policy allows: a Deny, a boundary, a condition that is not met."""

    @property
    def allowed(self) -> bool:
        return self.outcome is EvalDecision.ALLOWED

    @property
    def unknown(self) -> Words | None:
        """Why it is not known, where a value is shown."""
        words = Words(en=f"not known: {self.reason.en}", ja=f"不明（{self.reason.ja}）")
        return words if self.outcome is EvalDecision.UNKNOWN else None


ALLOWED = EvaluationResult(EvalDecision.ALLOWED, IS_ALLOWED)


def evaluate(
    statements: Sequence[Statement],
    action: str,
    resource: str,
    request: Context,
    limits: Sequence[Sequence[Statement]] = (),
) -> EvaluationResult:
    """Decide one request within one account, from identity-based policies.

    ``resource`` is a full ARN, or ``*`` for actions that know no resource. ``request`` is a Context
    (``condition.context``). ``limits`` are a permissions boundary and a session policy: each must
    allow the action, too, and neither can widen it.
    """
    everything = [*statements, *(statement for limit in limits for statement in limit)]
    denied, denying = _matched(only("Deny", everything), action, resource, request)
    if denied is True and denying:
        return EvaluationResult(EvalDecision.EXPLICITLY_DENIED, denied_by(denying), taken=True)
    granted = [
        _matched(only("Allow", policies), action, resource, request)[0]
        for policies in (statements, *limits)
    ]
    answer = every([*granted, negated(denied)])
    if isinstance(answer, Unknown):
        return EvaluationResult(EvalDecision.UNKNOWN, answer.reason)
    if answer:
        return ALLOWED
    if granted[0] is False:
        return _not_granted(statements, action, resource, request)
    limit = next(
        candidate for candidate, answer in zip(limits, granted[1:], strict=True) if answer is False
    )
    return _limited(limit)


def denied_by(statement: Statement) -> Words:
    by = statement.words
    return Words(en=f"an explicit deny: {by.en}", ja=f"明示的な拒否（{by.ja}）")


def evaluate_from(
    statements: Sequence[Statement],
    action: str,
    resource: str,
    times: tuple[Context, Context],
    limits: Sequence[Sequence[Statement]] = (),
) -> EvaluationResult:
    """Decide a request for good (``condition.over_time``): what is refused now is refused; what may be refused later is unknown."""
    now, later = times
    today = evaluate(statements, action, resource, now, limits)
    if today.outcome in {EvalDecision.EXPLICITLY_DENIED, EvalDecision.NOT_ALLOWED}:
        return today
    return evaluate(statements, action, resource, later, limits)


def _not_granted(
    statements: Sequence[Statement], action: str, resource: str, request: Context
) -> EvaluationResult:
    """Say that nothing allows it, or which statement does under a condition that is not met."""
    about = (
        statement for statement in only("Allow", statements) if names_action(statement, action)
    )
    unmet = next((o for o in about if _names_resource(o, resource, request) is not False), None)
    if unmet is None:
        why = Words(
            en="no statement allows the action",
            ja="このアクションを許可するステートメントがありません",
        )
        return EvaluationResult(EvalDecision.NOT_ALLOWED, why)
    by, conditions = unmet.words, "; ".join(map(str, unmet.conditions))
    why = Words(
        en=f"{by.en} allows it only if {conditions}, which is not met",
        ja=f"{by.ja}の条件（{conditions}）が成立しません",
    )
    return EvaluationResult(EvalDecision.NOT_ALLOWED, why, taken=True)


def _limited(limit: Sequence[Statement]) -> EvaluationResult:
    name = f" `{limit[0].policy}`" if limit and limit[0].policy else ""
    why = Words(
        en=f"the permissions boundary or session policy{name} does not allow it",
        ja=f"アクセス許可の境界またはセッションポリシー{name}で許可されていません",
    )
    return EvaluationResult(EvalDecision.NOT_ALLOWED, why, taken=True)


def _matched(
    statements: Iterable[Statement], action: str, resource: str, request: Context
) -> tuple[Answer, Statement | None]:
    """Whether any of the statements applies; and the first that surely does."""
    answers = []
    for statement in statements:
        answer = applies(statement, action, resource, request)
        if answer is True:
            return True, statement
        answers.append(answer)
    return some(answers), None


def applies(statement: Statement, action: str, resource: str, request: Context) -> Answer:
    """Whether a statement speaks of this action on this resource, under these conditions."""
    if not names_action(statement, action):
        return False
    statement = with_values(statement, request)
    about = _names_resource(statement, resource, request)
    return every(
        (about, *(holds(condition, request, action) for condition in statement.conditions))
    )


def names_action(statement: Statement, action: str) -> bool:
    matches = any(pattern.matches(action.lower()) for pattern in action_patterns(statement, action))
    return matches if statement.actions else not matches


def action_patterns(statement: Statement, action: str) -> Iterator[Pattern]:
    """Yield the patterns that may name an action: most are about another service, and AWS's own policies have hundreds."""
    service = action.partition(":")[0].lower()
    for written in statement.actions or statement.not_actions:
        prefix = written.partition(":")[0].lower()
        if prefix == service or "*" in prefix or "?" in prefix:
            yield action_pattern(written)


def _names_resource(statement: Statement, resource: str, request: Context) -> Answer:
    patterns = statement.resources or statement.not_resources
    matches = some(_matches(statement, pattern, resource, request) for pattern in patterns)
    return matches if statement.resources else negated(matches)


def _matches(statement: Statement, pattern: str, resource: str, request: Context) -> Answer:
    if statement.has_variables and "${" in pattern:
        resolved = _resolved(pattern, request)
        if isinstance(resolved, Unknown):
            return resolved
        pattern = resolved
    return resource_pattern(pattern).matches(resource)


def with_values(statement: Statement, request: Context) -> Statement:
    """Put values into a statement where it has policy variables that are known; what is unknown stays as written."""
    written = (
        *statement.resources,
        *statement.not_resources,
        *(value for condition in statement.conditions for value in condition.values),
    )
    if not statement.has_variables or not any("${" in text for text in written):
        return statement

    def put(texts: Iterable[str]) -> tuple[str, ...]:
        resolved = ((text, _resolved(text, request)) for text in texts)
        return tuple(text if isinstance(value, Unknown) else value for text, value in resolved)

    return replace(
        statement,
        resources=put(statement.resources),
        not_resources=put(statement.not_resources),
        conditions=tuple(
            replace(condition, values=put(condition.values)) for condition in statement.conditions
        ),
    )


def _resolved(pattern: str, request: Context) -> str | Unknown:
    """Replace policy variables by their values."""
    for key, default in _VARIABLE.findall(pattern):
        if len(request.get(key.lower(), ())) != 1 and not default and key not in LITERALS:
            return unknown(
                en=f"the value of ${{{key}}} is not known",
                ja=f"${{{key}}}の値が不明です",
            )

    def value(variable: re.Match[str]) -> str:
        return LITERALS.get(variable[1]) or (*request.get(variable[1].lower(), ()), variable[2])[0]

    return _VARIABLE.sub(value, pattern)


def is_gone(kind: str, principal: str) -> bool:
    return kind == "AWS" and DELETED.fullmatch(principal) is not None


def is_same(name: str, other: str) -> bool:
    """Whether two ARNs are of the same role or user: names are unique in an account, regardless of the path."""
    return name == other or (_placeless(name) is not None and _placeless(name) == _placeless(other))


def _placeless(arn: str) -> tuple[str, str, str] | None:
    """Return account, type and name of the ARN of a role or user."""
    match = NAMED.fullmatch(arn)
    return (match["account"], match["type"], match["name"]) if match else None


def names(statement: Statement, arn: str) -> bool:
    """Whether a statement of a resource policy speaks of the role or user of this ARN.

    All principals (``*``), its account, itself, and a session of a role; NotPrincipal speaks of all others.
    """
    if statement.not_principals:  # the account alone exempts no person in it
        return not any(acts_as(value, arn) for _, value in statement.not_principals)
    return any(_is(value, arn) for kind, value in statement.principals if kind in {"*", "AWS"})


def denied(
    statements: Iterable[Statement],
    arn: str,
    pairs: Iterable[tuple[str, str]],
    times: tuple[Context, Context],
    *,
    bounded: bool,
) -> Iterator[tuple[str, Statement, Answer]]:
    """Yield each action that a resource policy denies to a principal now, or may deny, now or later (Unknown).

    ``pairs`` are actions and the resource's own ARN; ``bounded`` principals have a permissions boundary.
    """
    denies = [
        (statement, _denies(statement, arn, bounded=bounded))
        for statement in only("Deny", statements)
    ]
    for action, resource in pairs:
        for context in times:
            answers = [
                (deny, every((about, applies(deny, action, resource, context))))
                for deny, about in denies
            ]
            standing = [(deny, answer) for deny, answer in answers if answer is not False]
            if standing:
                yield action, *min(standing, key=lambda pair: pair[1] is not True)
                break


def _denies(statement: Statement, arn: str, *, bounded: bool) -> Answer:
    """Whether a Deny is about a principal. By NotPrincipal it is about any that has a boundary, and may be about any whose account it does not list as well (IAM user guide, NotPrincipal)."""
    if names(statement, arn) or not statement.not_principals:
        return names(statement, arn)
    account = arn.split(":")[4]
    listed = {value for _, value in statement.not_principals}
    if bounded or listed & account_names(account):
        return bounded
    return unknown(
        en=f"its NotPrincipal lists {arn} without account {account}",
        ja=f"NotPrincipalに{arn}はありますが、アカウント{account}がありません",
    )


def account_names(account: str) -> set[str]:
    """Return the ways in which a policy names an account as a whole, whose IAM policies then decide."""
    return {account, f"arn:aws:iam::{account}:root"}


def _is(value: str, arn: str) -> bool:
    """Whether a principal as written is this one, its account, its session, or ``*``."""
    return value in {"*", *account_names(arn.split(":")[4])} or acts_as(value, arn)


def acts_as(value: str, arn: str) -> bool:
    """Whether a principal as written is the role or user of this ARN, or a session of the role."""
    account, name = arn.split(":")[4], arn.rpartition("/")[2]
    return is_same(value, arn) or value.startswith(f"arn:aws:sts::{account}:assumed-role/{name}/")
