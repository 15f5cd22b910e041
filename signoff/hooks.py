"""Hooks by which the root conftest hands things over to the plugin, and takes them from it."""

from typing import Any

import pytest


@pytest.hookspec(firstresult=True)
def pytest_signoff_composition(config: pytest.Config) -> Any:
    """Return the Composition: plan, scope, and how a local stack is started."""


def pytest_signoff_chosen(config: pytest.Config, choice: Any) -> None:
    """Take the choice, as soon as its environment is known and before anything is collected."""
