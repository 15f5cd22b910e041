"""Limit the request rate: of all callers by the stage, of holders of an API key by the usage plan.

The guide sets the usage plan in step 2-4, before it creates the API in step 3-3. AWS attaches a usage
plan to a stage, so this procedure runs after `api`.

A usage plan binds only callers who send an API key. Callers without one are throttled by the settings of
the stage, which this procedure sets to the same figures. AWS has no daily quota for them.

リクエスト量を制限する。全員にはステージ設定、APIキー保持者には使用量プランで制限をかける。

手順書ではステップ2-4で使用量プランを設定しますが、APIの作成はステップ3-3です。使用量プランはステージに
関連付けるため、この手順は`api`の後に実行します。

使用量プランが効くのはAPIキーを提示する呼び出しだけです。キーのない呼び出しはステージ設定で制限され、
この手順では同じ数値を設定します。キーのない呼び出しに対する1日あたりの上限は、AWSには存在しません。
"""

from aws.change.gate import Changes
from aws.converge import usage_plan
from runbook.engine import StepContext, step
from runbook.procedures import api


@step("2-4", proves=("SEC-32",))
def limit_every_method(context: StepContext) -> Changes:
    """Throttle every method of the stage.

    The figure is per method: ten routes are ten buckets.

    ステージの全メソッドに制限をかける。

    数値はメソッドごとに適用されます。ルートが10本あれば、上限も10個あります。
    """
    return api.bring_stage(context)


@step("2-4", proves=("SEC-30", "SEC-31"))
def create_the_usage_plan(context: StepContext) -> Changes:
    """Create the usage plan, and the API key where the environment has one.

    AWS makes the key's value; look it up in the console when you need it.

    使用量プランと、環境の定義にあればAPIキーを作成する。

    キーの値はAWSが生成します。必要なときはコンソールで確認してください。
    """
    name = context.plan.api.usage_plan.name
    if context.stays(f"usage plan {name}", rows=("SEC-30", "SEC-31")):
        return ()
    return usage_plan.converge(context, context.plan.api)
