"""DEP-10 to DEP-19: the seven functions run as decided, behind an alias, with room to breathe."""

from datetime import datetime

from aws import desired
from aws.access.callers import invocation
from aws.api.integration import target
from aws.bounds import at_least, exactly, one_of
from aws.inventory import Sections
from aws.kinds.function import CODE, FUNCTION, RESERVED, RUNTIME, VERSION
from aws.kinds.function_invocation import ACCOUNT, ALIAS, FREE
from aws.kinds.rest_api import REST_API, STAGE
from aws.ledgers import ROUTE, SERVED
from aws.release import OPEN, PATH, RELEASE, Builds, is_closed_version
from aws.words import Words
from checks import functions, releases
from checks.authorizers import past_the_alias, unpermitted
from checks.deployed import Deployed
from checks.encryption import function_key_flaws
from checks.invocation import unless_allowed
from checks.variables import LINE_ENDPOINT, Variables, hijacking, surely
from plan import Plan
from plan.edge import source_of
from signoff.environment import Environment, where
from signoff.judge.checklist import expectation
from signoff.judge.decisions import Judge
from signoff.judge.snapshot import Snapshot

GET_FUNCTION = "lambda:GetFunction"
NEED = where("target_rate", "seconds_per_call")
"""Keys from which the concurrency that is needed follows."""
NEWEST = Words(en="newest deployment", ja="最新のデプロイ")
RELEASED = Words(en="the newest release record", ja="最新のリリース記録")


@expectation("DEP-10", ja="関数がActiveで、直近の更新が成功している")
def test_function_is_active_and_its_last_update_succeeded(
    function: desired.Function, deployed: Deployed, judge: Judge
) -> None:
    current = deployed.function(function)
    judge.hold(FUNCTION, current, functions.ACTIVE, "arn", "version", decidable=False)


@expectation("DEP-10", ja="Lambdaが関数のハンドラーをパッケージ内に見つけられる")
def test_handler_is_in_the_package_of_the_function(
    function: desired.Function, deployed: Deployed, sections: Sections, judge: Judge
) -> None:
    live = judge.observe(deployed.function(function), "handler", "code_sha256", "runtime")

    judge(tuple(functions.handler_flaws(live, sections, stops_calls=True)))


@expectation("DEP-10", ja="環境変数の暗号化キーが使える")
def test_key_of_the_variables_can_be_used(
    function: desired.Function, deployed: Deployed, sections: Sections, judge: Judge
) -> None:
    there = judge.observe(deployed.function(function), "kms_key_arn")

    judge(function_key_flaws(there, sections))


@expectation("DEP-11", ja="関数が計画したランタイムで動く")
def test_function_runs_on_the_planned_runtime(
    function: desired.Function, deployed: Deployed, judge: Judge
) -> None:
    planned = {RUNTIME: exactly(function.runtime)}
    judge.hold(FUNCTION, deployed.function(function), planned, "runtime_version")


@expectation("DEP-11", ja="関数のランタイムがAWSのサポート期間内である")
def test_aws_supports_the_runtime_of_the_function(
    function: desired.Function, deployed: Deployed, snapshot: Snapshot[Plan], judge: Judge
) -> None:
    current = deployed.function(function)
    day = snapshot.environment.day_of_go_live(snapshot.today)
    judge.hold(
        FUNCTION, current, {RUNTIME: functions.supported_on(day, current.runtime)}, loosens=True
    )


@expectation("DEP-12", ja="関数のタイムアウトとメモリが足りている")
def test_function_has_the_time_and_memory_that_it_needs(
    function: desired.Function, deployed: Deployed, judge: Judge
) -> None:
    about = {"decided_in": where("functions", "timeout_s", "memory_mb"), "loosens": True}
    judge.hold(FUNCTION, deployed.function(function), function.bounds, **about)


@expectation("DEP-13", ja="関数の環境変数が計画どおりである")
def test_function_has_the_planned_variables(
    function: desired.Function,
    deployed: Deployed,
    environment: Environment,
    snapshot: Snapshot[Plan],
    judge: Judge,
) -> None:
    current = judge.observe(deployed.function(function), "environment")

    wrong = Variables(snapshot).differing(current, function)
    judge(wrong if environment.own_code else tuple(surely(wrong, function)))


@expectation("DEP-13", ja="関数がLINE自体を呼び出す")
def test_function_calls_line_itself(
    function: desired.Function, deployed: Deployed, snapshot: Snapshot[Plan], judge: Judge
) -> None:
    current = deployed.function(function)
    endpoint = current.environment.get(LINE_ENDPOINT)
    judge.observe.note(function=function.name, LINE_API_ENDPOINT=endpoint)

    judge(Variables(snapshot).past_line(current))


@expectation("DEP-13", ja="関数が受け取った内容をログに書き出さない")
def test_function_writes_down_nothing_that_it_receives(
    function: desired.Function, deployed: Deployed, snapshot: Snapshot[Plan], judge: Judge
) -> None:
    current = judge.observe(deployed.function(function), "environment")

    judge(Variables(snapshot).logging_requests(current))


@expectation("DEP-14", ja="関数が別の環境を参照していない")
def test_function_knows_no_other_environment(
    function: desired.Function, deployed: Deployed, snapshot: Snapshot[Plan], judge: Judge
) -> None:
    current = judge.observe(deployed.function(function), "environment")

    judge(Variables(snapshot).foreign(current, function))


@expectation("DEP-14", ja="関数がAWS自体を呼び出す")
def test_function_calls_aws_itself(
    function: desired.Function, deployed: Deployed, snapshot: Snapshot[Plan], judge: Judge
) -> None:
    current = judge.observe(deployed.function(function), "environment")

    judge(Variables(snapshot).diverting(current))


@expectation("DEP-15", ja="エイリアスが公開済みのバージョンを指す")
def test_alias_points_to_a_published_version(
    function: desired.Function, deployed: Deployed, judge: Judge
) -> None:
    alias = judge.observe(deployed.alias(function), "arn", "version")
    published = [version.number for version in deployed.versions(function)]
    judge.observe.note(function=function.name, published=published)

    remedy = releases.POINTED if published else "moved"
    about = {"call": "lambda:ListAliases", "decidable": False, "remedy": remedy}
    compared = {VERSION: (alias.version, one_of(*published))}
    judge.compare(ALIAS, f"{function.name}:{alias.name}", compared, **about)


@expectation("DEP-44", ja="ルートがエイリアスを呼び出す")
def test_route_invokes_the_alias(
    route: desired.Route, deployed: Deployed, environment: Environment, judge: Judge
) -> None:
    integration = deployed.integration(route)
    called = target(integration.uri, deployed.stage().variables)
    judge.observe.note(route=route.id, uri=integration.uri)

    compared = {ALIAS: (called.qualifier or None, exactly(environment.alias))}
    judge.compare(ROUTE, route.id, compared, call=SERVED, decided_in=where("alias"), loosens=True)


@expectation("DEP-44", ja="オーソライザーがエイリアスを呼び出す")
def test_authorizers_invoke_the_alias(deployed: Deployed, judge: Judge) -> None:
    judge.observe.note(
        authorizers=[authorizer.uri for authorizer in deployed.served().authorizers.values()]
    )

    judge(past_the_alias(deployed))


@expectation("DEP-16", ja="APIがルートの関数を呼び出せる")
def test_api_may_invoke_what_the_route_calls(
    route: desired.Route, deployed: Deployed, environment: Environment, judge: Judge, now: datetime
) -> None:
    called = deployed.invoked(deployed.integration(route).uri, route.function, deployed.stage())
    source = source_of(route.id, deployed.rest_api().id, environment)
    policies = deployed.function_policies(route.function)
    judge.observe.note(called=called, source=source, policies=policies)

    judge(unless_allowed(invocation(policies, called, source, now), called, route.id))


@expectation("DEP-16", ja="APIがオーソライザーを呼び出せる")
def test_api_may_ask_its_authorizers(
    deployed: Deployed, environment: Environment, judge: Judge, now: datetime
) -> None:
    judge(unpermitted(deployed, environment, judge.observe, now))


@expectation("DEP-17", ja="稼働中のコードがリリースしたものである")
def test_live_code_is_the_one_that_was_released(
    function: desired.Function, deployed: Deployed, builds: Builds, judge: Judge
) -> None:
    live = judge.observe(deployed.function(function), "version", "code_sha256")
    released = releases.released_entry(deployed, function, live, builds)
    judge.observe.note(released=released)

    bounds = {CODE: exactly(released.get("code_sha256"))}
    remedy = releases.repair(deployed, function, live.code_sha256, released)
    about = {"decided_in": RELEASED, "decidable": False, "remedy": remedy}
    judge(FUNCTION.differences(f"{live.name} ({live.version})", live, bounds, **about))


@expectation("DEP-17", ja="最新のデプロイがリリースしたものである")
def test_newest_deployment_is_the_one_that_was_released(deployed: Deployed, judge: Judge) -> None:
    last, released = releases.newest_of_the_stage(deployed), deployed.record("release").body
    judge.observe.note(newest=last, released=released["deployment"])

    ids = [deployment.id for deployment in last]
    known = released["deployment"] in ids or releases.deployed_again(deployed, released)
    about = {"call": "apigateway:GetDeployments", "decided_in": RELEASED, "decidable": False}
    there = [released["deployment"]] if known else ids
    compared = {NEWEST: (there, exactly([released["deployment"]]))}
    judge.compare(REST_API.words, deployed.rest_api().name, compared, remedy="api", **about)


@expectation("DEP-17", ja="関数に別のコードを実行させる設定がない")
def test_nothing_makes_the_function_run_other_code(
    function: desired.Function, deployed: Deployed, judge: Judge
) -> None:
    current = judge.observe(deployed.function(function), "environment", "layers", "file_systems")

    judge(hijacking(current))


@expectation("DEP-38", ja="関数がこのコミットのビルドを実行する")
def test_function_runs_what_this_commit_builds(
    function: desired.Function, deployed: Deployed, builds: Builds, judge: Judge
) -> None:
    live = judge.observe(deployed.function(function), "version", "code_sha256")
    record = releases.released_as_recorded(deployed, function, live, builds)
    built = builds.functions[function.name].code_sha256
    judge.observe.note(built=built)

    bounds = {CODE: exactly(built)}
    decided_in = releases.recorded_by(record)
    judge(FUNCTION.differences(live.name, live, bounds, decided_in=decided_in, loosens=True))


@expectation("DEP-39", ja="関数が公開版を実行する")
def test_alias_runs_an_open_release(
    function: desired.Function, deployed: Deployed, builds: Builds, judge: Judge
) -> None:
    current = judge.observe(deployed.function(function), "version", "code_sha256")

    closed = is_closed_version(current.code_sha256, current.description, builds.closed.code_sha256)
    share = 0.0 if closed else releases.share_of_closed_versions(deployed, function, builds)
    judge.observe.note(aliases=deployed.aliases(function), closed_share=share)

    compared = {RELEASE: (releases.served_by(closed=closed, share=share), exactly(OPEN))}
    judge.compare(FUNCTION.words, current.name, compared, call=GET_FUNCTION, decidable=False)


@expectation("DEP-39", ja="ステージが公開版を提供する")
def test_stage_serves_an_open_release(deployed: Deployed, judge: Judge) -> None:
    canary = ("canary_percent", "canary_deployment")
    stage = judge.observe(deployed.stage(), "deployment_id", *canary)
    served, share = deployed.served(), releases.share_of_a_closed_canary(deployed, stage)
    judge.observe.note(methods=sorted(served.methods), closed_share=share)

    compared = {
        RELEASE: (releases.served_by(closed=PATH in served.paths, share=share), exactly(OPEN))
    }
    judge.compare(STAGE.words, stage.name, compared, call=SERVED, decidable=False)


@expectation("DEP-18", ja="同時実行数が目標レートに足りる")
def test_concurrency_suffices_for_the_target_rate(
    deployed: Deployed, plan: Plan, environment: Environment, judge: Judge
) -> None:
    account = judge.observe(deployed.lambda_account(), "concurrent_executions", "unreserved")
    ours = [deployed.function(each) for each in plan.functions if plan.reached(each)]
    needed = functions.busy(environment, calls=functions.CALLS_PER_REQUEST)
    free = functions.free_for_us(account, ours, most=functions.busy(environment, calls=1))
    judge.observe.note(requests_a_second=environment.target_rate, needed=needed, free=free)

    about = {"call": "lambda:GetAccountSettings", "decided_in": NEED, "loosens": True}
    judge.compare(ACCOUNT, environment.account, {FREE: (free, at_least(needed))}, **about)


@expectation("DEP-18", ja="予約済み同時実行数が関数を妨げない", red_here=True)
def test_reservation_does_not_strangle_the_function(
    function: desired.Function, deployed: Deployed, environment: Environment, judge: Judge
) -> None:
    current = judge.observe(deployed.function(function), "reserved_concurrency")
    needed = functions.busy(environment, calls=1) if deployed.plan.reached(function) else 1
    judge.observe.note(needed=needed)

    bounds = {} if current.reserved_concurrency is None else {RESERVED: at_least(needed)}
    off = current.reserved_concurrency == 0  # Lambda throttles every call
    about = {"decided_in": NEED, "loosens": True, "decidable": not off, "stops_calls": off}
    judge(FUNCTION.differences(current.name, current, bounds, **about))


@expectation("DEP-19", ja="関数に計画外の設定がない")
def test_nothing_unplanned_is_attached_to_the_function(
    function: desired.Function, deployed: Deployed, judge: Judge
) -> None:
    judge.attached(deployed.function_attachments(function), function=function.name)


@expectation("DEP-19", ja="関数のポリシーが他の関数からの呼び出しを拒否していない")
def test_policy_of_the_function_denies_no_other_function(
    function: desired.Function, deployed: Deployed, judge: Judge, now: datetime
) -> None:
    judge.observe.note(policies=deployed.function_policies(function))

    judge(functions.denied_callers(function, deployed, now))
