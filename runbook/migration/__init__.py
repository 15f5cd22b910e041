"""Migration of one table's items: copy, transform, load, verify (guide step 4)."""
