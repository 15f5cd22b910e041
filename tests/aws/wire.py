"""A session whose AWS answers on the wire: raw bodies, so that retries, counts and parsers are real."""

from collections import deque
from dataclasses import dataclass, field
from io import BytesIO

from botocore.awsrequest import AWSResponse


@dataclass
class Wire:
    """``replies`` are given out in order, the last one for ever: (status, body) or an exception."""

    replies: deque = field(default_factory=deque)
    sent: list[str] = field(default_factory=list)

    def hook(self, session):
        session.events.register("before-send", self._reply)

    def _reply(self, request, event_name, **_):
        self.sent.append(event_name.rpartition(".")[2])
        reply = self.replies[0] if len(self.replies) == 1 else self.replies.popleft()
        if isinstance(reply, Exception):
            raise reply
        status, body = reply
        headers = {"Content-Type": "application/json"}
        return AWSResponse(request.url, status, headers, Raw(body.encode()))


class Raw(BytesIO):
    """What botocore expects of a body."""

    def stream(self, **_):
        yield self.read()
