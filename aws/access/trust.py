"""Who may assume the role of a function: Lambda alone."""

from collections.abc import Iterator

from aws import desired
from aws.access.assuming import ASSUME
from aws.bounds import within
from aws.difference import Difference, differences, fault
from aws.iam import Context, Statement, context, evaluate, parse
from aws.iam.principal import is_gone
from aws.kinds.role import ROLE, Role
from aws.words import Words

LAMBDA = ("Service", "lambda.amazonaws.com")
CALL = "iam:GetAccountAuthorizationDetails"
TRUSTED = Words(en="others that may assume it", ja="引き受けられる他の相手")
BY_LAMBDA = Words(en="trust in Lambda", ja="Lambdaによる引き受け")


def trust_flaws(role: Role, want: desired.Role) -> tuple[Difference, ...]:
    """Return who else may assume it, or that Lambda may not, by a condition or by omission."""
    statements = parse(role.trust, f"trust of {role.name}")
    strangers = [
        flaw
        for statement in statements
        if statement.effect == "Allow"
        for flaw in _strangers(statement)
    ]
    about = {"call": CALL, "loosens": True}
    facts = {TRUSTED: tuple(strangers)}
    return differences(ROLE.words, role.name, facts, {TRUSTED: within(())}, **about) or _refused(
        role, statements, _asked_by_lambda(want)
    )


def _strangers(statement: Statement) -> Iterator[Words]:
    if statement.not_principals or statement.not_actions:
        yield Words(en="everyone except a few", ja="一部を除く全員")
    others = (
        who
        for kind, who in statement.principals
        if (kind, who) != LAMBDA and not is_gone(kind, who)
    )
    yield from (statement.told(Words.same(who)) for who in others)
    yield from (
        Words(en=f"action {action}", ja=f"アクション{action}")
        for action in statement.actions
        if action.lower() != ASSUME.lower()
    )


def _refused(
    role: Role, statements: tuple[Statement, ...], known: Context
) -> tuple[Difference, ...]:
    """Return that Lambda may not assume the role, and by which statement; a condition that cannot be evaluated counts as not met."""
    anyone = {LAMBDA, ("*", "*"), ("AWS", "*")}
    for_lambda = [statement for statement in statements if anyone & set(statement.principals)]
    decision = evaluate(for_lambda, ASSUME, "*", known)
    if decision.allowed:
        return ()
    expected = Words(en="allowed", ja="許可されていること")
    return (fault(ROLE.words, role.name, BY_LAMBDA, decision.reason, expected, call=CALL),)


def _asked_by_lambda(want: desired.Role) -> Context:
    """Return the condition keys that Lambda sends when it assumes the role of this function."""
    account = want.arn.split(":")[4]
    return context({"aws:SourceAccount": account, "aws:SourceArn": want.function_arn})
