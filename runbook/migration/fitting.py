"""What becomes of an item on its way: location keys of today, numbers as DynamoDB spells them, no more."""

from collections.abc import Mapping

from plan.canonical import TODAYS_NAME, Item
from runbook.migration.dynamodb_json import FormError, Typed, normal

LOCATION = "Location"


def fitted(item: Item) -> Item:
    """Bring the numbers of any item to their normal form; raise FormError for no DynamoDB JSON."""
    return {name: normal(value) for name, value in item.items()}


def fitted_master(item: Item) -> Item:
    """Do the same, and give a stamp master's location today's keys: lat, lon, radiusM.

    Raises FormError where one thing stands there under two spellings: which is right, a person knows.
    """
    plain = dict(fitted(item))
    location = plain.get(LOCATION, {}).get("M")
    if isinstance(location, Mapping):
        plain[LOCATION] = {"M": _renamed(location)}
    return plain


def _renamed(location: Mapping[str, Typed]) -> dict[str, Typed]:
    found: dict[str, Typed] = {}
    for name, value in location.items():
        usual = TODAYS_NAME.get(name, name)
        if usual in found:
            raise FormError(f"{LOCATION} has {usual} twice, once as another spelling")
        found[usual] = value
    return found
