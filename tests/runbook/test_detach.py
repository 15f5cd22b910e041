"""What nobody planned is taken away by one procedure, and what somebody decided is left alone."""

import io
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from rich.console import Console

from aws.converge.undo import UNDO, ByHand, by_hand, undo_of
from aws.inventory import on_demand
from aws.kinds import LEDGERS
from aws.ledger import Closed, Unplanned
from aws.words import SILENCE
from plan import plan_for, scope_of
from runbook.__main__ import main
from signoff.environment import load
from tests.healthy import healthy
from tests.in_process import UNPACED, SessionInProcess
from tests.judging import judge
from tests.runbook import attached
from tests.runbook.desk import PROD
from tests.runbook.neighbours import NEIGHBOURS

TABLE, STAMPS = "Users-prod", "stamp-rally-prod-stamps"
BUILD = "arn:aws:lambda:ap-northeast-1::runtime:" + "5c" * 32
NETWORK = {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}
OF_TABLES, OF_FUNCTIONS, OF_ROLES = "--row=DEP-08", "--row=DEP-19", "--row=SEC-25"
"""Where one kind of resource is looked at: to read all of an account takes longer than what is tested."""
FOR_GOOD = re.compile(r"\b(lost|gone|goes|go:|another address|confirm anew)\b")
"""How the words of a loss say that nothing brings it back."""
FACTS = sorted(
    {
        (resource.kind, entry.fact)
        for operation in LEDGERS.values()
        for path, resource in operation.resources.items()
        for member, entry in operation.members.items()
        if isinstance(entry, Closed) and member.startswith(path)
    },
    key=str,
)
"""Kind and fact of all that a ledger calls closed."""
ATTACHED = attached.ATTACHED | NEIGHBOURS
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def said():
    return io.StringIO()


@pytest.fixture
def detach(finished, tmp_path, monkeypatch, said):
    """Run the procedure from the command line; nobody is asked, everybody agrees."""
    return command(finished, tmp_path, monkeypatch, said)


def command(desk, folder, monkeypatch, said):
    monkeypatch.setenv("AWS_ENDPOINT_URL", desk.aws.endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    text = PROD.read_text().replace("444455556666", desk.environment.account)

    def detach(*arguments, decisions=""):
        environments = folder / "environments.toml"
        environments.write_text(text + decisions)
        files = (f"--environments={environments}", f"--journal={folder / 'journal.jsonl'}")
        more = ("--env=prod", "--no-judge", "--yes", *files)
        console = Console(file=said, width=200)
        return main(
            ["detach", *arguments, *more],
            console=console,
            findings=judged(desk, environments),
        )

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
        return tuple(finding for finding in judge(snapshot, rows) if finding.outcome.red)

    return findings


def expire(client, enabled=True):
    client("dynamodb").update_time_to_live(
        TableName=TABLE,
        TimeToLiveSpecification={"Enabled": enabled, "AttributeName": "CollectedAt"},
    )


def expiry(client, table=TABLE):
    answer = client("dynamodb").describe_time_to_live(TableName=table)
    return answer["TimeToLiveDescription"]["TimeToLiveStatus"]


def test_account_as_planned_has_nothing_to_take_away(detach, finished, said):
    assert detach("--go") == 0

    assert finished.changing_calls() == []
    assert "Takes" not in said.getvalue()


def test_time_to_live_is_taken_away_and_the_loss_is_told(detach, finished, said):
    expire(finished.client)
    assert detach(OF_TABLES) == 0
    assert expiry(finished.client) == "ENABLED"
    assert detach("--go", OF_TABLES) == 0

    assert expiry(finished.client) == "DISABLED"
    assert "- time to live: CollectedAt" in said.getvalue()
    assert "items are no longer deleted when they expire" in said.getvalue()
    assert "cannot be undone" not in said.getvalue()  # it is turned on again by what was shown


def test_time_to_live_that_deletes_stamps_in_the_season_is_turned_off(detach, finished, said):
    dynamodb, of = finished.client("dynamodb"), {"TableName": "UserStamps-prod"}
    key = {"UserId": {"S": f"U{'0f' * 16}"}, "StampId": {"S": "POSTER-001"}}
    on = {"Enabled": True, "AttributeName": "TTL"}
    dynamodb.put_item(**of, Item=key | {"TTL": {"N": "1797000000"}})
    dynamodb.update_time_to_live(**of, TimeToLiveSpecification=on)
    done = detach("--go", OF_TABLES)
    dynamodb.delete_item(**of, Key=key)

    assert (done, expiry(finished.client, "UserStamps-prod")) == (0, "DISABLED")
    assert "- items that expire before the rally ends: 1" in said.getvalue()


def test_what_somebody_decided_is_left_alone(detach, finished):
    decided = """
[[prod.decisions]]
what = "table Users-prod: time to live"
value = "CollectedAt"
by = "Yamada"
why = "visitors of last year go"
"""
    expire(finished.client)
    assert detach("--go", OF_TABLES, decisions=decided) == 0
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
    stopped, told, why = detach("--go", OF_ROLES), said.getvalue(), capsys.readouterr().err
    client.delete_function(FunctionName="guest")
    over = detach("--go", OF_ROLES)

    assert (stopped, over) == (1, 0)
    assert "Configuration > Permissions: give it a role of its own" in told
    assert f"only a person can remove this: role {STAMPS}-role: others that use it." in why
    assert "already as planned" not in told.partition("Check what no call can")[2]


def test_name_of_nothing_unplanned_is_refused_while_something_is(detach, finished, capsys):
    typo = ("--go", OF_TABLES, "--only", f"table {TABLE}: time to life")
    over = detach(*typo)
    expire(finished.client)
    refused = detach(*typo)

    assert (over, refused) == (0, 1)
    assert f"did you mean table {TABLE}: time to live?" in capsys.readouterr().err
    assert expiry(finished.client) == "ENABLED"


def test_only_the_named_one_is_taken_away(detach, finished):
    client = finished.client("dynamodb")
    client.update_table(
        TableName=TABLE,
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    expire(finished.client)
    assert detach("--go", OF_TABLES, "--only", f"table {TABLE}: time to live") == 0
    left = client.describe_table(TableName=TABLE)["Table"].get("StreamSpecification", {})
    assert detach("--go", OF_TABLES) == 0
    gone = client.describe_table(TableName=TABLE)["Table"].get("StreamSpecification", {})

    assert expiry(finished.client) == "DISABLED"
    assert left.get("StreamEnabled")
    assert not gone.get("StreamEnabled")


def test_function_leaves_the_network_in_its_live_version(detach, finished):
    client = finished.client("lambda")
    client.update_function_configuration(FunctionName=STAMPS, VpcConfig=NETWORK)
    version = client.publish_version(FunctionName=STAMPS)["Version"]
    client.update_alias(FunctionName=STAMPS, Name="live", FunctionVersion=version)
    assert detach("--go", OF_FUNCTIONS) == 0

    live = client.get_function_configuration(FunctionName=STAMPS, Qualifier="live")
    assert live["Version"] not in {version, "$LATEST"}
    assert not live["VpcConfig"]["SubnetIds"]


@pytest.mark.parametrize("go", [(), ("--go",)], ids=["rehearsed", "run"])
def test_what_was_edited_and_not_released_is_not_released_with_it(detach, finished, capsys, go):
    client = finished.client("lambda")
    client.update_function_configuration(FunctionName=STAMPS, VpcConfig=NETWORK)
    version = client.publish_version(FunctionName=STAMPS)["Version"]
    client.update_alias(FunctionName=STAMPS, Name="live", FunctionVersion=version)
    client.update_function_configuration(FunctionName=STAMPS, Timeout=7)
    assert detach(*go, OF_FUNCTIONS) == 1
    told = capsys.readouterr().err
    client.update_function_configuration(FunctionName=STAMPS, Timeout=30)
    assert detach(*go, OF_FUNCTIONS) == 0

    assert f"{STAMPS} was edited since version {version}" in told


def told_of(kind, fact):
    """Return what is told of a closed fact, in each language, and whether only a person takes it away."""
    one = Unplanned(kind=kind, name="N", fact=fact, found="x", call="")
    undo = undo_of(one)
    told = getattr(undo, "instruction", None) or getattr(undo, "lost", SILENCE)
    return bool(told.en), bool(told.ja), bool(by_hand(one)) == isinstance(undo, ByHand)


def test_every_closed_fact_has_a_call_or_an_instruction_in_both_languages():
    told = {fact: told_of(*fact) for fact in FACTS}

    assert FACTS
    assert {fact: value for fact, value in told.items() if not all(value)} == {}


def test_loss_whose_words_say_so_cannot_be_undone():
    calls = {fact: how for fact, how in UNDO.items() if not isinstance(how, ByHand)}
    for_good = {fact for fact, how in calls.items() if FOR_GOOD.search(how.lost.en)}

    assert for_good
    assert {fact for fact in for_good if not calls[fact].final} == set()


def test_pinned_runtime_is_patched_again_live_and_in_what_is_published_next(detach, finished):
    client, of = finished.client("lambda"), {"FunctionName": "stamp-rally-prod-award"}
    served = client.get_alias(**of, Name="live")["FunctionVersion"]
    for version in (served, "$LATEST"):
        client.put_runtime_management_config(
            **of, Qualifier=version, UpdateRuntimeOn="Manual", RuntimeVersionArn=BUILD
        )
    assert detach("--go", OF_FUNCTIONS) == 0

    left = [
        client.get_runtime_management_config(**of, Qualifier=one) for one in (served, "$LATEST")
    ]
    assert [entry["UpdateRuntimeOn"] for entry in left] == ["Auto", "Auto"]


@pytest.fixture(scope="module")
def taken_away(_provisioned, tmp_path_factory):
    """All of it is there, then one run: what was found of each before and after, and what the run said."""
    said, desk = io.StringIO(), _provisioned
    for attach, _, _ in ATTACHED.values():
        attach(desk)
    before = {what: found(desk) for what, (_, found, _) in ATTACHED.items()}
    with pytest.MonkeyPatch.context() as monkeypatch:
        detach = command(desk, tmp_path_factory.mktemp("detach"), monkeypatch, said)
        code = detach("--go")
        assert code == 0, said.getvalue()[-3000:]
    after = {what: found(desk) for what, (_, found, _) in ATTACHED.items()}
    desk.client("cloudwatch").delete_alarm_mute_rule(AlarmMuteRuleName="nights")
    return before, after, said.getvalue()


@pytest.mark.parametrize("what", ATTACHED)
def test_it_is_taken_away(taken_away, what):
    before, after, _ = taken_away
    left = ATTACHED[what][2]

    assert before[what] != left
    assert after[what] == left


def test_loss_of_which_the_shown_is_not_enough_is_told(taken_away):
    *_, said = taken_away

    assert "StampRally (quiet) (cannot be undone)" in said  # the filter's pattern is shown nowhere
