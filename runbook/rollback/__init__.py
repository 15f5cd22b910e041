"""Rollbacks (guide step 8): what the procedures and their rehearsal share."""
