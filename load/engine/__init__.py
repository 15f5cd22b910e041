"""What runs inside Locust, and nothing else: it needs Locust and the standard library, so it ships in a zip."""
