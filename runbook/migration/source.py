"""Where the items come from: a table of another environment, a file, or people's items alone."""

import base64
import codecs
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from aws.change.gate import unless_absent
from aws.desired import Table
from lambdas.rally.domain.counters import is_counter
from lambdas.rally.domain.line import is_line_user
from plan.canonical import Item
from runbook.engine import Clients, Refused, StepContext
from runbook.migration.items import scanned
from runbook.options import SOURCE
from signoff.environment import Environment, names, peek, tables_of
from signoff.environment.guard import GuardError, guard, open_session
from signoff.environment.loading import no_environment

HINT = "export it with `aws dynamodb scan --output json`"
HINT_JA = "`aws dynamodb scan --output json`でエクスポートしてください"
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""How a file begins that PowerShell made of `>`."""


@dataclass(frozen=True, slots=True)
class Source:
    """``described`` distinguishes it from every other source, as JSON: it goes into the manifest."""

    name: str
    described: Mapping[str, Any]
    items: Callable[[], Iterator[Item]]

    def __str__(self) -> str:
        return self.name


def of_table(context: StepContext, table: Table) -> Source:
    """Open the same table of the environment that the command line chose, or of the one before."""
    here, name = context.environment, context.chosen.get(SOURCE.name) or context.environment.before
    reached = None if name == here.name else context.elsewhere(name)
    if reached is None:
        raise Refused(
            en=f"items of {here.name} can't be migrated from {name}: name another environment"
            " with --from, or a file with --file",
            ja=f"{here.name}の項目を{name}から移行できません。--fromで別の環境を、または--fileでファイルを指定してください",
        )
    there, clients = reached
    client, read = clients("dynamodb"), there.tables[table.key]
    source = Source(
        name=f"table {read} of {name} ({there.account}, {there.region})",
        described={
            "environment": name,
            "account": there.account,
            "region": there.region,
            "table": read,
        },
        items=lambda: scanned(client, read),
    )
    if (there.account, there.region, read) == (here.account, here.region, table.name):
        raise Refused(
            en=f"{source} is the target itself: give --from another Region or account",
            ja=f"{source}は移行先そのものです。--fromで別のリージョンまたはアカウントを指定してください",
        )
    if unless_absent(client.describe_table, TableName=read) is None:
        # Where no environment is named, there may be none, as on local.
        instead = f"python -m runbook masters --env {here.name} --go"
        may_have_none = not context.chosen.get(SOURCE.name) and table.key == "stampmasters"
        en = f"run `{instead}`, which loads the spots of this project, or " if may_have_none else ""
        ja = f"`{instead}`で本プロジェクトのスポットを投入するか、" if may_have_none else ""
        raise Refused(
            en=f"{source} does not exist: {en}name its environment with --from, or a file with --file",
            ja=f"{source}が存在しません。{ja}--fromで移行元の環境を、または--fileでファイルを指定してください",
        )
    return source


def of_file(path: Path) -> Source:
    """Open an exported file; its content counts, not its date."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    described = {"file": path.name, "sha256": digest}
    return Source(f"file {path.name}", described, lambda: iter(items_in(path)))


def of_people(source: Source) -> Source:
    """Leave out the items that are not people's: they are not even copied."""
    name = "people's items"
    return Source(
        name=f"{name} of {source}",
        described={**source.described, "chosen": name},
        items=lambda: filter(_is_of_a_person, source.items()),
    )


def _is_of_a_person(item: Item) -> bool:
    """Whether LINE gave the user id, and the item is no counter, which can be worked out anew."""
    user, stamp = (str(item.get(name, {}).get("S", "")) for name in ("UserId", "StampId"))
    return is_line_user(user) and not is_counter(stamp)


def reach(
    name: str, *, file: Path, profile: str | None, here: Environment
) -> tuple[Environment, Clients]:
    """Reach an environment of ``file`` with the same credentials, or with those of an AWS profile.

    What variables override is about ``here``, so the file alone says where ``name`` is. Where it
    names no account, a profile decides, and without one it is the account of ``here``. Raises Refused.
    """
    if name not in names(file):
        raise Refused(no_environment(name, file))
    region = str(peek(name, "region", file))
    try:
        session = open_session(region, profile)
        account = peek(name, "account", file) or (here.account if profile is None else None)
        if account is None:
            account = str(session.client("sts").get_caller_identity()["Account"])
        tables = tables_of(name, file)
        there = replace(here, name=name, region=region, account=account, tables=tables)
        guard(session, there)
    except GuardError as error:
        raise Refused(error.words) from None
    return there, Clients(session, region)


def items_in(path: Path) -> list[Item]:
    """Read every item of a file: a list in DynamoDB JSON, or what a scan printed; Refused for anything else.

    An item's own flaws are not looked at here.
    """
    data = path.read_bytes()
    try:
        text = data.decode("utf-16" if data.startswith(UTF_16) else "utf-8-sig")
        whole = json.loads(text, object_pairs_hook=_with_bytes)
    except (json.JSONDecodeError, UnicodeError, RecursionError) as error:
        raise Refused(
            en=f"{path} is empty, cut off or not JSON ({error}): {HINT}",
            ja=f"{path}が空か、途中で切れているか、JSONではありません（{error}）。{HINT_JA}",
        ) from None
    except ValueError as error:
        raise Refused(
            en=f"{path} is JSON, but not DynamoDB's ({error}): {HINT}",
            ja=f"{path}はJSONですが、DynamoDB JSONではありません（{error}）。{HINT_JA}",
        ) from None
    output = whole if isinstance(whole, dict) else {"Items": whole}
    items = output.get("Items")
    if not isinstance(items, list):
        raise Refused(
            en=f"{path} is neither a list of items nor the output of a scan: {HINT}",
            ja=f"{path}は項目の配列でもscanの出力でもありません。{HINT_JA}",
        )
    partly = output.get("NextToken") or output.get("LastEvaluatedKey")
    if partly or output.get("Count", len(items)) != len(items):
        raise Refused(
            en=f"{path} has a part of the table only: scan it without --max-items",
            ja=f"{path}はテーブルの一部だけです。--max-itemsなしでscanしてください",
        )
    return items


def _with_bytes(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Turn base64 text into bytes, which the client would encode once more: an attribute called B has a mapping.

    ValueError for a name that is there twice, of which JSON would keep the last.
    """
    typed = dict(pairs)
    if len(typed) < len(pairs):
        raise ValueError(f"a name twice among {', '.join(name for name, _ in pairs)}")
    match typed:
        case {"B": str(text)}:
            return {**typed, "B": base64.b64decode(text, validate=True)}
        case {"BS": [*texts]}:
            return {**typed, "BS": [base64.b64decode(text, validate=True) for text in texts]}
    return typed
