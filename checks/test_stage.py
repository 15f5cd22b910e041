"""DEP-27 to DEP-33, DEP-35: what the stage caches, splits, logs and traces, and how it is labelled."""

from aws import desired
from aws.bounds import unset
from aws.difference import differences
from aws.function import WEIGHTS
from aws.ledgers.lambda_ import FUNCTION
from checks import api_surplus
from checks.deployed import Deployed
from checks.stages import group_of, shared_answers, telling, tells_the_request
from checks.tagging import tagged
from plan import Plan
from signoff.checklist import expectation
from signoff.decisions import Decided
from signoff.observations import Observations


@expectation("DEP-27", ja="他人向けの応答がキャッシュされない")
def test_answer_is_never_cached_for_somebody_else(
    route: desired.Route, deployed: Deployed, observe: Observations
) -> None:
    stage = observe(deployed.stage(), "cache_enabled", "settings")
    integration = observe(deployed.integration(route), "cache_key_parameters")

    shared = shared_answers(stage, route, integration)
    assert not shared, f"{route.id} is cached, whatever {' and '.join(shared)} may be"


@expectation("DEP-28", ja="エイリアスがすべての呼び出しを一つのバージョンに送る")
def test_alias_sends_every_call_to_one_version(
    function: desired.Function, deployed: Deployed, decided: Decided, observe: Observations
) -> None:
    alias = observe(deployed.alias(function), "version", "weights")

    shares = {
        WEIGHTS: [f"{share:.0%} to version {n}" for n, share in alias.weights.items()] or None
    }
    about = {"call": "lambda:ListAliases", "loosens": True}
    decided(differences(FUNCTION, function.name, shares, {WEIGHTS: unset()}, **about), observe)


@expectation("DEP-28", ja="ステージにカナリアがない")
def test_stage_has_no_canary(deployed: Deployed, observe: Observations) -> None:
    stage = observe(deployed.stage(), "canary_percent")

    assert stage.canary_percent is None, f"{stage.canary_percent} % go to a canary of {stage.name}"


@expectation("DEP-29", ja="アクセスログの出力先が計画どおりである")
def test_access_is_logged_where_planned(
    deployed: Deployed, plan: Plan, observe: Observations
) -> None:
    stage = observe(deployed.stage(), "access_log_arn")

    group = group_of(stage.access_log_arn)
    assert group == plan.api.access_log_group, f"{stage.name} logs to {group or 'nowhere'}"


@expectation("DEP-29", ja="アクセスログに個人情報が含まれない")
def test_access_log_tells_nothing_private(deployed: Deployed, observe: Observations) -> None:
    stage = observe(deployed.stage(), "access_log_format")

    private = telling(stage.access_log_format)
    assert not private, f"{stage.name} logs {', '.join(private)}"


@expectation("DEP-29", ja="アクセスログをリクエストIDで検索できる")
def test_line_of_the_access_log_can_be_found_by_its_request(
    deployed: Deployed, observe: Observations
) -> None:
    stage = observe(deployed.stage(), "access_log_format")

    found = tells_the_request(stage.access_log_format)
    assert found, f"{stage.name} logs no $context.requestId"


@expectation("DEP-29", ja="API Gatewayにログ出力用のロールがある")
def test_api_gateway_has_a_role_for_logs(deployed: Deployed, observe: Observations) -> None:
    account = observe(deployed.gateway_account(), "log_role_arn")

    assert account.log_role_arn, "API Gateway has no role to write logs with in this Region"


@expectation("DEP-30", ja="リクエスト本文をログに出力していない")
def test_bodies_of_requests_are_not_logged(deployed: Deployed, observe: Observations) -> None:
    stage = observe(deployed.stage(), "settings")

    traced = [key for key, setting in stage.settings.items() if setting.data_trace]
    assert not traced, f"{stage.name} logs the bodies of {', '.join(traced)}"


@expectation("DEP-31", ja="リクエストをトレースしている")
def test_requests_are_traced(deployed: Deployed, observe: Observations) -> None:
    stage = observe(deployed.stage(), "tracing")

    assert stage.tracing, f"tracing of {stage.name} is off"


@expectation("DEP-32", ja="APIにタグが付いている")
def test_api_is_tagged(deployed: Deployed, plan: Plan, observe: Observations) -> None:
    api = observe(deployed.rest_api(), "tags")

    there = tagged(api.tags, plan.tags)
    assert there == plan.tags, f"{api.name} is tagged {there}"


@expectation("DEP-32", ja="ステージにタグが付いている")
def test_stage_is_tagged(deployed: Deployed, plan: Plan, observe: Observations) -> None:
    stage = observe(deployed.stage(), "tags")

    there = tagged(stage.tags, plan.tags)
    assert there == plan.tags, f"stage {stage.name} is tagged {there}"


@expectation("DEP-32", ja="関数にタグが付いている")
def test_function_is_tagged(
    function: desired.Function, deployed: Deployed, plan: Plan, observe: Observations
) -> None:
    found = observe(deployed.function(function), "tags")

    there = tagged(found.tags, plan.tags)
    assert there == plan.tags, f"{found.name} is tagged {there}"


@expectation("DEP-33", ja="ステージの説明が計画どおりである")
def test_stage_says_what_it_is(deployed: Deployed, plan: Plan, observe: Observations) -> None:
    stage = observe(deployed.stage(), "description")

    assert stage.description == plan.api.stage_description, f"says “{stage.description}”"


@expectation("DEP-35", ja="ステージに計画外の設定がない")
def test_nothing_unplanned_stands_at_the_stage(
    deployed: Deployed, decided: Decided, observe: Observations
) -> None:
    found = api_surplus.of_stage(deployed)
    observe.note(stages=sorted(deployed.stages()), unplanned=[one.words.en for one in found])

    decided(found, observe)
