"""Gives the checks of this folder their fixtures."""

from checks.fixtures import *  # noqa: F403 - pytest looks for fixtures, and for its hook, by their names here
