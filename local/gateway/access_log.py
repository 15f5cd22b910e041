"""Access logs: one line per answered request, in the stage's own format, off the caller's path."""

import logging
import uuid
from collections import defaultdict

from local.aws.moto import Moto
from local.batches import BatchWriter
from local.gateway.call import ApiCall, render

_Entry = tuple[str, int, str]
"""(log group, milliseconds since the epoch, line)."""
_log = logging.getLogger(__name__)


class AccessLog(BatchWriter[_Entry]):
    """Writes lines to the stages' log groups, each to this gateway's own stream; a group that is missing loses them."""

    def __init__(self, moto: Moto, region: str) -> None:
        super().__init__("access logs")
        self._moto, self._region = moto, region
        self._stream = f"access/{uuid.uuid4().hex}"

    def note(self, call: ApiCall) -> None:
        """Queue the line of an answered call, where its stage wants one; empty values read ``-``."""
        settings = call.served.settings.access_log_settings or {}
        # Firehose, the other destination, is not served.
        _, _, group = (settings.get("destinationArn") or "").partition(":log-group:")
        if group:
            line = render(settings.get("format") or "", call, missing="-")
            self.put((group.removesuffix(":*"), call.context["requestTimeEpoch"], line))

    def _write(self, batch: list[_Entry]) -> None:
        events = defaultdict(list)
        for group, at, line in sorted(batch, key=lambda entry: entry[1]):
            events[group].append({"timestamp": at, "message": line})
        with self._moto.lock("logs"):
            logs = self._moto.backend("logs", self._region)
            for group, lines in events.items():
                if group in logs.groups:
                    logs.ensure_log_stream(group, self._stream)
                    logs.put_log_events(group, self._stream, lines)
                else:
                    _log.warning(
                        "%d access log lines are lost: %s does not exist", len(lines), group
                    )
