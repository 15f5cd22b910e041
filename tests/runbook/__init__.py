"""Are the procedures right? On a local AWS, from every state that an account can be in."""
