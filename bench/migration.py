"""Items a second into a table, 50 ms a call: the migration's loader compared with `aws dynamodb batch-write-item` in a loop.

Every call waits 50 ms in the server, each in a thread of its own, as on a network: so calls side by side wait
side by side. Each writer has a process of its own; the CLI starts one for each call.
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

from bench.reach import Goal, Say, no_options, progress, table, verdict
from local.aws.server import LocalAws
from runbook.engine.step_context import Clients
from runbook.migration.items import IN_ONE_WRITE, Loader, in_batches
from tests.faults import delayed

ACCOUNT, LATENCY_MS, RUNS = "123456789012", 50, 3
LEAST = 8
PROD, PROD_TABLE = "ap-northeast-1", "StampMasters-prod"
SETTINGS = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_DEFAULT_REGION": PROD,  # the only variable for the Region that version 1 of the CLI reads
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


def by_loader(count: int) -> None:
    """Write by the migration's own loader."""
    client = Clients(boto3.Session(), PROD)("dynamodb")
    loader = Loader(client=client, table=PROD_TABLE, sleep=time.sleep)
    deque(loader.load(map(item, range(count))), maxlen=0)


CLI, LOADER = "aws dynamodb batch-write-item in a loop", "the migration's loader"
WRITERS: dict[str, tuple[Callable[[int], None], int]] = {
    CLI: (by_cli, 250),
    LOADER: (by_loader, 10_000),
}
"""Writers, each with a number of items that takes it some seconds."""


def main() -> int:
    """Measure both writers; return the exit code."""
    no_options(__doc__)
    if shutil.which("aws") is None:
        print("not measured: the AWS CLI is not installed here")
        return 1
    with LocalAws(ACCOUNT, PROD) as aws, progress() as say:
        aws.faults.append(delayed(LATENCY_MS, "dynamodb:*"))
        rates = {name: measured(name, aws, say) for name in WRITERS}
    table("Migration, 50 ms a call", ("writer", "items a second"), [*rates.items()])
    what = "the loader, beside the AWS CLI in a loop"
    times = rates[LOADER] / rates[CLI]
    return verdict(Goal(what=what, measured=times, bound=LEAST, unit="x", at_least=True))


def measured(name: str, aws: LocalAws, say: Say) -> float:
    """Return items a second, of the best run, each into an empty table."""
    count, rates = WRITERS[name][1], []
    command = [sys.executable, "-m", "bench.migration", name]
    env = {**os.environ, **SETTINGS, "AWS_ENDPOINT_URL": aws.endpoint}
    for number in range(RUNS):
        say(f"{name}, run {number + 1} of {RUNS}")
        aws.moto.backend("dynamodb", PROD).tables.pop(PROD_TABLE, None)
        _create_table(aws)
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)  # noqa: S603 - this very file
        rates.append(count / float(done.stdout))
    return max(rates)


def _create_table(aws: LocalAws) -> None:
    keys = {name.lower(): SETTINGS[name] for name in SETTINGS if "KEY" in name}
    boto3.client("dynamodb", PROD, endpoint_url=aws.endpoint, **keys).create_table(
        TableName=PROD_TABLE,
        KeySchema=[{"AttributeName": "StampId", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "StampId", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )


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
