"""An account set up in the console comes to the plan, sees first what changes, and loses nothing unasked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from aws.converge import live_configuration, rest_api
from aws.kinds.table import TABLE
from runbook.catalogue import procedures
from runbook.engine import Declined, Procedure, Refused
from runbook.procedures import api, functions, least_privilege, masters, monitoring, secrets, tables
from signoff.environment.accountability import Decision
from tests.moto_state import restore, state_of
from tests.runbook import by_hand
from tests.runbook.desk import Desk, said_in

ALL = procedures()["provision"]
OF_THE_API = [step.action for step in Procedure.of(api).steps]


@pytest.fixture(scope="module")
def _set_up(_emptied):
    """The account as it was set up in the console, and what a rehearsal shows there."""
    aws, its_clients = _emptied
    aws.clear()
    desk = Desk(aws, its_clients)
    by_hand.set_up(desk.client, desk.environment.account)
    state = state_of(aws)
    with desk.reads_only():
        shown = [c for step in ALL.steps if step.action for c in step.action(desk.context())]
    return state, tuple(shown)


@dataclass(frozen=True)
class Brought:
    """What one run made of the account, what it said, and how it was before the steps of the API."""

    halfway: Mapping[str, Any]
    whole: Mapping[str, Any]
    told: tuple[Any, ...]
    noted: tuple[Any, ...]


def kept(desk):
    return {"state": state_of(desk.aws), "records": tuple(desk.evidence.records)}


@pytest.fixture(scope="module")
def brought(_set_up, _emptied):
    """Everything is done, and everybody agrees."""
    desk, told, noted = Desk(*_emptied), [], []
    restore(desk.aws, _set_up[0])
    actions = [step.action for step in ALL.steps if step.action]
    begun = actions.index(OF_THE_API[0])
    yes = {
        "permit": lambda _: True,
        "tell": told.append,
        "note": lambda made, _: noted.extend(made),
    }
    for action in actions[:begun]:
        desk.do(action, **yes)
    halfway = kept(desk)
    for action in actions[begun:]:
        desk.do(action, **yes)
    return Brought(halfway, kept(desk), tuple(told), tuple(noted))


def as_kept(desk, state, records):
    restore(desk.aws, state)
    desk.evidence.records[:] = records
    return desk


@pytest.fixture
def console(_set_up, empty):
    restore(empty.aws, _set_up[0])
    return empty


@pytest.fixture
def halfway(brought, empty):
    """All that comes before the API is done."""
    return as_kept(empty, **brought.halfway)


@pytest.fixture
def converged(brought, empty):
    """Everything is done."""
    return as_kept(empty, **brought.whole)


@pytest.fixture
def rehearsed(_set_up):
    return _set_up[1]


def shown(changes, resource):
    return {c.field.en: (c.before, c.after) for c in changes if c.resource.en == resource}


def test_it_comes_to_the_plan_and_stays_there(converged, everything):
    left = [change for action in everything for change in converged.do(action)]

    assert left == []


def test_a_function_is_shown_as_it_is_and_as_it_will_be(rehearsed):
    of_it = shown(rehearsed, "function stamp-rally-prod-auth")

    assert of_it["runtime"] == ("python3.12", "python3.13")
    assert of_it["time-out (s)"] == (3, 10)  # the nearest that is within its bound
    assert of_it["memory (MB)"] == (128, 256)
    assert of_it["handler"] == ("lambda_function.lambda_handler", "handler.handler")
    assert of_it["variable TABLE_USERS"] == ("withheld (5 characters, word)", "Users-prod")
    assert of_it["variable TOKEN_SECRET_KEY"] == ("withheld (39 characters, word)", None)


def test_configuration_is_corrected_where_no_alias_exists_yet(console):
    context = console.context(go=True, permit=lambda _: True)
    auth = context.plan.function("auth")
    console.do(Procedure.of(least_privilege).steps[0].action, permit=lambda _: True)
    console.client("lambda").delete_alias(FunctionName=auth.name, Name=auth.alias)

    live_configuration.converge(context, auth, {"TOKEN_SECRET_KEY"})

    has = console.client("lambda").get_function_configuration(FunctionName=auth.name)
    assert (has["Runtime"], has["MemorySize"]) == ("python3.13", 256)
    assert "TOKEN_SECRET_KEY" not in has["Environment"]["Variables"]
    assert has["Environment"]["Variables"]["TABLE_USERS"] == "Users-prod"


def test_rehearsal_is_refused_where_the_change_would_release_an_edit(converged):
    context = converged.context(go=False)
    auth, client = context.plan.function("auth"), converged.client("lambda")
    behind = {"FunctionName": auth.name, "Name": auth.alias}
    client.update_function_configuration(FunctionName=auth.name, MemorySize=128)
    version = client.publish_version(FunctionName=auth.name)["Version"]
    client.update_alias(**behind, FunctionVersion=version)
    client.update_function_configuration(FunctionName=auth.name, Timeout=7)

    with pytest.raises(Refused, match=f"was edited since version {version}, which alias"):
        live_configuration.converge(context, auth, ())


def test_a_file_system_that_somebody_decided_stays_where_the_memory_is_corrected(converged):
    client = converged.client("lambda")
    name = converged.context().plan.function("auth").name
    mounted = {
        "Arn": "arn:aws:elasticfilesystem:ap-northeast-1:444455556666:access-point/fsap-1",
        "LocalMountPath": "/mnt/fonts",
    }
    allowed = Decision(
        what=f"function {name}: file systems",
        value=f"{mounted['LocalMountPath']} ({mounted['Arn']})",
        by="Test Author",
        why="the fonts of the pictures",
    )
    client.update_function_configuration(
        FunctionName=name, MemorySize=128, FileSystemConfigs=[mounted]
    )
    environment = replace(converged.environment, decisions=(allowed,))

    converged.do(
        functions.upload_the_functions.action, permit=lambda _: True, environment=environment
    )

    has = client.get_function_configuration(FunctionName=name)
    assert (has["MemorySize"], has.get("FileSystemConfigs")) == (256, [mounted])


@pytest.mark.parametrize(
    ("reads", "writes", "changes"),
    [(50, 40_000, 1), (50, -1, 1), (200, 40_000, 0), (199, 200, 1)],
)
def test_throughput_that_is_enough_stays_where_the_other_is_raised(
    converged, reads, writes, changes
):
    client, table = converged.client("dynamodb"), converged.context().plan.table("users")
    of = {"MaxReadRequestUnits": reads, "MaxWriteRequestUnits": writes}
    client.update_table(TableName=table.name, OnDemandThroughput=of)
    made = converged.do(tables.create_the_tables.action)

    has = client.describe_table(TableName=table.name)["Table"]["OnDemandThroughput"]
    assert table.demand == 200
    assert len(made) == changes
    assert has == {"MaxReadRequestUnits": 200, "MaxWriteRequestUnits": writes}


class CappedIndex:
    """The maximum reads of an index that bears the name of its table, which the emulator does not keep."""

    def __init__(self, table, reads):
        self.table, self.limits = table, {"MaxReadRequestUnits": reads}

    def __call__(self, parsed, **_):
        described = parsed.get("Table", {})
        indexes = described.get("GlobalSecondaryIndexes", ())
        for index in (each for each in indexes if each["IndexName"] == self.table):
            index["OnDemandThroughput"] = self.limits

    def updated(self, params, **_):
        for change in params.get("GlobalSecondaryIndexUpdates", ()):
            self.limits = change["Update"]["OnDemandThroughput"]


@pytest.mark.parametrize(("of_table", "of_index"), [(50, 300), (300, 50), (50, 60)])
def test_an_index_that_bears_the_name_of_its_table_has_a_throughput_of_its_own(
    converged, of_table, of_index
):
    client, table = converged.client("dynamodb"), converged.context().plan.table("users")
    keyed = {"KeySchema": [{"AttributeName": table.hash_key, "KeyType": "HASH"}]}
    index = {"IndexName": table.name, **keyed, "Projection": {"ProjectionType": "ALL"}}
    client.update_table(
        TableName=table.name,
        AttributeDefinitions=[{"AttributeName": table.hash_key, "AttributeType": "S"}],
        GlobalSecondaryIndexUpdates=[{"Create": index}],
        OnDemandThroughput={"MaxReadRequestUnits": of_table},
    )
    capped = CappedIndex(table.name, of_index)
    with (
        converged.hooked("after-call", capped),
        converged.hooked("provide-client-params", capped.updated),
    ):
        before = client.describe_table(TableName=table.name)
        converged.do(tables.create_the_tables.action)
        after = client.describe_table(TableName=table.name)["Table"]

    has = after["OnDemandThroughput"]["MaxReadRequestUnits"], capped.limits["MaxReadRequestUnits"]
    assert TABLE.of(before).caps == {table.name: min(of_table, of_index)}
    assert has == (max(of_table, table.demand), max(of_index, table.demand))


def test_a_stage_is_shown_as_it_is_and_as_it_will_be(rehearsed):
    of_it = shown(rehearsed, "stage prod")

    assert of_it["*/* throttle rate"] == (5000.0, 1000.0)
    assert of_it["*/* data trace"] == (True, False)
    assert of_it["stamps/GET throttle rate"] == (9000.0, 1000.0)
    # Not the least that the target rate needs: our own smoke calls come more often.
    assert of_it["notify/POST throttle rate"] == (1.0, 1000.0)
    assert of_it["description"][1] == "本番環境"
    assert "debug/GET throttle rate" not in of_it


def test_an_alarm_that_never_fires_is_mended(rehearsed):
    of_it = shown(rehearsed, "alarm stamp-rally-prod-auth-errors-alarm")

    assert of_it["statistic"] == ("Average", "Sum")
    assert of_it["comparison"] == ("GreaterThanThreshold", "GreaterThanOrEqualToThreshold")
    assert "missing data" not in of_it  # as the console has it, which keeps no alarm from firing


def test_everything_that_is_lost_is_marked_so(rehearsed):
    lost = {(c.resource.en, c.field.en) for c in rehearsed if c.destroys}

    assert lost == {
        ("secret stamp-rally-prod/token-secret-key", "value"),
        ("role stamp-rally-prod-auth-role", "trust policy"),
        ("role stamp-rally-prod-auth-role", "policy console"),
        ("role stamp-rally-prod-auth-role", "managed policy"),
        ("function stamp-rally-prod-auth", "variable TOKEN_SECRET_KEY"),
        ("function stamp-rally-prod-auth", "variable TABLE_USERS"),
        ("alias stamp-rally-prod-auth:live", "variable TABLE_USERS"),
        ("function stamp-rally-prod-auth", "permission world"),
        ("table StampMasters-prod", "item SEV-001"),
        ("topic stamp-rally-prod-alerts", "KMS key"),
    }


@pytest.mark.parametrize(
    ("action", "what"),
    [
        (secrets.generate_the_session_key, "secret stamp-rally-prod/token-secret-key: value"),
        (least_privilege.give_each_function_its_role, "role stamp-rally-prod-auth-role"),
        (functions.upload_the_functions, "variable TOKEN_SECRET_KEY"),
        (functions.release_them, "alias stamp-rally-prod-auth:live: variable TABLE_USERS"),
        (masters.load_the_spots, "item SEV-001"),
        (monitoring.create_the_topic, "topic stamp-rally-prod-alerts: KMS key"),
    ],
    ids=lambda one: getattr(one, "name", None),
)
def test_nothing_is_lost_unasked(console, action, what):
    """Nor waited for what nobody has made: 180 times for each other function."""
    with pytest.raises(Declined, match=what):
        console.do(action.action, sleep=given_up)


def given_up(_):
    raise TimeoutError


def test_the_served_stage_keeps_its_permission_until_it_serves_another_deployment(
    halfway,
):
    for action in OF_THE_API:
        halfway.do(action, permit=lambda _: True)

    calls = [call.rpartition(":")[2] for call in halfway.changing_calls()]
    last = len(calls) - 1 - calls[::-1].index("UpdateStage")
    assert calls.count("RemovePermission") == 1
    assert calls.index("CreateDeployment") < last < calls.index("RemovePermission")


def test_where_nobody_agrees_all_is_deployed_and_recorded_and_the_permission_stays(
    halfway,
):
    for action in OF_THE_API[:-1]:
        halfway.do(action)
    with pytest.raises(Declined, match="permission world"):
        halfway.do(OF_THE_API[-1])

    policy = halfway.client("lambda").get_policy(FunctionName="stamp-rally-prod-auth")["Policy"]
    recorded = halfway.evidence.recorded("release")["deployment"]
    api_id = rest_api.find(halfway.context(), halfway.context().plan.api)["id"]
    stage = halfway.client("apigateway").get_stage(restApiId=api_id, stageName="prod")
    assert "world" in {entry["Sid"] for entry in json.loads(policy)["Statement"]}
    assert stage["deploymentId"] == recorded


def test_no_secret_comes_out(converged, brought):
    told = json.dumps([str(one) for one in (*brought.noted, *brought.told)])
    told += repr(converged.evidence.records)
    value = converged.client("secretsmanager").get_secret_value(
        SecretId="stamp-rally-prod/token-secret-key"
    )["SecretString"]
    assert by_hand.PASSWORD not in told
    assert json.loads(value)["TOKEN_SECRET_KEY"] not in told
    assert "Zq3Zq3" not in told


def test_a_good_secret_is_never_overwritten(console):
    console.do(secrets.store_the_line_token.action, permit=lambda _: True)

    client = console.client("secretsmanager")
    name = "stamp-rally-prod/line-channel-access-token"
    assert "kept-Zq3" in client.get_secret_value(SecretId=name)["SecretString"]


def test_a_placeholder_becomes_64_random_bytes(console):
    made = console.do(secrets.generate_the_session_key.action, permit=lambda _: True)

    client = console.client("secretsmanager")
    name = "stamp-rally-prod/token-secret-key"
    key = json.loads(client.get_secret_value(SecretId=name)["SecretString"])["TOKEN_SECRET_KEY"]
    assert len(bytes.fromhex(key)) == 64
    assert {
        "resource": f"secret {name}",
        "field": "value",
        "before": "a placeholder, a pattern, or words",
        "after": "64 random bytes",
        "destroys": True,
    } in [change.as_json() for change in made]


def test_an_accepted_managed_policy_stays(console):
    console.do(least_privilege.give_each_function_its_role.action, permit=lambda _: True)

    attached = console.client("iam").list_attached_role_policies(
        RoleName="stamp-rally-prod-auth-role"
    )["AttachedPolicies"]
    assert [entry["PolicyArn"] for entry in attached] == [by_hand.BASIC]


def test_a_dashboard_gets_what_it_lacks_and_keeps_the_rest(console):
    board = {"DashboardName": "stamp-rally-prod-dashboard"}
    before = json.loads(console.client("cloudwatch").get_dashboard(**board)["DashboardBody"])
    console.do(monitoring.create_the_dashboard.action)

    after = json.loads(console.client("cloudwatch").get_dashboard(**board)["DashboardBody"])
    count = len(before["widgets"])
    assert after["widgets"][:count] == before["widgets"]
    assert len(after["widgets"]) > count
    assert console.do(monitoring.create_the_dashboard.action) == ()


OLD, LIVING = "stamp-rally-prod-oldgame", "stamp-rally-prod-award"
RATE = {"expression": "errors / 60", "id": "rate"}


def drawing(*metrics):
    return {"type": "metric", "x": 0, "y": 0, "properties": {"title": "t", "metrics": [*metrics]}}


def of(function, *options):
    return ["AWS/Lambda", "Errors", "FunctionName", function, *options]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([of(LIVING), of(OLD)], [of(LIVING)]),
        ([of(OLD), ["...", LIVING, {"color": "#f00"}]], [of(LIVING, {"color": "#f00"})]),
        ([of(OLD, {"id": "errors"}), [RATE], [{"expression": "rate*2"}], of(LIVING)], [of(LIVING)]),
        (
            [of(OLD), [{"expression": "SEARCH('x', 'Sum')"}]],
            [[{"expression": "SEARCH('x', 'Sum')"}]],
        ),
        ([of(LIVING), ["...", OLD, {"region": "us-east-1"}]],) * 2,
    ],
    ids=[
        "beside a living one",
        "named in full above",
        "worked out from it",
        "searching",
        "elsewhere",
    ],
)
def test_a_widget_loses_only_what_is_gone(console, before, after):
    board, client = {"DashboardName": "stamp-rally-prod-dashboard"}, console.client("cloudwatch")
    client.put_dashboard(**board, DashboardBody=json.dumps({"widgets": [drawing(*before)]}))
    console.do(monitoring.create_the_dashboard.action, permit=lambda _: True)

    widgets = json.loads(client.get_dashboard(**board)["DashboardBody"])["widgets"]
    assert widgets[0] == drawing(*after)


def test_a_widget_of_nothing_but_what_is_gone_goes(console):
    board, client = {"DashboardName": "stamp-rally-prod-dashboard"}, console.client("cloudwatch")
    gone = drawing(of(OLD, {"id": "errors"}), [RATE])
    client.put_dashboard(**board, DashboardBody=json.dumps({"widgets": [gone]}))
    console.do(monitoring.create_the_dashboard.action, permit=lambda _: True)

    widgets = json.loads(client.get_dashboard(**board)["DashboardBody"])["widgets"]
    assert "t" not in [widget["properties"]["title"] for widget in widgets]


def test_a_dashboard_that_shows_one_day_for_ever_shows_today_again(console):
    board, client = {"DashboardName": "stamp-rally-prod-dashboard"}, console.client("cloudwatch")
    console.do(monitoring.create_the_dashboard.action, permit=lambda _: True)
    planned = json.loads(client.get_dashboard(**board)["DashboardBody"])
    still = {**planned, "start": "2026-01-01T00:00:00Z", "end": "2026-01-02T00:00:00Z"}
    client.put_dashboard(**board, DashboardBody=json.dumps(still))
    console.do(monitoring.create_the_dashboard.action)

    assert json.loads(client.get_dashboard(**board)["DashboardBody"]) == planned


def test_a_widget_that_names_this_account_is_not_added_once_more(console):
    board, client = {"DashboardName": "stamp-rally-prod-dashboard"}, console.client("cloudwatch")
    console.do(monitoring.create_the_dashboard.action, permit=lambda _: True)
    planned = json.loads(client.get_dashboard(**board)["DashboardBody"])
    own = {"accountId": console.environment.account}
    named = [{**each, "properties": each["properties"] | own} for each in planned["widgets"]]
    client.put_dashboard(**board, DashboardBody=json.dumps({"widgets": named}))

    assert console.do(monitoring.create_the_dashboard.action) == ()


def test_a_spot_in_an_older_spelling_is_the_same_spot(rehearsed):
    assert "item STATUE-001" not in shown(rehearsed, "table StampMasters-prod")


def test_a_table_gets_its_index_and_loses_no_item(console):
    console.client("dynamodb").put_item(
        TableName="UserStamps-prod", Item={"UserId": {"S": "U"}, "StampId": {"S": "S"}}
    )
    console.do(tables.create_the_tables.action)

    table = console.client("dynamodb").describe_table(TableName="UserStamps-prod")["Table"]
    assert [index["IndexName"] for index in table["GlobalSecondaryIndexes"]] == ["PeriodRanking"]
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert console.client("dynamodb").scan(TableName="UserStamps-prod")["Count"] == 1


def test_a_route_beyond_the_plan_is_told_and_left(converged, brought):
    assert any("GET /debug is not in the plan" in said_in("en", line) for line in brought.told)
    api_id = next(
        item["id"]
        for item in converged.client("apigateway").get_rest_apis()["items"]
        if item["name"] == "stamp-rally-prod-api"
    )
    paths = converged.client("apigateway").get_resources(restApiId=api_id)["items"]
    assert "/debug" in {path["path"] for path in paths}


def test_a_foreign_statement_of_a_policy_stays(converged):
    policy = converged.client("s3").get_bucket_policy(Bucket="stamp-rally-prod-images")["Policy"]
    assert [entry["Sid"] for entry in json.loads(policy)["Statement"]] == ["Readers", "TlsOnly"]


def test_a_version_with_a_secret_in_it_is_no_longer_what_callers_get(console):
    console.do(least_privilege.give_each_function_its_role.action, permit=lambda _: True)
    console.do(functions.upload_the_functions.action, permit=lambda _: True)
    console.do(functions.release_them.action, permit=lambda _: True)

    live = console.client("lambda").get_function_configuration(
        FunctionName="stamp-rally-prod-auth", Qualifier="live"
    )
    assert "TOKEN_SECRET_KEY" not in live["Environment"]["Variables"]
    assert api.draw_up_the_api.action(console.context())
