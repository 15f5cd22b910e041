"""``python -m tests.world WALK`` enters the world and takes a walk; ``keep`` keeps it for commands of your own."""

import sys
import tempfile
from pathlib import Path

from tests.world import namespace, walks
from tests.world.within_reach import bare
from tests.world.world import inhabited

INSIDE = "--inside"
FOLDER = Path("report/world")


def main(arguments: list[str]) -> int:
    """Return 0 where the walk came to its end, 1 where not, 2 for a wrong command line, 5 without namespaces."""
    name = arguments[0] if arguments else ""
    if name not in walks.WALKS:
        print(f"usage: python -m tests.world {'|'.join(walks.WALKS)}", file=sys.stderr)
        return 2
    if INSIDE in arguments:
        return _walked(name, Path(arguments[-1]))
    if why := namespace.missing():
        print(f"not walked: this machine gives no namespaces ({why})", file=sys.stderr)
        return 5
    # Removed out here, where the mounts of the walk are gone: what is mounted in there is not ours to remove.
    with tempfile.TemporaryDirectory(prefix="world-") as folder:
        inside = [sys.executable, "-m", "tests.world", name, INSIDE, folder]
        return namespace.enter(inside, bare(Path(folder)))


def _walked(name: str, folder: Path) -> int:
    record = FOLDER / name
    record.mkdir(parents=True, exist_ok=True)
    with inhabited(folder) as world:
        return walks.WALKS[name](world, record)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
