"""What differs between a page in the repository and on the site."""

import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"\[([^\]]+)\]\(([^)#:\s]+)\)")
SWITCH = re.compile(r"^\[(?:English|日本語)\]\(\S+\)(?: · .*)?\n", re.MULTILINE)
"""The line of a page that leads to its other language, which the site's own switch does."""


def on_page_markdown(markdown: str, *, page: Any, files: Any, **_: Any) -> str:
    """Return a page's text for the site: links to what only the repository has become plain text."""
    folder = (ROOT / page.file.src_uri).parent
    there = {ROOT / file.src_uri for file in files}

    def text_or_link(link: re.Match[str]) -> str:
        target = (folder / link[2]).resolve()
        return link[1] if target.exists() and target not in there else link[0]

    return LINK.sub(text_or_link, SWITCH.sub("", markdown))
