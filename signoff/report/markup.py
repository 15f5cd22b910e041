"""How the page writes a value: a text in both languages, a time of Japan, a name, a picture."""

import base64
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import lru_cache

from markupsafe import Markup, escape

from aws.words import LANGUAGES, Words
from signoff.environment import JST

SVG = "http://www.w3.org/2000/svg"
UTC_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?(?: ?UTC|Z|\+00:00)(?!\w)"
)
"""A moment as AWS, Python and older sentences write it."""
PARTS_OF_A_NAME = re.compile(r"(?<=[:/])(?=\w)")
CODE = re.compile(r"`([^`<>]+)`")


def say(text: Words | str | None) -> Markup:
    """Return the markup of a text in both languages, of which the page shows one; times are Japan's.

    The English text has no ``lang`` attribute, which saves some five thousand of them.
    """
    if not isinstance(text, Words):
        return _timed(str(text or ""))
    if text.en == text.ja:
        return _timed(text.en)
    both = f"<i>{_timed(text.en)}</i><i lang=ja>{_timed(text.ja)}</i>"
    return Markup(both)  # noqa: S704 - each text is markup, and to format markup takes ten times as long


def fill(sentence: Words, **values: object) -> Words:
    """Fill the gaps of a sentence; ``{s}`` is the ending of an English plural: of what ``n`` counts."""
    return sentence.format(**{"s": "" if values.get("n") == 1 else "s", **values})


def timestamp(at: datetime) -> Markup:
    """Return a time as every place of the page shows it: Japan's, its offset in the title."""
    iso = at.astimezone(JST).isoformat(timespec="seconds")
    return Markup('<time datetime="{}" title="UTC+09:00">{}</time>').format(iso, in_japan(at))


def in_japan(at: datetime) -> str:
    return f"{at.astimezone(JST):%Y-%m-%d %H:%M:%S} JST"


def spanning(count: int) -> Markup:
    """Return the attribute that lets a cell span so many rows."""
    return Markup(' rowspan="{}"').format(count) if count > 1 else Markup()


def person(caller: str) -> Markup:
    """Return a person's name, or the part of an ARN that is one with the whole ARN in its title."""
    if not caller.startswith("arn:"):
        return escape(caller)
    name = caller.rpartition(":")[2].partition("/")[2] or caller.rpartition(":")[2]
    return Markup('<span title="{}">{}</span>').format(caller, name)


def breakable(text: str) -> Markup:
    """Let a long name or ARN wrap between its parts, not within one."""
    return Markup("<wbr>").join(map(escape, PARTS_OF_A_NAME.split(text)))


def day(at: date) -> Markup:
    return Markup('<time datetime="{0}">{0}</time>').format(at.isoformat())


@lru_cache(maxsize=32_768)
def _timed(text: str) -> Markup:
    """Escape a text, and convert the times in it to Japan's; a page says most of it twice, and the next page again."""
    parts, end = [], 0
    for match in UTC_TIME.finditer(text):
        at = datetime.fromisoformat(f"{match[1]}T{match[2]}").replace(tzinfo=UTC)
        parts += [escape(text[end : match.start()]), timestamp(at)]
        end = match.end()
    escaped = Markup("").join([*parts, escape(text[end:])])
    return Markup(CODE.sub(r"<code>\1</code>", str(escaped)))  # noqa: S704 - it is markup


def css_string(text: str) -> Markup:
    """Return a CSS string; every character that is not plainly harmless is escaped by its code point."""
    plain = re.sub(r"[^\w .:/+-]", lambda match: f"\\{ord(match[0]):x} ", text)
    return Markup(f'"{plain}"')  # noqa: S704 - nothing that ends a string or a style is left in it


def pictures(drawn: Words) -> Mapping[str, str]:
    return {lang: _picture(drawn[lang]) for lang in LANGUAGES}


def _picture(svg: str) -> str:
    """Return a data URL; an SVG in an image needs its namespace, unlike an inline one."""
    if "xmlns=" not in svg:
        svg = svg.replace("<svg", f'<svg xmlns="{SVG}"', 1)
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
