"""The rally's own facts and rules, each stated once, for the functions and for everything that judges them.

Standard library only, and nothing of this project outside this package: the functions pack it, and
the plan, the checks, the smoke suite, the load test and the runbook import it.
"""
