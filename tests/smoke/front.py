"""A front end of two files on the loopback interface, whose files a test may change."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.loopback import Reply, SentRequest, answering


@dataclass
class Front:
    """``files``: path -> (type, text); anything else is 404."""

    files: dict[str, tuple[str, str]] = field(default_factory=dict)
    url: str = ""

    def configure(self, text: str) -> None:
        self.files["/js/config.js"] = ("application/javascript", text)


@contextmanager
def front() -> Iterator[Front]:
    served = Front({"/": ("text/html; charset=utf-8", "<title>rally</title>")})

    def answer(asked: SentRequest) -> Reply:
        if asked.path not in served.files:
            return Reply(b"", 404)
        kind, text = served.files[asked.path]
        return Reply(text.encode(), headers={"Content-Type": kind})

    with answering(answer) as served.url:
        yield served
