"""Access logs: one line per answered request, in the stage's own format, off the caller's path."""

import logging
import queue
import threading
import time
from collections import defaultdict

from local.gateway.call import ApiCall, render
from local.gateway.control import LogsError, MotoControl

_MOST_PER_WRITE = 1_000
_GATHER_S = 1.0
"""No caller waits so long: `flush` ends it."""
_Entry = tuple[str, float, str]
_log = logging.getLogger(__name__)


class AccessLog:
    """Queues lines and writes them in batches from one thread; a log group that refuses loses them."""

    def __init__(self, control: MotoControl) -> None:
        self._control = control
        self._lines: queue.SimpleQueue[_Entry | threading.Event | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="gateway-access-log", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def close(self) -> None:
        """Write what is queued, then stop."""
        self._lines.put(None)
        self._thread.join()

    def note(self, call: ApiCall) -> None:
        """Queue the line of an answered call, where its stage wants one; empty values read ``-``."""
        settings = call.served.settings
        if settings.access_log_group:
            line = render(settings.access_log_format, call, missing="-")
            at = call.context["requestTimeEpoch"] / 1000
            self._lines.put((settings.access_log_group, at, line))

    def flush(self, seconds: float) -> None:
        """Wait until all lines noted so far are written, at most so long."""
        written = threading.Event()
        self._lines.put(written)
        written.wait(seconds)

    def _run(self) -> None:
        running = True
        while running:
            batch = self._batch()
            running = batch[-1] is not None
            self._write([entry for entry in batch if isinstance(entry, tuple)])
            if isinstance(batch[-1], threading.Event):
                batch[-1].set()

    def _batch(self) -> list[_Entry | threading.Event | None]:
        """Wait for a line, then for what follows: a call for each line would be a load of its own.

        A caller that waits for its lines, or for the end, ends the batch.
        """
        batch = [self._lines.get()]
        until = time.monotonic() + _GATHER_S
        while isinstance(batch[-1], tuple) and len(batch) < _MOST_PER_WRITE:
            try:
                batch.append(self._lines.get(timeout=max(0.0, until - time.monotonic())))
            except queue.Empty:
                break
        return batch

    def _write(self, batch: list[_Entry]) -> None:
        groups = defaultdict(list)
        for group, at, line in batch:
            groups[group].append((at, line))
        for group, lines in groups.items():
            try:
                self._control.write_log(group, lines)
            except LogsError as refused:
                _log.warning("%d access log lines are lost: %s", len(lines), refused)
