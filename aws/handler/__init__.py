"""Whether Lambda finds a version's handler in its package: what Python would bind by importing it, read from the source alone.

Nothing of a package is run here. A statement under a condition that only a run decides counts as one that may happen: what is
bound on one path alone is a guess, and an error on one path alone is none.
"""
