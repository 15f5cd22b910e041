"""DynamoDB's own export to S3 and import from S3: started once, found again, waited for with a deadline.

Written from AWS's documents and proven against a stand-in of the tests only. moto 5.2.5 can't carry it:
its jobs have no StartTime, by which one is found again; the id in an export's ARN is not the one in the
path of its objects; and its import drops the encryption that it is given.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from aws.converge.change import unless_absent
from aws.converge.table import encryption, key_schema
from aws.desired import Table
from aws.words import Words
from runbook.engine import Refused, StepContext

EVERY_S = 30.0
LONGEST_S = 12 * 3600.0
"""AWS states no time: an export takes minutes at least, an import grows with the table."""
FRESH = timedelta(hours=24)
"""An export older than this is of another migration."""
GONE_WRONG = frozenset({"FAILED", "CANCELLED", "CANCELLING"})
Described = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """The export of one table into a bucket that the target's account owns."""

    client: Any
    table_arn: str
    bucket: str
    owner: str
    prefix: str

    def under_way(self, now: datetime) -> Described | None:
        """Return the newest export into this place that is fresh and did not fail, or None."""
        for found in self._all():
            if now - found["StartTime"] > FRESH:
                return None
            here = found.get("S3Bucket") == self.bucket and found.get("S3Prefix") == self.prefix
            if here and found["ExportStatus"] not in GONE_WRONG:
                return found
        return None

    def start(self) -> Described:
        """Start it. The client sends one token with all its retries, so that it starts once."""
        answer = self.client.export_table_to_point_in_time(
            TableArn=self.table_arn,
            S3Bucket=self.bucket,
            S3BucketOwner=self.owner,
            S3Prefix=self.prefix,
            ExportFormat="DYNAMODB_JSON",
        )
        found: Described = answer["ExportDescription"]
        return found

    def describe(self, arn: str) -> Described:
        found: Described = self.client.describe_export(ExportArn=arn)["ExportDescription"]
        return found

    def finished(self, context: StepContext, arn: str) -> Described:
        """Wait for an export, and return it; raise Refused where it failed or takes too long."""
        what = f"export {_id(arn)}"
        return _waited(context, lambda: self.describe(arn), "ExportStatus", what)

    def data(self, arn: str) -> str:
        """Return where the items are: the manifests beside them must not be imported."""
        return f"{self.prefix}/AWSDynamoDB/{_id(arn)}/data/"

    def _all(self) -> Iterator[Described]:
        """Yield exports, newest first: their ids begin with the time."""
        found = _listed(self.client.list_exports, "ExportSummaries", self.table_arn)
        arns = [one["ExportArn"] for one in found]
        yield from map(self.describe, sorted(arns, key=_id, reverse=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """The import into a table that does not exist yet."""

    client: Any
    table: Table
    bucket: str
    owner: str

    def standing(self, context: StepContext) -> Described | None:
        """Return the import that made the table that is there, or is making it; None without either."""
        if not exists(context, self.table):
            return None
        found = list(_listed(self.client.list_imports, "ImportSummaryList", self.table.arn))
        if not found:
            return None
        newest = max(found, key=lambda one: one["StartTime"])
        described = self.describe(newest["ImportArn"])
        return None if described["ImportStatus"] in GONE_WRONG else described

    def start(self, prefix: str) -> Described:
        answer = self.client.import_table(
            S3BucketSource={
                "S3Bucket": self.bucket,
                "S3BucketOwner": self.owner,
                "S3KeyPrefix": prefix,
            },
            InputFormat="DYNAMODB_JSON",
            InputCompressionType="GZIP",
            TableCreationParameters=_creation(self.table),
        )
        found: Described = answer["ImportTableDescription"]
        return found

    def describe(self, arn: str) -> Described:
        found: Described = self.client.describe_import(ImportArn=arn)["ImportTableDescription"]
        return found

    def finished(self, context: StepContext, arn: str) -> Described:
        """Wait for an import, and return it; raise Refused where it failed or takes too long."""
        what = f"import into {self.table.name}"
        return _waited(context, lambda: self.describe(arn), "ImportStatus", what)


def exists(context: StepContext, table: Table) -> bool:
    client = context.client("dynamodb")
    return unless_absent(client.describe_table, TableName=table.name) is not None


def refuse_lost(exported: Described | None, imported: Described) -> None:
    """Raise Refused where not all that was exported has been imported: only a log names what was not."""
    there, wrong = imported["ImportedItemCount"], imported.get("ErrorCount", 0)
    if wrong or (exported and exported["ItemCount"] != there):
        whole = Words(en="an unknown number of", ja="件数不明")
        if exported:
            whole = Words(en=f"{exported['ItemCount']:,}", ja=f"{exported['ItemCount']:,}件")
        raise Refused(
            Words(
                en=f"{there:,} of {whole.en} items were imported, {wrong:,} could not be read: see log group"
                f" {imported.get('CloudWatchLogGroupArn', '/aws-dynamodb/imports')}",
                ja=f"{whole.ja}中{there:,}件を取り込み、{wrong:,}件を読み取れませんでした。ロググループ{imported.get('CloudWatchLogGroupArn', '/aws-dynamodb/imports')}を確認してください",
            )
        )


def utc_now() -> datetime:
    return datetime.now(UTC)


def _listed(call: Callable[..., Any], key: str, table_arn: str) -> Iterator[Described]:
    """Yield what is listed; the client has no paginator for these two operations."""
    asked = {"TableArn": table_arn}
    while True:
        answer = call(**asked)
        yield from answer[key]
        if "NextToken" not in answer:
            return
        asked["NextToken"] = answer["NextToken"]


def _creation(table: Table) -> dict[str, Any]:
    """Write the new table as the plan has it; what import can't set is converged afterwards."""
    attributes = [{"AttributeName": n, "AttributeType": k} for n, k in table.attributes.items()]
    key = table.kms_key
    return {
        "TableName": table.name,
        "KeySchema": key_schema(table.hash_key, table.range_key),
        "AttributeDefinitions": attributes,
        "BillingMode": "PAY_PER_REQUEST",
        **({"SSESpecification": encryption(key)} if key else {}),
    }


def _waited(
    context: StepContext, describe: Callable[[], Described], status: str, what: str
) -> Described:
    found: Described = {}

    def finished() -> bool:
        nonlocal found
        found = describe()
        context.watch(f"{what}: {found[status]}")
        if found[status] in GONE_WRONG:
            raise Refused(_failure(found, status, what))
        return bool(found[status] == "COMPLETED")

    done = Words(en=f"{what} is COMPLETED", ja=f"{what}がCOMPLETEDになること")
    context.wait(finished, what=done, every_s=EVERY_S, within_s=LONGEST_S)
    return found


def _failure(found: Described, status: str, what: str) -> Words:
    why = " ".join(str(found.get(key, "")) for key in ("FailureCode", "FailureMessage")).strip()
    state, log = found[status], found.get("CloudWatchLogGroupArn")
    where, place = (f" (see {log})", f"（{log}を参照）") if log else ("", "")
    return Words(
        en=f"{what} is {state}: {why or 'AWS gives no reason'}{where}; fix that, delete the table that an"
        " import left, then run it again",
        ja=f"{what}: {state}（{why or 'AWSからの理由なし'}）{place}。原因を解決し、インポートが残したテーブルを"
        "削除してから再実行してください",
    )


def _id(arn: str) -> str:
    return arn.rpartition("/")[2]
