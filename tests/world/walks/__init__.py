"""The walks, by name."""

from collections.abc import Callable, Mapping
from pathlib import Path

from tests.world.walks import guide, keep, own_path, short
from tests.world.world import World

WALKS: Mapping[str, Callable[[World, Path], int]] = {
    "keep": keep.walk,
    "own-path": own_path.walk,
    "short": short.walk,
    "guide": guide.walk,
}
