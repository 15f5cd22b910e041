"""The ledgers, one module per service of AWS: what becomes of all that it can answer about our resources."""
