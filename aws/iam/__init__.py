"""The IAM policy language: read it, evaluate it, compare what is granted with what is planned.

Nothing here asks AWS. The local AWS API enforces with it, and the least-privilege rows judge with it.
"""
