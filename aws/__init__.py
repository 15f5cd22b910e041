"""Everything deployed, read once: ``read`` or ``on_demand``, saved and judged again as JSON."""

from aws.inventory import frozen, on_demand, read
from aws.saved import digest, from_json, to_json, unreadable

__all__ = ["digest", "from_json", "frozen", "on_demand", "read", "to_json", "unreadable"]
