"""Versions of a function whose own policies were not read, so that nobody knows whom they allow."""

from collections.abc import Iterable

from aws.bounds import within
from aws.difference import Difference
from aws.function import FunctionPolicy, Version, spans
from aws.ledgers.lambda_ import FUNCTION
from aws.words import Words

UNREAD = Words(
    en="versions whose own policy is not read", ja="自身のポリシーを読み取っていないバージョン"
)


def unread_versions(
    function: str, versions: Iterable[Version], policies: Iterable[FunctionPolicy]
) -> tuple[Difference, ...]:
    """Return a difference if the policies of some versions were not read."""
    places = {one.qualifier for one in policies}
    found = spans(int(one.number) for one in versions if one.number not in places)
    one = Difference(
        kind=FUNCTION,
        name=function,
        fact=UNREAD,
        found=found,
        bound=within(()),
        call="lambda:ListFunctions",
        loosens=True,
    )
    return (one,) if found else ()
