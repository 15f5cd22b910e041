"""Tags as they stand, of those that were planned."""

from collections.abc import Mapping

from aws.secret_text import MaskedValue


def tagged(tags: Mapping[str, MaskedValue], planned: Mapping[str, str]) -> dict[str, str | None]:
    """Return planned key -> what stands there; further tags are nobody's business."""
    return {key: str(tags[key]) if key in tags else None for key in planned}
