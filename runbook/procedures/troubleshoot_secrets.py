"""Find out why a secret can't be read, from the function's variable to the key.

The guide looks at permission, name and Region. Two more causes are common: a policy that names the secret
without the six characters that AWS adds to its ARN matches nothing; and the key that encrypts it may be
disabled.

シークレットが読めない原因を、環境変数から暗号化キーまで順に調べる。

手順書が挙げるのは権限・名前・リージョンです。他によくある原因が2つあります。AWSがARNに付ける6文字を考慮しない
ポリシーは何にも一致しません。また、暗号化に使うキーが無効になっていることもあります。
"""

from aws.converge.change import Changes
from aws.desired import Function
from aws.words import Words
from runbook.diagnosis.secret_access import causes
from runbook.diagnosis.telemetry import report_signs
from runbook.engine import StepContext, step


@step("troubleshooting 1")
def follow_every_secret(context: StepContext) -> Changes:
    """Follow every secret from the function that reads it, and name what is broken.

    No value is read.

    各シークレットを読み取る関数からたどり、問題のある箇所を示す。

    値そのものは読み取りません。
    """
    for function in context.plan.functions:
        for name in function.secrets:
            _follow(context, function, name)
    return ()


@step("troubleshooting 1")
def see_the_logs(context: StepContext) -> Changes:
    """Check how often the functions' logs mention a denied or absent secret.

    関数のログで、シークレットの拒否や不在が何度記録されたかを確認する。
    """
    for function in context.plan.functions:
        if function.secrets:
            report_signs(context, function)
    return ()


def _follow(context: StepContext, function: Function, name: str) -> None:
    secret = next(one for one in context.plan.secrets if one.name == name)
    found = list(causes(context, function, secret))
    for one in found:
        context.tell(one.told(context.environment.name))
    if not found:
        context.tell(
            Words(
                en=f"{function.name} can read {name}, as far as its settings show",
                ja=f"設定上、{function.name}は{name}を読み取れます",
            )
        )
