"""A page as its reader meets it without scripts: texts, the language of each, and the elements around them."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

VOID = {"meta", "input", "img", "br", "link", "col", "hr"}
ENGLISH = {"i": "en"}
"""The element that shows one language is English where it names none."""
UNSEEN = {"style", "script", "title"}


@dataclass
class ShownText:
    """``lang`` is that of the element that shows it in one language only; ``path`` its elements, outermost first."""

    text: str
    lang: str | None
    path: tuple[str, ...]


@dataclass
class Element:
    tag: str
    attributes: dict[str, str | None]
    path: tuple[str, ...]


@dataclass
class ShownPage(HTMLParser):
    texts: list[ShownText] = field(default_factory=list)
    elements: list[Element] = field(default_factory=list)

    def __post_init__(self):
        super().__init__()
        self._open: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.elements.append(Element(tag, attributes, tuple(name for name, _ in self._open)))
        if tag not in VOID:
            self._open.append(
                (tag, None if tag == "html" else attributes.get("lang", ENGLISH.get(tag)))
            )

    def handle_endtag(self, tag):
        assert self._open, f"</{tag}> closes nothing"
        assert self._open[-1][0] == tag, f"</{tag}> closes <{self._open[-1][0]}>"
        self._open.pop()

    def handle_data(self, data):
        path = tuple(name for name, _ in self._open)
        if data.strip() and not UNSEEN & set(path):
            lang = next((one for _, one in reversed(self._open) if one), None)
            self.texts.append(ShownText(data.strip(), lang, path))

    def close(self):
        super().close()
        assert not self._open, f"{self._open} stay open"

    def said(self, lang):
        """Return what stands there for a reader of one language."""
        return " ".join(text.text for text in self.texts if text.lang in {None, lang})

    def having(self, **attributes):
        return [
            element for element in self.elements if attributes.items() <= element.attributes.items()
        ]


def read(html):
    """Parse a page; a tag that is not closed as it was opened fails."""
    page = ShownPage()
    page.feed(html.replace("<wbr>", ""))
    page.close()
    return page


def flaws(page):
    """Yield what axe would say of the markup, as far as that can be seen without a browser."""
    labelled = {one.attributes.get("for") for one in page.elements if one.tag == "label"}
    for element in page.elements:
        attributes, known = element.attributes, element.attributes.get("id") in labelled
        wanted = {
            "input": known or "label" in element.path,
            "img": "alt" in attributes,
            "th": "scope" in attributes,
            "html": "lang" in attributes,
            "div": attributes.get("class") != "scroll" or attributes.get("tabindex") == "0",
        }
        if not wanted.get(element.tag, True):
            yield f"<{element.tag}> {attributes}"
    headings = [int(one.tag[1]) for one in page.elements if re.fullmatch("h[1-6]", one.tag)]
    if headings.count(1) != 1 or any(b - a > 1 for a, b in pairwise(headings)):
        yield f"headings {headings}"
    if sum(one.tag == "main" for one in page.elements) != 1:
        yield "not one <main>"
