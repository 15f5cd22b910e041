"""The verdict as Markdown: for a pull request, a chat or a job's summary."""

import re
from functools import partial

from aws.visible import visible
from signoff.judge.result import Result
from signoff.report.markup import in_japan
from signoff.report.page import PUNCTUATION, counts, document, words
from signoff.report.remedy import remedy
from signoff.report.supporting import Supporting

MOST = 30
"""Red rows that are listed; the page has all."""


def summary(result: Result, lang: str, beside: Supporting) -> str:
    """Return the text in one language, red rows first."""
    history = beside.history
    compared = (history.since_last, history.since_signed, history.baseline)
    text = document(
        "summary.md.j2",
        result=result,
        p=result.provenance,
        verdict=result.verdict,
        w=words(),
        lang=lang,
        counts=counts(result),
        compared=[changes for changes in compared if changes],
        between=PUNCTUATION[lang][1],
        in_japan=in_japan,
        most=MOST,
        plain=plain,
        remedy=partial(remedy, run=result.provenance),
    )
    return visible(text)


def plain(text: str) -> str:
    """Return a text without markup, on one line: values from AWS may hold anything."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(text.split()))
