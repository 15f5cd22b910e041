"""Create the REST API with its routes, CORS and authorizer, deploy it, and set up its stage.

The guide's origin, `https://liff.line.me`, is wrong: that address only redirects, and the browser
sends the origin of the page that it lands on. The environment names that one.

REST APIをルート・CORS・オーソライザー込みで作成し、デプロイしてステージを設定する。

手順書のオリジン`https://liff.line.me`は誤りです。このURLはリダイレクトするだけで、ブラウザが送るのは
転送先ページのオリジンです。環境の定義にはそのオリジンを書きます。
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from aws.access.callers import callers_of
from aws.change.gate import Changes, nothing
from aws.converge import alias, api_draft, deployment, gateway_account, log_group, rest_api, stage
from aws.desired import Function
from plan.edge import arn_of_api, source_of_authorizer
from runbook import closed_api, out_of_scope, releases
from runbook.engine import StepContext, step


@step("3-3")
def let_it_write_logs(context: StepContext) -> Changes:
    """Give API Gateway a role to write logs with, and its access log a group.

    The role is one per account and Region. One that is set already is left as it is.

    API Gatewayにログ書き込み用のロールを与え、アクセスログのロググループを用意する。

    このロールはアカウントとリージョンごとに一つです。設定済みの場合は変更しません。
    """
    name = context.plan.api.access_log_group
    made = gateway_account.converge(context, context.plan.api)
    groups = [group for group in context.plan.log_groups if group.name == name]
    return made + context.each(log_group.converge, groups)


@step("3-3")
def create_it_closed(context: StepContext) -> Changes:
    """Create the API, and deploy it closed before any other deployment.

    Every path answers 503 there. This is what step 8-2 goes back to from the first release; in the guide
    there is nothing before it. An API that was deployed before has a history of its own and gets no
    closed deployment, unless its only deployment is the release that callers use: then, after you agree,
    the draft is emptied and built again.

    APIを作成し、最初にメンテナンス版をデプロイする。

    メンテナンス版では、すべてのパスが503を返します。最初のリリースから手順書のステップ8-2で戻る先です。手順書には、最初の
    リリースより前の状態がありません。すでにデプロイされたAPIには、この状態を追加しません。ただし、提供中のリリースが
    唯一のデプロイである場合は、確認のうえ下書きを空にし、この状態を作ったあと下書きを作り直します。
    """
    out_of_scope.refuse_another_front(context)
    return rest_api.converge(context, context.plan.api) + closed_api.converge(
        context, context.plan.api
    )


@step("3-3")
def draw_up_the_api(context: StepContext) -> Changes:
    """Bring routes, preflights, authorizer and gateway responses to the plan.

    This is the draft: no caller sees it before it is deployed. Answers that API Gateway sends itself need
    CORS headers too, or a browser can't tell a 401 from a network failure.

    ルート、プリフライト、オーソライザー、ゲートウェイレスポンスを計画に合わせる。

    これは下書きで、デプロイするまで呼び出し元には影響しません。API Gateway自身の応答にもCORSヘッダーが
    必要です。ないと、ブラウザは401と通信障害を区別できません。
    """
    return api_draft.converge(context, context.plan.api)


@step("3-3")
def let_it_invoke_the_functions(context: StepContext) -> Changes:
    """Allow this API, route by route, to invoke the aliases of the functions.

    A permission on the function does not cover its alias. What else a function's policy allows stays
    for now: the stage may still need it for what it serves until the draft is deployed.

    このAPIに、ルートごとに関数のエイリアスの呼び出しを許可する。

    関数本体への許可は、エイリアスへの許可にはなりません。関数のポリシーにあるその他の許可は、ここでは外しません。
    下書きをデプロイするまで、ステージが提供中の内容に必要な場合があるためです。
    """
    functions = context.plan.functions
    for function, released in zip(
        functions, context.answers(alias.released, functions), strict=True
    ):
        context.needs(
            released,
            en=f"function {function.name} has no alias {function.alias}: run `python -m runbook functions --env"
            f" {context.environment.name} --go` first",
            ja=f"関数{function.name}にエイリアス{function.alias}がありません。先に`python -m runbook functions --env"
            f" {context.environment.name} --go`を実行してください",
        )
    id_ = rest_api.find_id(context, context.plan.api) or rest_api.UNKNOWN_ID
    sources = {function.name: _sources(context, id_, function) for function in functions}

    def converge(context: StepContext, function: Function) -> Changes:
        return alias.grant(context, function, sources[function.name], context.environment.stage)

    return context.each(converge, context.plan.functions)


@step(
    "3-3",
    proves=(
        *("DEP-16", "DEP-44", "DEP-20", "DEP-21", "DEP-22", "DEP-24", "DEP-25", "DEP-26"),
        *("ROLL-07", "SEC-34", "SEC-35"),
    ),
)
def deploy_it(context: StepContext) -> Changes:
    """Deploy the draft to the stage, unless an earlier deployment already serves just that.

    A deployment is a snapshot: later changes are not live. It goes into the history with the digest of
    its draft, so that step 8-2 can find it.

    下書きをステージにデプロイする。誰がデプロイしたものでも、すでに同じ内容なら何もしない。

    デプロイはスナップショットであり、その後の変更は反映されません。手順書のステップ8-2で戻せるように、下書きの
    ダイジェストを説明に付けてデプロイ履歴に残します。
    """
    if _as_deployed(context):
        return ()
    return deployment.converge(
        context, context.plan.api, partial(releases.note, context, context.plan.api)
    )


def _as_deployed(context: StepContext) -> bool:
    """Whether the stage serves what was deployed by hand, and the checks find that it is the draft, with nothing beside the plan."""
    quiet = replace(context, go=False, tell=nothing)
    return (
        deployment.serves_by_hand(context, context.plan.api)
        and not api_draft.converge(quiet, context.plan.api)
        and context.all_green("DEP-22", "DEP-34")
    )


OF_STAGE = (
    *("DEP-27", "DEP-28", "DEP-29", "DEP-30", "DEP-31", "DEP-32", "DEP-33"),
    *("SEC-07", "SEC-32"),
)


@step("3-3", proves=OF_STAGE)
def set_up_its_stage(context: StepContext) -> Changes:
    """Bring throttle, logs, description and tags of the stage to the plan.

    Caching is off: the guide recommends it, but it would return one user's stamps to another. Data trace
    is off: it logs request bodies, tokens included.

    ステージのスロットリング、ログ、説明、タグを計画に合わせる。

    キャッシュは無効にします。手順書は有効化を勧めますが、ある利用者のスタンプが別の利用者に返される
    おそれがあります。データトレースも無効です。リクエスト本文がトークンごと記録されるためです。
    """
    return bring_stage(context)


def bring_stage(context: StepContext) -> Changes:
    """Bring the stage to the plan, unless people decided otherwise and nothing is wrong with it by that."""
    planned = context.plan.api
    routes = [route.id for route in planned.routes] + [f"OPTIONS {path}" for path in planned.paths]
    names = (f"stage {planned.stage}", *(f"route {route}" for route in routes))
    if context.stays(*names, rows=(*OF_STAGE, "DEP-37")):
        return ()
    return stage.converge(context, planned)


@step("3-3")
def record_the_release(context: StepContext) -> Changes:
    """Record which deployment the stage serves. What its functions run is recorded by `functions`.

    ステージが提供しているデプロイを記録する。関数のコードは`functions`で記録する。
    """
    return releases.converge(context, api=True)


@step("3-3", proves=("DEP-17", "SEC-17"))
def remove_other_permissions(context: StepContext) -> Changes:
    """Remove, after you agree, all other permissions to invoke the functions.

    It comes last, because an API made by hand calls the functions themselves until the draft is deployed.
    Without this permission, step 8-2 can no longer go back to such a deployment: its routes would answer
    500.

    その他の呼び出し許可を、確認のうえ外す。

    手動で作られたAPIは、下書きをデプロイするまで関数本体を呼ぶため、最後に行います。外した後に手順書のステップ8-2で
    以前のデプロイに戻すと、関数本体を呼ぶルートは500を返します。
    """
    id_ = rest_api.find_id(context, context.plan.api) or rest_api.UNKNOWN_ID

    def converge(context: StepContext, function: Function) -> Changes:
        return alias.remove_other_callers(
            context, function, callers_of(function, id_, context.plan.roles)
        )

    return context.each(converge, context.plan.functions)


def _sources(context: StepContext, api_id: str, function: Function) -> Mapping[str, str]:
    """Return statement id -> ARN of the route or authorizer that may invoke this function."""
    environment, api = context.environment, context.plan.api
    base = arn_of_api(api_id, environment)
    routes = {
        f"apigateway-{route.verb}{route.path.replace('/', '-')}": f"{base}/*/{route.verb}{route.path}"
        for route in api.routes
        if route.function.name == function.name
    }
    if api.authorizer is None or api.authorizer.function.name != function.name:
        return routes
    authorizer = rest_api.authorizer_id(context, api_id, api.authorizer.name)
    source = source_of_authorizer(authorizer, api_id, environment)
    return {**routes, "apigateway-authorizer": source}
