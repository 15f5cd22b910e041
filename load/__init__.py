"""Load: the core stamp and GPS endpoints under an open workload, and a verdict that can be trusted."""
