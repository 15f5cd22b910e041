"""What runs inside Locust: a load generator that knows nothing of the rest of this project."""
