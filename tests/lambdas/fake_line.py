"""LINE on loopback, ten lines of each endpoint: it vouches for the tokens it was told of."""

import json
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

GOOD_TOKEN = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJVMSJ9.c2lnbmF0dXJl"
MENUS = [
    {"richMenuId": f"richmenu-{letter * 32}", "name": f"Menu {letter}", "chatBarText": "Menu"}
    for letter in "ab"
]


class ScriptedLine(ThreadingHTTPServer):
    """Records what it is asked; `status` other than 200 is its answer to everything, or a `page`.

    `spoil` changes the bytes of each answer, after its Content-Length is told. `hang_ups` is how many of the
    next calls it closes the connection for, without an answer. A retry key is accepted once, as LINE does.
    """

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.calls = []
        self.status = 200
        self.page = None
        self.message = "no, says LINE"
        self.spoil = lambda data: data
        self.hang_ups = 0
        self.accepted = set()
        self.claims = {}
        self.open = threading.Event()
        self.open.set()

    def answer(self, call):
        self.calls.append(call)
        self.open.wait(10)
        if self.status != 200:
            return self.status, {"message": self.message, "error_description": self.message}
        if self.page is not None:
            return 200, self.page
        if call["path"] == "/oauth2/v2.1/verify":
            return self._verify(parse_qs(call["body"]))
        if call["path"].endswith("/push"):
            return self._push(call["headers"]["X-Line-Retry-Key"])
        return 200, {"richmenus": MENUS} if call["path"].endswith("/list") else {}

    @property
    def messages(self):
        """The pushes that LINE did: calls under a retry key that it had accepted before are none."""
        pushes = (call for call in self.calls if call["path"].endswith("/push"))
        return list({call["headers"]["X-Line-Retry-Key"]: call for call in pushes}.values())

    def _push(self, key):
        sent = {"sentMessages": [{"id": "461230966842064897", "quoteToken": "IStG5h1Tz7b"}]}
        if key in self.accepted:
            return 409, {"message": "The retry key is already accepted"} | sent
        self.accepted.add(key)
        return 200, sent

    def _verify(self, form):
        if form.get("id_token") != [GOOD_TOKEN]:
            return 400, {"error": "invalid_request", "error_description": "Invalid IdToken."}
        audience = {"aud": form["client_id"][0], "iss": "https://access.line.me"}
        return 200, audience | self.claims


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        call = {"method": self.command, "path": self.path, "body": body, "headers": self.headers}
        if self.server.hang_ups:
            self.server.hang_ups -= 1
            self.server.calls.append(call)
            self.close_connection = True
            return
        status, content = self.server.answer(call)
        data = json.dumps(content).encode() + b"\n"
        self.send_response(status)
        if status == 302:
            self.send_header("Location", self.server.url + "/elsewhere")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        with suppress(ConnectionError):  # a function that was too impatient has hung up
            self.wfile.write(spoiled := self.server.spoil(data))
            self.close_connection = len(spoiled) != len(data)

    do_GET = do_POST = do_DELETE = _any  # noqa: N815 - http.server's own names

    def log_message(self, *_):
        pass
