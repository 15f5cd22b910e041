"""The reference of the keys of an environment, docs/environments.md, made from the types and meanings.toml."""

import json
from collections.abc import Mapping
from dataclasses import MISSING, Field
from datetime import date
from typing import Any, Literal, get_args, get_origin

from aws.words import LANGUAGES, Words
from signoff import ROOT
from signoff.environment.overrides import (
    IN_PRODUCTION,
    EnvironmentKey,
    described_keys,
    meanings,
    plain_type,
)
from signoff.environment.problems import variable
from signoff.judge.checklist import Checklist
from signoff.report.page import document

PAGES = {"en": "docs/environments.md", "ja": "docs/environments.ja.md"}
TYPES: Mapping[Any, Words] = {
    str: Words(en="text", ja="文字列"),
    int: Words(en="whole number", ja="整数"),
    float: Words(en="number", ja="数値"),
    bool: Words(en="true or false", ja="trueまたはfalse"),
    date: Words(en="day", ja="日付"),
}
TABLE, TABLES = Words(en="table", ja="テーブル"), Words(en="list of tables", ja="テーブルのリスト")
TEXTS = Words(en="list of texts", ja="文字列のリスト")
REQUIRED, NONE = Words(en="required", ja="必須"), Words(en="not set", ja="未設定")


def page(lang: str) -> str:
    """Return the page in one language."""
    return document(
        f"environments.{lang}.md.j2",
        region=variable("region"),
        channel=variable("line.channel_id"),
        settable=", ".join(f"`{name}`" for name in sorted(IN_PRODUCTION)),
        table="\n".join(_line(key, lang) for key in described_keys()),
        unwaivable=", ".join(row.id for row in Checklist.load() if row.unwaivable),
    )


def write() -> None:
    """Write the page in both languages."""
    for lang in LANGUAGES:
        (ROOT / PAGES[lang]).write_text(page(lang), encoding="utf-8")


def _line(field: EnvironmentKey, lang: str) -> str:
    meaning = meanings()[field.path]
    key = f'<a id="{field.path}"></a>`{field.path}`'
    cells = (key, _type(field.hint)[lang], _default(field.field)[lang], meaning[lang])
    return f"| {' | '.join(cells)} | `{meaning['example']}` | {', '.join(meaning['rows'])} |"


def _type(hint: Any) -> Words:
    if get_origin(hint) is Literal:
        listed = ", ".join(f'"{arg}"' for arg in get_args(hint))
        return Words(en=f"one of {listed}", ja=f"{listed}のいずれか")
    if get_origin(hint) is tuple:
        return TEXTS if plain_type(get_args(hint)[0]) is str else TABLES
    return TYPES.get(hint, TABLE)


def _default(field: Field[Any]) -> Words:
    if field.default is MISSING and field.default_factory is MISSING:
        return REQUIRED
    if field.default is MISSING or field.default is None or field.default == ():
        return NONE
    return Words.same(f"`{json.dumps(field.default)}`")


if __name__ == "__main__":
    write()
