"""The pages of the runbook that the commands of a page name, to be read beside them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from markdown_it import MarkdownIt
from markupsafe import Markup

from aws.words import LANGUAGES, Words
from signoff.judge.checklist import PAGES, PROCEDURE

GENERATED_FOR = "prod"
VALUES = re.compile(r"^## (?:Planned values|計画値)\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
SHOWN = {
    "<h2>": "<h3>",
    "</h2>": "</h3>",
    "<table>": '<div class="scroll" tabindex="0" role="group"><table class="facts planned">',
    "</table>": "</table></div>",
    "<th>": '<th scope="col">',
    "&lt;br&gt;": "<br>",
}
"""What the renderer writes, and what stands for it in the sign-off page."""


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
        title=Words(*(title[1] if title else name for title in titles)),
        body={lang: _html(text) for lang, text in texts.items()},
    )


def _of(environment: str, text: str) -> str:
    if environment == GENERATED_FOR:
        return text
    without = VALUES.sub("", text)
    return without.replace(f"--env {GENERATED_FOR}", f"--env {environment}")


def _html(text: str) -> Markup:
    """Render a generated page below its title; none of its text is taken for HTML but the line breaks of a cell."""
    html = _renderer().render(text.partition("\n# ")[2].partition("\n")[2])
    for written, shown in SHOWN.items():
        html = html.replace(written, shown)
    return Markup(html)  # noqa: S704 - the renderer has escaped what the page says


@cache
def _renderer() -> MarkdownIt:
    """Return what renders a page; a link leads out of the sign-off page, so that only its words are shown."""
    made = MarkdownIt("commonmark", {"html": False}).enable("table")
    for part in ("link_open", "link_close"):
        made.add_render_rule(part, lambda *_: "")
    return made
