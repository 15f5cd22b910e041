"""A late AWS: writes show late, what is made is not ready at once, and control planes have rates."""

from local.late.clock import Clock
from local.late.layer import Late

__all__ = ["Clock", "Late"]
