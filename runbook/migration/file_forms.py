"""Files of items: the guide's own `aws dynamodb scan` output, a list, JSON lines; others in one sentence."""

import codecs
import json
from collections.abc import Iterator, Mapping
from json import JSONDecodeError
from pathlib import Path
from typing import Any

from plan.canonical import Item
from runbook.engine import Refused

HINT = "export it with `aws dynamodb scan --output json`"
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""How a file begins that PowerShell made of `>`."""


def items_in(path: Path) -> tuple[Item, ...]:
    """Read every item of a file; raise Refused, in one sentence, where it is no form that we know.

    An item's own flaws are not looked at here.
    """
    return tuple(_item(path, number, row) for number, row in enumerate(_rows(path), 1))


def _rows(path: Path) -> list[Any]:
    text = _text(path).strip()
    if not text:
        raise Refused(f"{path} is empty: the export must have failed; {HINT} again")
    try:
        whole = json.loads(text)
    except JSONDecodeError as error:
        return list(_lines(path, text, error))
    if isinstance(whole, list):
        return whole
    if isinstance(whole, dict):
        return _of_object(path, whole)
    raise Refused(f"{path} holds a single value, no items: {HINT}")


def bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refused(f"{path} cannot be read ({error.strerror}): name another file") from None


def _text(path: Path) -> str:
    data = bytes_of(path)
    try:
        return data.decode("utf-16" if data.startswith(UTF_16) else "utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(f"{path} is no text: unpack it, or {HINT}") from None


def _lines(path: Path, text: str, error: JSONDecodeError) -> Iterator[Any]:
    """Read JSON lines. What is no JSON from its first line on was never meant to be."""
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            yield json.loads(line)
        except JSONDecodeError:
            if number > 1:
                raise Refused(f"{path}: line {number} is not JSON: is the file cut off?") from None
            kind = f"cut off, or broken at line {error.lineno}" if line[0] in "{[" else "not JSON"
            raise Refused(f"{path} is {kind}: {HINT}") from None


def _of_object(path: Path, whole: dict[str, Any]) -> list[Any]:
    if isinstance(whole.get("Items"), list):
        return _scanned(path, whole)
    values = list(whole.values())
    if values and all(isinstance(one, list) for one in values):
        return _requested(path, values)
    return [whole]


def _scanned(path: Path, output: dict[str, Any]) -> list[Any]:
    rows: list[Any] = output["Items"]
    if output.get("NextToken") or output.get("LastEvaluatedKey"):
        raise Refused(f"{path} holds a part of the table only: scan it without --max-items")
    if output.get("Count", len(rows)) != len(rows):
        raise Refused(f"{path} says Count {output['Count']} and holds {len(rows)} items: {HINT}")
    return rows


def _requested(path: Path, tables: list[list[Any]]) -> list[Any]:
    """Read what `batch-write-item` takes: of one table, and nothing but puts."""
    if len(tables) > 1:
        raise Refused(f"{path} is about {len(tables)} tables: give a file of one")
    return tables[0]


def _item(path: Path, number: int, row: Any) -> Item:
    found = _unwrapped(row)
    if not isinstance(found, Mapping) or not found:
        raise Refused(f"{path}: item {number} is no item but {_shown(row)}: {HINT}")
    plain = [name for name, value in found.items() if not isinstance(value, Mapping)]
    if plain:
        raise Refused(
            f"{path}: item {number} is plain JSON ({_shown({plain[0]: found[plain[0]]})}), not"
            f' DynamoDB JSON ({{"{plain[0]}": {{"S": …}}}}): {HINT}'
        )
    return found


def _unwrapped(row: Any) -> Any:
    """Take off what `batch-write-item` and an export to S3 put around an item."""
    if isinstance(row, Mapping) and set(row) == {"PutRequest"}:
        row = row["PutRequest"]
    if isinstance(row, Mapping) and set(row) == {"Item"}:
        row = row["Item"]
    return row


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:79]}…"
