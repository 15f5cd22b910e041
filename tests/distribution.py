"""Which worker of xdist runs which file: a folder's keep to one, since each process provisions anew what they share.

A worker that has none left takes another's: a run ends when its last worker does.
"""

from typing import Any

from xdist.scheduler import LoadFileScheduling


class FolderScheduling(LoadFileScheduling):
    """Distributes files as ``--dist loadfile``, to the worker at which their folder began."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._homes: dict[str, Any] = {}

    def _assign_work_unit(self, node: Any) -> None:
        def rank(file: str) -> int:
            home = self._homes.get(_folder(file))
            return 0 if home is node else 1 if home is None else 2

        file = min(self.workqueue, key=rank)
        self._homes.setdefault(_folder(file), node)
        self.workqueue.move_to_end(file, last=False)
        super()._assign_work_unit(node)


def _folder(file: str) -> str:
    """Return tests/smoke of all files below it; a file of tests/ itself shares nothing."""
    return "/".join(file.split("/")[:2])
