"""The pages say what the procedures do, and nothing that does not exist."""
