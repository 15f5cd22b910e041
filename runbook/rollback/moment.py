"""The moment to restore to: read from the command line, and held against what AWS can restore."""

from datetime import UTC, datetime
from typing import Any

from aws.desired import Table
from runbook.engine import Refused, StepContext

FORM = "2026-11-25T09:00:00Z"


def moment(context: StepContext) -> datetime:
    """Return the time of ``--to`` in UTC, to the second, as AWS takes it; Refused where there is none."""
    given = context.chosen.get("to")
    if given is None:
        raise Refused(f"a restore needs the time to go back to: give it with --to {FORM}")
    try:
        at = datetime.fromisoformat(given)
    except ValueError:
        raise Refused(f"{given} is no time: write it like {FORM}") from None
    if at.tzinfo is None:
        raise Refused(f"{given} has no time zone: write Z for UTC, or +09:00 for Japan")
    return at.astimezone(UTC).replace(microsecond=0)


def window(context: StepContext, table: Table) -> tuple[datetime, datetime]:
    """Return the earliest and latest time a table can be restored to; Refused where there is none."""
    answer = context.client("dynamodb").describe_continuous_backups(TableName=table.name)
    described = answer["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
    if described.get("PointInTimeRecoveryStatus") != "ENABLED":
        raise Refused(
            f"table {table.name} has no point-in-time recovery, so that there is no way back in time:"
            f" turn it on by `python -m runbook tables --env {context.environment.name} --go` before the next"
            " fault"
        )
    return _utc(described["EarliestRestorableDateTime"]), _utc(
        described["LatestRestorableDateTime"]
    )


def refuse_outside(context: StepContext, table: Table, at: datetime) -> None:
    """Stop where AWS would refuse the time: in its words, nobody sees which time would do."""
    earliest, latest = window(context, table)
    if not earliest.replace(microsecond=0) <= at <= latest:
        raise Refused(
            f"table {table.name} cannot be restored to {at:%Y-%m-%dT%H:%M:%SZ}, only to a time from"
            f" {earliest:%Y-%m-%dT%H:%M:%SZ} to {latest:%Y-%m-%dT%H:%M:%SZ}: name one of those"
        )


def _utc(given: Any) -> datetime:
    moment: datetime = given
    return moment.astimezone(UTC)
