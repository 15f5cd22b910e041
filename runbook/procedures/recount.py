"""Recount the ranking's counters from the stamps, and correct what drifted.

Counters drift where stamps were written without them: by older code after a rollback, by a migration of
users, by hand, or where stamps expired. It reads the whole of UserStamps, so choose a quiet hour.

ランキングの集計値をスタンプから数え直し、ずれを直す。

ロールバック後の古いコード、利用者データの移行、手動での書き込み、スタンプの期限切れがあると、集計値がずれます。
UserStampsテーブル全体を読み取るため、利用の少ない時間帯に実行してください。
"""

from datetime import UTC, datetime

from aws.change.gate import Changes
from runbook.engine import Change, StepContext, step
from runbook.ranking_counters import correct, drifted

KIND = "recount"


@step("8-3", shown=False)
def put_the_counters_right(context: StepContext) -> Changes:
    """Correct every counter that differs from the stamps.

    Each is written only if it is still as it was read: an award at the same moment wins, and the run says so.

    スタンプと一致しない集計値を直す。

    読み取り時から変わっていない場合だけ書き込みます。同時に付与があった場合は付与を優先し、その旨を表示します。
    """
    _, drift = drifted(context)
    return context.each(correct, drift)


@step("8-3", proves=("DATA-05",), shown=False)
def leave_the_record(context: StepContext) -> Changes:
    """Read again, and record whether counters and stamps agree.

    読み直し、集計値とスタンプが一致するかを記録する。
    """
    counters, drift = drifted(context)
    body = {"agree": not drift, "counters": counters, "drifted": len(drift)}
    at = datetime.now(UTC).isoformat(timespec="seconds")
    change = Change("evidence", KIND, None, body)
    return context.settle((change,), lambda: context.record(KIND, body | {"at": at}))
