"""A client of LINE's APIs, as a function or a check is one."""

import requests

SOMEONE = "U" + "1" * 32
TEXT = {"type": "text", "text": "スタンプを獲得しました"}


class LineCaller:
    """A client with a token; the right one unless told otherwise."""

    def __init__(self, line, token=None):
        self._line = line
        self._token = token or line.channels.messaging_access_token

    def __call__(self, method, path, **more):
        headers = {"Authorization": f"Bearer {self._token}", **more.pop("headers", {})}
        return requests.request(method, self._line.url + path, headers=headers, timeout=60, **more)

    def push(self, to=SOMEONE, messages=(TEXT,), **more):
        body = {"to": to, "messages": list(messages)}
        return self("POST", "/v2/bot/message/push", json=body, **more)
