"""Who else may act on our resources: the account's principals, and whom a resource's own policy allows."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from aws import desired
from aws.access.assuming import TRUSTED
from aws.access.callers import CLOUDWATCH, names_exactly
from aws.access.principals import GIVES, MAY_ACT, MAY_INVOKE, PRINCIPALS, USED_BY, Principal
from aws.access.reach import Reach
from aws.access.targets import INVOCATION
from aws.bounds import Bound, within
from aws.difference import Difference, if_any
from aws.iam.actions import expand
from aws.iam.evaluation import account_names, acts_as, is_gone, is_same
from aws.iam.pattern import text_pattern
from aws.iam.statement import Statement, of_resource, only
from aws.kinds.function_invocation import RoleUser
from aws.kinds.key import KEY
from aws.kinds.role import ROLE, Role
from aws.kinds.topic import TOPIC, Topic
from aws.reader_policy import actions as reader_actions
from aws.words import SILENCE, Words
from checks.reached import EVERYTHING, example_of, summary
from checks.resource_policies import by_principal, is_about, opened, outsiders, principals_beyond
from plan import Plan
from signoff.environment import where
from signoff.judge.snapshot import Snapshot

ORDINARY = Words(en="who else may act on our resources", ja="本環境のリソースを操作できる他の相手")
"""What one decision about all of an account's own principals is about."""
NO_OTHERS = Bound(
    holds=lambda principals: not principals,
    words=Words(
        en="only the planned ones and the administrators", ja="計画した相手とadministratorsのみ"
    ),
)
NAMED: Mapping[str, Any] = {"decided_in": where("administrators"), "loosens": True}


def is_insider(snapshot: Snapshot[Plan], principal: str) -> bool:
    """Whether a principal, by its ARN or as a service, is a planned role or a named administrator."""
    administrators = snapshot.environment.administrators
    return _planned(snapshot, principal) is not None or any(
        text_pattern(name).matches(principal) for name in administrators
    )


def _planned(snapshot: Snapshot[Plan], principal: str) -> desired.Role | None:
    """Return the planned role of a function that a principal is; other rows judge those."""
    return next((role for role in snapshot.plan.roles if is_same(role.arn, principal)), None)


def _may_be_given(snapshot: Snapshot[Plan], principal: str, statement: Statement, arn: str) -> bool:
    """Whether a resource's own policy may allow this to a principal; to a planned role, only what is planned."""
    role = _planned(snapshot, principal)
    if role is None:
        return is_insider(snapshot, principal)
    planned = {action.lower() for action, resource in role.allowed if is_about(resource, arn)}
    granted = [{name.lower() for name in expand(pattern)} for pattern in statement.actions]
    return bool(granted) and all(some and some <= planned for some in granted)


def acting(principals: Iterable[Principal], snapshot: Snapshot[Plan]) -> tuple[Difference, ...]:
    """Return every other principal who may act on our resources, or become one who may.

    What they may invoke is included: one decision is about everything that a principal may do.
    """
    return _reaching(principals, snapshot, MAY_ACT, lambda kinds: bool(kinds - {INVOCATION}))


def assumable_by_others(
    principals: Iterable[Principal], snapshot: Snapshot[Plan]
) -> Iterator[Difference]:
    """Yield who else may assume a role that may act, by its trust policy alone: principals of other accounts, our functions' roles."""
    candidates = tuple(principals)
    ours = [principal for principal in candidates if _planned(snapshot, principal.arn)]
    taken = [(reached.trusted_by, each.arn) for each in ours for reached in each.reach]
    about = {"call": "iam:GetAccountAuthorizationDetails", "remedy": "trust", "together": ORDINARY}
    for role in (role for role in candidates if not _planned(snapshot, role.arn)):
        others = {
            *(shown for who, shown in role.assumed_by.items() if not is_insider(snapshot, who)),
            *(Words.same(arn) for trusting, arn in taken if trusting == role.arn),
        }
        actual = sorted(others, key=str)
        yield from if_any(ROLE.words, role.arn, TRUSTED, actual, NO_OTHERS, **NAMED, **about)


def invoking(principals: Iterable[Principal], snapshot: Snapshot[Plan]) -> tuple[Difference, ...]:
    """Return every other principal who may invoke a function directly, and do nothing more."""
    return _reaching(principals, snapshot, MAY_INVOKE, lambda kinds: kinds == {INVOCATION})


def also_invoking(
    principals: Iterable[Principal], snapshot: Snapshot[Plan]
) -> tuple[Difference, ...]:
    """Return those of ``acting`` who may also invoke a function."""
    return _reaching(principals, snapshot, MAY_ACT, lambda kinds: kinds > {INVOCATION})


def allowed_by_policy(
    kind: Words,
    name: str,
    arn: str,
    document: str | None,
    snapshot: Snapshot[Plan],
    counts: Callable[[Statement], bool] = lambda _: True,
) -> tuple[Difference, ...]:
    """Return whom a resource's own policy names, of this account and of AWS's services, in statements that count.

    A planned role may be named for what is planned for it. Principals beyond the account have a row of their own.
    """
    account = snapshot.environment.account
    strangers = principals_beyond(document, name, account)
    allowed = by_principal(
        (Words.same(principal), statement)
        for statement in filter(counts, only("Allow", of_resource(document, name)))
        for principal in _principals_of(statement, account)
        if principal not in strangers and not _may_be_given(snapshot, principal, statement, arn)
    )
    return opened(kind, name, allowed, NO_OTHERS, **NAMED, ids=digests(allowed))


def digests(allowed: Mapping[Words, Iterable[Statement]]) -> tuple[str, ...]:
    return tuple(
        sorted({statement.digest for statements in allowed.values() for statement in statements})
    )


def allowed_accounts(
    kind: Words, name: str, document: str | None, account: str
) -> tuple[Difference, ...]:
    """Return whom a resource's own policy allows from beyond the account."""
    allowed = outsiders(document, name, account)
    return opened(kind, name, allowed, within(()), ids=digests(allowed))


def keys_opened(policies: Mapping[str, str], account: str) -> Iterator[Difference]:
    """Yield which keys (ARN -> policy) principals beyond the account may use; services are left out, since they act for others."""
    for arn, text in policies.items():
        allowed = outsiders(text, arn, account, lambda kind, _: kind == "Service")
        yield from opened(KEY.words, arn, allowed, within(()))


def allowed_to_publish(topic: Topic, snapshot: Snapshot[Plan]) -> tuple[Difference, ...]:
    """Return whom a topic's own policy allows besides the account, CloudWatch, the planned roles and the administrators.

    The policy that SNS gives a new topic allows all principals under the condition AWS:SourceOwner, which is the account.
    """
    account = snapshot.environment.account
    allowed = by_principal(
        (Words.same(principal), statement)
        for statement in only("Allow", of_resource(topic.policy, topic.arn))
        if not _of_owner(statement, account)
        for kind, principal in (
            *statement.principals,
            *(("*", "*") for _ in statement.not_principals[:1]),
        )
        if (kind, principal) != ("Service", CLOUDWATCH)
        and not is_gone(kind, principal)
        and principal not in account_names(account)
        and not is_insider(snapshot, principal)
    )
    about = {**NAMED, "call": "sns:GetTopicAttributes"}
    return opened(TOPIC.words, topic.arn, allowed, NO_OTHERS, **about)


def _of_owner(statement: Statement, account: str) -> bool:
    keys = {"aws:sourceowner", "aws:sourceaccount", "aws:principalaccount"}
    return any(
        condition.key.lower() in keys
        and names_exactly(condition)
        and set(condition.values) == {account}
        for condition in statement.conditions
    )


def used_elsewhere(role: Role, users: Iterable[RoleUser], region: str) -> tuple[Difference, ...]:
    """Return which functions that are not planned run under a role, at which URLs, and where else it is used."""
    uses = [_used_by(user) for user in users]
    if role.last_used_in not in {None, region}:
        uses.append(Words(en=f"Region {role.last_used_in}", ja=f"リージョン{role.last_used_in}"))
    return if_any(ROLE.words, role.name, USED_BY, uses, NO_OTHERS, loosens=True)


def _used_by(user: RoleUser) -> Words:
    urls = ", ".join(user.urls)
    at, to = (f" at {urls}", f"（{urls}）") if urls else ("", "")
    return Words(en=f"function {user.function}{at}", ja=f"関数{user.function}{to}")


def with_url(users: Iterable[RoleUser]) -> Words:
    """Name the first unplanned function with a URL; empty if none has one."""
    functions = [user.function for user in users if user.urls]
    if not functions:
        return SILENCE
    return Words(
        en=f"function {functions[0]} runs under this role and has a URL",
        ja=f"関数{functions[0]}がこのロールで動き、URLを持っています",
    )


def _principals_of(statement: Statement, account: str) -> Iterator[str]:
    """Yield principals by name; the account itself only leaves it to the policies of its principals."""
    narrowed = [
        value
        for condition in statement.conditions
        if condition.key.lower() == "aws:principalarn" and names_exactly(condition)
        for value in condition.values
    ]
    for kind, principal in statement.principals:
        if is_gone(kind, principal) or principal in account_names(account):
            continue
        if principal == "*":
            yield from narrowed or ("*",)
        else:
            yield principal


def _reaching(
    principals: Iterable[Principal],
    snapshot: Snapshot[Plan],
    fact: Words,
    counts: Callable[[set[str]], bool],
) -> tuple[Difference, ...]:
    """Return the principals whose unplanned reach counts, by the kinds of resources in it."""
    unplanned = ((principal, _unplanned(principal, snapshot)) for principal in principals)
    return tuple(
        _difference(principal, reach, fact)
        for principal, reach in unplanned
        if counts({each.kind for each in reach})
    )


def _unplanned(principal: Principal, snapshot: Snapshot[Plan]) -> list[Reach]:
    """Return how a principal may act beyond the plan; this run's own caller may read."""
    if is_insider(snapshot, principal.arn):
        return []
    planned = reader_actions() if acts_as(snapshot.inventory.caller, principal.arn) else ()
    return [reach for reach in principal.reach if reach.action not in planned]


def _difference(principal: Principal, reach: list[Reach], fact: Words) -> Difference:
    kind, name = PRINCIPALS[principal.kind], principal.arn
    surely = [each for each in reach if not each.provided]
    giving = [each for each in surely if each.kind in GIVES]
    reached = EVERYTHING if giving else summary(reach)
    example = example_of((giving or surely or reach)[0])
    return Difference(
        kind,
        name,
        fact,
        reached,
        NO_OTHERS,
        together=ORDINARY if fact == MAY_ACT else SILENCE,
        **NAMED,
        sentence=Words(
            en=f"{kind.en} {name} may act on {reached.en}: it is allowed {example.en};"
            " expected only the planned roles and the administrators in environments.toml",
            ja=f"{kind.ja}{name}が{reached.ja}を操作できます（例: {example.ja}）。"
            "期待値: 計画したロールと、environments.tomlのadministratorsのみ",
        ),
    )
