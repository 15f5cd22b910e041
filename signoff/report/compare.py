"""Two runs side by side, as Markdown: what is newly red, newly green, and which facts changed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from aws.words import Words
from signoff.labels import label
from signoff.report.history import ChangesSince, compared, readable_baseline
from signoff.report.values import value
from signoff.verify import RESULT

HEADINGS = {
    "newly_red": Words(en="Newly red", ja="新たに不合格"),
    "newly_green": Words(en="Newly green", ja="新たに合格"),
    "facts": Words(en="Changed facts", ja="変わった事実"),
}
NOTHING = Words(en="Nothing that was judged differs.", ja="判定した内容に違いはありません。")
TABLE = Words(
    en="| row | resource | fact | before | now |\n|---|---|---|---|---|",
    ja="| 項目 | リソース | 事実 | 前 | 後 |\n|---|---|---|---|---|",
)
LONGEST = 80
"""Characters of a value that are shown."""


def comparison(before: Path, after: Path) -> ChangesSince:
    """Compare two runs, each a folder or its signoff.json; UnusableBaselineError if either is not one."""
    rows = readable_baseline(_file(before))
    outcomes = {id_: one["outcome"] for id_, one in rows.items()}
    return compared(Words.same(before), outcomes, readable_baseline(_file(after)), rows)


def _file(path: Path) -> Path:
    return path / RESULT if path.is_dir() else path


def markdown(found: ChangesSince, lang: str) -> str:
    """Return the text in one language."""
    return "\n".join(_lines(found, lang)) + "\n"


def _lines(found: ChangesSince, lang: str) -> Iterator[str]:
    if found.unchanged:
        yield NOTHING[lang]
    for key, rows in (("newly_red", found.newly_red), ("newly_green", found.newly_green)):
        if rows:
            yield f"**{HEADINGS[key][lang]}** ({len(rows)}): {', '.join(rows)}"
    if found.facts:
        yield from (f"**{HEADINGS['facts'][lang]}**", "", TABLE[lang])
        for one in found.facts:
            fact = label(one.key)[lang]
            before, now = _shown(one.before, lang), _shown(one.now, lang)
            yield f"| {one.row} | {one.what} | {fact} | {before} | {now} |"


def _shown(found: Any, lang: str) -> str:
    shown = value(found)
    text = (shown.folded or shown.text)[lang]
    text = " ".join(text.replace("|", "\\|").split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
