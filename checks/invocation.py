"""Which function, alias or version the API invokes, and whether the function allows it."""

from dataclasses import replace
from typing import Any

from aws import desired
from aws.access.callers import INVOKED_BY
from aws.api.integration import target
from aws.bounds import NONE, Bound, exactly
from aws.difference import Differences, differences
from aws.iam.evaluation import EvalDecision, EvaluationResult
from aws.kinds.function import FUNCTION
from aws.kinds.rest_api import Stage
from aws.words import Words


def allowing(caller: str) -> Bound:
    words = Words(en=f"allowed for {caller}", ja=f"{caller}の許可")
    return replace(exactly(value=True), words=words)


def unless_allowed(decided: EvaluationResult, called: str, by: str) -> Differences:
    """Return that a function does not allow API Gateway to invoke it; a decision answers only what is not known."""
    unknown = decided.outcome is EvalDecision.UNKNOWN
    about: dict[str, Any] = {"decidable": unknown, "stops_calls": not unknown, "loosens": True}
    if decided.outcome is EvalDecision.EXPLICITLY_DENIED:
        about["remedy"] = "denied"
    unsaid = decided.outcome is EvalDecision.NOT_ALLOWED and not decided.taken
    why = NONE if unsaid else decided.reason  # that no statement allows it goes without saying
    compared = {INVOKED_BY: (decided.allowed or why, allowing(by))}
    return differences(FUNCTION.words, called, compared, call="lambda:GetPolicy", **about)


def invoked(uri: str, stage: Stage, want: desired.Function) -> str:
    """Return the ARN by which a URI names the planned function; its alias where the URI names another function, which another row reports."""
    called = target(uri, stage.variables)
    return called.arn if called.function == want.arn else want.alias_arn
