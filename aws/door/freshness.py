"""Whether an answer is one to the request before it: given after that was asked, once, and unchanged.

TLS keeps others from changing what is in transit; a proxy that ends TLS may still answer from what it kept.
"""

import threading
import time
from binascii import crc32
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

OLDEST = timedelta(seconds=60)
"""How much earlier than the request an answer may be dated: clocks of AWS and of this run differ by seconds."""
IDS = ("x-amzn-requestid", "x-amz-request-id")
"""Headers in which AWS numbers each request: the second is S3's. An emulator may send both, with one number."""
CHECKSUM = "x-amz-crc32"
"""DynamoDB's. botocore asks again where it differs, and takes the last answer whatever it is."""


class Freshness:
    """Of all answers of one reading; safe to share between threads."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        """``now`` is AWS's clock; it is asked once, so that this machine's may be set meanwhile."""
        self._began, self._since = now(), time.monotonic()
        self._seen: dict[str, int] = {}
        self._numbered = True
        self._lock = threading.Lock()

    def asked(self) -> datetime:
        """Return what AWS's clock shows now."""
        return self._began + timedelta(seconds=time.monotonic() - self._since)

    def flaw(self, asked: datetime, headers: Mapping[str, str], body: Callable[[], bytes]) -> str:
        """Say why this is no answer to what was ``asked`` then; empty where nothing speaks against it."""
        dated = _dated(headers.get("date"))
        if dated and (older := asked - dated) > OLDEST:
            return f"the answer was given {older.total_seconds():.0f} s before it was asked for"
        found = crc32(body())
        numbers = {headers[one] for one in IDS if one in headers}
        if any(self._again(number, found) for number in sorted(numbers)):
            return "the answer was given to another request already"
        checksum = headers.get(CHECKSUM)
        if checksum and not headers.get("content-encoding") and checksum != str(found):
            return "the answer was changed: its checksum is another"
        return ""

    def _again(self, number: str, found: int) -> bool:
        """Whether an answer of this number was given before; an emulator that gives all the same number has none."""
        with self._lock:
            before = self._seen.get(number)
            self._seen[number] = found
            self._numbered &= before in {None, found}
            return self._numbered and before is not None


def _dated(date: str | None) -> datetime | None:
    """Return when an answer was given; AWS always says so, an emulator may not."""
    try:
        found = parsedate_to_datetime(date) if date else None
    except ValueError:
        return None
    return found.replace(tzinfo=found.tzinfo or UTC) if found else None
