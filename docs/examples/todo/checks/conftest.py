"""Gives these checks the fixtures of the project's own: ``function``, ``table``, ``deployed``, ``judge`` and others."""

from checks.fixtures import *  # noqa: F403 - pytest looks for fixtures by their names here
