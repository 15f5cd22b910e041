"""An evidence store in a folder, whose file key and head lie beside it."""

from pathlib import Path
from typing import Any

from signoff.evidence import Store
from signoff.evidence.backends import Folder
from signoff.evidence.head import Head
from signoff.evidence.keys import FileKey


def store_in(path: Path, environment: str, **more: Any) -> Store:
    key, head = path.with_name(f"{path.name}.key"), path.with_name(f"{path.name}.head")
    parts: dict[str, Any] = {"key": FileKey(key), "head": Head(head), "location": str(path)}
    return Store(Folder(path), environment, **parts | more)
