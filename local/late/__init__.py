"""A late AWS: writes show late, new resources are not ready at once, and control planes throttle."""

from local.late.clock import Clock
from local.late.layer import Late

__all__ = ["Clock", "Late"]
