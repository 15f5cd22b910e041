"""``signoff init`` proposes an environment for a stack that somebody else set up."""

import json
import resource
import tomllib
from contextlib import ExitStack
from dataclasses import replace
from datetime import date

import pytest
from botocore.exceptions import EndpointConnectionError

from aws.door.clients import Aws
from aws.door.sessions import RetryPolicy
from aws.kinds import LEDGERS
from local.aws.server import LocalAws
from signoff.__main__ import main
from signoff.commands.init import Answers, discover, table
from signoff.commands.init_command import add_to, keys_of
from signoff.environment import EnvironmentFileError, load
from tests.foreign.account import ACCOUNT, REGION
from tests.foreign.hand import compute, watch
from tests.healthy import healthy
from tests.in_process import SessionInProcess
from tests.second_opinion import FUNCTIONS

TODAY = date(2026, 11, 26)


def found_in(aws, **more):
    return found_by(SessionInProcess(aws), **more)


def found_by(session, **more):
    return discover(Aws(session, REGION, RetryPolicy(attempts=1), LEDGERS), answers(**more))


def answers(**more):
    return Answers(name="prod", region=REGION, account=ACCOUNT, **more)


@pytest.fixture(scope="module")
def found(account):
    return found_in(account.aws, origin="https://rally.example.jp", line_channel="2001234567")


@pytest.fixture
def cdk():
    """Give an account in which CDK made up the names of two functions and their roles."""
    with LocalAws("111122223333", REGION) as aws:
        client = SessionInProcess(aws).client
        trust = json.dumps({"Version": "2012-10-17", "Statement": []})
        for name, role in (
            ("AuthFn1A2B", "AuthFnServiceRole3C4D"),
            ("GpsVerifyFn5E6F", "GpsVerifyFnServiceRole7A8B"),
        ):
            made = client("iam").create_role(
                RoleName=f"RallyStack-{role}", AssumeRolePolicyDocument=trust
            )
            client("lambda").create_function(
                FunctionName=f"RallyStack-{name}",
                Role=made["Role"]["Arn"],
                Runtime="python3.13",
                Handler="app.main",
                Code={"ZipFile": compute.package("first")},
            )
        gateway = client("apigateway")
        api = {"restApiId": gateway.create_rest_api(name="rally")["id"]}
        guards = [
            gateway.create_authorizer(
                **api, name=name, type="REQUEST", authorizerUri="arn:aws:lambda"
            )["id"]
            for name in ("RallyAuth7C", "NotInUse9D")
        ]
        root = {**api, "resourceId": gateway.get_resources(**api)["items"][0]["id"]}
        gateway.put_method(
            **root, httpMethod="GET", authorizationType="CUSTOM", authorizerId=guards[0]
        )
        client("cloudwatch").put_dashboard(DashboardName="Overview", DashboardBody="{}")
        yield aws


def test_what_the_account_holds_is_proposed_with_its_source(found):
    assert not found.unread
    assert found.value("prefix") == "stamp-rally-prod"
    assert found.value("tables")["userstamps"] == "UserStamps-prod"
    assert found.value("stage") == "prod"
    assert found.proposals["prefix"].source["ja"] == "関数{0}個中{0}個の接頭辞".format(
        len(FUNCTIONS)
    )


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_proposal_is_an_environment_that_can_be_judged(found, lang, tmp_path):
    file = tmp_path / "environments.toml"
    add_to(file, table(answers(), found, lang=lang, today=TODAY), "prod")

    environment = load("prod", file, {}).environment

    assert environment.tables["users"] == "Users-prod"
    assert environment.account == ACCOUNT


def test_names_that_a_tool_made_up_are_proposed(cdk, tmp_path):
    found = found_in(cdk, origin="https://rally.example.jp", line_channel="2001234567")
    file = tmp_path / "environments.toml"
    add_to(file, table(answers(), found, lang="en", today=TODAY), "prod")

    assert found.value("prefix") == "RallyStack"
    assert found.value("names") == {
        "auth": "RallyStack-AuthFn1A2B",
        "auth-role": "RallyStack-AuthFnServiceRole3C4D",
        "gps-verify": "RallyStack-GpsVerifyFn5E6F",
        "gps-verify-role": "RallyStack-GpsVerifyFnServiceRole7A8B",
        "api": "rally",
        "authorizer": "RallyAuth7C",
        "dashboard": "Overview",
    }
    assert tomllib.loads(file.read_text())["prod"]["names"] == found.value("names")


def test_alias_is_proposed_where_it_is_the_only_one_that_all_functions_have(cdk):
    proposed, functions = [], SessionInProcess(cdk).client("lambda")
    for alias in ("serving", "next"):
        for name in ("RallyStack-AuthFn1A2B", "RallyStack-GpsVerifyFn5E6F"):
            of = {"FunctionName": name, "FunctionVersion": "$LATEST"}
            functions.create_alias(Name=alias, **of)
            proposed.append(found_in(cdk).value("alias"))

    assert proposed == [None, "serving", "serving", None]


def test_functions_that_are_not_there_are_named_beside_the_prefix(cdk):
    healthy()  # says once what only one of both has
    source = found_in(cdk).proposals["prefix"].source

    told, absent = source["en"].split("; absent: ")
    assert told.endswith(f"2 of {len(FUNCTIONS)} functions are named so")
    assert {*absent.split(", ")} == FUNCTIONS.keys() - {"auth", "gps-verify"}
    assert source["ja"].endswith(f"（ない関数: {absent}）")


def test_thresholds_are_those_at_which_alarms_of_ours_fire(found):
    alarms = {"function_errors": 5, "api_4xx": 10, "api_5xx": 10, "throttles": 1, "period_s": 300}

    assert found.value("alarms") == alarms  # the hand's alarms fire above 4 and 9


def test_alarm_above_none_at_all_fires_at_the_first(cdk):
    name = {"FunctionName": "RallyStack-AuthFn1A2B"}
    cloudwatch = SessionInProcess(cdk).client("cloudwatch")
    watch.alarm(cloudwatch, "fails", "AWS/Lambda", "Errors", name, 0)

    assert found_in(cdk).value("alarms")["function_errors"] == 1


@pytest.fixture
def shared(account):
    """Give an account that another rally shares, whose tables CloudFormation made."""
    cloudwatch, dynamodb = account.client("cloudwatch"), account.client("dynamodb")
    watch.alarm(cloudwatch, "other", "AWS/Lambda", "Errors", {"FunctionName": "autumn-auth"}, 99)
    users = dynamodb.describe_table(TableName="Users-prod")["Table"]["TableArn"]
    dynamodb.tag_resource(ResourceArn=users, Tags=[{"Key": "Data", "Value": "people"}])
    made_by = {"Key": "aws:cloudformation:stack-name", "Value": "rally"}
    names = dynamodb.list_tables()["TableNames"]
    arns = [dynamodb.describe_table(TableName=name)["Table"]["TableArn"] for name in names]
    for arn in arns:
        dynamodb.tag_resource(ResourceArn=arn, Tags=[made_by])
    yield account.aws
    cloudwatch.delete_alarms(AlarmNames=["other"])
    dynamodb.untag_resource(ResourceArn=users, TagKeys=["Data"])
    for arn in arns:
        dynamodb.untag_resource(ResourceArn=arn, TagKeys=[made_by["Key"]])


def test_what_is_of_others_or_of_one_table_alone_is_not_proposed(shared):
    found = found_in(shared)

    assert found.value("alarms")["function_errors"] == 5
    assert found.value("tags") == {"Environment": "prod", "Owner": "rally-team", "Project": "CC"}


def test_key_that_routes_ask_for_is_proposed(found, cdk):
    assert found.value("api_key") is True
    assert found_in(cdk).value("api_key") is None


def test_names_that_follow_from_the_prefix_are_not_proposed(found):
    assert found.value("names") == {"alerts": "rally-on-call"}


def test_table_that_is_there_keeps_its_values_and_gets_the_keys_that_it_lacks(found, tmp_path):
    file = tmp_path / "environments.toml"
    own = 'stage = "v2"  # ours\nretention_days = 90\n\n[prod.season]\nbegins = 2026-12-01\n'
    file.write_text(f"[prod]  # the rally\n{own}", encoding="utf-8")
    there = keys_of(file, "prod")
    add_to(file, table(answers(), found, lang="en", today=TODAY, there=there), "prod")

    read = tomllib.loads(file.read_text(encoding="utf-8"))["prod"]
    assert there == {"stage", "retention_days", "season"}
    assert (read["stage"], read["retention_days"]) == ("v2", 90)
    assert read["season"] == {"begins": date(2026, 12, 1)}
    assert read["tables"] == found.value("tables")
    assert file.read_text(encoding="utf-8").count("stage = ") == 1


def test_table_without_a_header_of_its_own_is_left_as_it_is(found, tmp_path):
    file = tmp_path / "environments.toml"
    file.write_text("[prod.season]\nbegins = 2026-12-01\n", encoding="utf-8")
    text = table(answers(), found, lang="en", today=TODAY, there=keys_of(file, "prod"))

    with pytest.raises(EnvironmentFileError, match=r"no line \[prod\] below which keys"):
        add_to(file, text, "prod")

    assert file.read_text(encoding="utf-8") == "[prod.season]\nbegins = 2026-12-01\n"


def test_file_with_the_marks_and_line_ends_of_windows_gets_the_keys_and_keeps_its_lines(
    found, tmp_path
):
    file = tmp_path / "environments.toml"
    file.write_bytes("\ufeff[prod]\r\nstage = 'v2'\r\n\r\n[dev]\r\nstage = 'd'\r\n".encode())
    file.chmod(0o640)
    there = keys_of(file, "prod")
    add_to(file, table(answers(), found, lang="en", today=TODAY, there=there), "prod")

    assert tomllib.loads(file.read_text(encoding="utf-8"))["prod"]["tables"] == found.value(
        "tables"
    )
    assert file.read_bytes().endswith(b"stage = 'v2'\r\n\r\n[dev]\r\nstage = 'd'\r\n")
    assert file.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("name", ["prod", "tokyo"])
def test_file_is_left_whole_where_there_is_no_room_for_more(name, found, tmp_path):
    file = tmp_path / "environments.toml"
    file.write_text("[prod]\nstage = 'v2'\n", encoding="utf-8")
    text = table(answers(), found, lang="en", today=TODAY, there=keys_of(file, name))
    before, limits = file.read_bytes(), resource.getrlimit(resource.RLIMIT_FSIZE)
    with ExitStack() as after:
        after.callback(resource.setrlimit, resource.RLIMIT_FSIZE, limits)
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 9, limits[1]))
        with pytest.raises(OSError, match="File too large"):
            add_to(file, text, name)

    assert [each.read_bytes() for each in tmp_path.iterdir()] == [before]


@pytest.mark.parametrize("name", ["live", "本番"])
def test_proposal_under_any_name_is_production_until_somebody_says_otherwise(found, tmp_path, name):
    file = tmp_path / "environments.toml"
    live = replace(answers(), name=name)
    add_to(file, table(live, found, lang="en", today=TODAY), name)

    assert load(name, file, {}).environment.production
    file.write_text(file.read_text().replace("production = true", "production = false"))
    assert not load(name, file, {}).environment.production


def test_account_without_any_of_the_functions_in_the_tables_region_is_told_and_proposes_nothing(
    capsys, monkeypatch
):
    with LocalAws("111122223333", REGION) as aws:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "local")
        monkeypatch.setenv("AWS_ENDPOINT_URL", aws.endpoint)
        code = main(["init", "--env", "prod", "--prefix", "billing", "--lang", "en"])

    said = capsys.readouterr()
    assert code == 1
    assert said.out == ""
    assert "has none of the application's functions (auth, award" in said.err
    assert f"account 111122223333 ({REGION}) has none" in said.err
    assert "are named in environments.toml, key names" in said.err


@pytest.mark.usefixtures("account")
def test_next_command_names_the_file_that_was_written(capsys, monkeypatch, tmp_path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "local")
    said = ["--origin=https://rally.example.jp", "--line-channel=2001234567", "--lang=en"]
    file = tmp_path / "rally.toml"

    assert (
        main(["init", f"--region={REGION}", "--prefix=stamp-rally-prod", *said, f"--to={file}"])
        == 0
    )
    printed = capsys.readouterr().out
    assert printed.rstrip().endswith(f"signoff judge --env prod --environments {file}")


def test_account_that_shows_nothing_leaves_it_to_fill_in_but_stays_a_table(cdk):
    nothing = found_by(Intercepted(cdk, "before-send.*.*", _no_answer))

    text = table(answers(), nothing, lang="en", today=TODAY)

    assert "lambda:ListFunctions" in nothing.unread[0].en
    assert nothing.unread[0].en.endswith('"https://lambda.example"')
    assert set(tomllib.loads(text)["prod"]) >= {"account", "region", "throttle"}
    assert "# origin = " in text


class Intercepted(SessionInProcess):
    """A session whose clients hand an event to a function."""

    def __init__(self, aws, event, handler):
        super().__init__(aws)
        self.event, self.handler = event, handler

    def client(self, *named, **settings):
        made = super().client(*named, **settings)
        made.meta.events.register_first(self.event, self.handler)
        return made


def _no_answer(event_name, **_):
    raise EndpointConnectionError(endpoint_url=f"https://{event_name.split('.')[1]}.example")


def test_answer_that_lacks_a_name_is_told_and_leaves_the_rest_proposed(cdk):
    found = found_by(Intercepted(cdk, "after-call.lambda.ListFunctions", _without_names))

    assert "lambda:ListFunctions: the answer has no Functions.FunctionArn" in [
        words.en for words in found.unread
    ]
    assert found.value("throttle")


def _without_names(parsed, **_):
    for function in parsed["Functions"]:
        del function["FunctionName"], function["FunctionArn"]
