"""What runs inside Locust. It needs Locust and the standard library alone, so that it ships in a zip."""
