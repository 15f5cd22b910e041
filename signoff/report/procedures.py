"""The pages of the runbook that the commands of a page name, to be read beside them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

from aws.words import LANGUAGES, Words
from signoff import ROOT
from signoff.report.remedy import PROCEDURE

PAGES = ROOT / "runbook" / "pages"
GENERATED_FOR = "prod"
VALUES = re.compile(r"^## (?:Planned values|計画値)\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
CELL = re.compile(r"(?<!\\)\|")
INLINE = re.compile(r"`([^`]+)`|\[([^\]]+)\]\(([^)]+)\)|\*\*([^*]+)\*\*|\*([^*]+)\*")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedurePage:
    """A page of the runbook: name -> HTML by language."""

    name: str
    title: Words
    body: Mapping[str, Markup]


def procedures_of(commands: Iterable[str], environment: str) -> tuple[ProcedurePage, ...]:
    """Return the pages that commands name, each once, as far as this checkout has them.

    They are generated for prod; for any other environment, prod's values are left out.
    """
    names = dict.fromkeys(name for command in commands for name in PROCEDURE.findall(command))
    here = (name for name in names if (PAGES / f"{name}.en.md").is_file())
    return tuple(_procedure(name, environment) for name in here)


def _procedure(name: str, environment: str) -> ProcedurePage:
    texts = {
        lang: _of(environment, (PAGES / f"{name}.{lang}.md").read_text(encoding="utf-8"))
        for lang in LANGUAGES
    }
    titles = (re.search(r"^# (.+)$", texts[lang], re.MULTILINE) for lang in LANGUAGES)
    return ProcedurePage(
        name=name,
        title=Words(*(found[1] if found else name for found in titles)),
        body={lang: Markup("\n").join(_html(text)) for lang, text in texts.items()},
    )


def _of(environment: str, text: str) -> str:
    if environment == GENERATED_FOR:
        return text
    without = VALUES.sub("", text)
    return without.replace(f"--env {GENERATED_FOR}", f"--env {environment}")


def _html(text: str) -> Iterator[Markup]:
    """Yield the blocks of a generated page: headings one level down, lists, code, paragraphs."""
    code = re.compile(r"^```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    for number, block in enumerate(code.split(text)):
        if number % 2:
            yield Markup("<pre><code>{}</code></pre>").format(block.rstrip())
            continue
        for part in re.split(r"\n{2,}", block.strip()):
            yield from _block(part)


def _block(text: str) -> Iterator[Markup]:
    if text.startswith(("# ", "<!--")) or not text:
        return
    if heading := re.match(r"(#{2,4}) (.+)", text):
        yield Markup("<h3>{}</h3>").format(_inline(heading[2]))
    elif re.match(r"- |\d+\. ", text):
        items = (_inline(re.sub(r"^(?:- |\d+\. )", "", line)) for line in text.splitlines())
        yield Markup("<ul>{}</ul>").format(
            Markup("").join(Markup("<li>{}</li>").format(item) for item in items)
        )
    elif text.startswith("|"):
        yield _table(*text.splitlines())
    else:
        yield Markup("<p>{}</p>").format(_inline(text))


def _table(head: str, _: str, *lines: str) -> Markup:
    """Return a table; the lines of a cell are stacked, as in the page itself."""
    columns = (Markup('<th scope="col">{}</th>').format(_inline(cell)) for cell in _cells(head))
    rows = (
        Markup("<tr>{}</tr>").format(
            Markup("").join(Markup("<td>{}</td>").format(_several(cell)) for cell in _cells(line))
        )
        for line in lines
    )
    return Markup(
        '<div class="scroll" tabindex="0" role="group"><table class="facts planned">'
        "<thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>"
    ).format(Markup("").join(columns), Markup("").join(rows))


def _cells(line: str) -> list[str]:
    return [part.strip().replace("\\|", "|") for part in CELL.split(line.strip("| "))]


def _several(text: str) -> Markup:
    return Markup("<br>").join(_inline(part) for part in text.split("<br>"))


def _inline(text: str) -> Markup:
    parts, end = [], 0
    for found in INLINE.finditer(text):
        parts.append(escape(text[end : found.start()]))
        code, link, _, strong, emphasis = found.groups()
        tag = "code" if code else "strong" if strong else "em"
        parts.append(
            Markup("<{0}>{1}</{0}>").format(tag, code or strong or emphasis)
            if not link
            else escape(link)
        )
        end = found.end()
    return Markup("").join([*parts, escape(text[end:])])
