"""Makes docs/environments.md: the keys of an environment, from their types and meanings.toml."""

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field
from datetime import date
from functools import partial
from typing import Any, Literal, get_args, get_origin

from aws.bounds import NOT_SET
from aws.words import Words
from signoff import ROOT
from signoff.environment import overrides
from signoff.environment.problems import variable
from signoff.judge.checklist import Checklist
from signoff.report.page import document

TYPES: Mapping[Any, Words] = {
    str: Words(en="text", ja="文字列"),
    int: Words(en="whole number", ja="整数"),
    float: Words(en="number", ja="数値"),
    bool: Words(en="true or false", ja="trueまたはfalse"),
    date: Words(en="day", ja="日付"),
}
TABLE, TABLES = Words(en="table", ja="テーブル"), Words(en="list of tables", ja="テーブルのリスト")
TEXTS = Words(en="list of texts", ja="文字列のリスト")
REQUIRED = Words(en="required", ja="必須")


def environments(lang: str) -> str:
    """Return docs/environments.md in one language."""
    return document(
        f"environments.{lang}.md.j2",
        region=variable("region"),
        channel=variable("line.channel_id"),
        settable=", ".join(f"`{name}`" for name in sorted(overrides.IN_PRODUCTION)),
        table="\n".join(_key(key, lang) for key in overrides.described_keys()),
        unwaivable=", ".join(row.id for row in Checklist.load() if row.unwaivable),
    )


def _key(field: overrides.EnvironmentKey, lang: str) -> str:
    meaning = overrides.meanings()[field.path]
    key = f'<a id="{field.path}"></a>`{field.path}`'
    cells = (key, _type(field.hint)[lang], _default(field.field)[lang], meaning[lang])
    return f"| {' | '.join(cells)} | `{meaning['example']}` | {', '.join(meaning['rows'])} |"


def _type(hint: Any) -> Words:
    if get_origin(hint) is Literal:
        listed = ", ".join(f'"{arg}"' for arg in get_args(hint))
        return Words(en=f"one of {listed}", ja=f"{listed}のいずれか")
    if get_origin(hint) is tuple:
        return TEXTS if overrides.plain_type(get_args(hint)[0]) is str else TABLES
    return TYPES.get(hint, TABLE)


def _default(field: Field[Any]) -> Words:
    if field.default is MISSING and field.default_factory is MISSING:
        return REQUIRED
    if field.default is MISSING or field.default is None or field.default == ():
        return NOT_SET
    return Words.same(f"`{json.dumps(field.default)}`")


PAGES: Mapping[str, Callable[[], str]] = {
    "docs/environments.md": partial(environments, "en"),
    "docs/environments.ja.md": partial(environments, "ja"),
}
"""File -> what makes its text."""

if __name__ == "__main__":
    for path, text in PAGES.items():
        (ROOT / path).write_text(text(), encoding="utf-8")
