"""Delete published versions that nothing uses any more, except the newest ten of each function.

Whoever a version's own policy allows can still invoke it, with its old code, and AWS shows these policies
one by one, 15 a second: SEC-28 is red while there are more than can be read. Whatever an alias serves stays. So
do, and count among the ten, the versions that a record names (the newest release, the one before it, the ends of
the last rollback), that this or another API or an event source calls by number, that have provisioned concurrency,
or a policy or settings of their own: the procedure says why each of them stays. Ten, because the policies of ten in
seven functions are read within seconds, and a team that releases weekly can go back a season with them.

どこからも使われていない公開済みバージョンを、関数ごとに新しい10個を残して削除する。

どのバージョンも、自身のポリシーが許す相手からは古いコードのまま呼び出せます。このポリシーは1バージョンずつ、
毎秒15回までしか読み取れないため、読み切れない数があるとSEC-28が不合格になります。エイリアスが使うものは残します。
記録にあるもの（最新のリリース、その前のリリース、最後のロールバックの前後）、本APIや別のAPI、イベントソースが番号で
呼び出すもの、プロビジョニング済み同時実行があるもの、自身のポリシーや設定を持つものも残して10個に数え、残す理由を
表示します。10個なら7関数分のポリシーを数秒で読め、毎週リリースするチームでも一つの季節をさかのぼれます。
"""

from collections.abc import Callable
from functools import partial

from botocore.exceptions import ClientError

from aws.converge import version
from aws.converge.change import Change, Changes, Refused
from aws.dated import call_rates
from aws.desired import Function
from aws.door.limits import RateLimiter
from aws.words import Words, joined
from runbook.engine import StepContext, step
from runbook.old_versions import Named, OldVersions, named_versions, old_versions
from runbook.rollback.drill import KIND as DRILL
from runbook.rollback.execution import BEGUN

PER_SECOND = 7
"""Half of what Lambda takes from an account (15), of changes and reads together: others release meanwhile."""
FIELD = "versions that nothing names"
IN_USE = frozenset({"InvalidParameterValueException", "ResourceConflictException"})
"""Error codes of DeleteFunction for what is a copy at the edge, or in use by what nobody listed."""


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
    rate = call_rates()["lambda:GetPolicy"]
    policies = RateLimiter(rate.per_second, burst=rate.burst, sleep=context.sleep)
    named = named_versions(context)
    return context.each(
        partial(_delete, named=named, pace=pace.wait, turn=policies.wait), context.plan.functions
    )


def _delete(
    context: StepContext,
    one: Function,
    *,
    named: Named,
    pace: Callable[[], None],
    turn: Callable[[], None],
) -> Changes:
    old = old_versions(context, one, named, turn)
    if old.stay and context.rehearsed:
        context.tell(_staying(old))
    if not old.versions:
        return ()
    lost = Change(f"function {one.name}", FIELD, str(old), None, destroys=True, final=True)
    return context.settle((lost,), partial(_delete_each, context, old, pace))


def _staying(old: OldVersions) -> Words:
    stay = sorted(old.stay.items(), key=lambda one: int(one[0]))
    why = joined(
        Words(en=f"{number} ({why.en})", ja=f"{number}（{why.ja}）") for number, why in stay
    )
    return Words(
        en=f"{old.function.name} keeps {why.en}", ja=f"{old.function.name}で残すもの: {why.ja}"
    )


def _delete_each(context: StepContext, old: OldVersions, pace: Callable[[], None]) -> None:
    """Delete them all but for what Lambda refuses to delete; say which these are at the end."""
    name, refused = f"function {old.function.name}", []
    for done, each in enumerate(old.versions):
        context.watch(f"{name}: {done} / {len(old.versions)}")
        pace()
        try:
            version.delete(context, old.function.name, each["Version"])
        except ClientError as error:
            if error.response["Error"]["Code"] not in IN_USE:
                raise
            refused.append(f"{each['Version']} ({error.response['Error']['Message']})")
    if refused:
        told = "; ".join(refused)
        raise Refused(
            Words(
                en=f"Lambda deletes all versions of {old.function.name} but for {told}: take away what uses them"
                " (a CloudFront trigger: copies at the edge go some hours after it), then run it again",
                ja=f"{old.function.name}の次のバージョンだけはLambdaが削除を拒否しました: {told}。使用元を外してから"
                "再実行してください（CloudFrontのトリガーは、外してからエッジの複製が消えるまで数時間かかります）",
            )
        )


def _refuse_during_a_drill(context: StepContext) -> None:
    """A drill that was stopped compares what there is with what there was, and puts it back."""
    newest = context.recorded(DRILL) or {}
    if newest.get("state") == BEGUN:
        raise Refused(
            Words(
                en="a rehearsal of the rollbacks was stopped half-way: first run `python -m runbook rehearse_rollbacks"
                f" --env {context.environment.name} --go`, which puts back what it broke",
                ja="ロールバックの訓練が途中で止まっています。先に`python -m runbook rehearse_rollbacks"
                f" --env {context.environment.name} --go`を実行して元に戻してください",
            )
        )
