"""SEC-30 to SEC-32, SEC-34, SEC-35, DEP-37: no caller exceeds the decided rate or gets through without a session, and the target rate fits in."""

from aws import desired
from aws.api.cors import KEYED
from aws.api.integration import IAM
from aws.bounds import at_least, covers, exactly, within
from aws.inventory import Sections
from aws.kinds.usage_plan import API_KEY, KEYS, STAGES, USAGE_PLAN
from aws.ledgers import AUTHORIZER, ROUTE, SERVED
from checks import throttling
from checks.authorizers import (
    authorizer_differences,
    authorizers,
    invoking_others,
    some_of,
)
from checks.deployed import Deployed
from plan import Plan
from plan.edge import rate_of, rate_of_preflights
from signoff.environment import Environment, where
from signoff.judge.checklist import expectation
from signoff.judge.decisions import Judge


@expectation("SEC-30", ja="使用量プランの上限が決定どおりである")
def test_usage_plan_has_the_decided_limits(deployed: Deployed, plan: Plan, judge: Judge) -> None:
    usage = judge.observe(deployed.usage_plan(), "rate", "burst", "quota", "period")

    judge(throttling.plan_too_wide(usage, plan.api.usage_plan))


@expectation("SEC-30", ja="使用量プランの上限がどのメソッドでも緩くない")
def test_usage_plan_is_no_wider_on_any_method(deployed: Deployed, plan: Plan, judge: Judge) -> None:
    usage = judge.observe(deployed.usage_plan(), "own_limits")

    judge(throttling.methods_too_wide(usage, plan.api.usage_plan))


@expectation("SEC-30", ja="使用量プランがステージに適用されている")
def test_usage_plan_is_on_the_stage(deployed: Deployed, plan: Plan, judge: Judge) -> None:
    stage = f"{deployed.rest_api().id}:{plan.api.stage}"
    judge.observe.note(stage=stage, bound=throttling.asking_for_key(deployed.served()))

    on_it = {STAGES: covers((stage,))}
    judge.hold(USAGE_PLAN, deployed.usage_plan(), on_it, decidable=False)


@expectation("SEC-31", ja="APIキーが有効である")
def test_api_key_is_enabled(plan: Plan, sections: Sections, judge: Judge) -> None:
    key = throttling.api_key(plan.api.usage_plan, sections)
    judge.hold(API_KEY, key, API_KEY.always, decidable=False)


@expectation("SEC-31", ja="APIキーが使用量プランに含まれる")
def test_api_key_is_in_the_usage_plan(
    deployed: Deployed, plan: Plan, sections: Sections, judge: Judge
) -> None:
    key = judge.observe(throttling.api_key(plan.api.usage_plan, sections), "id")
    judge.hold(USAGE_PLAN, deployed.usage_plan(), {KEYS: covers((key.id,))}, decidable=False)


@expectation("SEC-31", ja="ルートがAPIキーを要求する")
def test_route_asks_for_an_api_key(route: desired.Route, deployed: Deployed, judge: Judge) -> None:
    method = judge.observe(deployed.method(route), "api_key_required")

    about = {"call": SERVED, "decided_in": where("api_key"), "loosens": True}
    judge.compare(ROUTE, route.id, {KEYED: (method.api_key_required, exactly(True))}, **about)


@expectation("SEC-32", ja="ルートの匿名の呼び出しにスロットリングがかかる")
def test_anonymous_callers_of_a_route_are_throttled(
    route: desired.Route, deployed: Deployed, judge: Judge
) -> None:
    limits = throttling.effective_limits(deployed, route.verb, route.path)
    judge.observe.note(route=route.id, rate=limits.rate, burst=limits.burst)

    judge(throttling.too_wide(route.id, limits, route.most))


@expectation("SEC-32", ja="匿名のプリフライトにスロットリングがかかる")
def test_anonymous_preflights_are_throttled(
    path: str, deployed: Deployed, environment: Environment, judge: Judge
) -> None:
    limits = throttling.effective_limits(deployed, "OPTIONS", path)
    judge.observe.note(preflight=path, rate=limits.rate, burst=limits.burst)

    judge(throttling.too_wide(f"OPTIONS {path}", limits, environment.throttle))


@expectation("DEP-37", ja="ルートに目標レート分の余裕がある")
def test_route_has_room_for_its_share_of_the_target_rate(
    route: desired.Route, deployed: Deployed, environment: Environment, judge: Judge
) -> None:
    limits = throttling.effective_limits(deployed, route.verb, route.path)
    needed = rate_of(route.id, environment)
    judge.observe.note(route=route.id, rate=limits.rate, burst=limits.burst, needed=needed)

    judge(throttling.too_narrow(route.id, limits, needed))


@expectation("DEP-37", ja="アカウントの上限に、プリフライトを含む目標レート分の余裕がある")
def test_account_has_room_for_the_target_rate(
    deployed: Deployed, environment: Environment, judge: Judge
) -> None:
    account = judge.observe(deployed.gateway_account(), "rate", "burst")

    judge(throttling.account_too_narrow(account, environment.account, environment.target_rate))


@expectation("DEP-37", ja="プリフライトに目標レート分の余裕がある")
def test_preflights_have_room_for_the_target_rate(
    path: str, deployed: Deployed, environment: Environment, judge: Judge
) -> None:
    limits = throttling.effective_limits(deployed, "OPTIONS", path)
    needed = rate_of_preflights(path, environment)
    judge.observe.note(preflight=path, rate=limits.rate, burst=limits.burst, needed=needed)

    judge(throttling.too_narrow(f"OPTIONS {path}", limits, needed))


@expectation("DEP-37", ja="全利用者共通のAPIキーに目標レート分の余裕がある")
def test_key_of_all_visitors_has_room_for_the_target_rate(
    deployed: Deployed, plan: Plan, environment: Environment, judge: Judge
) -> None:
    usage = judge.observe(deployed.usage_plan(), "rate", "own_limits", "stages")
    judge.observe.note(asked_of_visitors=environment.api_key, target_rate=environment.target_rate)

    short = throttling.plan_too_narrow(usage, plan.api, environment)
    stage = f"{deployed.rest_api().id}:{plan.api.stage}"
    alone = {STAGES: within((stage,))} if stage in usage.stages else {}
    shared = USAGE_PLAN.differences(usage.name, usage, alone, loosens=True, remedy="shared")
    judge((*short, *shared) if environment.api_key else ())


@expectation("DEP-37", ja="統合が関数の処理に必要な時間だけ待つ")
def test_integration_waits_as_long_as_its_function_needs(
    route: desired.Route, deployed: Deployed, judge: Judge
) -> None:
    integration = judge.observe(deployed.integration(route), "timeout_ms")

    about = {"call": SERVED, "remedy": "time_out", "decided_in": where("routes"), "loosens": True}
    compared = {throttling.WAITS: (integration.timeout_ms, at_least(route.waits_ms, " ms"))}
    judge.compare(ROUTE, route.id, compared, **about)


@expectation("SEC-34", ja="ルートがオーソライザーを使う")
def test_route_asks_an_authorizer(
    guarded_route: desired.Route, deployed: Deployed, judge: Judge
) -> None:
    method = judge.observe(deployed.method(guarded_route), "authorizer")

    bound = exactly(IAM) if guarded_route.by_iam else some_of(deployed.served().authorizers)
    compared = {AUTHORIZER: (method.authorizer, bound)}
    judge.compare(ROUTE, guarded_route.id, compared, call=SERVED, decidable=False)


@expectation("SEC-34", ja="ログインがセッションを要求しない")
def test_login_asks_for_no_session(
    open_route: desired.Route, deployed: Deployed, judge: Judge
) -> None:
    method = judge.observe(deployed.method(open_route), "authorizer")

    about = {"call": SERVED, "decidable": False}
    judge.compare(ROUTE, open_route.id, {AUTHORIZER: (method.authorizer, exactly(None))}, **about)


@expectation("SEC-35", ja="オーソライザーがauth関数を使う")
def test_authorizer_asks_the_auth_function(deployed: Deployed, plan: Plan, judge: Judge) -> None:
    (planned,) = filter(None, [plan.api.authorizer])  # without an authorizer the row is left out
    in_use = authorizers(deployed)
    judge.observe.note(authorizers=in_use)

    judge(invoking_others(deployed, planned))
    judge(authorizer_differences(in_use, planned))
