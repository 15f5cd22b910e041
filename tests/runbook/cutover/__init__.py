"""The cut-over: who signs for what, and on which verdict it may rest."""
