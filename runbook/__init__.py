"""The migration guide made executable: each step is read, rehearsed, run and resumed from one source."""
