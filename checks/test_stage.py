"""DEP-27 to DEP-33, DEP-35: what the stage caches, splits, logs and traces, and how it is labelled."""

from aws import desired
from aws.bounds import Bound, exactly, unset, within
from aws.kind.description import DESCRIPTION, TRACING
from aws.kinds.function import FUNCTION
from aws.kinds.function_invocation import WEIGHTS, sent_to
from aws.kinds.rest_api import (
    CANARY,
    REST_API,
    STAGE,
    group_of,
    names_the_request,
    private_variables,
)
from aws.ledgers import ROUTE
from aws.release import Builds
from aws.words import Words
from checks import unplanned_in_api
from checks.deployed import Deployed
from checks.functions import is_not_listed
from checks.labels import tags_differing
from checks.releases import require_open, share_of_a_closed_canary, share_of_closed_versions
from checks.unplanned_in_api import shared_answers
from plan import Plan
from signoff.environment import Environment
from signoff.judge.checklist import expectation
from signoff.judge.decisions import Judge

GET_STAGES = "apigateway:GetStages"
SHARED = Words(
    en="what the cached answer depends on and the cache key lacks",
    ja="キャッシュキーに含まれない、応答を左右する値",
)
ACCESS_LOG = Words(en="access log group", ja="アクセスログの出力先")
REQUEST_ID = Words(en="request id in the access log", ja="アクセスログのリクエストID")
PRIVATE = Words(en="private values in the access log", ja="アクセスログに含まれる個人情報")
BODIES = Words(en="methods whose bodies are logged", ja="本文をログに出力するメソッド")
LOG_ROLE = Words(en="role for writing logs", ja="ログ出力用のロール")
GATEWAY = Words(en="API Gateway in", ja="API Gateway:")
A_ROLE = Words(en="a role of this account, which exists", ja="このアカウントに存在するロール")


@expectation("DEP-27", ja="他人向けの応答がキャッシュされない")
def test_answer_is_never_cached_for_another_caller(
    route: desired.Route, deployed: Deployed, environment: Environment, judge: Judge
) -> None:
    stage = judge.observe(deployed.stage(), "cache_enabled", "settings")
    integration = judge.observe(deployed.integration(route), "cache_key_parameters")

    shared = shared_answers(stage, route, integration, environment.application)
    judge.compare(ROUTE, route.id, {SHARED: (shared, within(()))}, call=GET_STAGES)


@expectation("DEP-28", ja="エイリアスがすべての呼び出しを一つのバージョンに送る")
def test_alias_sends_every_call_to_one_version(
    function: desired.Function, deployed: Deployed, builds: Builds, judge: Judge
) -> None:
    aliases = deployed.aliases(function)
    judge.observe.note(function=function.name, aliases=aliases)
    require_open(function.name, share_of_closed_versions(deployed, function, builds))

    weights = [sent_to(n, share) for alias in aliases for n, share in alias.weights.items()]
    about = {"call": "lambda:ListAliases", "loosens": True}
    judge.compare(FUNCTION.words, function.name, {WEIGHTS: (weights or None, unset())}, **about)


@expectation("DEP-28", ja="ステージにカナリアがない")
def test_stage_has_no_canary(deployed: Deployed, judge: Judge) -> None:
    stage = deployed.stage()
    require_open(stage.name, share_of_a_closed_canary(deployed, stage))

    judge.hold(STAGE, stage, {CANARY: exactly(None)}, "canary_deployment", loosens=True)


@expectation("DEP-29", ja="アクセスログの出力先が計画どおりである")
def test_access_is_logged_where_planned(deployed: Deployed, plan: Plan, judge: Judge) -> None:
    stage, planned = judge.observe(deployed.stage(), "access_log_arn"), plan.api

    group = group_of(stage.access_log_arn, planned.access_log_arn) or stage.access_log_arn
    compared = {ACCESS_LOG: (group, exactly(planned.access_log_group))}
    judge.compare(STAGE.words, stage.name, compared, call=GET_STAGES)


@expectation("DEP-29", ja="アクセスログをリクエストIDで検索できる")
def test_line_of_the_access_log_can_be_found_by_its_request(
    deployed: Deployed, judge: Judge
) -> None:
    stage = judge.observe(deployed.stage(), "access_log_format")

    compared = {REQUEST_ID: (names_the_request(stage.access_log_format), exactly(True))}
    judge.compare(STAGE.words, stage.name, compared, call=GET_STAGES)


@expectation("DEP-29", ja="API Gatewayにログ出力用のロールがある")
def test_api_gateway_has_a_role_for_logs(
    deployed: Deployed, environment: Environment, judge: Judge
) -> None:
    account = judge.observe(deployed.gateway_account(), "log_role_arn")
    stage = judge.observe(deployed.stage(), "access_log_arn")

    role, about = account.log_role_arn, {"call": "apigateway:GetAccount", "decidable": False}
    there = role is not None and not is_not_listed(role, deployed, environment)
    compared = {LOG_ROLE: (role, Bound(holds=lambda _: there, words=A_ROLE))}
    judge.compare(
        GATEWAY, environment.region, compared if stage.logs_to_cloudwatch else {}, **about
    )


@expectation("DEP-30", ja="アクセスログに個人情報が含まれない")
def test_access_log_tells_nothing_private(deployed: Deployed, judge: Judge) -> None:
    stage = judge.observe(deployed.stage(), "access_log_format")

    compared = {PRIVATE: (private_variables(stage.access_log_format), within(()))}
    judge.compare(STAGE.words, stage.name, compared, call=GET_STAGES)


@expectation("DEP-30", ja="リクエスト本文をログに出力していない")
def test_bodies_of_requests_are_not_logged(deployed: Deployed, judge: Judge) -> None:
    stage = judge.observe(deployed.stage(), "settings")

    traced = [key for key, setting in stage.settings.items() if setting.data_trace]
    judge.compare(STAGE.words, stage.name, {BODIES: (traced, within(()))}, call=GET_STAGES)


@expectation("DEP-31", ja="リクエストのトレースが有効である")
def test_requests_are_traced(deployed: Deployed, judge: Judge) -> None:
    judge.hold(STAGE, deployed.stage(), {TRACING: STAGE.always[TRACING]})


@expectation("DEP-32", ja="APIにタグが付いている")
def test_api_is_tagged(deployed: Deployed, plan: Plan, judge: Judge) -> None:
    api = judge.observe(deployed.rest_api(), "tags")

    call = "apigateway:GetRestApis"
    judge(tags_differing(REST_API.words, api.name, api.tags, plan.tags, call=call))


@expectation("DEP-32", ja="ステージにタグが付いている")
def test_stage_is_tagged(deployed: Deployed, plan: Plan, judge: Judge) -> None:
    stage = judge.observe(deployed.stage(), "tags")

    judge(tags_differing(STAGE.words, stage.name, stage.tags, plan.tags, call=GET_STAGES))


@expectation("DEP-32", ja="関数にタグが付いている")
def test_function_is_tagged(
    function: desired.Function, deployed: Deployed, plan: Plan, judge: Judge
) -> None:
    current = judge.observe(deployed.function(function), "tags")

    about = {"call": "lambda:GetFunction", "remedy": "function"}
    judge(tags_differing(FUNCTION.words, current.name, current.tags, plan.tags, **about))


@expectation("DEP-33", ja="ステージの説明が計画どおりである")
def test_stage_says_what_it_is(deployed: Deployed, plan: Plan, judge: Judge) -> None:
    judge.hold(STAGE, deployed.stage(), {DESCRIPTION: plan.api.stage_description})


@expectation("DEP-35", ja="ステージに計画外の設定がない")
def test_nothing_unplanned_stands_at_the_stage(deployed: Deployed, judge: Judge) -> None:
    unplanned = unplanned_in_api.of_stage(deployed)
    judge.observe.note(
        stages=sorted(deployed.stages()),
        unplanned=[difference.words.en for difference in unplanned],
    )

    judge(unplanned)
