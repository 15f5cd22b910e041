"""Remove what is not planned from tables, functions, secrets, roles, keys, alarms, topics, log groups and the API.

It removes exactly what red rows name, and shows first what you lose by it. What a decision in
`environments.toml` allows is left alone. `--row DEP-08` removes what that row names; `--only "table
Users-prod: time to live"` removes one thing, named as a decision would name it.

What is in the API's methods is removed from the draft; the stage serves it until `api` has deployed the
draft.

計画外の設定を取り除く。対象はテーブル、関数、シークレット、ロール、キー、アラーム、トピック、ロググループ、API。

不合格の項目が示すものだけを取り除き、それによって失われるものを先に表示します。`environments.toml`の例外承認
（decisions）で認めたものには触れません。`--row DEP-08`でその項目が示すものだけを、`--only "table Users-prod: time to live"`で
例外承認と同じ書き方をした一つだけを取り除きます。

APIのメソッドにあるものは下書きから取り除きます。`api`で下書きをデプロイするまで、ステージには残ります。
"""

from collections.abc import Iterable

from aws.change.gate import Changes, Refused
from aws.converge import undo
from aws.ledger import Unplanned
from aws.words import did_you_mean, nearest, there_are
from runbook.engine import StepContext, repaired_by, step
from runbook.options import ROW, UNPLANNED

OPTIONS = (ROW, UNPLANNED)

ROWS = repaired_by("detach")
"""Green once it is done."""
ALSO = (
    "PREP-06",
    "DEP-02",
    "DEP-18",
    "DEP-24",
    "DEP-34",
    "DEP-40",
    "DEP-42",
    "MON-12",
    "SEC-05",
    "SEC-20",
    "SEC-22",
    "SEC-24",
    "SEC-25",
    "SEC-26",
)
"""Rows that it has a part in: some need a deployment as well, some are red for other reasons, too."""


@step("3-1", proves=ROWS, shown=False)
def remove_what_is_unplanned(context: StepContext) -> Changes:
    """Remove, after you agree, what an AWS call can remove.

    API呼び出しで取り除けるものを、確認のうえ取り除く。
    """
    made: Changes = ()
    there = _undecided(context)
    _refuse_unknown(context, there)
    # One after another: two may be of the same function.
    for unplanned in _chosen_of(context, there):
        context.watch(unplanned.what)
        made += undo.detach(context, unplanned, planned=context.plan.api)
    return made


@step("3-1", proves=ROWS, shown=False)
def see_what_only_a_person_can_take_away(context: StepContext) -> Changes:
    """Check what no call can remove, and where a person does it.

    If anything is left, the procedure stops: do it, then run the same command again.

    APIでは取り除けないものと、人が行う操作を確認する。

    残っている場合はここで止まります。操作した後、同じコマンドを実行してください。
    """
    by_hand = {
        unplanned.what: instruction
        for unplanned in _chosen_of(context, _undecided(context))
        if (instruction := undo.by_hand(unplanned))
    }
    for instruction in by_hand.values():
        context.tell(instruction)
    if by_hand and not context.rehearsed:
        listed = ", ".join(by_hand)
        raise Refused(
            en=f"only a person can remove this: {listed}. Do so as described above, then run it again",
            ja=f"人の操作が必要です: {listed}。上記のとおり操作してから再実行してください",
        )
    return ()


def _undecided(context: StepContext) -> tuple[Unplanned, ...]:
    """Return what the checks find now, and neither the plan nor a decision allows."""
    row = context.chosen.get(ROW.name)
    findings = context.red((row,) if row else (*ROWS, *ALSO))
    differences = dict.fromkeys(
        difference for finding in findings for difference in finding.differences
    )
    return tuple(filter(undo.undo_of, differences))


def _chosen_of(context: StepContext, them: Iterable[Unplanned]) -> tuple[Unplanned, ...]:
    only = context.chosen.get(UNPLANNED.name)
    return tuple(unplanned for unplanned in them if only in {None, unplanned.what})


def _refuse_unknown(context: StepContext, them: Iterable[Unplanned]) -> None:
    """Refuse a name that is none of these; where there are none, an earlier run may have removed it."""
    only, names = context.chosen.get(UNPLANNED.name), [unplanned.what for unplanned in them]
    if only is None or only in names:
        return
    if not names:
        context.say(en=f"there is no {only}", ja=f"{only}はありません")
        return
    near = nearest(only, names)
    there = did_you_mean(near) if near else there_are(names)
    raise Refused(
        en=f"nothing unplanned is called “{only}”; {there.en}",
        ja=f"計画外の設定に「{only}」はありません。{there.ja}",
    )
