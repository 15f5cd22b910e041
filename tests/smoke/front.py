"""A front end of two files on the loopback interface, whose files a test may change."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


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

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, text = served.files.get(self.path, ("text/plain", ""))
            body = text.encode()
            self.send_response(200 if self.path in served.files else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
