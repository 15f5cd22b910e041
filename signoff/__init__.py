"""The judge of any environment: what it asks, what it read, what it proves, what it says, how it is called."""

from pathlib import Path

ROOT = Path(__file__).parent.parent
"""The checkout."""
