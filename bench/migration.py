"""Items a second into a table, 50 ms a call: the migration beside `aws dynamodb batch-write-item` in a loop.

Prints one line per case. Each runs in a process of its own against the same local AWS, so that the
server's CPU is not counted as the writer's. Beside the CLI, which starts a process per call, there is
a plain loop of the same calls in one process: what is gained on it is gained by the design alone.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from runbook.migration.loading import Loader, batches  # noqa: E402 - after the path
from runbook.migration.progress import Progress  # noqa: E402
from signoff.local.aws import LocalAws  # noqa: E402
from signoff.local.aws_faults import delayed  # noqa: E402
from signoff.procedure.clients import Clients  # noqa: E402
from signoff.procedure.work import nothing  # noqa: E402

TABLE, REGION, LATENCY_MS, RUNS = "StampMasters-bench", "ap-northeast-1", 50, 3
KEYS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_REGION": REGION}


def item(number: int) -> dict[str, Any]:
    place = {"lat": {"N": "35.55548"}, "lon": {"N": "139.65428"}, "radiusM": {"N": "15"}}
    name = {"StampId": {"S": f"SPOT-{number:06}"}, "Name": {"S": f"Spot {number}"}}
    return {**name, "Type": {"S": "GPS"}, "Location": {"M": place}}


def by_cli(count: int) -> None:
    """Write as the guide does, in its only form that works: a request file per 25 items."""
    with tempfile.TemporaryDirectory() as folder:
        request = Path(folder) / "request.json"
        for batch in batches(map(item, range(count))):
            puts = [{"PutRequest": {"Item": one}} for one in batch]
            request.write_text(json.dumps({TABLE: puts}))
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
    client = boto3.client("dynamodb", region_name=REGION)
    for batch in batches(map(item, range(count))):
        client.batch_write_item(
            RequestItems={TABLE: [{"PutRequest": {"Item": one}} for one in batch]}
        )


def by_migration(count: int) -> None:
    """Write by the migration's own loader."""
    client = Clients(boto3.Session(), REGION)("dynamodb")
    loader = Loader(client=client, table=TABLE, sleep=time.sleep)
    loader.load(map(item, range(count)), Progress(what="bench", watch=nothing, total=count))


WRITERS: dict[str, tuple[Callable[[int], None], int]] = {
    "aws dynamodb batch-write-item in a loop": (by_cli, 250),
    "the same calls in a loop of one process": (by_loop, 2_500),
    "the migration": (by_migration, 10_000),
}
"""Each with a number of items that takes some seconds."""


def measured(name: str, endpoint: str) -> float:
    """Return items a second, of the best run."""
    count = WRITERS[name][1]
    command = [sys.executable, __file__, name]
    env = {**os.environ, **KEYS, "AWS_ENDPOINT_URL": endpoint}
    rates = []
    for _ in range(RUNS):
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)  # noqa: S603 - this very file
        rates.append(count / float(done.stdout))
        print(f"{name}: {count:,} items, {rates[-1]:,.0f} items/s")
    return max(rates)


def main() -> None:
    with LocalAws("123456789012", REGION) as aws:
        boto3.client(
            "dynamodb",
            endpoint_url=aws.endpoint,
            region_name=REGION,
            aws_access_key_id="local",
            aws_secret_access_key="local",  # noqa: S106 - opens nothing
        ).create_table(
            TableName=TABLE,
            KeySchema=[{"AttributeName": "StampId", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "StampId", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        aws.faults.append(delayed(LATENCY_MS, "dynamodb:BatchWriteItem"))
        cli, loop, ours = WRITERS
        if shutil.which("aws"):
            print(
                f"beside the CLI: {measured(ours, aws.endpoint) / measured(cli, aws.endpoint):.1f} x"
            )
        else:
            print("the AWS CLI is not installed here, so it is not measured")
        print(
            f"beside the loop: {measured(ours, aws.endpoint) / measured(loop, aws.endpoint):.1f} x"
        )


def write(name: str) -> None:
    """Write by one of the writers, and print the seconds that it took."""
    writer, count = WRITERS[name]
    begin = time.perf_counter()
    writer(count)
    print(time.perf_counter() - begin)


if __name__ == "__main__":
    write(sys.argv[1]) if sys.argv[1:] else main()
