"""One kind of AWS resource, described once: reading, ledger, differences, repair, undoing, labels and parts follow from it.

A description is data. Each fact has its path in AWS's answer, its name in both languages, what its absence means,
the part of a release that it belongs to, and the request that sets it. Paths are dotted and lead through structures
only: what a list or a map means is said by the fact's own function. ``tests/aws/test_ledgers.py`` holds every path
against botocore's model, so that AWS's own name of a member is written once, and a wrong one is a red test.
"""
