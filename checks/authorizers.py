"""Who asks whom whether a caller has a session: routes the authorizer, the authorizer its function."""

from collections.abc import Iterable

from aws import desired
from aws.api_document import Authorizer
from aws.bounds import Bound, as_text, at_most, exactly, within
from aws.difference import Difference, Differences, differences
from aws.ledgers.apigateway import AUTHORIZER, REST_API, SERVED
from aws.section import Follows
from aws.words import Words
from checks.deployed import Deployed
from checks.invocation import target
from signoff.environment import where

INVOKED = Words(en="functions that its authorizers invoke", ja="オーソライザーが呼び出す関数")
SOURCE = Words(en="identity source", ja="IDソース")
TTL = Words(en="time to live", ja="キャッシュの有効期間（TTL）")


def authorizers(deployed: Deployed) -> tuple[Authorizer, ...]:
    """Return the authorizers that routes ask, whatever they are called.

    Where no route asks one, SEC-34 is red already.
    """
    found = tuple(deployed.served().authorizers.values())
    if not found:
        raise Follows(
            "SEC-34",
            Words(en="no route uses an authorizer", ja="オーソライザーを使うルートがありません"),
        )
    return found


def invoking_others(deployed: Deployed, want: desired.Authorizer) -> Differences:
    """Hold what the authorizers invoke to auth's alias."""
    variables = deployed.stage().variables
    invoked = {target(one.uri, variables).arn for one in deployed.served().authorizers.values()}
    return differences(
        REST_API,
        deployed.plan.api.name,
        {INVOKED: frozenset(invoked)},
        {INVOKED: within((want.function.alias_arn,))},
        call=SERVED,
        loosens=True,
    )


def laxer(asked: tuple[Authorizer, ...], want: desired.Authorizer) -> tuple[Difference, ...]:
    """Hold what decides about a session: the header that is asked for, and for how long it counts.

    Whether the whole request comes along (REQUEST) or the token alone (TOKEN) decides nothing.
    """
    bounds = {SOURCE: exactly(want.identity_source), TTL: at_most(want.ttl_s, " s")}
    return Differences.among(
        difference
        for one in asked
        for difference in differences(
            AUTHORIZER,
            one.name,
            {SOURCE: one.identity_source, TTL: one.ttl_s},
            bounds,
            call=SERVED,
            decided_in=where("authorizer_ttl_s"),
            loosens=True,
        ).compared
    )


def some_of(names: Iterable[str]) -> Bound:
    """One of these, of which there may be none."""
    known = sorted(names)
    words = Words(
        en=f"one of the API's authorizers ({as_text(known) or 'it has none'})",
        ja=f"APIのオーソライザーのいずれか（{as_text(known) or '一つもない'}）",
    )
    return Bound(code="some_of", value=known, holds=lambda found: found in known, words=words)
