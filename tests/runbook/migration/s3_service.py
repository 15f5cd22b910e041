"""DynamoDB's export and import as AWS answers them, which moto does not: stages, times, counts, whole ids.

An extension of the local AWS. Items travel as AWS documents it: as gzipped lines below ``data/``, with
manifests beside it, which an import that is pointed a folder too high would try to read.
"""

import gzip
import json
import time
from dataclasses import dataclass, field
from typing import Any

from local.aws.request import json_response
from local.aws.server import LocalAws

LOOKS = 2
"""Times that a job says IN_PROGRESS before it is done."""


@dataclass(slots=True)
class S3Service:
    """``asked`` keeps what a job was started with, ``broken`` what goes wrong with the next."""

    aws: LocalAws
    asked: list[dict[str, Any]] = field(default_factory=list)
    broken: dict[str, Any] = field(default_factory=dict)
    age_s: float = 0
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    looks: dict[str, int] = field(default_factory=dict)

    def forget(self) -> None:
        """Know of no job."""
        self.jobs.clear()
        self.looks.clear()

    def __call__(self, request: Any) -> Any:
        answer = {
            "ExportTableToPointInTime": self.export,
            "ImportTable": self.import_,
            "DescribeExport": lambda _, asked: self.described("Export", asked["ExportArn"]),
            "DescribeImport": lambda _, asked: self.described("Import", asked["ImportArn"]),
            "ListExports": lambda _, asked: self.listed("ExportArn", "ExportSummaries", asked),
            "ListImports": lambda _, asked: self.listed("ImportArn", "ImportSummaryList", asked),
        }.get(request.operation)
        return answer and json_response(answer(request, request.parameters))

    def export(self, request: Any, asked: dict[str, Any]) -> dict[str, Any]:
        items = self.items(request.region, asked["TableArn"].rpartition("/")[2])
        where = {key: asked[key] for key in ("TableArn", "S3Bucket", "S3Prefix")}
        begun = self.begun("Export", asked, len(items), where)
        folder = f"{asked['S3Prefix']}/AWSDynamoDB/{begun['ExportArn'].rpartition('/')[2]}"
        lines = "".join(json.dumps({"Item": one}) + "\n" for one in items)
        self.put(asked, f"{folder}/manifest-summary.json", b"{}")
        self.put(asked, f"{folder}/manifest-files.json", b"{}")
        self.put(
            asked,
            f"{folder}/data/2k2bnz3fne4kha2prxmoqv5mae.json.gz",
            gzip.compress(lines.encode()),
        )
        return {"ExportDescription": begun}

    def import_(self, request: Any, asked: dict[str, Any]) -> dict[str, Any]:
        wanted, backend = asked["TableCreationParameters"], self.backend(request.region)
        table = backend.create_table(
            name=wanted["TableName"],
            schema=wanted["KeySchema"],
            throughput=None,
            attr=wanted["AttributeDefinitions"],
            global_indexes=None,
            indexes=None,
            streams=None,
            billing_mode=wanted["BillingMode"],
            sse_specification=wanted.get("SSESpecification"),
            tags=[],
            deletion_protection_enabled=False,
            warm_throughput=None,
        )
        found = self.read(**asked["S3BucketSource"])
        items = found[self.broken.pop("lost", 0) :]
        for item in items:
            table.put_item(item)
        arn = {"TableArn": table.table_arn}
        return {"ImportTableDescription": self.begun("Import", asked, len(items), arn)}

    def put(self, asked: dict[str, Any], key: str, body: bytes) -> None:
        self.s3.put_object(bucket_name=asked["S3Bucket"], key_name=key, value=body)

    def read(self, S3Bucket: str, S3KeyPrefix: str, **_: str) -> list[dict[str, Any]]:  # noqa: N803 - AWS's own names
        """Read every object below the prefix, as the import does: what is no gzip breaks it."""
        keys = self.s3.list_objects(
            self.s3.get_bucket(S3Bucket), S3KeyPrefix, None, marker=None, max_keys=None
        )[0]
        texts = [gzip.decompress(one.value).decode() for one in keys]
        return [json.loads(line)["Item"] for text in texts for line in text.splitlines()]

    @property
    def s3(self) -> Any:
        return self.aws.moto.backend("s3", "aws")

    def begun(self, kind: str, asked: Any, count: int, more: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(asked)
        number = f"0169368582746{len(self.jobs)}-{len(self.jobs):08x}"
        arn = f"{more['TableArn']}/{kind.lower()}/{number}"
        counts = "ItemCount" if kind == "Export" else "ImportedItemCount"
        job = {f"{kind}Arn": arn, "StartTime": time.time() - self.age_s, counts: count, **more}
        self.jobs[arn], self.looks[arn] = {**job, **self.broken}, 0
        self.broken = {}
        return {**job, f"{kind}Status": "IN_PROGRESS"}

    def described(self, kind: str, arn: str) -> dict[str, Any]:
        self.looks[arn] += 1
        status = "COMPLETED" if self.looks[arn] > LOOKS else "IN_PROGRESS"
        described = {f"{kind}Status": status, **self.jobs[arn]}
        return {"ExportDescription" if kind == "Export" else "ImportTableDescription": described}

    def listed(self, arn: str, name: str, asked: dict[str, Any]) -> dict[str, Any]:
        """One job a page: what reads only the first finds the oldest."""
        found = [one for one in self.jobs.values() if arn in one]
        place = int(asked.get("NextToken", 0))
        more = {"NextToken": f"{place + 1:0112}"} if place + 1 < len(found) else {}
        keys = (arn, "StartTime")
        page = [{key: one[key] for key in keys} for one in found[place : place + 1]]
        return {name: page, **more}

    def items(self, region: str, table: str) -> list[dict[str, Any]]:
        return [
            one.to_json()["Attributes"] for one in self.backend(region).tables[table].all_items()
        ]

    def backend(self, region: str) -> Any:
        return self.aws.moto.backend("dynamodb", region)
