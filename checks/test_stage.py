"""DEP-27 to DEP-33, DEP-35: what the stage caches, splits, logs and traces, and how it is labelled."""

from aws import desired
from aws.access_log import group_of, names_the_request, private_variables
from aws.bounds import Bound, exactly, unset, within
from aws.difference import differences
from aws.function import WEIGHTS, sent_to
from aws.ledgers.apigateway import REST_API, ROUTE, STAGE
from aws.ledgers.lambda_ import FUNCTION
from aws.words import Words
from checks import api_surplus
from checks.deployed import Deployed
from checks.labels import tags_differing
from checks.stages import shared_answers
from plan import Plan
from signoff.environment import Environment, where
from signoff.judge.checklist import expectation
from signoff.judge.decisions import Judge

GET_STAGES = "apigateway:GetStages"
SHARED = Words(
    en="what the cached answer depends on and the cache key lacks",
    ja="キャッシュキーに含まれない、応答を左右する値",
)
CANARY = Words(en="share of the canary (%)", ja="カナリアの割合（%）")
ACCESS_LOG = Words(en="access log group", ja="アクセスログの出力先")
PRIVATE = Words(en="private values in the access log", ja="アクセスログに含まれる個人情報")
REQUEST_ID = Words(en="request id in the access log", ja="アクセスログのリクエストID")
LOG_ROLE = Words(en="role for writing logs", ja="ログ出力用のロール")
BODIES = Words(en="methods whose bodies are logged", ja="本文をログに出力するメソッド")
TRACING = Words(en="X-Ray tracing", ja="X-Rayトレース")
DESCRIPTION = Words(en="description", ja="説明")
GATEWAY = Words(en="API Gateway in", ja="API Gateway: ")
SOME_ROLE = Bound(
    code="some_role", value=None, holds=bool, words=Words(en="a role", ja="ロールがあること")
)


@expectation("DEP-27", ja="他人向けの応答がキャッシュされない")
def test_answer_is_never_cached_for_somebody_else(
    route: desired.Route, deployed: Deployed, environment: Environment, judge: Judge
) -> None:
    stage = judge.observe(deployed.stage(), "cache_enabled", "settings")
    integration = judge.observe(deployed.integration(route), "cache_key_parameters")

    shared = shared_answers(stage, route, integration, environment.application)
    about = {"call": GET_STAGES, "loosens": True}
    judge(differences(ROUTE, route.id, {SHARED: shared}, {SHARED: within(())}, **about))


@expectation("DEP-28", ja="エイリアスがすべての呼び出しを一つのバージョンに送る")
def test_alias_sends_every_call_to_one_version(
    function: desired.Function, deployed: Deployed, judge: Judge
) -> None:
    aliases = deployed.aliases(function)
    judge.observe.note(function=function.name, aliases=aliases)

    weights = [sent_to(n, share) for one in aliases for n, share in one.weights.items()]
    shares = {WEIGHTS: weights or None}
    about = {"call": "lambda:ListAliases", "loosens": True}
    judge(differences(FUNCTION, function.name, shares, {WEIGHTS: unset()}, **about))


@expectation("DEP-28", ja="ステージにカナリアがない")
def test_stage_has_no_canary(deployed: Deployed, judge: Judge) -> None:
    stage = judge.observe(deployed.stage(), "canary_percent")

    facts, about = {CANARY: stage.canary_percent}, {"call": GET_STAGES, "loosens": True}
    judge(differences(STAGE, stage.name, facts, {CANARY: exactly(None)}, **about))


@expectation("DEP-29", ja="アクセスログの出力先が計画どおりである")
def test_access_is_logged_where_planned(deployed: Deployed, plan: Plan, judge: Judge) -> None:
    stage = judge.observe(deployed.stage(), "access_log_arn")

    group = group_of(stage.access_log_arn, plan.api.access_log_arn)
    facts = {ACCESS_LOG: group or stage.access_log_arn}
    planned = {ACCESS_LOG: exactly(plan.api.access_log_group)}
    judge(differences(STAGE, stage.name, facts, planned, call=GET_STAGES))


@expectation("DEP-30", ja="アクセスログに個人情報が含まれない")
def test_access_log_tells_nothing_private(deployed: Deployed, judge: Judge) -> None:
    stage = judge.observe(deployed.stage(), "access_log_format")

    private = private_variables(stage.access_log_format)
    facts, about = {PRIVATE: private}, {"call": GET_STAGES, "loosens": True}
    judge(differences(STAGE, stage.name, facts, {PRIVATE: within(())}, **about))


@expectation("DEP-29", ja="アクセスログをリクエストIDで検索できる")
def test_line_of_the_access_log_can_be_found_by_its_request(
    deployed: Deployed, judge: Judge
) -> None:
    stage = judge.observe(deployed.stage(), "access_log_format")

    facts = {REQUEST_ID: names_the_request(stage.access_log_format)}
    judge(differences(STAGE, stage.name, facts, {REQUEST_ID: exactly(True)}, call=GET_STAGES))


@expectation("DEP-29", ja="API Gatewayにログ出力用のロールがある")
def test_api_gateway_has_a_role_for_logs(
    deployed: Deployed, environment: Environment, judge: Judge
) -> None:
    account = judge.observe(deployed.gateway_account(), "log_role_arn")

    about = {"call": "apigateway:GetAccount", "decidable": False}
    facts = {LOG_ROLE: account.log_role_arn}
    judge(differences(GATEWAY, environment.region, facts, {LOG_ROLE: SOME_ROLE}, **about))


@expectation("DEP-30", ja="リクエスト本文をログに出力していない")
def test_bodies_of_requests_are_not_logged(deployed: Deployed, judge: Judge) -> None:
    stage = judge.observe(deployed.stage(), "settings")

    traced = [key for key, setting in stage.settings.items() if setting.data_trace]
    facts, about = {BODIES: traced}, {"call": GET_STAGES, "loosens": True}
    judge(differences(STAGE, stage.name, facts, {BODIES: within(())}, **about))


@expectation("DEP-31", ja="リクエストをトレースしている")
def test_requests_are_traced(deployed: Deployed, judge: Judge) -> None:
    stage = judge.observe(deployed.stage(), "tracing")

    facts = {TRACING: stage.tracing}
    judge(differences(STAGE, stage.name, facts, {TRACING: exactly(True)}, call=GET_STAGES))


@expectation("DEP-32", ja="APIにタグが付いている")
def test_api_is_tagged(deployed: Deployed, plan: Plan, judge: Judge) -> None:
    api = judge.observe(deployed.rest_api(), "tags")

    about = {"call": "apigateway:GetRestApis", "decided_in": where("tags")}
    judge(tags_differing(REST_API, api.name, api.tags, plan.tags, **about))


@expectation("DEP-32", ja="ステージにタグが付いている")
def test_stage_is_tagged(deployed: Deployed, plan: Plan, judge: Judge) -> None:
    stage = judge.observe(deployed.stage(), "tags")

    about = {"call": GET_STAGES, "decided_in": where("tags")}
    judge(tags_differing(STAGE, stage.name, stage.tags, plan.tags, **about))


@expectation("DEP-32", ja="関数にタグが付いている")
def test_function_is_tagged(
    function: desired.Function, deployed: Deployed, plan: Plan, judge: Judge
) -> None:
    found = judge.observe(deployed.function(function), "tags")

    about = {"call": "lambda:GetFunction", "decided_in": where("tags"), "remedy": "function"}
    judge(tags_differing(FUNCTION, found.name, found.tags, plan.tags, **about))


@expectation("DEP-33", ja="ステージの説明が計画どおりである")
def test_stage_says_what_it_is(deployed: Deployed, plan: Plan, judge: Judge) -> None:
    stage = judge.observe(deployed.stage(), "description")

    planned = {DESCRIPTION: plan.api.stage_description}
    facts = {DESCRIPTION: stage.description}
    judge(differences(STAGE, stage.name, facts, planned, call=GET_STAGES))


@expectation("DEP-35", ja="ステージに計画外の設定がない")
def test_nothing_unplanned_stands_at_the_stage(deployed: Deployed, judge: Judge) -> None:
    found = api_surplus.of_stage(deployed)
    judge.observe.note(stages=sorted(deployed.stages()), unplanned=[one.words.en for one in found])

    judge(found)
