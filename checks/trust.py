"""Who may assume the role of a function: Lambda, and nobody beside it."""

from collections.abc import Iterator

from aws.iam import Context, EvalDecision, Statement, context, evaluate, parse
from aws.role import Role
from aws.section import Unparsed
from aws.words import Words
from checks.bounds import Bounds
from checks.outsiders import is_gone

LAMBDA = ("Service", "lambda.amazonaws.com")
ASSUME = "sts:AssumeRole"


def trust_flaws(role: Role, bounds: Bounds) -> list[str]:
    """Return who else is let in, and whether Lambda is kept out by a condition or by omission."""
    statements = parse(role.trust, f"trust of {role.name}")
    strangers = [flaw for one in statements if one.effect == "Allow" for flaw in _strangers(one)]
    return strangers or list(_kept_out(statements, _asked_by_lambda(bounds)))


def _strangers(one: Statement) -> Iterator[str]:
    if one.not_principals or one.not_actions:
        yield "it lets in all but a few"
    others = (
        who for kind, who in one.principals if (kind, who) != LAMBDA and not is_gone(kind, who)
    )
    yield from (f"it lets in {who}" for who in others)
    yield from (f"it allows {action}" for action in one.actions if action.lower() != ASSUME.lower())


def _kept_out(statements: tuple[Statement, ...], known: Context) -> Iterator[str]:
    anyone = {LAMBDA, ("*", "*"), ("AWS", "*")}
    for_lambda = [one for one in statements if anyone & set(one.principals)]
    decision = evaluate(for_lambda, ASSUME, "*", known)
    if decision.outcome is EvalDecision.UNKNOWN:
        raise Unparsed(
            Words(
                en=f"whether Lambda may assume the role can't be told: {decision.reason}",
                ja=f"Lambdaがこのロールを引き受けられるか判断できません: {decision.reason}",
            )
        )
    if decision.outcome is EvalDecision.EXPLICITLY_DENIED:
        yield f"Lambda may not assume it: {decision.reason}"
    elif not decision.allowed:
        yield "nothing lets Lambda assume it"


def _asked_by_lambda(bounds: Bounds) -> Context:
    """Return what Lambda says of itself when it assumes the role of this function."""
    function = bounds.plan.function(bounds.role.function)
    return context({"aws:SourceAccount": bounds.environment.account, "aws:SourceArn": function.arn})
