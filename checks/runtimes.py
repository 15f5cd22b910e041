"""Until when AWS supports a Lambda runtime."""

from datetime import date

LAST_DAY = {
    "python3.12": date(2028, 10, 31),
    "python3.13": date(2029, 6, 30),
    "python3.14": date(2029, 6, 30),
}
"""Runtime -> its deprecation date (Lambda developer guide, "Lambda runtimes", table of supported
runtimes). Older ones are past theirs or about to be; add a newer one when the plan moves to it."""


def supported(runtime: str | None, day: date) -> bool:
    """Whether AWS still patches the runtime on that day; one that we do not know is none."""
    return runtime in LAST_DAY and day <= LAST_DAY[runtime]
