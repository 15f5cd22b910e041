"""From what was read to a verdict: rows, what checks observed, what people decided, and when it is stale."""
