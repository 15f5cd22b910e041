"""DEP-10 to DEP-19: the seven functions run as decided, behind an alias, with room to breathe."""

from datetime import date
from functools import partial

from aws import desired
from aws.bounds import at_least, exactly
from aws.difference import differences, unallowed
from aws.function import ACCOUNT, FREE, RESERVED, RUNTIME
from aws.inventory import Inventory
from aws.ledgers.lambda_ import FUNCTION
from checks.deployed import Deployed
from checks.functions import CALLS_PER_REQUEST, busy, free_for_us, why_unsupported
from checks.invocation import may_invoke, source_of, source_of_authorizer, target
from checks.releases import deployed_again, ids, newest
from checks.variables import arn_of, astray, differing, diverting, foreign, hijacking, leads_to_line
from plan import Plan
from signoff.checklist import expectation
from signoff.decisions import Decided
from signoff.environment import Environment
from signoff.observations import Observations

GET_FUNCTION = "lambda:GetFunction"
NEED = "target_rate, seconds_per_call"
"""Keys from which the concurrency that is needed follows."""


@expectation("DEP-10", ja="関数がActiveで、直近の更新が成功している")
def test_function_is_active_and_its_last_update_succeeded(
    function: desired.Function, deployed: Deployed, observe: Observations
) -> None:
    found = observe(deployed.function(function), "arn", "version", "state", "last_update_status")

    condition = (found.state, found.last_update_status)
    assert condition == ("Active", "Successful"), (
        f"{found.name} is {' / '.join(map(str, condition))}"
    )


@expectation("DEP-11", ja="関数が計画したランタイムで動く")
def test_function_runs_on_the_planned_runtime(
    function: desired.Function, deployed: Deployed, decided: Decided, observe: Observations
) -> None:
    found = observe(deployed.function(function), "runtime", "runtime_version")

    planned = {RUNTIME: exactly(function.runtime)}
    decided(differences(FUNCTION, found.name, found.facts, planned, call=GET_FUNCTION), observe)


@expectation("DEP-11", ja="関数のランタイムがAWSのサポート期間内である")
def test_aws_supports_the_runtime_of_the_function(
    function: desired.Function, deployed: Deployed, today: date, observe: Observations
) -> None:
    found = observe(deployed.function(function), "runtime")

    unsupported = why_unsupported(found.runtime, today)
    assert not unsupported, f"{found.name}: {unsupported}"


@expectation("DEP-12", ja="関数のタイムアウトとメモリが足りている")
def test_function_has_the_time_and_memory_that_it_needs(
    function: desired.Function, deployed: Deployed, decided: Decided, observe: Observations
) -> None:
    found = observe(deployed.function(function), "timeout_s", "memory_mb")

    about = {"call": GET_FUNCTION, "decided_in": "timeout_s, memory_mb", "loosens": True}
    decided(differences(FUNCTION, found.name, found.facts, function.bounds, **about), observe)


@expectation("DEP-13", ja="関数の環境変数が計画どおりである")
def test_function_has_the_planned_variables(
    function: desired.Function,
    deployed: Deployed,
    environment: Environment,
    inventory: Inventory,
    plan: Plan,
    decided: Decided,
    observe: Observations,
) -> None:
    found = observe(deployed.function(function), "environment")
    salt, arns = inventory.salts["own"], partial(arn_of, plan, inventory.sections)

    decided(differing(found, function, environment, salt, arns), observe)


@expectation("DEP-13", ja="関数がLINE自体を呼び出す")
def test_function_calls_line_itself(
    function: desired.Function,
    deployed: Deployed,
    environment: Environment,
    inventory: Inventory,
    observe: Observations,
) -> None:
    endpoint = deployed.function(function).environment.get("LINE_API_ENDPOINT")
    observe.note(function=function.name, LINE_API_ENDPOINT=endpoint)

    right = leads_to_line(endpoint, environment, inventory.salts["own"])
    assert right, f"{function.name} takes {endpoint} for LINE"


@expectation("DEP-14", ja="関数が別の環境を参照していない")
def test_function_knows_no_other_environment(
    function: desired.Function,
    deployed: Deployed,
    environment: Environment,
    inventory: Inventory,
    decided: Decided,
    observe: Observations,
) -> None:
    found = observe(deployed.function(function), "environment")
    salt = inventory.salts["own"]

    lost = astray(found, environment, salt)
    planned = {name: text for name, text in lost.items() if name in function.environment}
    assert not planned, f"{found.name}: {', '.join(f'{k} is {v}' for k, v in planned.items())}"
    decided(foreign(found, function, environment, salt), observe)


@expectation("DEP-14", ja="関数がAWS自体を呼び出す")
def test_function_calls_aws_itself(
    function: desired.Function, deployed: Deployed, decided: Decided, observe: Observations
) -> None:
    found = observe(deployed.function(function), "environment")

    decided(diverting(found), observe)


@expectation("DEP-15", ja="エイリアスが発行済みのバージョンを指す")
def test_alias_points_to_a_published_version(
    function: desired.Function, deployed: Deployed, observe: Observations
) -> None:
    alias = observe(deployed.alias(function), "arn", "version")
    published = [version.number for version in deployed.versions(function)]
    observe.note(function=function.name, published=published)

    assert alias.version in published, f"{function.name}: {alias.name} points to {alias.version}"


@expectation("DEP-16", ja="ルートがエイリアスを呼び出す")
def test_route_invokes_the_alias(
    route: desired.Route, deployed: Deployed, environment: Environment, observe: Observations
) -> None:
    integration = deployed.integration(route)
    called = target(integration.uri, deployed.stage().variables)
    observe.note(route=route.id, uri=integration.uri)

    named = called.qualifier or "no alias"
    assert called.qualifier == environment.alias, f"{route.id} invokes {called.function} by {named}"


@expectation("DEP-16", ja="APIがエイリアスを呼び出せる")
def test_api_may_invoke_the_alias(
    route: desired.Route, deployed: Deployed, environment: Environment, observe: Observations
) -> None:
    alias = observe(deployed.alias(route.function), "arn").arn
    source = source_of(route, deployed.rest_api().id, environment)
    policies = deployed.function_policies(route.function)
    observe.note(source=source, policies=policies)

    assert may_invoke(policies, alias, source), f"the API may not invoke {alias} for {route.id}"


@expectation("DEP-16", ja="オーソライザーがエイリアスを呼び出す")
def test_authorizers_invoke_the_alias(
    deployed: Deployed, plan: Plan, observe: Observations
) -> None:
    auth = plan.api.authorizer.function.alias_arn
    variables = deployed.stage().variables
    uris = [one.uri for one in deployed.served().authorizers.values()]
    observe.note(authorizers=uris)

    others = [called for uri in uris if (called := target(uri, variables).arn) != auth]
    assert not others, f"authorizers invoke {', '.join(others)}"


@expectation("DEP-16", ja="APIがオーソライザーを呼び出せる")
def test_api_may_ask_its_authorizers(
    deployed: Deployed, plan: Plan, environment: Environment, observe: Observations
) -> None:
    alias = observe(deployed.alias(plan.api.authorizer.function), "arn").arn
    policies = deployed.function_policies(plan.api.authorizer.function)
    api_id = deployed.rest_api().id
    ids = [one.id for one in deployed.draft().authorizers.values()]
    sources = [source_of_authorizer(one, api_id, environment) for one in ids]
    observe.note(sources=sources, policies=policies)

    refused = [source for source in sources if not may_invoke(policies, alias, source)]
    assert not refused, f"the API may not invoke {alias} for {', '.join(refused)}"


@expectation("DEP-17", ja="エイリアスがリリースしたコードを実行する")
def test_alias_runs_the_code_that_was_released(
    function: desired.Function, deployed: Deployed, observe: Observations
) -> None:
    alias = deployed.alias(function)
    code = observe(deployed.function(function), "version", "code_sha256").code_sha256
    released = deployed.record("release").body["functions"].get(function.name, {})
    observe.note(released=released)

    assert code == released.get("code_sha256"), f"{alias.arn} runs version {alias.version}: {code}"


@expectation("DEP-17", ja="最新のデプロイがリリースしたものである")
def test_newest_deployment_is_the_one_that_was_released(
    deployed: Deployed, observe: Observations
) -> None:
    last, released = newest(deployed.deployments()), deployed.record("release").body
    observe.note(newest=last, released=released["deployment"])

    known = released["deployment"] in {one.id for one in last} or deployed_again(deployed, released)
    assert known, f"{ids(last)} was deployed besides the release, with other contents"


@expectation("DEP-17", ja="関数に別のコードを実行させる設定がない")
def test_nothing_makes_the_function_run_other_code(
    function: desired.Function, deployed: Deployed, decided: Decided, observe: Observations
) -> None:
    found = observe(deployed.function(function), "environment", "layers", "file_systems")

    decided(hijacking(found), observe)


@expectation("DEP-18", ja="同時実行数が目標レートに足りる")
def test_concurrency_suffices_for_the_target_rate(
    deployed: Deployed,
    plan: Plan,
    environment: Environment,
    decided: Decided,
    observe: Observations,
) -> None:
    account = observe(deployed.lambda_account(), "concurrent_executions", "unreserved")
    ours = [deployed.function(one) for one in plan.functions]
    needed, free = busy(environment, calls=CALLS_PER_REQUEST), free_for_us(account, ours)
    observe.note(requests_a_second=environment.target_rate, needed=needed, free=free)

    about = {"call": "lambda:GetAccountSettings", "decided_in": NEED, "loosens": True}
    facts, bounds = {FREE: free}, {FREE: at_least(needed)}
    decided(differences(ACCOUNT, environment.account, facts, bounds, **about), observe)


@expectation("DEP-18", ja="予約済み同時実行数が関数を妨げない")
def test_reservation_does_not_strangle_the_function(
    function: desired.Function,
    deployed: Deployed,
    environment: Environment,
    decided: Decided,
    observe: Observations,
) -> None:
    found = observe(deployed.function(function), "reserved_concurrency")
    needed = busy(environment, calls=1)
    observe.note(needed=needed)

    reserved = {} if found.reserved_concurrency is None else {RESERVED: found.reserved_concurrency}
    bounds = {fact: at_least(needed) for fact in reserved}
    about = {"call": GET_FUNCTION, "decided_in": NEED, "loosens": True}
    decided(differences(FUNCTION, found.name, reserved, bounds, **about), observe)


@expectation("DEP-19", ja="関数に計画外の設定がない")
def test_nothing_unplanned_is_attached_to_the_function(
    function: desired.Function, deployed: Deployed, decided: Decided, observe: Observations
) -> None:
    attached = deployed.function_attachments(function)
    observe.note(
        function=function.name, attached=[f"{one.fact.en}: {one.found}" for one in attached]
    )

    decided(unallowed(attached), observe)
