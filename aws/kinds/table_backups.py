"""DynamoDB: what is read of a table by a call of its own each: its backups, tags and policy."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from aws.dated import default
from aws.kind.description import LeftOut, Part, ReadCall, fact, tags_at
from aws.kind.engine import Kind
from aws.kinds.table import ITS_ARN
from aws.raw import utc
from aws.reading import Reading
from aws.redaction.secret_text import MaskedValue
from aws.words import Words

WINDOW_DAYS = default("recovery_window_days")
"""The longest window that point-in-time recovery knows, and AWS's own default."""
WINDOW = Words(en="recovery window (days)", ja="復元可能期間（日）")
RECOVERY = Words(en="point-in-time recovery", ja="ポイントインタイムリカバリ")
MOVES = LeftOut("the window of recovery moves on with the clock", moves=True)
RECOVERS = "ContinuousBackupsDescription.PointInTimeRecoveryDescription"


@dataclass(frozen=True, slots=True, kw_only=True)
class Backups:
    """Point-in-time recovery; the times are the restorable window, UTC."""

    pitr: bool = fact(
        RECOVERY,
        f"{RECOVERS}.PointInTimeRecoveryStatus",
        read=lambda status: status == "ENABLED",
        part=Part.DATA,
    )
    window_days: int | None = fact(
        WINDOW, f"{RECOVERS}.RecoveryPeriodInDays", absent=None, part=Part.DATA
    )
    earliest: datetime | None = fact(
        Words(en="restorable from", ja="復元可能な最古の時刻"),
        f"{RECOVERS}.EarliestRestorableDateTime",
        absent=None,
        read=utc,
        part=MOVES,
    )
    latest: datetime | None = fact(
        Words(en="restorable until", ja="復元可能な最新の時刻"),
        f"{RECOVERS}.LatestRestorableDateTime",
        absent=None,
        read=utc,
        part=MOVES,
    )

    @property
    def days(self) -> int:
        """The window of recovery; one that AWS does not name is its default."""
        return WINDOW_DAYS if self.window_days is None else self.window_days


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourcePolicy:
    """``document`` is None where the resource has no policy."""

    document: str | None = fact(
        Words(en="policy", ja="ポリシー"), "Policy", absent=None, part=Part.PERMISSIONS
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    tags: Mapping[str, MaskedValue] = tags_at("Tags")


BACKUPS = Kind[Backups](
    words=Words(en="backups of table", ja="テーブルのバックアップ"),
    service="dynamodb",
    section="backups",
    type=Backups,
    calls={
        "backups": ReadCall(
            operation="DescribeContinuousBackups",
            asks={"TableName": "{name}"},
            needs=frozenset({"ContinuousBackupsDescription"}),
            harmless={
                "always enabled; what can be switched is point-in-time recovery": (
                    "ContinuousBackupsDescription.ContinuousBackupsStatus"
                )
            },
        )
    },
)
TABLE_TAGS = Kind[Tags](
    words=Words(en="tags of table", ja="テーブルのタグ"),
    service="dynamodb",
    section="table_tags",
    type=Tags,
    calls={"tags": ReadCall(operation="ListTagsOfResource", asks=ITS_ARN, pages="Tags")},
)
TABLE_POLICY = Kind[ResourcePolicy](
    words=Words(en="policy of table", ja="テーブルのポリシー"),
    service="dynamodb",
    section="table_policies",
    type=ResourcePolicy,
    calls={
        "policy": ReadCall(
            operation="GetResourcePolicy",
            asks=ITS_ARN,
            needs=frozenset({"Policy"}),
            empty_on=frozenset({"PolicyNotFoundException"}),
            harmless={"counts the versions of the policy, which is judged itself": "RevisionId"},
        )
    },
)


def _planned(reading: Reading) -> tuple[str, ...]:
    return reading.scope.tables


READERS = {
    **BACKUPS.readers(_planned),
    **TABLE_TAGS.readers(_planned),
    **TABLE_POLICY.readers(_planned),
}
