"""One canonical form for the two ways in which API Gateway describes an API."""
