"""Measures what docs/benchmarks.md states: `make bench`, or one file of it with `--help`."""
