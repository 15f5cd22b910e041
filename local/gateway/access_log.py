"""Access logs: one line per answered request, in the stage's own format, off the caller's path."""

import logging
from collections import defaultdict

from local.batches import BatchWriter
from local.gateway.call import ApiCall, render
from local.gateway.control import LogsError, MotoControl

_Entry = tuple[str, float, str]
_log = logging.getLogger(__name__)


class AccessLog(BatchWriter[_Entry]):
    """Writes lines to the stages' log groups; a group that refuses loses them."""

    def __init__(self, control: MotoControl) -> None:
        super().__init__("access logs")
        self._control = control

    def note(self, call: ApiCall) -> None:
        """Queue the line of an answered call, where its stage wants one; empty values read ``-``."""
        settings = call.served.settings
        if settings.access_log_group:
            line = render(settings.access_log_format, call, missing="-")
            self.put((settings.access_log_group, call.context["requestTimeEpoch"] / 1000, line))

    def _write(self, batch: list[_Entry]) -> None:
        groups = defaultdict(list)
        for group, at, line in batch:
            groups[group].append((at, line))
        for group, lines in groups.items():
            try:
                self._control.write_log(group, lines)
            except LogsError as refused:
                _log.warning("%d access log lines are lost: %s", len(lines), refused)
