"""Restore tables to a moment before a fault, and point the functions at them.

`--to 2026-11-25T09:00:00Z` names the moment, `--only userstamps` one table; without it, all three go back
to the same moment. The guide ends when AWS has created the new table. At that point no function reads it, and
it has no backups, time to live, tags, stream, scaling, deletion protection or alarms: this adds them all.

To go back to the old tables, run `python -m runbook rollback_functions --env prod --go`, since the
earlier versions still name them; then `python -m runbook monitoring --env prod --go`, since the alarms
watch the restored ones. No table is ever deleted here.

テーブルを障害前の時点に戻し、関数の参照先を切り替える。

`--to 2026-11-25T09:00:00Z`で時点を、`--only userstamps`でテーブルを指定します。テーブルを省略すると、3つとも
同じ時点に戻します。手順書はAWSが新しいテーブルを作るところで終わりますが、その時点ではどの関数も参照して
おらず、バックアップ・TTL・タグ・ストリーム・自動スケーリング・削除保護・アラームも引き継がれていません。
この手順はそのすべてを行います。

元のテーブルに戻すには`python -m runbook rollback_functions --env prod --go`を実行します。以前のバージョンは
元のテーブル名を保持しているためです。続けて`python -m runbook monitoring --env prod --go`を実行し、アラームの
対象も元のテーブルに戻します。この手順がテーブルを削除することはありません。
"""

from functools import partial

from aws.change.gate import Changes
from aws.converge import alarm
from aws.words import Words
from runbook import releases
from runbook.engine import StepContext, ask, step
from runbook.options import MOMENT, TABLE
from runbook.rollback.execution import all_or_none
from runbook.rollback.redirect import allow, repoint
from runbook.rollback.restore import afterwards, age_s, content, exists, restore, restores, window
from runbook.rollback.table_settings import reapply
from runbook.rollback.versions import aliases

OPTIONS = (MOMENT, TABLE)

KIND = "restore"
IAM_IN_FORCE_S = 20
"""A policy takes some seconds to reach the Regions; a function that comes first is denied."""
IN_FORCE = Words(en="the policies are in force everywhere", ja="ポリシーが全体で有効になること")


@step("8-4")
def say_what_is_lost(context: StepContext) -> Changes:
    """Say what is lost.

    What was written after the moment is not in the restored table: stamps that users collected since
    then are gone for them. It stays in the old table, which is kept, so that it can be moved later. Turn
    maintenance mode on first, or users keep collecting stamps that they will lose.

    失われるものを示す。

    指定時点より後の書き込みは復元先に含まれません。その間に取得されたスタンプは利用者から見えなくなります。
    元のテーブルは残るため、後から移し替えられます。先にフロントエンドをメンテナンスモードにしてください。
    """
    for job in restores(context):
        earliest, latest = window(context, job.old)
        at, first = f"{job.at:%Y-%m-%dT%H:%M:%SZ}", f"{earliest:%Y-%m-%dT%H:%M:%SZ}"
        context.say(
            en=f"{job.old.name}: all that was written after {at}; can be restored from {first} to "
            f"{latest:%H:%M:%SZ}; new table {job.new.name}, and the old one is kept",
            ja=f"{job.old.name}: {at}より後の書き込みがすべて失われます。復元できる範囲は{first}から"
            f"{latest:%H:%M:%SZ}まで。新しいテーブルは{job.new.name}、元のテーブルは残ります",
        )
    return ()


@step("8-4")
def restore_into_new_tables(context: StepContext) -> Changes:
    """Restore into new tables, beside the old ones.

    Their names are those of the old ones with the moment added, so that a run that was stopped finds them
    again. AWS takes twenty minutes or more.

    元のテーブルとは別の新しいテーブルに復元する。

    名前は元のテーブル名に時点を付けたものです。中断しても、再実行時に同じテーブルを見つけられます。AWSでの復元には
    20分以上かかります。
    """
    return context.each(restore, restores(context))


@step("8-4")
def reapply_what_a_restore_leaves_behind(context: StepContext) -> Changes:
    """Give the restored tables what AWS leaves with the old ones.

    From the plan: backups, time to live, tags, deletion protection. From the old table, where it has them:
    further tags, a stream, a resource policy, autoscaling of provisioned capacity. What else refers
    to the table's name or stream has to be moved by you: triggers, a plan of AWS Backup that names the
    table, scheduled scaling, Contributor Insights, Kinesis, replicas.

    復元で引き継がれない設定を、復元したテーブルに付け直す。

    計画から: バックアップ、TTL、タグ、削除保護。元のテーブルにある場合はさらに: その他のタグ、ストリーム、
    リソースポリシー、プロビジョンドキャパシティの自動スケーリング。テーブル名やストリームを他で参照している
    ものは手動で移します（トリガー、テーブル名を指定したAWS Backupのプラン、スケジュールスケーリング、
    Contributor Insights、Kinesis、レプリカ）。
    """
    return afterwards(context).each(reapply, restores(context))


@step("8-4")
def let_the_functions_reach_them(context: StepContext) -> Changes:
    """Give the functions' roles the same access to the restored tables as to the old ones.

    復元したテーブルへのアクセスを、元のテーブルと同じ範囲で関数のロールに許可する。
    """
    made = context.each(allow, context.plan.roles)
    if made and context.go:
        context.pause(IAM_IN_FORCE_S, until=IN_FORCE)
    return made


@step("8-4")
def send_the_functions_there(context: StepContext) -> Changes:
    """Publish the functions with the restored tables' names, and move their aliases.

    Code and other tables stay those that are live. From here on callers read the restored tables: all of
    them or none, since the others are put back if one alias can't be moved.

    復元したテーブル名を設定した関数を公開し、エイリアスを移動する。

    コードと他のテーブルの参照先は稼働中のままです。この時点から、呼び出し元には復元後のデータが見えます。一つでも
    エイリアスを移動できなければ、移動済みのものも元に戻します。
    """
    then, names = afterwards(context), _names(context)
    with all_or_none(context, aliases(context, then.plan.functions)):
        return then.each(partial(repoint, restored=names), then.plan.functions)


@step("8-4")
def watch_the_restored_tables(context: StepContext) -> Changes:
    """Point the throttling alarms at the restored tables.

    スロットリングのアラームの対象を、復元したテーブルに変更する。
    """
    then, names = afterwards(context), _names(context)
    watching = [alarm for alarm in then.plan.alarms if alarm.dimensions.get("TableName") in names]
    return alarm.converge(then, watching, alarm.read(context, watching))


@step("8-4")
def see_that_it_holds(context: StepContext) -> Changes:
    """Read the restored tables, and record their counts, hashes, and how long it took.

    復元したテーブルを読み、件数とハッシュ、所要時間を記録する。
    """
    done = restores(context)
    if not all(exists(context, restore) for restore in done):
        return ()
    body = {
        "at": f"{done[0].at:%Y-%m-%dT%H:%M:%SZ}",
        "tables": {restore.old.name: restore.new.name for restore in done},
        "content": {restore.new.name: content(context, restore.new) for restore in done},
    }
    if context.recorded(KIND, **body):
        return ()
    took = max(age_s(context, restore) for restore in done)
    context.say(
        en=f"restored and in use after {took:g} s", ja=f"{took:g}秒で復元し、切り替えました"
    )
    return context.leave_record(KIND, body, lambda: context.record(KIND, body | {"seconds": took}))


@step("8-4")
def record_the_release(context: StepContext) -> Changes:
    """Record the versions that are live now.

    稼働中のバージョンを記録する。
    """
    return releases.converge(context, functions=context.plan.functions)


@ask("8-4")
def name_them_in_the_environment() -> None:
    """Name the restored tables in `environments.toml`, in a reviewed commit.

    Until then the checks expect the old tables and are red, and the procedure `functions` asks before it
    sends the functions back to them. Afterwards `python -m runbook least_privilege --env prod --go`
    removes the old tables from the roles, and `python -m runbook monitoring --env prod --go` moves the
    dashboard. Lift maintenance mode, and move by hand what was written after the moment, if it was good.
    If the stamps' table was restored, run `recount`; if the masters' table was, run `migrate_masters`
    again, since a manifest is about one table.

    復元したテーブル名を、レビューを経て`environments.toml`に記載する。

    記載するまで、検証は元のテーブルを期待して不合格になり、手順`functions`は関数の参照先を元のテーブルに戻す前に
    確認を求めます。記載後、`python -m runbook least_privilege --env prod --go`でロールから元のテーブルへの
    権限を外し、`python -m runbook monitoring --env prod --go`でダッシュボードを更新します。メンテナンスモードを
    解除し、指定時点より後の正しい書き込みがあれば手動で移し替えます。スタンプのテーブルを戻した場合は
    `recount`を、マスターのテーブルを戻した場合は`migrate_masters`を実行します（マニフェストはテーブルごとのため）。
    """


def _names(context: StepContext) -> frozenset[str]:
    return frozenset(restore.new.name for restore in restores(context))
