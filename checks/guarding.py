"""Who asks whom whether a caller has a session: routes the authorizer, the authorizer its function."""

from aws import desired
from aws.api_document import Authorizer
from aws.bounds import at_most, exactly
from aws.difference import Difference, Differences, differences
from aws.ledgers.apigateway import AUTHORIZER, SERVED
from aws.section import Follows
from aws.words import Words
from checks.deployed import Deployed
from checks.invocation import target

SOURCE = Words(en="identity source", ja="IDソース")
TTL = Words(en="time to live", ja="キャッシュの有効期間（TTL）")


def authorizers(deployed: Deployed, want: desired.Authorizer) -> tuple[Authorizer, ...]:
    """Return the authorizers that routes ask, whatever they are called: all invoke auth's alias.

    Where no route asks one, SEC-34 is red already; what an authorizer invokes is DEP-16's.
    """
    found = tuple(deployed.served().authorizers.values())
    if not found:
        raise Follows(
            "SEC-34",
            Words(en="no route uses an authorizer", ja="オーソライザーを使うルートがありません"),
        )
    for one in found:
        if target(one.uri, deployed.stage().variables).arn != want.function.alias_arn:
            raise Follows(
                "DEP-16",
                Words(
                    en=f"authorizer {one.name} invokes {one.uri}",
                    ja=f"オーソライザー{one.name}は{one.uri}を呼び出します",
                ),
            )
    return found


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
            decided_in="authorizer_ttl_s",
            loosens=True,
        ).compared
    )
