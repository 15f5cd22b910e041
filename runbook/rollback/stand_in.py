"""A front end that stands in for the real one in a rehearsal: one folder, served on loopback."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from signoff.environment import FrontEnd


@dataclass(frozen=True, slots=True)
class StandIn:
    """Where it is served, and the folder that is served: writing a file there deploys it."""

    front_end: FrontEnd
    folder: Path


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing: a rehearsal has a screen of its own."""


@contextmanager
def stand_in() -> Iterator[StandIn]:
    """Yield the front end; it and its folder are gone at the end."""
    with TemporaryDirectory() as folder:
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=folder))
        serving = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        serving.start()
        try:
            url = f"http://127.0.0.1:{server.server_port}"
            yield StandIn(FrontEnd(url=url), Path(folder))
        finally:
            server.shutdown()
            server.server_close()
            serving.join()
