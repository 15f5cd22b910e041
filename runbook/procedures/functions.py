"""Build the functions, upload them, publish versions, and point the aliases at them.

Callers know a function by its alias only: moving the alias is the rollback of step 8-3, which the
guide describes without ever creating one.

関数をビルドしてアップロードし、バージョンを公開してエイリアスを向ける。

呼び出し元は常にエイリアス経由で関数を呼びます。エイリアスの移動が手順書のステップ8-3のロールバックですが、手順書には
エイリアスを作成するステップがありません。
"""

from collections.abc import Iterable, Mapping

from aws.change.gate import Changes, Refused
from aws.converge import alias, function, live_configuration, log_group
from aws.desired import Function
from runbook import releases
from runbook.engine import StepContext, step
from runbook.options import FUNCTION, row_of
from runbook.rollback.versions import chosen
from signoff.judge.checklist import Checklist
from signoff.judge.outcome import Finding

VARIABLE_ROWS = ("SEC-06", "DEP-13", "DEP-14", "DEP-17")
"""The rows that may find a variable wrong, planned by us or not."""

OF_CONFIGURATION = tuple(
    sorted(
        row.id
        for row in Checklist.load()
        if "python -m runbook functions --env {env} --row {row} --go" in row.remedy
    )
)
"""Rows that are repaired in what is live, without a release."""
OF_TAGS = "DEP-32"
"""Another such row, which the API's tags may leave red."""
OPTIONS = (FUNCTION, row_of((*OF_CONFIGURATION, OF_TAGS)))


@step("3-2", whole=True)
def create_their_log_groups(context: StepContext) -> Changes:
    """Create the log groups before the functions write their first line.

    A log group that Lambda creates itself keeps its logs for ever.

    関数が最初のログを書く前にロググループを作成する。

    Lambdaが自動作成したロググループは無期限に保持されます。
    """
    names = {planned.log_group for planned in chosen(context)}
    return context.each(log_group.converge, [g for g in context.plan.log_groups if g.name in names])


@step("3-2", proves=OF_CONFIGURATION)
def upload_the_functions(context: StepContext) -> Changes:
    """Upload packages and configuration.

    The variables become exactly the planned ones: a key that was in a variable is gone after this, and
    belongs in Secrets Manager. A new role takes some seconds before Lambda may use it.

    A new function gets a closed version first: it answers 503, and step 8-3 goes back to it from the
    first release. Code that was never published is published before it is overwritten, with the planned
    variables, time-out and memory. If that is not possible, because a variable may be a secret or there are
    versions already, you are asked; you are also asked if a function would read another table, as after a restore.

    An update that failed in Lambda is uploaded again. A function that Lambda could not create has to be
    deleted by you.

    With `--only award` one function is released, and the others stay as they are. With `--row DEP-12` only the
    configuration of the functions that this row names is changed, in the version that is live. Their code
    stays as it is, and no release is recorded.

    パッケージと設定をアップロードする。

    環境変数は計画と完全に一致させます。環境変数にあった鍵はここで消えるので、Secrets Managerに
    移しておきます。新しいロールをLambdaが使えるようになるまで数秒かかります。

    新しい関数では、503を返すメンテナンス版のバージョンを先に公開します。最初のリリースから手順書のステップ8-3で戻る先です。
    一度も公開されていない既存のコードは、上書きする前に、計画した環境変数・タイムアウト・メモリを設定してバージョンとして
    公開します。環境変数にシークレットが含まれるおそれがある場合や、すでに別のバージョンがある場合は公開せず、上書きする前に確認を求めます。テーブルの復元後など、関数の
    参照先テーブルが変わる場合も確認を求めます。

    Lambdaで失敗した更新は、もう一度アップロードします。作成に失敗した関数は、人が削除する必要があります。

    `--only award`を付けると、その関数だけをリリースし、他の関数は変更しません。`--row DEP-12`を付けると、その項目が示す関数の設定だけを、稼働中のバージョンに対して変更します。コードはそのままで、
    リリースとしても記録しません。
    """
    if row := context.chosen.get("row"):
        return _configure(context, row)
    if context.environment.own_code:
        name = context.environment.name
        raise Refused(
            en=f"the functions of {name} are code of your own (own_code in environments.toml), which this would"
            f" overwrite: release them by your own pipeline, then run"
            f" `python -m runbook record_release --env {name} --by NAME --go`",
            ja=f"{name}の関数は独自のコードであり（environments.tomlのown_code）、この手順では上書きされてしまいます。"
            f"独自のパイプラインでリリースし、`python -m runbook record_release --env {name} --by 名前 --go`を"
            "実行してください",
        )
    keeps = _kept_variables(context)

    def converge(given: StepContext, planned: Function) -> Changes:
        return function.converge(given, planned, given.build, keeps[planned.name])

    return context.each(converge, chosen(context))


@step("3-2", proves=tuple(sorted(("DEP-10", "DEP-15", *OF_CONFIGURATION))), whole=True)
def release_them(context: StepContext) -> Changes:
    """Publish what was uploaded and point the alias at it.

    From here on callers get the new code, if the API calls the alias already. If they would read another
    table from then on, you are asked.

    アップロードした内容を公開し、エイリアスを向ける。

    APIがすでにエイリアスを呼んでいる場合、この時点から新しいコードが使われます。参照先のテーブルが変わる場合は
    確認を求めます。
    """
    keeps = _kept_variables(context)

    def converge(given: StepContext, planned: Function) -> Changes:
        return alias.converge(given, planned, given.build(planned.key), keeps[planned.name])

    return context.each(converge, chosen(context))


@step("3-2", proves=("ROLL-06",), whole=True)
def record_the_release(context: StepContext) -> Changes:
    """Record which versions are live, with the digests of their code.

    Checks compare with this record, and rollbacks go back by it: only now the way back is known. What the API serves is
    recorded by `api`.

    稼働中のバージョンとコードのダイジェストを記録する。

    検証はこの記録と照合し、ロールバックはこの記録に基づいて行います。戻し先が決まるのはこの時点です。APIのデプロイは
    `api`が記録します。
    """
    return releases.converge(context, functions=chosen(context))


def _configure(context: StepContext, row: str) -> Changes:
    """Change the configuration of the functions that a row names, and nothing else."""
    findings = context.red((row,))

    def converge(given: StepContext, planned: Function) -> Changes:
        return live_configuration.converge(given, planned, _wrong(planned.name, findings))

    return context.each(
        converge, context.concerned(chosen(context), lambda function: function.name)
    )


def _kept_variables(context: StepContext) -> Mapping[str, frozenset[str]]:
    """Return function -> variables that are not planned and no row finds wrong; none where that is unknown."""
    names = (planned.name for planned in chosen(context))
    unplanned = context.answers(function.unplanned_variables, chosen(context))
    there = dict(zip(names, unplanned, strict=True))
    if not any(there.values()):
        return there
    try:
        findings = context.red(VARIABLE_ROWS)
    except Refused:
        return dict.fromkeys(there, frozenset())
    return {name: names - _wrong(name, findings) for name, names in there.items()}


def _wrong(name: str, findings: Iterable[Finding]) -> set[str]:
    """Return the variables of a function that its findings name."""
    differing = (each for finding in findings for each in finding.differences if each.name == name)
    return {variable for each in differing for variable in each.ids}
