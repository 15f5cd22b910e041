"""A small target: answers as the contract says, and fails in one way at a time, on command.

``python target.py --freeze 0:2/10`` prints its port. ``GET /seen`` tells what it saw, ``GET /times`` when it
answered the award of each user, in seconds of its own clock.
"""

import argparse
import asyncio
import itertools
import json
import math
import re
import ssl
import sys
import time
from collections import Counter
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
USER = re.compile(rb'"user_id": *"([^"]*)"')
ASIDE = ("/seen", "/times")
HEARD = "/local/received"
"""Where the fake of LINE tells what it was asked: this one was asked nothing."""
SPOT = {"name": "Statue", "lat": 35.55548, "lon": 139.65428, "radiusM": 15}


def arguments():
    cli = argparse.ArgumentParser()
    cli.add_argument("--host", default="127.0.0.1")
    cli.add_argument("--freeze", help="FROM:TO/PERIOD in seconds after the first request")
    cli.add_argument("--delay-ms", type=float, default=0)
    cli.add_argument("--delay-every", type=int, default=1, help="delay one answer of so many")
    cli.add_argument("--fail-every", type=int, default=0)
    cli.add_argument("--bucket", help="RATE:BURST of each method")
    cli.add_argument("--status", type=int, default=200, help="of every answer")
    cli.add_argument("--hang-up", action="store_true", help="close without an answer")
    cli.add_argument("--spoil", help="leave this member out of every answer")
    cli.add_argument("--stranger", action="store_true", help="answer with another's stamps")
    cli.add_argument("--certificate", type=Path, help="PEM with key: speak TLS")
    return cli.parse_args()


class TokenBucket:
    """What API Gateway documents: ``rate`` tokens a second, ``burst`` of them at most."""

    def __init__(self, rate, burst):
        self.rate, self.burst, self.tokens, self.at = rate, burst, burst, time.monotonic()

    def take(self):
        now = time.monotonic()
        self.tokens = min(self.burst, self.tokens + (now - self.at) * self.rate)
        self.at = now
        self.tokens -= (admitted := self.tokens >= 1)
        return admitted


class TargetState:
    """State of all connections: settings, counts, buckets, and when the first request came."""

    def __init__(self, options):
        self.options = options
        self.seen = Counter()
        self.numbers, self.answers = itertools.count(1), itertools.count(1)
        self.times = {}
        self.buckets = {}
        self.first = None
        self.known = {}
        self.plain = not (options.bucket or options.fail_every)
        self.freeze = [float(part) for part in re.split("[:/]", options.freeze or "0:0/1")]

    def thaw(self):
        """Block the whole process while it is frozen, as a stalled runtime does."""
        now = time.monotonic()
        self.first = self.first or now
        begin, end, period = self.freeze
        phase = (now - self.first) % period
        if begin <= phase < end:
            time.sleep(end - phase)

    def encoded(self, method, target, body):
        """Encode answers to a GET once: what drains after a freeze is the queue, not our own work."""
        if method == "GET" and target in self.known and self.plain:
            self.thaw()
            self.seen[f"GET {target.partition('?')[0]}"] += 1
            return self.known[target]
        status, content = self.answer(method, target, body)
        encoded = status, json.dumps(content).encode()
        if method == "GET" and target not in ASIDE:
            self.known[target] = encoded
        return encoded

    def note(self, method, body):
        """Note when the award of a user was answered: the user is what the generator's side knows it by."""
        if method == "POST" and b'"stamp_id"' in body:
            self.times[USER.search(body)[1].decode()] = time.monotonic()

    def answer(self, method, target, body):
        url = urlsplit(target)
        if url.path in ASIDE:
            return 200, dict(self.seen if url.path == "/seen" else self.times)
        if url.path == HEARD:
            return 200, {"received": []}
        self.thaw()
        endpoint = f"{method} {url.path}"
        self.seen[endpoint] += 1
        if self.options.bucket and not self.bucket(endpoint).take():
            return 429, {"ok": False, "error": "Too Many Requests", "message": "-"}
        if self.options.fail_every and next(self.numbers) % self.options.fail_every == 0:
            return 500, {"ok": False, "error": "Internal Server Error", "message": "-"}
        content = self.content(endpoint, parse_qs(url.query), json.loads(body or b"{}"))
        content.pop(self.options.spoil, None)
        return self.options.status, content

    def delay_s(self):
        """Tell by how much the next answer is held back."""
        held = next(self.answers) % self.options.delay_every == 0
        return self.options.delay_ms / 1000 if held else 0

    def bucket(self, endpoint):
        rate, burst = (float(part) for part in self.options.bucket.split(":"))
        return self.buckets.setdefault(endpoint, TokenBucket(rate, burst))

    def content(self, endpoint, query, body):
        if endpoint == "GET /stamps":
            user = "Ustranger" if self.options.stranger else query["userId"][0]
            return {"ok": True, "user_id": user, "stamps": [], "total": 0}
        if endpoint == "POST /notify":
            return {"ok": True}
        if endpoint == "GET /ranking/weekly":
            return {"ok": True, "period": "2026-W48", "period_type": "weekly", "rankings": []}
        if endpoint == "POST /stamps/award":
            asked = {name: body[name] for name in ("user_id", "stamp_id", "method")}
            return {"ok": True, "collected_at": 1764028800, "message": "Stamp awarded"} | asked
        metres = abs(body["lat"] - SPOT["lat"]) * 111_194.93
        judged = {"distanceM": round(metres, 2), "within": metres <= SPOT["radiusM"]}
        return {"ok": True, "spotId": body["spotId"], "accuracy": body["accuracy"]} | SPOT | judged


class Connection(asyncio.Protocol):
    """HTTP/1.1 with kept connections, no more of it than the generator speaks."""

    def __init__(self, target):
        self.target, self.pending = target, b""

    def connection_made(self, transport):
        self.transport = transport
        self.target.seen["connections"] += 1

    def data_received(self, data):
        self.pending += data
        while (end := self.pending.find(b"\r\n\r\n")) >= 0:
            head = self.pending[:end]
            found = LENGTH.search(head)
            length = int(found[1]) if found else 0
            if len(self.pending) < end + 4 + length:
                return
            body = self.pending[end + 4 : end + 4 + length]
            self.pending = self.pending[end + 4 + length :]
            method, path, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
            self.respond(*self.target.encoded(method, path, body), path)
            self.target.note(method, body)

    def respond(self, status, body, path):
        if self.target.options.hang_up and path not in ASIDE:
            self.transport.close()
            return
        elsewhere = "Location: /elsewhere\r\n" if 300 <= status < 400 else ""
        head = f"HTTP/1.1 {status} -\r\n{elsewhere}Content-Length: {len(body)}\r\n\r\n"
        answer = head.encode() + body
        if delay_s := self.target.delay_s():
            asyncio.get_running_loop().call_later(delay_s, self.transport.write, answer)
        else:
            self.transport.write(answer)


async def serve(options):
    target = TargetState(options)
    tls = None
    if options.certificate:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(options.certificate)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Connection(target), options.host, 0, ssl=tls, backlog=4096
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    # It ends with whoever started it: their end of the pipe closes.
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(arguments()))


def waits_ms(times, rate, seconds):
    """Give each visitor's wait from the moment at which it was due to the target's answer, sorted.

    ``times`` says when the target answered the award of each user, in seconds of its clock. Users
    ``Uload-000000``, ``Uload-000001`` … come in that order, evenly, ``rate`` a second. Their clock
    began where the quickest answer would have taken no time: what that one took is left out of all.
    """
    dues = ((number + 0.5) / rate for number in range(round(rate * seconds)))
    answered = [times[f"Uload-{number:06d}"] - due for number, due in enumerate(dues)]
    began = min(answered)
    return sorted((at - began) * 1000 for at in answered)


def percentile(sorted_ms, part):
    return sorted_ms[math.ceil(len(sorted_ms) * part) - 1]
