"""The seven functions of the stamp rally, and what they share (`rally`)."""
