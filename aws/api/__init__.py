"""The REST API: what it is, what stands in it beyond the plan, and its CORS."""
