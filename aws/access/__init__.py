"""Who may act on what: principals, the rights that policies give them, and what those rights reach."""
