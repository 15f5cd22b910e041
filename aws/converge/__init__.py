"""Changes AWS: one ``converge(context, desired)`` per kind of resource reads, compares, changes only what differs.

``change`` is the gate through which each call goes, ``waiting`` and ``consistency`` say how long AWS may take.
None deletes a resource. What takes away something that the plan could
not bring back is marked so, and done only after asking.
"""
