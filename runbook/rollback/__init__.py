"""The ways back (guide step 8): what is shared by the rollbacks and by their rehearsal."""
