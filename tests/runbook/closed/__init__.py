"""The first release: what it goes back to, and that nobody is served there."""
