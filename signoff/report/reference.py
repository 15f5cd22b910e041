"""Two documents for reference: the keys of an environment (types and meanings.toml), and every row's grade (the checklist)."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field
from datetime import date
from functools import partial
from typing import Any, Literal, get_args, get_origin

from aws.bounds import NOT_SET
from aws.words import Words
from signoff import ROOT
from signoff.environment import overrides
from signoff.environment.problems import variable
from signoff.judge.checklist import Checklist, Row, Severity
from signoff.report.page import document, guide
from signoff.report.words import words

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

UNWAIVABLE = Words(en="unwaivable", ja="免除不可")
BETWEEN = {"en": ", ", "ja": "、"}
BEYOND = Words(en="beyond the guide", ja="手順書にない項目")


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


def grades(lang: str) -> str:
    """Return docs/grades.md in one language: how grave each row is, and why."""
    rows = list(Checklist.load())
    table = "\n".join(_row(row, lang) for row in rows)
    counts = BETWEEN[lang].join(_counted(rows, lang))
    return document(f"grades.{lang}.md.j2", counts=counts, table=table)


def _counted(rows: list[Row], lang: str) -> Iterator[str]:
    for severity in Severity:
        count = sum(row.severity is severity for row in rows)
        yield f"{_grade(severity, lang)}: {count}"
    yield f"{UNWAIVABLE[lang]}: {sum(row.unwaivable for row in rows)}"


def _grade(severity: Severity, lang: str) -> str:
    name: str = words()["severity"][severity.value][lang]
    return name


def _row(row: Row, lang: str) -> str:
    grade = _grade(row.severity, lang)
    grade += f"{BETWEEN[lang]}{UNWAIVABLE[lang]}" if row.unwaivable else ""
    lines = BETWEEN[lang].join(guide()[line]["where"][lang] for line in row.guide)
    cells = (row.id, grade, row.promise[lang], row.grade[lang], lines or BEYOND[lang])
    return f"| {' | '.join(cells)} |"


PAGES: Mapping[str, Callable[[], str]] = {
    f"docs/{page.__name__}{suffix}.md": partial(page, lang)
    for page in (environments, grades)
    for lang, suffix in (("en", ""), ("ja", ".ja"))
}
"""File -> what makes its text."""

if __name__ == "__main__":
    for path, text in PAGES.items():
        (ROOT / path).write_text(text(), encoding="utf-8")
