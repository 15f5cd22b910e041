"""The front end as a phone loads it: its page, and which API and LIFF app its configuration names."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import requests

from aws.section import NotTestable
from signoff.environment import FrontEnd

TIMEOUT_S = (5, 15)
_COMMENTS = re.compile(r"/\*.*?\*/|^\s*//.*?$", re.DOTALL | re.MULTILINE)
"""Blocks, and lines that are all comment: a URL has a // of its own. What stands there is not in use."""
_NAMES = {
    "API_BASE_URL": re.compile(r"""\bAPI_BASE_URL["']?\s*[:=]\s*["'`]([^"'`]*)["'`]"""),
    "LIFF_ID": re.compile(r"""(?<!\.)\bLIFF_ID["']?\s*[:=][^"'`\n]*["'`]([^"'`]*)["'`]"""),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What was served at a URL."""

    url: str
    status: int
    kind: str
    text: str


def fetched(url: str) -> Page:
    """Load a page as it is served; NotTestable where nothing is."""
    try:
        answer = requests.get(url, timeout=TIMEOUT_S, headers={"Cache-Control": "no-cache"})
    except requests.RequestException as error:
        raise NotTestable(f"{url} does not answer ({type(error).__name__})") from None
    kind = answer.headers.get("Content-Type", "").partition(";")[0]
    return Page(url=url, status=answer.status_code, kind=kind, text=answer.text)


def config_url(front_end: FrontEnd) -> str:
    return urljoin(front_end.url.rstrip("/") + "/", front_end.config_path)


def origin_of(url: str) -> str:
    """Return the Origin that a browser sends from a page there."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def named_in(config: str) -> Mapping[str, tuple[str, ...]]:
    """Return the values that a config.js gives to API_BASE_URL and LIFF_ID, comments apart."""
    code = _COMMENTS.sub("", config)
    return {
        name: tuple(value.rstrip("/") for value in pattern.findall(code))
        for name, pattern in _NAMES.items()
    }
