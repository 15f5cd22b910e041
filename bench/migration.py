"""Items a second into a table, 50 ms a call: the migration compared with `aws dynamodb batch-write-item` in a loop.

Every call of every writer waits 50 ms in the server, each in a thread of its own, as on a network: so
calls side by side wait side by side. Each writer has a process of its own, and the server's own CPU is
printed per run: moto answers one call at a time, and if it computes most of the time, the bench measures
moto. That is so for the whole command (starting, copying, looking at every item, writing, reading
both sides again, the manifest): moto sorts a table for each page of a scan. What the design gains is the
loader's line beside the plain loop of the same calls in one process; the CLI starts a process per call.
Ends with 1 where the loader is not 5 times as fast as the CLI in a loop (without it, as the plain loop).
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3

from bench.reach import no_options
from local.aws.server import LocalAws
from runbook.engine.step_context import Clients
from runbook.migration.items import IN_ONE_WRITE, Loader, in_batches
from tests.faults import delayed

ROOT = Path(__file__).parent.parent
ACCOUNT, LATENCY_MS, RUNS = "123456789012", 50, 3
LEAST = 8
DEV, DEV_TABLE, PROD, PROD_TABLE = (
    "us-east-1",
    "StampMasters",
    "ap-northeast-1",
    "StampMasters-prod",
)
KEYS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}
SETTINGS = {
    **KEYS,
    "AWS_DEFAULT_REGION": PROD,  # the only variable for the Region that version 1 of the CLI reads
    "SIGNOFF_ACCOUNT": ACCOUNT,
    "SIGNOFF_ORIGIN": "https://stamp-rally.example.jp",
    "SIGNOFF_LINE__CHANNEL_ID": "1234567890",
}


def item(number: int) -> dict[str, Any]:
    place = {"lat": {"N": "35.55548"}, "lon": {"N": "139.65428"}, "radiusM": {"N": "15"}}
    name = {"StampId": {"S": f"SPOT-{number:06}"}, "Name": {"S": f"Spot {number}"}}
    return {**name, "Type": {"S": "GPS"}, "Location": {"M": place}}


def by_cli(count: int) -> None:
    """Write as the guide does, in its only form that works: a request file per 25 items."""
    with tempfile.TemporaryDirectory() as folder:
        request = Path(folder) / "request.json"
        for batch in in_batches(map(item, range(count)), IN_ONE_WRITE):
            puts = [{"PutRequest": {"Item": entry}} for entry in batch]
            request.write_text(json.dumps({PROD_TABLE: puts}))
            command = [
                "aws",
                "dynamodb",
                "batch-write-item",
                "--request-items",
                f"file://{request}",
            ]
            subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own words


def by_loop(count: int) -> None:
    """Write batch after batch from one process."""
    client = boto3.client("dynamodb", region_name=PROD)
    for batch in in_batches(map(item, range(count)), IN_ONE_WRITE):
        puts = [{"PutRequest": {"Item": entry}} for entry in batch]
        client.batch_write_item(RequestItems={PROD_TABLE: puts})


def by_loader(count: int) -> None:
    """Write by the migration's own loader."""
    client = Clients(boto3.Session(), PROD)("dynamodb")
    loader = Loader(client=client, table=PROD_TABLE, sleep=time.sleep)
    deque(loader.load(map(item, range(count))), maxlen=0)


def by_command(_: int) -> None:
    """Migrate the items of the development table, by the command that people type."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "environments.toml")
        text = (ROOT / file.name).read_text(encoding="utf-8")
        file.write_text(text.replace('"report/', f'"{folder}/'), encoding="utf-8")
        command = ["runbook", "migrate_masters", "--from=dev", "--to=prod", "--go", "--no-judge"]
        command += [f"--environments={file}"]
        subprocess.run(  # noqa: S603 - our own words
            [sys.executable, "-m", *command, f"--journal={folder}/journal.jsonl"],
            cwd=ROOT,
            check=True,
            capture_output=True,
        )


WRITERS: dict[str, tuple[Callable[[int], None], int]] = {
    "aws dynamodb batch-write-item in a loop": (by_cli, 250),
    "the same calls in a loop of one process": (by_loop, 2_500),
    "the migration's loader": (by_loader, 10_000),
    "the whole command": (by_command, 10_000),
}
"""Writers, each with a number of items that takes it some seconds."""


def main() -> int:
    """Measure all writers; return the exit code."""
    no_options(__doc__)
    with LocalAws(ACCOUNT, PROD) as aws:
        for number in range(WRITERS["the whole command"][1]):
            _table(aws, DEV, DEV_TABLE).put_item(DEV_TABLE, item(number))
        aws.faults.append(delayed(LATENCY_MS, "dynamodb:*"))
        rates = {name: measured(name, aws) for name in WRITERS if is_here(name)}
    *others, loader, command = rates.values()
    for name, rate in zip(rates, others, strict=False):
        print(f"beside {name}: the loader {loader / rate:.1f} x, all {command / rate:.1f} x")
    return int(loader < LEAST * others[0])


def is_here(name: str) -> bool:
    """Whether a writer can be measured: the AWS CLI is not part of this project."""
    found = not name.startswith("aws ") or shutil.which("aws") is not None
    if not found:
        print(f"{name}: not measured, the AWS CLI is not installed here")
    return found


def measured(name: str, aws: LocalAws) -> float:
    """Return items a second, of the best run, each into an empty table."""
    count, rates = WRITERS[name][1], []
    command = [sys.executable, "-m", "bench.migration", name]
    env = {**os.environ, **SETTINGS, "AWS_ENDPOINT_URL": aws.endpoint}
    for _ in range(RUNS):
        aws.moto.backend("dynamodb", PROD).tables.pop(PROD_TABLE, None)
        _table(aws, PROD, PROD_TABLE)
        before = time.process_time()
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)  # noqa: S603 - this very file
        seconds, busy = float(done.stdout), time.process_time() - before
        rates.append(count / seconds)
        told = f"{rates[-1]:,.0f} items/s in {seconds:.1f} s; the server's CPU {busy:.1f} s"
        print(f"{name}: {count:,} items, {told}", flush=True)
    return max(rates)


def _table(aws: LocalAws, region: str, name: str) -> Any:
    """Create a table unless it exists, and return the server's own model of it; this is not measured."""
    backend = aws.moto.backend("dynamodb", region)
    if name not in backend.tables:
        client = boto3.client("dynamodb", region, endpoint_url=aws.endpoint, **_signing())
        client.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "StampId", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "StampId", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
    return backend


def _signing() -> dict[str, str]:
    return {name.lower(): value for name, value in KEYS.items()}


def write(name: str) -> None:
    """Write by one of the writers, and print the seconds that it took."""
    writer, count = WRITERS[name]
    begin = time.perf_counter()
    writer(count)
    print(time.perf_counter() - begin)


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in WRITERS:
        write(sys.argv[1])
    else:
        sys.exit(main())
