"""``python -m signoff.environment`` writes the reference of the environment file, in both languages."""

from signoff.environment.reference import write

write()
