"""The grades of all rows, docs/grades.md, made from the checklist: how grave each row is, and why."""

from collections.abc import Iterator

from aws.words import LANGUAGES
from signoff import ROOT
from signoff.judge.checklist import Checklist, Row, Severity
from signoff.report.page import document, guide, words

PAGES = {"en": "docs/grades.md", "ja": "docs/grades.ja.md"}
UNWAIVABLE = {"en": "unwaivable", "ja": "免除不可"}
BETWEEN = {"en": ", ", "ja": "、"}
BEYOND = {"en": "beyond the guide", "ja": "手順書にない項目"}


def page(lang: str) -> str:
    """Return the page in one language."""
    rows = list(Checklist.load())
    table = "\n".join(_line(row, lang) for row in rows)
    counts = BETWEEN[lang].join(_counted(rows, lang))
    return document(f"grades.{lang}.md.j2", counts=counts, table=table)


def write() -> None:
    """Write the page in both languages."""
    for lang in LANGUAGES:
        (ROOT / PAGES[lang]).write_text(page(lang), encoding="utf-8")


def _counted(rows: list[Row], lang: str) -> Iterator[str]:
    for severity in Severity:
        count = sum(row.severity is severity for row in rows)
        yield f"{_grade(severity, lang)}: {count}"
    yield f"{UNWAIVABLE[lang]}: {sum(row.unwaivable for row in rows)}"


def _grade(severity: Severity, lang: str) -> str:
    name: str = words()["severity"][severity.value][lang]
    return name


def _line(row: Row, lang: str) -> str:
    grade = _grade(row.severity, lang)
    grade += f"{BETWEEN[lang]}{UNWAIVABLE[lang]}" if row.unwaivable else ""
    lines = BETWEEN[lang].join(guide()[line]["where"][lang] for line in row.guide)
    cells = (row.id, grade, row.promise[lang], row.grade[lang], lines or BEYOND[lang])
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    write()
