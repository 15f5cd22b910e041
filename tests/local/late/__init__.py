"""A late AWS: writes show late, new resources are not ready at once, and control planes throttle."""
