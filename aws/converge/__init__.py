"""Changes AWS: one ``converge(context, desired)`` per kind of resource reads, compares, changes only what differs.

Each change goes through ``aws.change.gate``. None of them deletes a resource. A change that removes something that
the plan could not bring back is marked as destructive, and made only after a person agreed.
"""
