"""What the seven functions share: the rally's own ideas, and the edges to AWS and LINE."""
