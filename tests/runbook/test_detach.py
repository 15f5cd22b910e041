"""What nobody planned is taken away by one procedure, and what somebody decided is left alone."""

import io
import json
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from rich.console import Console

from aws.attachments import ACCOUNT_POLICIES, LEDGERS
from aws.converge.undo import UNDO, ByHand, by_hand, undo_of
from aws.inventory import on_demand
from aws.ledger import Closed, Unplanned
from aws.words import Words
from plan import plan_for, scope_of
from runbook.__main__ import main
from signoff.environment import load
from tests.healthy import healthy
from tests.in_process import UNPACED, SessionInProcess
from tests.judging import judge
from tests.runbook.desk import PROD

TABLE, STAMPS = "Users-prod", "stamp-rally-prod-stamps"
READING = {
    "Effect": "Allow",
    "Principal": {"AWS": "111122223333"},
    "Action": "logs:FilterLogEvents",
}
BUILD = "arn:aws:lambda:ap-northeast-1::runtime:" + "5c" * 32
OPEN = json.dumps({"Version": "2012-10-17", "Statement": [{**READING, "Resource": "*"}]})
NETWORK = {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}
FOR_GOOD = re.compile(r"\b(lost|gone|goes|go:|another address|confirm anew)\b")
"""How the words of a loss say that nothing brings it back."""
FACTS = sorted(
    {
        (resource.kind.en, entry.fact.en)
        for operation in LEDGERS.values()
        for path, resource in operation.resources.items()
        for member, entry in operation.members.items()
        if isinstance(entry, Closed) and member.startswith(path)
    }
)
"""Kind and fact of all that a ledger calls closed."""
ROOT = Path(__file__).parent.parent.parent
FOUND_BY = "".join(
    path.read_text()
    for folder in ("aws", "checks")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "converge" not in path.parts
)
"""Source of all that reads and judges."""


@pytest.fixture
def said():
    return io.StringIO()


@pytest.fixture
def detach(finished, tmp_path, monkeypatch, said):
    """Run the procedure from the command line; nobody is asked, everybody agrees."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", finished.aws.endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    text = PROD.read_text().replace("444455556666", finished.environment.account)

    def detach(*arguments, decisions=""):
        environments = tmp_path / "environments.toml"
        environments.write_text(text + decisions)
        files = (f"--environments={environments}", f"--journal={tmp_path / 'journal.jsonl'}")
        more = ("--env=prod", "--no-judge", "--yes", *files)
        console = Console(file=said, width=200)
        return main(["detach", *arguments, *more], console, judged(finished, environments))

    return detach


def judged(desk, environments):
    """Judge in this process what is there now, by the decisions of this file; read anew after each change."""
    environment = load("prod", environments, {}).environment
    plan, session = plan_for(environment), SessionInProcess(desk.aws)
    scope = scope_of(plan, environment)

    @cache
    def inventory(_changes):
        return on_demand(session, scope, caller="arn:aws:iam::1:user/auditor", options=UNPACED)

    def findings(rows):
        found = inventory(len(desk.changing_calls()))
        snapshot = replace(
            healthy(), environment=environment, plan=plan, scope=scope, inventory=found
        )
        return tuple(one for one in judge(snapshot, rows) if one.outcome.red)

    return findings


def expire(client, enabled=True):
    client("dynamodb").update_time_to_live(
        TableName=TABLE,
        TimeToLiveSpecification={"Enabled": enabled, "AttributeName": "CollectedAt"},
    )


def expiry(client):
    answer = client("dynamodb").describe_time_to_live(TableName=TABLE)
    return answer["TimeToLiveDescription"]["TimeToLiveStatus"]


def test_account_as_planned_has_nothing_to_take_away(detach, finished, said):
    assert detach("--go") == 0

    assert finished.changing_calls() == []
    assert "Takes" not in said.getvalue()


def test_time_to_live_is_taken_away_and_the_loss_is_told(detach, finished, said):
    expire(finished.client)
    assert detach() == 0
    assert expiry(finished.client) == "ENABLED"
    assert detach("--go") == 0

    assert expiry(finished.client) == "DISABLED"
    assert "- time to live: CollectedAt" in said.getvalue()
    assert "items are no longer deleted when they expire" in said.getvalue()
    assert "cannot be undone" not in said.getvalue()  # it is turned on again by what was shown


def test_what_somebody_decided_is_left_alone(detach, finished):
    decided = """
[[prod.decisions]]
what = "table Users-prod: time to live"
value = "CollectedAt"
by = "Yamada"
why = "visitors of last year go"
"""
    expire(finished.client)
    assert detach("--go", decisions=decided) == 0
    kept = expiry(finished.client)
    expire(finished.client, enabled=False)

    assert kept == "ENABLED"


def test_what_only_a_person_can_take_away_stops_it_until_that_is_done(
    detach, finished, said, capsys
):
    client = finished.client("lambda")
    role = client.get_function_configuration(FunctionName=STAMPS)["Role"]
    code, what = {"ZipFile": b"package"}, {"Runtime": "python3.13", "Handler": "a.b"}
    client.create_function(FunctionName="guest", Role=role, Code=code, **what)
    stopped, told, why = detach("--go"), said.getvalue(), capsys.readouterr().err
    client.delete_function(FunctionName="guest")
    over = detach("--go")

    assert (stopped, over) == (1, 0)
    assert "Configuration > Permissions: give it a role of its own" in told
    assert f"only a person can remove this: role {STAMPS}-role: others that use it." in why
    assert "already as planned" not in told.partition("Check what no call can")[2]


def test_only_the_named_one_is_taken_away(detach, finished):
    client = finished.client("dynamodb")
    client.update_table(
        TableName=TABLE,
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    expire(finished.client)
    assert detach("--go", "--only", f"table {TABLE}: time to live") == 0
    left = client.describe_table(TableName=TABLE)["Table"].get("StreamSpecification", {})
    assert detach("--go") == 0
    gone = client.describe_table(TableName=TABLE)["Table"].get("StreamSpecification", {})

    assert expiry(finished.client) == "DISABLED"
    assert left.get("StreamEnabled")
    assert not gone.get("StreamEnabled")


def test_stream_to_kinesis_is_disabled(detach, finished):
    client = finished.client("dynamodb")
    stream = {"TableName": TABLE, "StreamArn": "arn:aws:kinesis:ap-northeast-1:1:stream/copy"}
    client.enable_kinesis_streaming_destination(**stream)
    assert detach("--go") == 0

    answer = client.describe_kinesis_streaming_destination(TableName=TABLE)
    assert answer["KinesisDataStreamDestinations"] == []


def test_function_leaves_the_network_in_its_live_version(detach, finished):
    client = finished.client("lambda")
    client.update_function_configuration(FunctionName=STAMPS, VpcConfig=NETWORK)
    version = client.publish_version(FunctionName=STAMPS)["Version"]
    client.update_alias(FunctionName=STAMPS, Name="live", FunctionVersion=version)
    assert detach("--go") == 0

    live = client.get_function_configuration(FunctionName=STAMPS, Qualifier="live")
    assert live["Version"] not in {version, "$LATEST"}
    assert not live["VpcConfig"]["SubnetIds"]


def test_what_was_edited_and_not_released_is_not_released_with_it(detach, finished, capsys):
    client = finished.client("lambda")
    client.update_function_configuration(FunctionName=STAMPS, VpcConfig=NETWORK)
    version = client.publish_version(FunctionName=STAMPS)["Version"]
    client.update_alias(FunctionName=STAMPS, Name="live", FunctionVersion=version)
    client.update_function_configuration(FunctionName=STAMPS, Timeout=7)
    assert detach("--go") == 1
    told = capsys.readouterr().err
    client.update_function_configuration(FunctionName=STAMPS, Timeout=30)
    assert detach("--go") == 0

    assert f"{STAMPS} was edited since version {version}" in told


@pytest.mark.parametrize(("kind", "fact"), FACTS, ids=lambda one: one)
def test_every_closed_fact_has_a_call_or_an_instruction_in_both_languages(kind, fact):
    words = Words(en=fact, ja=fact)
    one = Unplanned(kind=Words(en=kind, ja=kind), name="N", fact=words, found="x", call="")
    undo = undo_of(one)
    told = undo.instruction if isinstance(undo, ByHand) else undo.lost

    assert told.en
    assert told.ja
    assert bool(by_hand(one)) == isinstance(undo, ByHand)


@pytest.mark.parametrize("how", UNDO.values(), ids=[" ".join(one) for one in UNDO])
def test_loss_whose_words_say_so_cannot_be_undone(how):
    lost = "" if isinstance(how, ByHand) else how.lost.en

    assert not FOR_GOOD.search(lost) or how.final


@pytest.mark.parametrize(("kind", "fact"), UNDO, ids=lambda one: one)
def test_what_is_undone_is_named_as_it_is_found(kind, fact):
    """A fact that was renamed where it is read would be left alone without a word."""
    assert f'"{kind}"' in FOUND_BY
    assert f'"{fact}"' in FOUND_BY


def test_alarm_is_taken_out_of_a_mute_rule_and_others_stay_in_it(detach, finished):
    cloudwatch = finished.client("cloudwatch")
    (alarm, *_) = cloudwatch.describe_alarms()["MetricAlarms"]
    rule = {"Schedule": {"Expression": "cron(0 22 * * ? *)", "Duration": "PT8H"}}
    targets = {"AlarmNames": [alarm["AlarmName"], "billing"]}
    cloudwatch.put_alarm_mute_rule(Name="nights", Rule=rule, MuteTargets=targets)
    assert detach("--go") == 0
    left = cloudwatch.get_alarm_mute_rule(AlarmMuteRuleName="nights")["MuteTargets"]
    cloudwatch.delete_alarm_mute_rule(AlarmMuteRuleName="nights")

    assert left == {"AlarmNames": ["billing"]}


@pytest.mark.parametrize("kind", ACCOUNT_POLICIES)
def test_policies_that_apply_to_all_log_groups_are_ended(detach, finished, kind):
    logs, document = finished.client("logs"), json.dumps({"a": "b, c: d", "e": [1, 2]})
    for name in ("save-money", "archive, and more"):
        named = {"policyType": kind, "policyName": name}
        logs.put_account_policy(**named, policyDocument=document, scope="ALL")
    assert detach("--go") == 0

    assert logs.describe_account_policies(policyType=kind)["accountPolicies"] == []


@pytest.mark.parametrize("name", ["for now: all", "for-now"])
def test_policy_that_opens_all_log_groups_is_ended(detach, finished, name):
    logs = finished.client("logs")
    logs.put_resource_policy(policyName=name, policyDocument=OPEN)
    assert detach("--go") == 0

    assert logs.describe_resource_policies()["resourcePolicies"] == []


def test_policy_of_a_single_log_group_is_ended(detach, finished):
    logs, where = finished.client("logs"), f"{finished.aws.region}:{finished.environment.account}"
    own = {"resourceArn": f"arn:aws:logs:{where}:log-group:/aws/lambda/stamp-rally-prod-auth"}
    logs.put_resource_policy(**own, policyDocument=OPEN)
    assert detach("--go") == 0

    left = logs.describe_resource_policies(**own, policyScope="RESOURCE")
    assert left["resourcePolicies"] == []


def test_pinned_runtime_is_patched_again_live_and_in_what_is_published_next(detach, finished):
    client, of = finished.client("lambda"), {"FunctionName": "stamp-rally-prod-award"}
    served = client.get_alias(**of, Name="live")["FunctionVersion"]
    for version in (served, "$LATEST"):
        client.put_runtime_management_config(
            **of, Qualifier=version, UpdateRuntimeOn="Manual", RuntimeVersionArn=BUILD
        )
    assert detach("--go", "--row=DEP-19") == 0

    left = [
        client.get_runtime_management_config(**of, Qualifier=one) for one in (served, "$LATEST")
    ]
    assert [one["UpdateRuntimeOn"] for one in left] == ["Auto", "Auto"]


def test_metric_made_of_our_lines_is_made_no_more(detach, finished, said):
    logs, group = finished.client("logs"), "/aws/lambda/stamp-rally-prod-auth"
    made = {"metricName": "Faults", "metricNamespace": "StampRally", "metricValue": "0"}
    named = {"logGroupName": group, "filterName": "quiet"}
    logs.put_metric_filter(**named, filterPattern="", metricTransformations=[made])
    assert detach("--go") == 0

    assert logs.describe_metric_filters(logGroupName=group)["metricFilters"] == []
    assert (
        "StampRally (cannot be undone)" in said.getvalue()
    )  # the filter's pattern is shown nowhere
