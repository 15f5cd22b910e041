"""Secrets in text: what may be one, where it hides, whether it could be guessed, and what is shown in its place."""
