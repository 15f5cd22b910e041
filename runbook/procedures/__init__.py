"""One module per procedure that an operator can name: `python -m runbook NAME` reads and runs it."""
