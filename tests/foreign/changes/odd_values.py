"""Values at their edge: numbers at their other end, texts that nobody can read, what obeys a variable."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.foreign.changes import alarms, compute, makers, stage, surplus
from tests.foreign.changes.change import Client, Kept, harmful_ones, harmless_ones
from tests.foreign.changes.gateway import at, patched
from tests.foreign.changes.loopholes import API, RELEASE, refused
from tests.foreign.changes.makers import master, with_variable
from tests.foreign.hand import gateway, vault, watch

MASTERS, SECRETS = ["contents"], ["secrets", "secret_values"]
FUNCTIONS, HEARD, DRAWN = makers.FUNCTIONS, makers.HEARD, ["dashboards"]
PLANS = ["usage_plans"]
SIGNED = "https://images.example.jp/a.png?X-Amz-Date=20261125T000000Z&X-Amz-Expires=3600"


def key(value: str) -> Kept:
    """Make the session key another one."""

    def put(client: Client, text: str) -> None:
        whole = json.dumps({"TOKEN_SECRET_KEY": text})
        client("secretsmanager").put_secret_value(SecretId=vault.TOKEN_KEY, SecretString=whole)

    return makers.between(lambda c: put(c, value), lambda c: put(c, vault.SESSION_KEY))


def further(stamp_id: str) -> Kept:
    """Load one more master, at a place of its own."""

    @contextmanager
    def kept(client: Client) -> Iterator[None]:
        table, named = {"TableName": "StampMasters-prod"}, {"StampId": {"S": stamp_id}}
        there = makers.place("35.5559", "139.6546", "20")
        item = {**named, "Name": {"S": "Gate"}, "Type": {"S": "GPS"}, "Location": there}
        client("dynamodb").put_item(**table, Item=item)
        yield
        client("dynamodb").delete_item(**table, Key=named)

    return kept


def drawn(redraw: Callable[[dict[str, Any]], dict[str, Any]]) -> Kept:
    return lambda client: alarms.dashboard(client, redraw)


def hidden(body: dict[str, Any]) -> dict[str, Any]:
    for widget in body["widgets"]:
        rows = widget["properties"].get("metrics", [])
        rows[:] = [
            [*(one for one in row if not isinstance(one, dict)), {"visible": False}] for row in rows
        ]
    return body


def by_statistic(name: str) -> Kept:
    """Let the dashboard draw this statistic of all its metrics."""

    def redrawn(body: dict[str, Any]) -> dict[str, Any]:
        for widget in body["widgets"]:
            widget["properties"]["stat"] = name
        return body

    return drawn(redrawn)


def varied(**variable: Any) -> Kept:
    """Let people choose what the dashboard draws; it opens with the default, or with the first value."""
    return drawn(lambda body: {**body, "variables": [{"inputType": "select", **variable}]})


def heard_by(of: str) -> Kept:
    """Let the topic take alarms of these names, of this Region and account, and nothing else."""
    arn = f"arn:aws:cloudwatch:{makers.HERE}:alarm:{of}"
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": watch.TOPIC,
        "Condition": {"ArnLike": {"aws:SourceArn": arn}},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})

    @contextmanager
    def kept(client: Client) -> Iterator[None]:
        sns, topic = client("sns"), {"TopicArn": watch.TOPIC}
        before = sns.get_topic_attributes(**topic)["Attributes"]["Policy"]
        sns.set_topic_attributes(**topic, AttributeName="Policy", AttributeValue=document)
        yield
        sns.set_topic_attributes(**topic, AttributeName="Policy", AttributeValue=before)

    return kept


def logged_at(level: str) -> Kept:
    group = f"/aws/lambda/{compute.STAMPS}"
    levels = {"LogFormat": "JSON", "ApplicationLogLevel": level, "LogGroup": group}
    return makers.released(LoggingConfig=levels)


def logged_to(account: str) -> Kept:
    """Log access to a group of the planned name elsewhere."""
    there = gateway.LOG.replace(makers.ACCOUNT, account)
    return lambda client: stage.set_on_stage(
        client, "/accessLogSettings/destinationArn", there, gateway.LOG
    )


def searching(_: dict[str, Any]) -> dict[str, Any]:
    """Draw each kind of widget by a search for everything that has its metric."""
    found = {
        "AWS/Lambda,FunctionName": "Invocations Errors",
        "AWS/ApiGateway,ApiName": "Count Latency",
        "AWS/DynamoDB,TableName": "ConsumedReadCapacityUnits ConsumedWriteCapacityUnits",
    }
    rows = [
        [{"expression": f"SEARCH('{{{of}}} MetricName=\"{metric}\"', 'Sum', 300)"}]
        for of, metrics in found.items()
        for metric in metrics.split()
    ]
    return {"widgets": [{"type": "metric", "properties": {"metrics": rows}}]}


def addressed() -> dict[str, Any]:
    """Return a place of its own, with a member that no function reads."""
    place = makers.place("35.5559", "139.6546", "20")
    return {"M": {**place["M"], "address": text("Yokohama")}}


@contextmanager
def named_by_the_stage(client: Client) -> Iterator[None]:
    """Name a function by variables of the stage, as one API with several stages does."""
    where, uri = at(client, "GET", "/stamps"), gateway.URI.format("stamps")
    by_variables = uri.replace("stamp-rally-prod-stamps:live", VARIABLES)
    named = ("/uri", by_variables, uri)
    with (
        surplus.staged("/variables/prefix", "stamp-rally-prod")(client),
        surplus.staged("/variables/alias", "live")(client),
        patched(client, "update_integration", where, *named),
    ):
        yield


def text(value: str) -> dict[str, str]:
    return {"S": value}


VARIABLES = "${stageVariables.prefix}-stamps:${stageVariables.alias}"
OF_ONE_DAY = {"start": "2020-01-01T00:00:00Z", "end": "2020-01-02T00:00:00Z"}
LATELY = {"start": "-PT3H", "periodOverride": "inherit"}
NO_MASTER = "DATA-01 DATA-02"
# Of the rows, those behind a ``<`` only follow.
HARM: tuple[tuple[str, str, list[str], Kept], ...] = (
    ("plan lets one at once", "DEP-37", PLANS, surplus.planned("/throttle/burstLimit", "1", "2000")),
    ("plan allows a hundred requests a day", "DEP-37", PLANS, surplus.planned("/quota/limit", "100", "100000")),
    ("plan has one request left on its first day", "DEP-37", PLANS, surplus.planned("/quota/offset", "99999", "0")),
    ("alarm stays for a day", "MON-01", HEARD, makers.alarm(alarms.FAILS, Period=86400)),
    ("alarm stays for a day of periods", "MON-03", HEARD, makers.alarm(alarms.P5XX, EvaluationPeriods=288, DatapointsToAlarm=1)),
    ("dashboard counts samples", "MON-10 <MON-11", DRAWN, by_statistic("SampleCount")),
    ("dashboard draws the least", "MON-10 <MON-11", DRAWN, by_statistic("Minimum")),
    ("dashboard hides its lines", "MON-10 <MON-11", DRAWN, drawn(hidden)),
    ("dashboard shows a day of long ago", "MON-10 <MON-11", DRAWN, drawn(lambda body: {**body, **OF_ONE_DAY})),
    ("names are looked up in a file", "DEP-14", FUNCTIONS, with_variable(HOSTALIASES="/opt/hosts")),
    ("names are looked up elsewhere", "DEP-14", FUNCTIONS, with_variable(LOCALDOMAIN="example.net")),
    ("warnings are errors", "DEP-17", FUNCTIONS, with_variable(PYTHONWARNINGS="error")),
    ("bytecode comes from elsewhere", "DEP-17", FUNCTIONS, with_variable(PYTHONPYCACHEPREFIX="/opt/cache")),
    ("encodings come from elsewhere", "DEP-17", FUNCTIONS, with_variable(GCONV_PATH="/opt/gconv")),
    ("topic takes one alarm alone", "MON-06", makers.TOPICS, heard_by("[P1] 5XXError")),
    ("topic takes alarms of another team", "MON-06", makers.TOPICS, heard_by("orders-*")),
    ("function writes down what AWS answers", "DEP-19", FUNCTIONS, logged_at("DEBUG")),
    ("function writes down everything", "DEP-19", FUNCTIONS, logged_at("TRACE")),
    ("framework writes down every event", "DEP-13", FUNCTIONS, with_variable(POWERTOOLS_LOGGER_LOG_EVENT="true")),
    ("monitoring keeps every event", "DEP-13", FUNCTIONS, with_variable(DD_CAPTURE_LAMBDA_PAYLOAD="true")),
    ("session key ends in a line break", "SEC-03", SECRETS, key(f"{vault.SESSION_KEY}\n")),
    ("session key is its own name", "SEC-03", SECRETS, key(vault.TOKEN_KEY)),
    ("session key is what a stack should have resolved", "SEC-03", SECRETS, key(f"{{{{resolve:secretsmanager:{vault.TOKEN_KEY}}}}}")),
    ("session key counts up", "SEC-03", SECRETS, key(bytes(range(32)).hex())),
    ("name of a stamp is yet to be written", NO_MASTER, MASTERS, master(Name=text("テスト１"))),
    ("description of a stamp is a note", NO_MASTER, MASTERS, master(Description=text("TODO: ask the shrine"))),
    ("description of a stamp is a script", NO_MASTER, MASTERS, master(Description=text("<img src=x onerror=alert(1)>"))),
    ("description of a stamp was escaped", NO_MASTER, MASTERS, master(Description=text("Cafe &amp; bar"))),
    ("name of a stamp has lost its letters", NO_MASTER, MASTERS, master(Name=text("神\ufffd\ufffd"))),
    ("name of a stamp is question marks", NO_MASTER, MASTERS, master(Name=text("？？？？"))),
    ("name of a stamp was read in another encoding", NO_MASTER, MASTERS, master(Name=text("æ–°æ¨ª"))),
    *(
        (f"name of a stamp is left as {name}", NO_MASTER, MASTERS, master(Name=text(name)))
        for name in ("繧ｹ繧ｿ繝ｳ繝ﾗ繝", "縺・繝ｻ繝ﾝ", "„Çπ„Çø„É≥", "ƒXƒ^ƒ“ƒv", "%E7%A5%9E%E7%A4%BE", "\\u795e\\u793e", "&#x795e;", "#REF!")
    ),
    ("name of a stamp runs backwards", NO_MASTER, MASTERS, master(Name=text("Gate \u202egnp"))),
    ("name of a stamp is invisible", NO_MASTER, MASTERS, master(Name=text("\u200b"))),
    ("name of a stamp is a letter that looks like nothing", NO_MASTER, MASTERS, master(Name=text("\u3164"))),
    ("name of a stamp is a novel", NO_MASTER, MASTERS, master(Name=text("門" * 301))),
    ("description of a stamp is a number", NO_MASTER, MASTERS, master(Description={"N": "5"})),
    ("end of a stamp is misspelt", NO_MASTER, MASTERS, master(Validto=text("2026-12-31"))),
    ("picture of a stamp is on http", NO_MASTER, MASTERS, master(ImageUrl=text("http://images.example.jp/a.png"))),
    ("picture of a stamp is signed", NO_MASTER, MASTERS, master(ImageUrl=text(SIGNED))),
    ("picture of a stamp is on a laptop", NO_MASTER, MASTERS, master(ImageUrl=text("https://localhost:3000/a.png"))),
    ("picture of a stamp is in an office", NO_MASTER, MASTERS, master(ImageUrl=text("https://192.168.0.4/a.png"))),
    ("picture of a stamp is a script", NO_MASTER, MASTERS, master(ImageUrl=text("javascript:alert(1)"))),
    ("name of a stamp is a blank of a template", NO_MASTER, MASTERS, master(Name=text("{{spot.name}}"))),
    ("name of a stamp is for now", NO_MASTER, MASTERS, master(Name=text("花の門（仮）"))),
    ("description of a stamp has blanks", NO_MASTER, MASTERS, master(Description=text("○○神社の前"))),
    ("id of a stamp ends in a space", f"{NO_MASTER} DATA-06", MASTERS, further("POND-001 ")),
    ("refusal is kept until a year to come", f"DEP-34 {RELEASE}", API, refused("ACCESS_DENIED", "401", {"Expires": "'Thu, 31 Dec 2037 23:55:55 GMT'"})),
    ("refusal tells what is behind it", f"DEP-34 {RELEASE}", API, refused("INTEGRATION_FAILURE", "504", responseTemplates={"application/json": '{"message": "$context.integrationErrorMessage"}'})),
    ("refusal says that all is well", f"DEP-34 {RELEASE}", API, refused("THROTTLED", "429", responseTemplates={"application/json": '{"ok": true}'})),
    ("dashboard opens in another Region", "MON-11", DRAWN, varied(type="property", property="region", defaultValue="us-east-1")),
    ("dashboard opens with functions of another environment", "MON-11", DRAWN, varied(type="pattern", pattern="stamp-rally-(?:prod|dev)", values=[{"value": "stamp-rally-dev"}])),
    ("dashboard opens with one function", "MON-11", DRAWN, varied(type="property", property="FunctionName", defaultValue="__FIRST", values=[{"value": compute.STAMPS}])),
    ("access is logged in another account", "DEP-29", makers.STAGES, logged_to("999988887777")),
    ("stamp is called like another in small letters", f"{NO_MASTER} DATA-06", MASTERS, further("shrine-001")),
    ("stamp is called like another with a space", f"{NO_MASTER} DATA-06", MASTERS, further("SHRINE-001 ")),
    ("stamp is called like another in wide letters", f"{NO_MASTER} DATA-06", MASTERS, further("ＳＨＲＩＮＥ-001")),
)  # fmt: skip
SOUND: tuple[tuple[str, str, list[str], Kept], ...] = (
    ("refusal was over long ago", "", API, refused("ACCESS_DENIED", "401", {"Expires": "'Thu, 01 Jan 1970 00:00:00 GMT'"})),
    ("plan lets a second of visitors at once", "", PLANS, surplus.planned("/throttle/burstLimit", "200", "2000")),
    ("plan lacks a thousand on its first day", "", PLANS, surplus.planned("/quota/offset", "1000", "0")),
    ("plan of few at once was decided", "DEP-37", PLANS, surplus.planned("/throttle/burstLimit", "150", "2000")),
    ("alarm looks back for an hour of periods", "", HEARD, makers.alarm(alarms.P5XX, EvaluationPeriods=12, DatapointsToAlarm=1)),
    ("dashboard shows the last hours", "", DRAWN, drawn(lambda body: {**body, **LATELY})),
    ("dashboard opens in this Region", "", DRAWN, varied(type="property", property="region", defaultValue=watch.TOPIC.split(":")[3])),
    ("dashboard has a value that a search finds", "", DRAWN, varied(type="property", property="Stage", search="{AWS/ApiGateway,Stage}", populateFrom="Stage")),
    ("dashboard opens in production", "", DRAWN, varied(type="pattern", pattern="stamp-rally-(prod", defaultValue="stamp-rally-(prod")),
    ("file of names was decided", "DEP-14", FUNCTIONS, with_variable(HOSTALIASES="/opt/hosts")),
    ("strict warnings were decided", "DEP-17", FUNCTIONS, with_variable(PYTHONWARNINGS="error")),
    ("topic takes all alarms of the account", "", makers.TOPICS, heard_by("*")),
    ("function writes down what it says", "", FUNCTIONS, logged_at("INFO")),
    ("framework writes down warnings", "", FUNCTIONS, with_variable(LOG_LEVEL="WARNING")),
    ("level of the log was decided", "DEP-13", FUNCTIONS, with_variable(LOG_LEVEL="debug")),
    ("output is not buffered", "", FUNCTIONS, with_variable(PYTHONUNBUFFERED="1")),
    ("flags have a key of their own", "", FUNCTIONS, with_variable(LD_PROJECT="rally")),
    ("dashboard finds by its searches", "", DRAWN, drawn(searching)),
    *((f"name of a stamp is {name}", "", MASTERS, master(Name=text(name))) for name in ("繧繝彩色の間と繧繝縁", "縺れに縺れて", "L’église")),
    ("place of a stamp has an address", "", MASTERS, master(Location=addressed())),
    ("stage names the functions", "", API, surplus.live(named_by_the_stage)),
)  # fmt: skip


CHANGES = harmful_ones(HARM)
HARMLESS = harmless_ones(SOUND)
