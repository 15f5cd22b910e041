"""What AWS answers, before the module of its kind decodes it: behind this name alone a value may be anything."""

from collections.abc import Mapping
from typing import Any

Raw = Mapping[str, Any]
