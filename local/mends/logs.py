"""CloudWatch Logs: a filter pattern on JSON fields, which moto takes for «everything»."""

import json
import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from local.aws.errors import not_implemented
from local.aws.moto import Mend, Moto
from local.aws.request import Request, Response

_COMPARISON = re.compile(r'\$\.([\w.]+)\s*(=|!=)\s*(?:"([^"]*)"|([\w.*-]+))')
_PATTERN = re.compile(rf"\{{\s*{_COMPARISON.pattern}(?:\s*&&\s*{_COMPARISON.pattern})*\s*\}}")


def filter_log_events(request: Request, moto: Moto) -> Response:
    """Apply ``{ $.field = "value" && … }`` here; refuse any other pattern in braces."""
    pattern = str(request.parameters.get("filterPattern") or "").strip()
    if not pattern.startswith("{"):
        return moto(request)
    if not _PATTERN.fullmatch(pattern):
        return not_implemented(request, f"the filter pattern {pattern}")
    response = moto(request.with_parameters({"filterPattern": ""}))
    if not response.succeeded:
        return response
    document = response.document
    wanted = [(m[1], m[2], m[3] or m[4] or "") for m in _COMPARISON.finditer(pattern)]
    document["events"] = [e for e in document["events"] if _matches(e["message"], wanted)]
    return response.with_document(document)


def _matches(message: str, wanted: list[tuple[str, str, str]]) -> bool:
    try:
        record = json.loads(message)
    except ValueError:
        return False
    return all(
        fnmatchcase(_field(record, path), value) is (sign == "=") for path, sign, value in wanted
    )


def _field(record: Any, path: str) -> str:
    for part in path.split("."):
        record = record.get(part) if isinstance(record, dict) else None
    return record if isinstance(record, str) else json.dumps(record)


MENDS: Mapping[tuple[str, str], Mend] = {("logs", "FilterLogEvents"): filter_log_events}
