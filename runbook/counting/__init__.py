"""The ranking's counters, as the functions keep them (lambdas/README.md), worked out anew."""
