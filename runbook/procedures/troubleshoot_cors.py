"""Find the cause of a CORS error: compare what the stage serves with the front end's origin, and send what a browser sends.

The guide names `https://liff.line.me` as the origin. That address only redirects; what the browser sends is
the origin of the page it lands on. And an error of the gateway itself carries no CORS headers unless its
gateway responses do, so a 401 looks like a CORS error.

CORSエラーについて、ステージの提供内容とフロントエンドのオリジンを照合し、ブラウザと同じ要求を送る。

手順書のオリジン`https://liff.line.me`はリダイレクトするだけで、ブラウザが送るのは転送先ページのオリジンです。
また、ゲートウェイ自身のエラーには、ゲートウェイレスポンスで設定しない限りCORSヘッダーが付かず、401もCORSエラーに
見えます。
"""

from dataclasses import replace

from aws.converge import api_draft
from aws.converge.change import Changes
from aws.words import Words
from runbook.diagnosis.cors import asked, causes, served
from runbook.engine import StepContext, step


@step("troubleshooting 2")
def see_what_is_served(context: StepContext) -> Changes:
    """Check which origin every preflight and the gateway's own errors allow.

    各プリフライトとゲートウェイ自身のエラーが許可するオリジンを確認する。
    """
    found = list(causes(context, served(context)))
    for one in found:
        context.tell(one.told(context.environment.name))
    if not found:
        origin = context.plan.api.cors.origin
        context.tell(
            Words(
                en=f"every preflight and error allows {origin}",
                ja=f"すべてのプリフライトとエラーが{origin}を許可しています",
            )
        )
    return ()


@step("troubleshooting 2")
def see_whether_it_is_deployed(context: StepContext) -> Changes:
    """Check whether the draft is as planned: a change that was not deployed has no effect.

    下書きが計画どおりかを確認する。デプロイしていない変更は反映されません。
    """
    remedy = f"python -m runbook api --env {context.environment.name} --go"
    if changes := api_draft.converge(replace(context, go=False), context.plan.api):
        context.tell(
            Words(
                en=f"the draft differs from the plan in {len(changes)} fields: {remedy}",
                ja=f"下書きと計画の差異が{len(changes)}項目あります: {remedy}",
            )
        )
    else:
        context.tell(
            Words(
                en=f"the draft is as planned; if what is served is not, deploy it: {remedy}",
                ja=f"下書きは計画どおりです。提供内容が異なる場合はデプロイします: {remedy}",
            )
        )
    return ()


@step("troubleshooting 2")
def ask_as_a_browser_does(context: StepContext) -> Changes:
    """Send a preflight from here, with the front end's origin.

    フロントエンドのオリジンで、ここからプリフライトを送る。
    """
    context.tell(asked(context, context.plan.api.routes[0].path))
    return ()
