"""Who asks whom whether a caller has a session: routes the authorizer, the authorizer its function."""

from aws import desired
from aws.api_document import Authorizer
from aws.section import Follows
from checks.deployed import Deployed
from checks.invocation import target


def authorizers(deployed: Deployed, want: desired.Authorizer) -> tuple[Authorizer, ...]:
    """Return the authorizers that routes ask, whatever they are called: all invoke auth's alias.

    Where no route asks one, SEC-34 is red already; what an authorizer invokes is DEP-16's.
    """
    found = tuple(deployed.served().authorizers.values())
    if not found:
        raise Follows("SEC-34", "no route asks an authorizer")
    for one in found:
        if target(one.uri, deployed.stage().variables).arn != want.function.alias_arn:
            raise Follows("DEP-16", f"{one.name} asks {one.uri}")
    return found


def settings(one: Authorizer | desired.Authorizer) -> dict[str, object]:
    """Return what decides about a session: the header that is asked for, and for how long.

    Whether the whole request comes along (REQUEST) or the token alone (TOKEN) decides nothing.
    """
    return {"identity source": one.identity_source, "ttl_s": one.ttl_s}
