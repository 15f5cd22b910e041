"""Delete published versions that nothing uses any more, except the newest ten of each function.

Whoever a version's own policy allows can still invoke it, with its old code, and AWS shows these policies
one by one, 15 a second: SEC-28 is red while there are more than can be read. Whatever an alias serves, a
record names (the newest release, the one before it, the ends of the last rollback), or the API or an
event source calls by its number, stays; it counts among the ten. Ten, because the policies of ten in
seven functions are read within seconds, and a team that releases weekly can go back a season with them.

どこからも使われていない公開済みバージョンを、関数ごとに新しい10個を残して削除する。

どのバージョンも、自身のポリシーが許す相手からは古いコードのまま呼び出せます。このポリシーは1バージョンずつ、
毎秒15回までしか読み取れないため、読み切れない数があるとSEC-28が不合格になります。エイリアスが使うもの、記録に
あるもの（最新のリリース、その前のリリース、最後のロールバックの前後）、APIやイベントソースが番号で呼び出すものは
残し、10個に数えます。10個なら7関数分のポリシーを数秒で読め、毎週リリースするチームでも一つの季節をさかのぼれます。
"""

from functools import partial

from aws.change import Change, Changes, Refused
from aws.converge import version
from aws.desired import Function
from aws.door import RateLimiter
from aws.words import Words
from runbook.engine import StepContext, step
from runbook.old_versions import Named, named_versions, old_versions
from runbook.rollback.drill import KIND as DRILL
from runbook.rollback.execution import BEGUN

PER_SECOND = 7
"""Half of what Lambda takes from an account (15), of changes and reads together: others release meanwhile."""
FIELD = "versions that nothing names"


@step("3-2", proves=("SEC-28",))
def delete_old_versions(context: StepContext) -> Changes:
    """Delete the versions that nothing uses, oldest first, after you agree.

    This can't be undone: Lambda keeps no copy of a version, its code, variables and policy. It shows
    first which they are, how many of all, how large, and from when. Whoever calls one of them directly by
    its number, from outside this environment, gets an error from then on. A run that was stopped resumes
    with those that are left.

    どこからも使われていないバージョンを、同意を得てから古い順に削除する。

    削除したバージョンのコード、環境変数、ポリシーは復元できません。対象の番号、全体に占める数、サイズ、期間を先に
    表示します。本環境の外から番号を直接指定して呼び出している場合、以後はエラーになります。中断した実行は、残った
    バージョンから再開します。
    """
    _refuse_during_a_drill(context)
    pace = RateLimiter(PER_SECOND, sleep=context.sleep)
    return context.each(
        partial(_delete, named=named_versions(context), pace=pace), context.plan.functions
    )


def _delete(context: StepContext, one: Function, *, named: Named, pace: RateLimiter) -> Changes:
    old = old_versions(context, one, named)
    if not old.versions:
        return ()
    name = f"function {one.name}"
    lost = Change(name, FIELD, str(old), None, destroys=True, final=True)

    def delete() -> None:
        for done, each in enumerate(old.versions):
            context.watch(f"{name}: {done} / {len(old.versions)}")
            pace.wait()
            version.delete(context, one.name, each["Version"])

    return context.settle((lost,), delete)


def _refuse_during_a_drill(context: StepContext) -> None:
    """A drill that was stopped compares what there is with what there was, and puts it back."""
    newest = context.recorded(DRILL) or {}
    if newest.get("state") == BEGUN:
        raise Refused(
            Words(
                en="a rehearsal of the rollbacks was stopped half-way: let `python -m runbook rehearse_rollbacks"
                f" --env {context.environment.name} --go` put back what it broke first",
                ja="ロールバックの訓練が途中で止まっています。先に`python -m runbook rehearse_rollbacks"
                f" --env {context.environment.name} --go`を実行して元に戻してください",
            )
        )
