"""Until when AWS supports a Lambda runtime: the one table of such dates, with its own date and source."""

from datetime import date

TABLE_OF = date(2026, 11, 25)
LAST_DAY = {
    "python3.8": date(2024, 10, 14),
    "python3.9": date(2025, 12, 15),
    "python3.10": date(2026, 10, 31),
    "python3.11": date(2027, 6, 30),
    "python3.12": date(2028, 10, 31),
    "python3.13": date(2029, 6, 30),
    "python3.14": date(2029, 6, 30),
}
"""Runtime -> its deprecation date (Lambda developer guide, "Lambda runtimes", as of ``TABLE_OF``)."""


def why_unsupported(runtime: str | None, day: date) -> str | None:
    """Say why nobody may count on patches of the runtime on that day, or return None."""
    if runtime is None:
        return "it has no runtime of AWS, so nobody patches it"
    if runtime not in LAST_DAY:
        return f"runtime {runtime} is unknown to this release (table of {TABLE_OF:%Y-%m})"
    ended = day > LAST_DAY[runtime]
    return f"AWS supported {runtime} until {LAST_DAY[runtime]}" if ended else None
