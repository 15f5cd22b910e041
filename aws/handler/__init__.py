"""Whether Lambda can start a function's handler, read from the source in its package: nothing of a package is run here."""
