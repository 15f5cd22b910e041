"""One kind of AWS resource, described once: reading, ledger, differences, repair, undoing, labels and parts follow from it.

A description is data. Each fact has its path in AWS's answer, its name in both languages, the meaning of its absence,
the part of a release that it belongs to, and the request that sets it. Paths are dotted and lead through structures
only; each fact has its own function to decode a list or a map. ``tests/aws/test_ledgers.py`` compares every path
with botocore's model, so AWS's name of a member is written once, and a wrong name is a red test.
"""
