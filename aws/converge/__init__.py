"""One ``converge(context, desired)`` per kind of resource: reads, compares, changes only what differs.

None deletes a resource. What takes away something that the plan could
not bring back is marked so, and done only after asking.
"""
