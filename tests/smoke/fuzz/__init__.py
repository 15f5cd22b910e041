"""Requests made from the contract's own schemas, sent as they are, and the judge of what comes back."""
