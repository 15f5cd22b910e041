"""What the ranking asks of DynamoDB at ten thousand, a hundred thousand and a million stamps, compared with a Scan.

People hold five stamps each, so that a million stamps are two hundred thousand people with two counters
each. The tables are filled without the API, since moto would need hours for so many transactions. The
ranking is the function's own, in front of the local AWS API over HTTP.

Calls and items read are what DynamoDB would see as well. Seconds are not: for each Query of an index moto
looks at every item of the table, and for each page of a Scan at all that come before it. So the Scan is
made at the smaller sizes only; figures beyond are extrapolated in proportion, and its seconds are a lower bound.
"""

import gc
import math
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from bench.crowd import EACH, NOW, fill, people, shape, user
from bench.reach import Goal, Say, no_options, progress, table, verdict
from bench.typical import event
from lambdas.rally.dynamodb import typed
from lambdas.rally.request import LambdaRequest
from lambdas.ranking.domain import TOP
from lambdas.ranking.handler import Ranking
from local.aws.server import LocalAws
from plan import Naming
from plan.data import tables
from signoff.environment import load

SIZES = (10_000, 100_000, 1_000_000)
MOST = 9
"""Calls of one ranking, at most."""
MARGIN = 1.3
"""Free memory that is needed, as a multiple of what the smaller tables took per stamp."""
GIB = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingCost:
    """What one reading of a table took: calls, items that DynamoDB read for them, seconds here."""

    calls: int
    items: int
    seconds: float


class RankingTables:
    """The tables, and the means to fill and read them."""

    def __init__(self, aws: LocalAws) -> None:
        planned = {one.key: one for one in tables(Naming(load("local").environment))}
        self.aws = aws
        self.users, self.userstamps = planned["users"].name, planned["userstamps"].name
        # A function's client times out after 3 s, which this stand-in may take for one Query.
        patient = Config(read_timeout=120, retries={"total_max_attempts": 1})
        self.client = boto3.client(
            "dynamodb",
            aws.region,
            endpoint_url=aws.endpoint,
            aws_access_key_id="local",
            aws_secret_access_key="local",  # noqa: S106 - opens nothing but the local stack
            config=patient,
        )
        self.client.meta.events.register("after-call", self._note)
        self._read = self._stamps = 0
        for one in (planned["users"], planned["userstamps"]):
            self.client.create_table(**shape(one))

    def _note(self, parsed: Mapping[str, Any], **_: object) -> None:
        found = parsed.get("Responses", {}).values()
        self._read += parsed.get("ScannedCount", 0) + sum(map(len, found))

    def grow(self, stamps: int) -> None:
        """Fill the table up to so many stamps; the first people are those that the ranking shows."""
        backend = self.aws.moto.backend("dynamodb", self.aws.region)
        for user_id, items in people(self._stamps // EACH, stamps // EACH):
            fill(backend.tables[self.userstamps], user_id, items)
        for number in range(TOP):
            name = typed({"UserId": user(number), "DisplayName": f"Walker {number}"})
            backend.put_item(self.users, name)
        self._stamps = stamps

    def rank(self) -> ReadingCost:
        """Make one ranking, and check that it is right."""
        ranking = Ranking(self.client, self.userstamps, self.users, lambda: NOW)
        # moto's queries slow down with the table's size, DynamoDB's do not: so this request has no deadline.
        request = LambdaRequest(event("ranking"), began=math.inf)
        asked, told = self._asked(lambda: ranking(request))
        best = [one["user_id"] for one in told["rankings"]]
        if best != [user(number) for number in range(TOP)]:
            raise RuntimeError("the ranking is wrong, so its cost says nothing")
        return asked

    def scan(self) -> tuple[ReadingCost, int]:
        """Read the whole table, as the development system's ranking does; also return the items of a full page."""
        pages = self.client.get_paginator("scan").paginate(TableName=self.userstamps)
        asked, counts = self._asked(lambda: [len(page["Items"]) for page in pages])
        return asked, counts[0]

    def _asked(self, work: Callable[[], Any]) -> tuple[ReadingCost, Any]:
        calls, self._read, began = len(self.aws.calls), 0, time.perf_counter()
        told = work()
        seconds = time.perf_counter() - began
        made = len(self.aws.calls) - calls
        return ReadingCost(calls=made, items=self._read, seconds=seconds), told


def has_room(stamps: int, taken: int, held: int) -> bool:
    """Whether a table of ``stamps`` fits into memory, given that ``held`` stamps took ``taken`` bytes."""
    needed = (stamps - held) * taken / held * MARGIN
    free = kib("/proc/meminfo", "MemAvailable:") * 1024
    if needed > free:
        print(f"{stamps:,} stamps need {needed / GIB:.1f} GiB, {free / GIB:.1f} are free: left out")
    return needed <= free


def resident_bytes() -> int:
    return kib("/proc/self/status", "VmRSS:") * 1024


def kib(path: str, name: str) -> int:
    """Return one of the figures that Linux states in kB."""
    lines = Path(path).read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith(name)).split()[1])


def ranked_by_size(rally: RankingTables, say: Say) -> Iterator[tuple[int, ReadingCost]]:
    """Yield size and ranking, as long as memory lasts."""
    empty, held, taken = resident_bytes(), 0, 0
    for size in SIZES:
        if held and not has_room(size, taken, held):
            return
        say(f"{size:,} stamps: filling")
        rally.grow(size)
        held, taken = size, resident_bytes() - empty
        say(f"{size:,} stamps: ranking")
        yield size, rally.rank()


def show(rankings: Mapping[int, ReadingCost], scan: ReadingCost, page: int) -> None:
    rows = []
    for size, one in rankings.items():
        items = scan.items * size // SIZES[0]
        calls, word = (scan.calls, "") if size == SIZES[0] else (math.ceil(items / page), "~ ")
        beside = (f"{word}{calls}", f"{word}{items:,}")
        rows.append((f"{size:,}", one.calls, one.items, f"{one.seconds:.2f}", *beside))
    head = ("stamps", "calls", "items read", "s, moto", "Scan: calls", "items read")
    table("One ranking, beside a Scan (~ by its first page)", head, rows)


def main() -> int:
    no_options(__doc__)
    gc.disable()  # ten million objects that stay: each garbage collection would traverse them all
    with progress() as say, LocalAws("123456789012", "ap-northeast-1") as aws:
        say("starting")
        rally = RankingTables(aws)
        growing = ranked_by_size(rally, say)
        rankings = dict([next(growing)])
        say(f"{SIZES[0]:,} stamps: scanning")
        scan, page = rally.scan()
        rankings |= dict(growing)
    show(rankings, scan, page)
    calls = [one.calls for one in rankings.values()]
    missed = len(SIZES) - len(rankings)
    return verdict(
        Goal(what="calls of one ranking, at any of these sizes", measured=max(calls), bound=MOST),
        Goal(
            what="calls more at the largest than at the smallest",
            measured=calls[-1] - calls[0],
            bound=0,
        ),
        Goal(what="sizes left unmeasured", measured=missed, bound=0),
    )


if __name__ == "__main__":
    sys.exit(main())
