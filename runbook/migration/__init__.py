"""Migration of one table's items: scan, transform, put, verify (guide step 4)."""
