"""Where a kept stack leaves its address, and what a stack changes of the environment that it serves: light to import."""

from dataclasses import replace
from pathlib import Path

from signoff.environment import Environment

ROOT = Path(__file__).parent.parent
KEPT_AT = ROOT / "report" / "local" / "stack.json"


def served_by(environment: Environment, line: str, birth: str) -> Environment:
    """Return the environment as a stack serves it: its address of LINE, its own identity."""
    return replace(environment, line=replace(environment.line, endpoint=line), birth=birth)
