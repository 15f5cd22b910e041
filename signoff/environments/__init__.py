"""Finds an environment in the file of environments, with what the process environment overrides."""

from signoff.environments.loading import ENVIRONMENTS, Loaded, load, names, peek
from signoff.environments.problems import EnvironmentFileError

__all__ = ["ENVIRONMENTS", "EnvironmentFileError", "Loaded", "load", "names", "peek"]
