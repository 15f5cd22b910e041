"""Each planted fault is named with its remedy; a healthy stack bears no cause; nothing is changed."""

import json
import re
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from aws.words import Words
from lambdas.award.domain import Claim
from lambdas.award.store import Stamps
from lambdas.rally.dynamodb import batch_get
from lambdas.rally.line import Bot
from lambdas.rally.secrets import CachedSecret
from lambdas.rally.serving import LambdaFunction
from runbook import releases
from runbook.diagnosis import log_signs, slowness
from runbook.diagnosis.log_signs import report_signs
from runbook.diagnosis.own_runs import Occurrences, OwnRuns, own_runs
from runbook.diagnosis.slowness import Figure
from runbook.engine import Procedure, Refused
from runbook.procedures import troubleshoot
from runbook.rollback.drill import WINDOW
from signoff.judge.drift import Window
from signoff.judge.outcome import Finding, Outcome
from tests.runbook.desk import said_in
from tests.runbook.rollback.operator import RollbackOperator

SPOKEN = re.compile(r"[a-z]+ [a-z]+ [a-z]+")
"""Three words of English in a row."""
AUTH = "stamp-rally-prod-auth"


@pytest.fixture(scope="module")
def operator(planned):
    return RollbackOperator(planned.desk(), red=())


@pytest.fixture
def told(operator):
    """What a procedure says, rehearsed: it may do nothing but read."""

    def said(module, lang="en"):
        operator.told.clear()
        operator.rehearse(module)
        return "\n".join(said_in(lang, one) for one in operator.told)

    return said


def test_a_healthy_stack_is_proposed_nothing(told):
    said = told(troubleshoot)

    assert "likely cause" not in said
    assert "python -m" not in said
    assert "pages/" not in said
    assert re.search(r"looked at 20\d\d-\d\d-\d\d \d\d:\d\d - \d\d:\d\d JST", said)


SIX = Finding(
    row="SEC-16",
    outcome=Outcome.FAIL,
    words=Words(en="auth names no secret by its ARN", ja="authがARNで示すシークレットがない"),
)
OTHER = replace(SIX, row="DEP-30")
BARRED = replace(SIX, row="DEP-18", words=Words(en="auth may not run", ja="authを実行できない"))


def test_what_the_checks_find_of_secrets_cors_and_limits_is_told_with_what_knows_the_remedies(
    told, operator
):
    operator.red = (SIX, OTHER, BARRED, BARRED)
    said = told(troubleshoot)
    operator.red = ()

    assert "SEC-16: auth names no secret by its ARN" in said
    assert said.count("DEP-18: auth may not run") == 1
    assert "likely cause: the rows above" in said
    assert "pytest --env prod; python -m runbook fix --env prod" in said
    assert "DEP-30" not in said
    assert "not red: DEP-22, DEP-25, DEP-26" in said


def test_checks_that_say_nothing_are_told_and_end_nothing(operator):
    def silent(_):
        raise Refused(en="the checks said nothing of it", ja="チェックの結果がありません")

    said = []
    context = replace(operator.context(), findings=silent, tell=said.append)
    for step in Procedure.of(troubleshoot).steps:
        step.action(context)

    assert [str(words.en) for words in said if isinstance(words, Words)].count(
        "the checks said nothing of it"
    ) == 3


def test_a_repaired_configuration_is_no_suspect_and_other_code_is(operator, told):
    functions, alias = operator.client("lambda"), {"FunctionName": AUTH, "Name": "live"}
    before = functions.get_alias(**alias)["FunctionVersion"]
    functions.update_function_configuration(FunctionName=AUTH, MemorySize=512)
    repaired = functions.publish_version(FunctionName=AUTH)["Version"]
    functions.update_alias(**alias, FunctionVersion=repaired)
    after_repair = told(troubleshoot)
    functions.update_alias(**alias, FunctionVersion="1")
    after_change = told(troubleshoot)
    functions.update_alias(**alias, FunctionVersion=before)
    functions.delete_function(FunctionName=AUTH, Qualifier=repaired)
    functions.update_function_configuration(FunctionName=AUTH, MemorySize=256)

    assert "live differs" not in after_repair
    assert f"live differs from the recorded release.functions.{AUTH}.code_sha256: " in after_change
    assert "release.commit" not in after_change


def test_another_deployment_of_the_same_contents_is_no_suspect(operator, told):
    gateway = operator.client("apigateway")
    (id_,) = (api["id"] for api in gateway.get_rest_apis()["items"])
    before = gateway.get_stage(restApiId=id_, stageName="prod")["deploymentId"]
    again = gateway.create_deployment(restApiId=id_, description="by the console")["id"]
    pointed = {"op": "replace", "path": "/deploymentId", "value": again}
    gateway.update_stage(restApiId=id_, stageName="prod", patchOperations=[pointed])
    said = told(troubleshoot)
    back = {**pointed, "value": before}
    gateway.update_stage(restApiId=id_, stageName="prod", patchOperations=[back])

    assert before != again
    assert "live differs" not in said


def test_version_that_closes_a_tenth_of_the_calls_is_named_with_what_leads_forward(operator, told):
    functions, alias = operator.client("lambda"), {"FunctionName": AUTH, "Name": "live"}
    weights = {"AdditionalVersionWeights": {"1": 0.1}}
    functions.update_alias(**alias, RoutingConfig=weights)
    said = told(troubleshoot)
    functions.update_alias(**alias, RoutingConfig={"AdditionalVersionWeights": {}})

    assert f"function {AUTH}: the closed release for 10% of the calls" in said
    assert "python -m runbook roll_forward --env prod --go" in said


def test_function_that_is_not_there_is_sent_to_its_rows_and_to_no_record_that_it_cannot_go_back_to(
    operator, told
):
    functions, alias = operator.client("lambda"), {"FunctionName": AUTH, "Name": "live"}
    version = functions.get_alias(**alias)["FunctionVersion"]
    functions.delete_alias(**alias)
    said = told(troubleshoot)
    functions.create_alias(**alias, FunctionVersion=version)

    assert (
        f"live differs from the recorded release.functions.{AUTH}.version: {version} -> absent"
        in said
    )
    assert "pytest --env prod; python -m runbook fix --env prod" in said
    assert "roll_forward" not in said


def test_what_is_live_is_compared_with_no_release_where_none_is_on_record(operator, told):
    records = operator.desk.evidence.records
    kept = [*records]
    records[:] = [entry for entry in kept if entry[0] != releases.KIND]
    said = told(troubleshoot)
    records[:] = kept

    assert "no release is on record" in said
    assert "live differs" not in said
    assert "roll_forward" not in said


def test_a_burning_alarm_is_named_with_its_page(operator, told):
    name = "stamp-rally-prod-award-errors-alarm"
    cloudwatch = operator.client("cloudwatch")
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="planted")
    said = told(troubleshoot)
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="over")

    assert name in said
    assert "runbook/pages/alarms.en.md#function-errors" in said


def test_what_a_log_speaks_of_is_counted_and_never_quoted(operator, told):
    client, group = operator.client("logs"), "/aws/lambda/stamp-rally-prod-award"
    now = datetime.now(UTC).timestamp()
    client.create_log_stream(logGroupName=group, logStreamName="s")
    line = {"timestamp": int(now * 1000), "message": "AccessDenied for canary-value"}
    client.put_log_events(logGroupName=group, logStreamName="s", logEvents=[line])
    said = told(troubleshoot)
    with ours(operator, begin=now - 60, end=now + 1):
        while_we_ran = told(troubleshoot)
    with ours(operator, begin=now - 600, end=now - 300):
        after_we_ran = told(troubleshoot)

    assert re.search(r"prod-award: 1 line, \d\d:\d\d JST: likely cause: its role lacks", said)
    assert "canary-value" not in said
    assert "likely cause" not in while_we_ran
    assert "without what our own runs provoked: rollback drill" in while_we_ran
    assert "likely cause: its role lacks" in after_we_ran


@contextmanager
def ours(operator, begin, end):
    """Have a run of ours on record, from second to second."""
    records = operator.desk.evidence.records
    at = {"begin": begin, "end": end}
    body = {name: datetime.fromtimestamp(value, UTC).isoformat() for name, value in at.items()}
    records.append((WINDOW, {"what": "drill", **body}))
    yield
    records.pop()


def test_errors_of_a_function_are_counted_without_those_of_our_own_runs(operator, told):
    cloudwatch, minute = operator.client("cloudwatch"), timedelta(minutes=1)
    now = datetime.now(UTC).replace(second=30, microsecond=0) - 10 * minute
    dimensions = [{"Name": "FunctionName", "Value": AUTH}]
    for at in (now - 20 * minute, now - 18 * minute, now):
        one = {"MetricName": "Errors", "Dimensions": dimensions, "Timestamp": at, "Value": 2}
        cloudwatch.put_metric_data(Namespace="AWS/Lambda", MetricData=[one])
    whole = told(troubleshoot)
    begin = (now - 21 * minute).timestamp()
    with ours(operator, begin=begin, end=begin + 200):
        without = told(troubleshoot)

    assert f"{AUTH} Errors: 6, " in whole
    assert f"{AUTH} Errors: 2, " in without


def test_what_follows_a_run_of_ours_too_late_to_be_its_doing_is_not_its_doing(operator):
    end = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
    context = replace(
        operator.context(),
        history=lambda _: [
            {"what": "load", "begin": "2026-11-25T02:50:00+00:00", "end": end.isoformat()}
        ],
    )
    found = own_runs(context, end - timedelta(minutes=30), end + timedelta(minutes=30))

    assert [found.provoked(end + timedelta(minutes=one)) for one in (-11, 0, 2, 4)] == [
        *(False, True, True, False)
    ]
    assert [found.fired(end + timedelta(minutes=one)) for one in (4, 11)] == [True, False]


@pytest.mark.parametrize(("what", "ja"), [("load", "負荷試験"), ("smoke", "スモークテスト")])
def test_our_own_runs_are_named_in_japanese(what, ja):
    noon = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
    runs = (Window(noon, noon, what), Window(noon + timedelta(seconds=1), noon, what))

    assert OwnRuns(noon, noon, runs).in_words().ja.endswith(f"除く: {ja} 12:00 - 12:00")


class Log:
    """A log group that answers page by page."""

    def __init__(self, *pages, message="AccessDenied"):
        self.pages, self.message = pages, message

    def get_paginator(self, _):
        return self

    def paginate(self, **_):
        line = {"timestamp": 1_763_000_000_000, "message": self.message}
        for number, lines in enumerate(self.pages, 1):
            more = {"nextToken": str(number)} if number < len(self.pages) else {}
            yield {"events": [line] * lines, **more}


def spoken(operator, log):
    said = []
    context = replace(operator.context(), clients=lambda _: log, tell=said.append)
    at = datetime.fromtimestamp(1_763_000_000, UTC)
    there = report_signs(context, context.plan.functions[0], OwnRuns(at, at))
    return there, "\n".join(said_in("en", one) for one in said)


def test_a_sign_on_a_later_page_is_found(operator):
    there, said = spoken(operator, Log(0, 0, 2))

    assert there
    assert "stamp-rally-prod-auth: 2 lines, 11:13 JST: likely cause: its role lacks" in said


def answering(**answers):
    """Return a client, or LINE, that always answers the same."""
    return SimpleNamespace(**{name: lambda *_, _to=to, **__: _to for name, to in answers.items()})


NO_KEY = CachedSecret(answering(get_secret_value={}), "stamp-rally-prod/key", "KEY")
HALF = {"Responses": {}, "UnprocessedKeys": {"Users-prod": {}}}
BUSY = {"CancellationReasons": [{"Code": "None"}, {"Code": "ThrottlingError"}], "Error": {}}


def busy(**_):
    raise ClientError(BUSY, "TransactWriteItems")


@pytest.mark.parametrize(
    ("call", "cause"),
    [
        (NO_KEY.text, "its secret is not what it should be"),
        (
            lambda: batch_get(answering(batch_get_item=HALF), "Users-prod", [{}], int, id),
            "AWS throttles it",
        ),
        (
            lambda: Stamps(SimpleNamespace(transact_write_items=busy), "", "").put(
                Claim("U1", "GATE-001", "GPS", None), 1, []
            ),
            "AWS throttles it",
        ),
        (
            lambda: Bot(answering(send=(401, {})), answering(text="", expire=None)).call(
                "GET", "/"
            ),
            "LINE refuses the channel access token",
        ),
    ],
    ids=["secret", "keys unprocessed", "transaction throttled", "token refused"],
)
def test_what_our_functions_log_of_a_fault_is_a_sign_of_its_cause(operator, capsys, call, cause):
    LambdaFunction("auth", lambda _: lambda _: call())({}, None)

    _, said = spoken(operator, Log(1, message=capsys.readouterr().out))

    assert f"likely cause: {cause}" in said


@pytest.mark.parametrize(
    "line",
    [
        '{"level": "INFO", "message": "answered", "status": 401, "detail": "LINE answered 401: old"}',
        '{"timestamp":"2026-12-02T18:45:00Z","level":"DEBUG","message":"?q=AccessDenied"}',
        '{"event": "search", "level": "info", "q": "AccessDenied"}',
        "[INFO]\t2026-12-02T18:45:00.000Z\t1111\tvisitor wrote: Task timed out after 3.00 seconds",
    ],
)
def test_what_a_line_below_a_warning_quotes_is_no_sign(operator, line):
    assert spoken(operator, Log(1, message=line)) == (False, "")


@pytest.mark.parametrize(
    "line",
    [
        r'{"level": "ERROR", "message": "AccessDenied for {\"level\": \"INFO\"}"}',
        '{"level":"WARN","message":"AccessDenied"}',
        "An error occurred (AccessDeniedException): [INFO] is not what this line begins with",
    ],
)
def test_line_of_a_fault_is_a_sign_whatever_it_quotes(operator, line):
    there, said = spoken(operator, Log(1, message=line))

    assert there
    assert "stamp-rally-prod-auth: 1 line, 11:13 JST: likely cause: its role lacks" in said


def test_lambdas_own_line_of_a_time_out_is_a_sign_at_any_level(operator):
    """At which level the JSON format has it is documented nowhere."""
    of_lambda = f"2026-12-02T18:45:00.000Z {uuid4()} Task timed out after 10.00 seconds"

    _, said = spoken(operator, Log(1, message=json.dumps({"level": "INFO", "message": of_lambda})))

    assert "likely cause: it waits too long" in said


def test_a_log_that_is_not_read_to_its_end_is_never_called_quiet(operator):
    there, said = spoken(operator, Log(*[0] * (log_signs.PAGES + 1)))

    assert there
    assert "too long to be read whole; search /aws/lambda/stamp-rally-prod-auth" in said


class NoLog(Log):
    """A log group that does not exist."""

    def paginate(self, **_):
        raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "FilterLogEvents")


def test_a_log_that_is_not_there_is_never_called_quiet(operator):
    there, said = spoken(operator, NoLog())

    assert there
    assert "log group /aws/lambda/stamp-rally-prod-auth does not exist" in said
    assert "pytest --env prod --row MON-12" in said


def test_a_log_without_a_sign_is_quiet(operator):
    assert spoken(operator, Log(0, 0, 0)) == (False, "")


@pytest.mark.parametrize(
    ("figures", "cause"),
    [
        ({"WriteThrottleEvents": 3}, "throttling: Duration WriteThrottleEvents"),
        ({"Duration": 4000}, "Duration Duration is 4000: more memory"),
        ({"Latency": 3000, "IntegrationLatency": 100}, "cold starts or the authorizer"),
        ({"Latency": 3000, "IntegrationLatency": 2900}, "waiting for LINE"),
    ],
)
def test_figures_speak_for_a_cause_whatever_the_function_is_called(figures, cause):
    (row,) = slowness.causes(made_of(figures))

    assert cause in row.explained("prod").en


def made_of(figures):
    """Of a function, a table and an API that are called Duration, by the names of AWS's metrics."""
    return {f"Duration {name}": Figure(name, figures[name], Occurrences()) for name in figures}


def test_good_figures_speak_for_none():
    good = {"Duration": 80, "Throttles": 0, "Invocations": 4000}

    assert list(slowness.causes(made_of(good))) == []


def test_the_procedure_changes_nothing_when_it_runs(operator):
    steps = Procedure.of(troubleshoot).steps

    assert [step.action(operator.context(go=True)) for step in steps] == [()] * len(steps)


def test_all_that_is_said_is_said_in_japanese_too(operator, told):
    """Also of what is wrong: alarms that burn, red rows, signs in the logs."""
    name, cloudwatch = "stamp-rally-prod-award-errors-alarm", operator.client("cloudwatch")
    operator.red = (SIX,)
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="planted")
    said = told(troubleshoot, "ja")
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="over")
    operator.red = ()

    assert said
    for line in said.splitlines():
        commands_apart = re.sub(r"(python -m|aws) [-\w /]+", "", line)
        assert not SPOKEN.search(commands_apart), line


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_cause_names_the_page_of_its_language(lang):
    (row,) = slowness.causes(made_of({"WriteThrottleEvents": 3}))

    assert f"runbook/pages/alarms.{lang}.md#throttle" in row.explained("prod")[lang]
