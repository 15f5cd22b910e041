"""The HTTP face of the local AWS API, on the loopback interface.

Python's own server, since werkzeug's closes every connection and waits 10 ms after each answer,
which is three times what moto itself needs.
"""

import socket
import ssl
import sys
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol

from local.aws.request import Response


class Answering(Protocol):
    """Answers one HTTP request: method, raw path with query, headers (lower case), body."""

    def __call__(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> Response: ...


class LoopbackServer:
    """Serves ``answer`` on 127.0.0.1, one thread per connection, until ``close``; with ``tls``, by HTTPS."""

    def __init__(self, answer: Answering, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self._server = _Server(("127.0.0.1", port), _handler_of(answer), tls)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name="local-aws", daemon=True
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Stop, and end the connections that clients keep alive."""
        self._server.shutdown()
        self._server.server_close()
        self._server.end_connections()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256  # a hundred simultaneous awards connect at once

    def __init__(
        self,
        address: tuple[str, int],
        handler: type[BaseHTTPRequestHandler],
        tls: ssl.SSLContext | None,
    ) -> None:
        self._tls = tls
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__(address, handler)

    def server_bind(self) -> None:
        # HTTPServer.server_bind asks the name service for the name of this host.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "127.0.0.1", int(self.server_address[1])

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        """Accept a connection; its own thread shakes hands, so that no client holds up the others."""
        accepted, address = self.socket.accept()
        if self._tls is None:
            return accepted, address
        secured = self._tls.wrap_socket(accepted, server_side=True, do_handshake_on_connect=False)
        return secured, address

    def process_request(self, request: socket.socket, client_address: tuple[str, int]) -> None:  # type: ignore[override]  # typeshed also allows datagrams
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override]  # likewise
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: object, client_address: object) -> None:
        """Pass over clients that went away, or refused our certificate: they must not fill the console."""
        if not isinstance(sys.exception(), (ConnectionError, ssl.SSLError)):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # as it came

    def end_connections(self) -> None:
        with self._guard:
            connections = tuple(self._open)
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # the client was faster


def _handler_of(answer: Answering) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # Nagle and delayed acknowledgements: 40 ms a call
        wbufsize = -1  # head and body leave in one packet

        def __getattr__(self, name: str) -> Callable[[], None]:
            if name.startswith("do_"):  # one answer for every method
                return self.handle_any
            raise AttributeError(name)

        def handle_any(self) -> None:
            body = _body(self)
            headers = {name.lower(): value for name, value in self.headers.items()}
            self._send(answer(self.command, self.path, headers, body))

        def _send(self, response: Response) -> None:
            self.send_response_only(response.status)
            for name, value in response.headers.items():
                if name.lower() not in {"content-length", "connection", "transfer-encoding"}:
                    self.send_header(name, value)
            length = response.headers.get("Content-Length", "0")
            known = length if self.command == "HEAD" else str(len(response.body))
            self.send_header("Content-Length", known)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(response.body)

        def log_message(self, *_: object) -> None:
            """Stay silent: the calls are recorded elsewhere."""

    return Handler


def _body(handler: BaseHTTPRequestHandler) -> bytes:
    if "chunked" in handler.headers.get("Transfer-Encoding", "").lower():
        return b"".join(_chunks(handler))
    return handler.rfile.read(int(handler.headers.get("Content-Length") or 0))


def _chunks(handler: BaseHTTPRequestHandler) -> list[bytes]:
    chunks: list[bytes] = []
    while size := int(handler.rfile.readline().split(b";")[0], 16):
        chunks.append(handler.rfile.read(size))
        handler.rfile.readline()
    while handler.rfile.readline().strip():  # trailers
        pass
    return chunks
