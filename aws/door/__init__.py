"""The door to AWS: every call that reads goes through it, and every answer is verified and searched for secrets there."""
