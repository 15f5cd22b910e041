"""Carrying the items of one table to another: copy, fit, load, verify (guide step 4)."""
