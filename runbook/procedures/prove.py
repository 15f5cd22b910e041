"""Prove what this checkout builds: the functions' own tests, and a judged run on an embedded stack; record both.

Order of the ranking, retries, days and weeks can't be tried in production. The record says of which packages
they were tried, by their digests, so that it speaks of every environment that runs these packages. CI or one person runs it,
once for each build; AWS is asked for nothing but the evidence store.

このチェックアウトのビルドを検証する。関数自身のテストと組み込みスタックでの判定を行い、結果を記録する。

ランキングの順序、再試行、日や週の境目は本番では試せません。記録にはパッケージのダイジェストが残るため、同じパッケージを
実行するすべての環境について有効です。ビルドごとに一度、CIまたは担当者が実行します。AWSへのアクセスは
証跡ストアだけです。
"""

from collections.abc import Mapping

from aws.change.gate import Changes, Refused
from aws.release import code_sha256
from aws.words import Words
from runbook.engine import StepContext, step

KIND = "proof"
PASSED: Mapping[str, str] = {"tests": "passed", "embedded": "GO"}
"""What the record of a proof that passed says."""
WHEN_RUN = Words(en="as the tests and the run end", ja="テストと判定の終了時の結果")


@step("3-2", shown=False)
def prove_the_build(context: StepContext) -> Changes:
    """Run the functions' tests and judge an embedded stack, unless these very packages passed before.

    Both take about three minutes of this machine. A failure is recorded as well, and stays red until a later proof passes.

    関数のテストと組み込みスタックでの判定を実行する。同じパッケージが合格済みなら何もしない。

    このマシンで合わせて約3分かかります。失敗も記録され、後の検証が合格するまで不合格になります。
    """
    functions = context.plan.functions
    built = {function.name: code_sha256(context.build(function.key)) for function in functions}
    newest = context.recorded(KIND)
    if newest is not None and PASSED.items() <= newest.items() and newest["functions"] == built:
        return ()
    before = dict(newest) if newest else None
    return context.leave_record(KIND, WHEN_RUN, lambda: _record(context, built), before=before)


def _record(context: StepContext, built: dict[str, str]) -> None:
    done = context.proof_run()
    tested = {function.name: done.built.get(function.key) for function in context.plan.functions}
    if tested != built:
        raise Refused(
            en="the functions were changed while they were tested: prove them again",
            ja="テスト中に関数が変更されました。もう一度検証してください",
        )
    context.record(KIND, {**done.results, "functions": built, "commit": done.commit})
    if done.results != PASSED:
        raise Refused(done.why)
