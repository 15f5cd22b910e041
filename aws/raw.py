"""What AWS answers, before the module of its kind decodes it: behind this name alone a value may be anything."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

Raw = Mapping[str, Any]
MomentT = TypeVar("MomentT", datetime, datetime | None)


def utc(moment: MomentT) -> MomentT:
    """Return the moment in UTC: boto3 uses the time zone of the machine."""
    return moment and moment.astimezone(UTC)
