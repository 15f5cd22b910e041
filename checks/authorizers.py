"""Who decides whether a caller has a session: routes ask an authorizer, which invokes a function."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from aws import desired
from aws.access.callers import invocation
from aws.api.document import Authorizer
from aws.api.integration import InvokedFunction, target
from aws.bounds import Bound, as_text, at_most, exactly, within
from aws.difference import Difference, Differences, differences
from aws.iam.evaluation import ALLOWED, EvalDecision
from aws.kind.description import TIME_TO_LIVE
from aws.kinds.rest_api import REST_API
from aws.ledgers import AUTHORIZER, IDENTITY_SOURCE, SERVED
from aws.section import Follows
from aws.words import Words
from checks.deployed import Deployed
from checks.invocation import unless_allowed
from plan.edge import source_of_authorizer
from signoff.environment import Environment, where
from signoff.judge.observations import Observations

INVOKED = Words(en="functions that its authorizers invoke", ja="オーソライザーが呼び出す関数")


def authorizers(deployed: Deployed) -> tuple[Authorizer, ...]:
    """Return the authorizers that routes ask, under any name.

    If no route asks one, SEC-34 is red already.
    """
    served = tuple(deployed.served().authorizers.values())
    if not served:
        raise Follows(
            "SEC-34", en="no route uses an authorizer", ja="オーソライザーを使うルートがありません"
        )
    return served


def invoking_others(deployed: Deployed, want: desired.Authorizer) -> Differences:
    """Compare the functions that the authorizers invoke with auth."""
    invoked = {function.function for function in _called(deployed)}
    return _compared(deployed, invoked, want.function.arn)


def past_the_alias(deployed: Deployed) -> Differences:
    """Compare how the authorizers invoke auth with its alias; another function is reported by SEC-35."""
    called, want = [*_called(deployed)], deployed.plan.api.authorizer
    if want is None:
        return _compared(deployed, {function.arn for function in called})
    own = {function.arn for function in called if function.function == want.function.arn}
    return _compared(deployed, own, want.function.alias_arn)


def unpermitted(
    deployed: Deployed, environment: Environment, observe: Observations, now: datetime
) -> Differences:
    """Compare the policies of the auth function with what the API's authorizers need to invoke it."""
    want, api_id, stage = deployed.plan.api.authorizer, deployed.rest_api().id, deployed.stage()
    if want is None:
        observe.note(authorizer="the application has none")
        return Differences.among(())
    auth = want.function
    policies = deployed.function_policies(auth)
    invocations = {
        source_of_authorizer(authorizer.id, api_id, environment): deployed.invoked(
            authorizer.uri, auth, stage
        )
        for authorizer in deployed.draft().authorizers.values()
    }
    observe.note(asked=invocations, policies=policies)
    decided = {key: invocation(policies, called, key, now) for key, called in invocations.items()}
    refused = {key: result for key, result in decided.items() if not result.allowed}
    surest = sorted(refused.values(), key=lambda result: result.outcome is EvalDecision.UNKNOWN)
    return unless_allowed((*surest, ALLOWED)[0], auth.name, as_text([*refused]))


def _called(deployed: Deployed) -> Iterator[InvokedFunction]:
    variables = deployed.stage().variables
    return (
        target(authorizer.uri, variables) for authorizer in deployed.served().authorizers.values()
    )


def _compared(deployed: Deployed, invoked: Iterable[str], *planned: str) -> Differences:
    compared = {INVOKED: (frozenset(invoked), within(planned))}
    return differences(REST_API.words, deployed.plan.api.name, compared, call=SERVED, loosens=True)


def authorizer_differences(
    authorizers: tuple[Authorizer, ...], want: desired.Authorizer
) -> tuple[Difference, ...]:
    """Compare what decides about a session: the header that is read, and for how long an answer is cached.

    The type may be REQUEST or TOKEN: that changes what the function receives, not what is decided.
    """
    source, ttl = exactly(want.identity_source), at_most(want.ttl_s, " s")
    about: dict[str, Any] = {"call": SERVED, "decided_in": where("authorizer_ttl_s")}
    return Differences.among(
        Difference(AUTHORIZER, authorizer.name, fact, actual, bound, **about, loosens=True)
        for authorizer in authorizers
        for fact, actual, bound in (
            (IDENTITY_SOURCE, authorizer.identity_source, source),
            (TIME_TO_LIVE, authorizer.ttl_s, ttl),
        )
    )


def some_of(names: Iterable[str]) -> Bound:
    """Any of these names, which may be none at all."""
    listed = sorted(names)
    words = Words(
        en=f"one of the API's authorizers ({as_text(listed) or 'it has none'})",
        ja=f"APIのオーソライザーのいずれか（{as_text(listed) or '一つもない'}）",
    )
    return Bound(holds=lambda value: value in listed, words=words)
