"""How fast the local stack answers: the gateway, the authorizer, a function's process, DynamoDB.

The callers are threads in a process of their own with persistent connections, each sending its next request
when it has its answer, so that the rate is what the stack can do for that many callers. Sessions are
minted with the stack's own key and authorized before the clock starts, as API Gateway caches that. All of
it, callers and workers too, shares this machine's cores: what is measured is the stand-in for AWS, which
says nothing of AWS.

A cold start is an Invoke right after the function's configuration was changed: a new process each time.
"""

import http.client
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any
from urllib.parse import urlsplit

import boto3

from bench.reach import Goal, Say, no_options, progress, table, verdict
from bench.stand import Stand, stand
from bench.typical import PLACE, SPOT, event, session

RATE = 150
"""Requests a second of the design's first sketch of a gateway."""
MIX = "both in turn"
CALLERS = (1, 8)
SECONDS = 6.0
VISITORS = 20
COLD_STARTS = 5

Asking = tuple[str, str, str | None, dict[str, str]]
"""Method, path below the stage, body, headers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What callers saw: requests a second, milliseconds."""

    rate: float
    p50: float
    p95: float


def askings(key: str) -> dict[str, list[Asking]]:
    """Return the requests of some visitors, by what they do."""
    visitors = [f"Ubench-{number:04d}" for number in range(VISITORS)]
    headers = {one: {"Authorization": f"Bearer {session(one, key)}"} for one in visitors}
    lists: list[Asking] = [("GET", f"/stamps?userId={one}", None, headers[one]) for one in visitors]
    place = {"spotId": SPOT, "accuracy": 5.0, **PLACE}
    verifies: list[Asking] = [
        ("POST", "/gps/verify", json.dumps({"userId": one, **place}), headers[one])
        for one in visitors
    ]
    both = [asking for pair in zip(lists, verifies, strict=True) for asking in pair]
    return {"GET /stamps": lists, "POST /gps/verify": verifies, MIX: both}


def call(url: str, todo: list[Asking], until: float) -> list[float]:
    """Send one request after another until a moment of the monotonic clock; return milliseconds."""
    where, waits = urlsplit(url), []
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=30)
    for method, path, body, headers in cycle(todo):
        began = time.monotonic()
        if began >= until:
            break
        connection.request(method, where.path + path, body, headers)
        answer = connection.getresponse()
        told = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{method} {path} answered {answer.status}: {told[:200]!r}")
        waits.append((time.monotonic() - began) * 1000)
    connection.close()
    return waits


def callers(given: Mapping[str, Any]) -> None:
    """Call from some threads, and print each wait in milliseconds as JSON."""
    todo = given["askings"]
    call(given["url"], list(islice(todo, len(todo))), time.monotonic() + given["warm_s"])
    until = time.monotonic() + given["seconds"]
    with ThreadPoolExecutor(given["callers"]) as pool:
        shares = [todo[number:] + todo[:number] for number in range(given["callers"])]
        waits = list(pool.map(lambda share: call(given["url"], share, until), shares))
    json.dump([wait for some in waits for wait in some], sys.stdout)


def answered(where: Stand, todo: list[Asking], count: int) -> Answered:
    given = {
        "url": where.api,
        "askings": todo,
        "callers": count,
        "seconds": SECONDS,
        "warm_s": 2.0,
    }
    done = subprocess.run(
        [sys.executable, "-m", "bench.gateway", "callers"],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    waits = sorted(json.loads(done.stdout))
    cuts = statistics.quantiles(waits, n=20)
    return Answered(rate=len(waits) / SECONDS, p50=cuts[9], p95=cuts[18])


def cold_starts(where: Stand) -> Iterator[tuple[float, float]]:
    """Yield seconds of an Invoke that starts a process, and of the next one."""
    client = boto3.client("lambda", where.environment.region)
    name = next(one.name for one in where.plan.functions if one.key == "gps-verify")
    payload = json.dumps(event("gps-verify")).encode()
    for number in range(COLD_STARTS):
        client.update_function_configuration(FunctionName=name, Description=f"bench {number}")
        took = []
        for _ in range(2):
            began = time.perf_counter()
            client.invoke(FunctionName=name, Payload=payload)["Payload"].read()
            took.append(time.perf_counter() - began)
        yield took[0], took[1]


def key_of(where: Stand) -> str:
    """Return the key with which the stack signs sessions."""
    secret = next(one for one in where.plan.secrets if one.key == "token_key")
    client = boto3.client("secretsmanager", where.environment.region)
    content = client.get_secret_value(SecretId=secret.name)["SecretString"]
    key: str = json.loads(content)[secret.json_key]
    return key


def measured(where: Stand, say: Say) -> dict[tuple[str, int], Answered]:
    found = {}
    for what, todo in askings(key_of(where)).items():
        for count in CALLERS:
            say(f"{what}, {count} callers, {SECONDS:g} s")
            found[what, count] = answered(where, todo, count)
    return found


def main() -> int:
    no_options(__doc__)
    with progress() as say, stand(say) as where:
        found = measured(where, say)
        say(f"{COLD_STARTS} cold starts")
        cold, warm = (statistics.median(took) for took in zip(*cold_starts(where), strict=True))
    rows = [
        (what, count, f"{one.rate:.0f}", f"{one.p50:.1f}", f"{one.p95:.1f}")
        for (what, count), one in found.items()
    ]
    head = ("request", "callers", "requests/s", "p50 ms", "p95 ms")
    table("The local gateway, sessions judged before", head, rows)
    print(f"gps-verify: cold start {cold * 1000:.0f} ms, warm {warm * 1000:.1f} ms, by Invoke")
    best = max(found[MIX, count].rate for count in CALLERS)
    return verdict(
        Goal(what=MIX, measured=best, bound=RATE, unit="requests/s", at_least=True),
    )


if __name__ == "__main__":
    if sys.argv[1:] == ["callers"]:
        callers(json.load(sys.stdin))
    else:
        sys.exit(main())
