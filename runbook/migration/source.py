"""Where the items come from: a table of another environment, a file, or people's items alone."""

import codecs
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from json import JSONDecodeError
from pathlib import Path
from typing import Any, Protocol

import boto3

from aws.words import Words
from lambdas.rally.domain.counters import is_counter
from lambdas.rally.domain.line import is_line_user
from plan.canonical import Item
from runbook.engine import Clients, Refused
from runbook.migration.table_io import SEGMENTS, ItemPage, Scan, StartKey
from signoff.environment import Environment, names, peek
from signoff.environment.guard import GuardError, guard, open_session

HINT = "export it with `aws dynamodb scan --output json`"
HINT_JA = "`aws dynamodb scan --output json`でエクスポートしてください"
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""How a file begins that PowerShell made of `>`."""


class Source(Protocol):
    """``parts`` can be read side by side, each page by page."""

    @property
    def parts(self) -> int: ...
    def pages(self, part: int, after: StartKey | None = None) -> Iterator[ItemPage]: ...
    def described(self) -> Mapping[str, Any]:
        """Return what distinguishes it from every other source, as JSON: it goes into the manifest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedTable:
    """A table, of an environment in an account and Region that may be others than the target's."""

    scan: Scan
    environment: str
    account: str
    region: str

    def __str__(self) -> str:
        return f"table {self.scan.table} of {self.environment} ({self.account}, {self.region})"

    @property
    def parts(self) -> int:
        return SEGMENTS

    def pages(self, part: int, after: StartKey | None = None) -> Iterator[ItemPage]:
        return self.scan.pages(part, after)

    def described(self) -> Mapping[str, Any]:
        return {
            "environment": self.environment,
            "account": self.account,
            "region": self.region,
            "table": self.scan.table,
        }


@dataclass(frozen=True, slots=True)
class FileSource:
    """A file that somebody exported; its content counts, not its date."""

    path: Path

    def __str__(self) -> str:
        return f"file {self.path.name}"

    @property
    def parts(self) -> int:
        return 1

    def pages(self, part: int, after: StartKey | None = None) -> Iterator[ItemPage]:  # noqa: ARG002 - a file is one page
        yield ItemPage(items_in(self.path))

    def described(self) -> Mapping[str, Any]:
        digest = hashlib.sha256(bytes_of(self.path)).hexdigest()
        return {"file": self.path.name, "sha256": digest}


@dataclass(frozen=True, slots=True, kw_only=True)
class FilteredSource:
    """A source without the items that are not wanted: they are not even copied."""

    whole: Source
    wanted: Callable[[Item], bool]
    name: str
    """What is wanted, in words: it distinguishes this source from the whole one."""

    def __str__(self) -> str:
        return f"{self.name} of {self.whole}"

    @property
    def parts(self) -> int:
        return self.whole.parts

    def pages(self, part: int, after: StartKey | None = None) -> Iterator[ItemPage]:
        for page in self.whole.pages(part, after):
            yield ItemPage(tuple(filter(self.wanted, page.items)), page.after)

    def described(self) -> Mapping[str, Any]:
        return {**self.whole.described(), "chosen": self.name}


def of_people(source: Source) -> FilteredSource:
    return FilteredSource(whole=source, wanted=_is_of_a_person, name="people's items")


def _is_of_a_person(item: Item) -> bool:
    """Whether LINE gave the user id, and the item is no counter, which can be worked out anew."""
    user, stamp = (str(item.get(name, {}).get("S", "")) for name in ("UserId", "StampId"))
    return is_line_user(user) and not is_counter(stamp)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceEnvironment:
    """``client``: service -> boto3 client, in that account and Region."""

    name: str
    account: str
    region: str
    tables: Mapping[str, str]
    client: Callable[[str], Any]


def reach(name: str, *, file: Path, profile: str | None, here: Environment) -> SourceEnvironment:
    """Reach an environment of ``file`` with the same credentials, or with those of an AWS profile.

    What variables override is about ``here``, so the file alone says where ``name`` is. Where it
    names no account, a profile decides, and without one it is the account of ``here``. Raises Refused.
    """
    if name not in names(file):
        raise Refused(
            Words(
                en=f"{file.name} has no environment {name}; it has {', '.join(names(file))}",
                ja=f"{file.name}に環境{name}がありません（あるのは{', '.join(names(file))}）",
            )
        )
    region = str(peek(name, "region", file))
    session = _session(profile, region)
    account = peek(name, "account", file) or (here.account if profile is None else None)
    return SourceEnvironment(
        name=name,
        account=_checked(session, replace(here, name=name, region=region), account),
        region=region,
        tables=peek(name, "tables", file),
        client=Clients(session, region),
    )


def _session(profile: str | None, region: str) -> boto3.Session:
    try:
        return open_session(region, profile)
    except GuardError as error:
        raise Refused(error.words) from None


def _checked(session: boto3.Session, there: Environment, account: str | None) -> str:
    try:
        if account is None:
            account = str(session.client("sts").get_caller_identity()["Account"])
        return guard(session, replace(there, account=account)).account
    except GuardError as error:
        raise Refused(error.words) from None


def items_in(path: Path) -> tuple[Item, ...]:
    """Read every item of a file; raise Refused, in one sentence, where it is no form that we know.

    An item's own flaws are not looked at here.
    """
    return tuple(_item(path, number, row) for number, row in enumerate(_rows(path), 1))


def _rows(path: Path) -> list[Any]:
    text = _text(path).strip()
    if not text:
        raise Refused(
            Words(
                en=f"{path} is empty: the export must have failed; {HINT} again",
                ja=f"{path}が空です。エクスポートが失敗しています。{HINT_JA}",
            )
        )
    try:
        whole = json.loads(text)
    except JSONDecodeError as error:
        raise Refused(_broken(path, text, error)) from None
    if isinstance(whole, list):
        return whole
    if isinstance(whole, dict) and isinstance(whole.get("Items"), list):
        return _scanned(path, whole)
    raise Refused(
        Words(
            en=f"{path} is neither a list of items nor the output of a scan: {HINT}",
            ja=f"{path}は項目の配列でもscanの出力でもありません。{HINT_JA}",
        )
    )


def _broken(path: Path, text: str, error: JSONDecodeError) -> Words:
    if text[0] in "{[":
        return Words(
            en=f"{path} is cut off, or broken at line {error.lineno}: {HINT}",
            ja=f"{path}は途中で切れているか、{error.lineno}行目が壊れています。{HINT_JA}",
        )
    return Words(en=f"{path} is not JSON: {HINT}", ja=f"{path}はJSONではありません。{HINT_JA}")


def bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refused(
            Words(
                en=f"{path} cannot be read ({error.strerror}): name another file",
                ja=f"{path}を読み取れません（{error.strerror}）。別のファイルを指定してください",
            )
        ) from None


def _text(path: Path) -> str:
    data = bytes_of(path)
    try:
        return data.decode("utf-16" if data.startswith(UTF_16) else "utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(
            Words(
                en=f"{path} is not text: unpack it, or {HINT}",
                ja=f"{path}はテキストではありません。展開するか、{HINT_JA}",
            )
        ) from None


def _scanned(path: Path, output: dict[str, Any]) -> list[Any]:
    rows: list[Any] = output["Items"]
    if output.get("NextToken") or output.get("LastEvaluatedKey"):
        raise Refused(
            Words(
                en=f"{path} holds a part of the table only: scan it without --max-items",
                ja=f"{path}はテーブルの一部だけです。--max-itemsなしでscanしてください",
            )
        )
    if output.get("Count", len(rows)) != len(rows):
        raise Refused(
            Words(
                en=f"{path} says Count {output['Count']} and holds {len(rows)} items: {HINT}",
                ja=f"{path}のCountは{output['Count']}ですが、項目は{len(rows)}件です。{HINT_JA}",
            )
        )
    return rows


def _item(path: Path, number: int, row: Any) -> Item:
    if not isinstance(row, Mapping) or not row:
        raise Refused(
            Words(
                en=f"{path}: item {number} is {_shown(row)}, not an item: {HINT}",
                ja=f"{path}: {number}件目が項目ではありません（{_shown(row)}）。{HINT_JA}",
            )
        )
    plain = [name for name, value in row.items() if not isinstance(value, Mapping)]
    if plain:
        raise Refused(
            Words(
                en=f"{path}: item {number} is plain JSON ({_shown({plain[0]: row[plain[0]]})}), not"
                f' DynamoDB JSON ({{"{plain[0]}": {{"S": …}}}}): {HINT}',
                ja=f'{path}: {number}件目が通常のJSONです（{_shown({plain[0]: row[plain[0]]})}）。DynamoDB JSON（{{"{plain[0]}": {{"S": …}}}}）にしてください。{HINT_JA}',
            )
        )
    return row


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:79]}…"
