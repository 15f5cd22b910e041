"""Weeks and months in Japan time, independent of the server's time zone."""

import re
from datetime import date, datetime, timedelta, timezone

from lambdas.rally.domain.refusals import Refusal

JST = timezone(timedelta(hours=9), "JST")
_WEEK = re.compile(r"([1-9][0-9]{3})-W([0-9]{2})")
_MONTH = re.compile(r"([1-9][0-9]{3})-([0-9]{2})")


def week_of(epoch_s: float) -> str:
    """Return the ISO week (`2025-W45`), which begins on Monday at 00:00 in Japan."""
    year, week, _ = datetime.fromtimestamp(epoch_s, JST).isocalendar()
    return f"{year:04}-W{week:02}"


def month_of(epoch_s: float) -> str:
    """Return the calendar month in Japan (`2025-11`)."""
    return datetime.fromtimestamp(epoch_s, JST).strftime("%Y-%m")


def week(text: str) -> str:
    """Return the text if such a week exists (2025 has no W53). VALIDATION_ERROR otherwise."""
    try:
        date.fromisocalendar(*_parts(_WEEK, text), 1)
    except ValueError:
        raise Refusal("VALIDATION_ERROR", "period must be a week like 2025-W45") from None
    return text


def month(text: str) -> str:
    """Return the text if such a month exists. VALIDATION_ERROR otherwise."""
    try:
        date(*_parts(_MONTH, text), 1)
    except ValueError:
        raise Refusal("VALIDATION_ERROR", "period must be a month like 2025-11") from None
    return text


def _parts(form: re.Pattern[str], text: str) -> tuple[int, int]:
    match = form.fullmatch(text)
    if match is None:
        raise ValueError(text)
    return int(match[1]), int(match[2])
