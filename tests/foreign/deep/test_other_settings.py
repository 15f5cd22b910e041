"""A remedy leaves alone what else is configured on the resource that it repairs, as long as that is within the plan."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from signoff.judge.outcome import Outcome
from tests.foreign.changes.change import Change, Client
from tests.foreign.changes.gateway import api_of, at
from tests.foreign.hand import identity, vault, watch

ALARM = "[P2] auth fails"
DASHBOARD = {"DashboardName": "stamp-rally-prod-dashboard"}
AUTH, NOTIFY = (
    {"FunctionName": "stamp-rally-prod-auth"},
    {"FunctionName": "stamp-rally-prod-notify"},
)
AWARD_ROLE = "stamp-rally-prod-award-role"
ORIGIN = "https://rally.example.jp"
TEXT = {"type": "text", "width": 24, "height": 2, "properties": {"markdown": "# 連絡先"}}
OTHERS = {
    "type": "metric",
    "properties": {
        "region": "ap-northeast-1",
        "metrics": [["AWS/Lambda", "Errors", "FunctionName", "mail-magazine"]],
    },
}
GONE = ["AWS/Lambda", "Errors", "FunctionName", "stamp-rally-prod-gone"]
CONSOLE = "Content-Type,X-Amz-Date,Authorization,X-Api-Key,X-Amz-Security-Token"
STAMPS = identity.USER_STAMPS
STRANGER = {"AWS": "arn:aws:iam::777766665555:root"}
ROLE_OF_NOTIFY = {"AWS": "arn:aws:iam::444455556666:role/stamp-rally-prod-notify-role"}
ROLE_OF_AWARD = {"AWS": f"arn:aws:iam::444455556666:role/{AWARD_ROLE}"}
CLOUDWATCH = {"Service": "cloudwatch.amazonaws.com"}
PLAIN = {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}

Act = Callable[[Client], Any]


@dataclass(frozen=True)
class SharedResource:
    """``harmless`` and ``fault`` change one resource, ``settle`` makes both live; ``look`` tells of the harmless one."""

    name: str
    row: str
    harmless: Act
    fault: Act
    look: Act
    settle: Act = lambda _: None

    def __str__(self):
        return f"{self.row}: {self.name}"


def all_of(*acts: Act) -> Act:
    return lambda c: [act(c) for act in acts]


def says(effect, principal, action, sid, resource="*", **more):
    named = {"Sid": sid, "Effect": effect, "Principal": principal, "Action": action}
    return {**named, "Resource": resource, **more}


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def kept(text):
    return [entry for entry in json.loads(text)["Statement"] if entry.get("Sid") == "Keep"]


def the_alarm(c):
    return c("cloudwatch").describe_alarms(AlarmNames=[ALARM])["MetricAlarms"][0]


def alarm(**changed):
    told = (
        "AlarmName",
        "Namespace",
        "MetricName",
        "Dimensions",
        "Statistic",
        "Period",
        "Threshold",
    )
    told += (
        "EvaluationPeriods",
        "ComparisonOperator",
        "TreatMissingData",
        "AlarmActions",
        "OKActions",
    )

    def put(c):
        found = the_alarm(c)
        same = {name: found[name] for name in told if name in found}
        c("cloudwatch").put_metric_alarm(**{**same, **changed})

    return put


def of_alarm(*names):
    return lambda c: [the_alarm(c).get(name) for name in names]


def widgets(c):
    return json.loads(c("cloudwatch").get_dashboard(**DASHBOARD)["DashboardBody"])["widgets"]


def drawn(edit):
    def put(c):
        body = json.dumps({"widgets": edit(widgets(c)), "periodOverride": "inherit"})
        c("cloudwatch").put_dashboard(**DASHBOARD, DashboardBody=body)

    return put


def of_others(c):
    return [widget for widget in widgets(c) if widget in (TEXT, OTHERS)]


def topic_policy(c):
    return c("sns").get_topic_attributes(TopicArn=watch.TOPIC)["Attributes"]["Policy"]


def on_topic(statement):
    def put(c):
        text = policy(*json.loads(topic_policy(c))["Statement"], statement)
        named = {"TopicArn": watch.TOPIC, "AttributeName": "Policy"}
        c("sns").set_topic_attributes(**named, AttributeValue=text)

    return put


def variables(**more):
    def put(c):
        found = c("lambda").get_function_configuration(**AUTH)["Environment"]["Variables"]
        c("lambda").update_function_configuration(
            **AUTH, Environment={"Variables": {**found, **more}}
        )

    return put


def configured(**more):
    return lambda c: c("lambda").update_function_configuration(**AUTH, **more)


def released(c):
    version = c("lambda").publish_version(**AUTH)["Version"]
    c("lambda").update_alias(**AUTH, Name="live", FunctionVersion=version)


def of_auth(c):
    found = c("lambda").get_function_configuration(**AUTH, Qualifier="live")
    named = found["Environment"]["Variables"].get("POWERTOOLS_SERVICE_NAME")
    return named, found["MemorySize"], found["Description"], found["EphemeralStorage"]


def stage(**changed):
    patch = [{"op": "replace", "path": path, "value": value} for path, value in changed.items()]
    return lambda c: c("apigateway").update_stage(
        **api_of(c), stageName="prod", patchOperations=patch
    )


def of_stage(method, *names):
    def look(c):
        found = c("apigateway").get_stage(**api_of(c), stageName="prod")
        limits = found["methodSettings"][method]
        return (
            [found.get(name) for name in names],
            limits["throttlingRateLimit"],
            limits["metricsEnabled"],
        )

    return look


def deployed(c):
    made = c("apigateway").create_deployment(**api_of(c))["id"]
    stage(**{"/deploymentId": made})(c)


def lowered(headers):
    return {name.rpartition(".")[2].lower(): value for name, value in headers.items()}


def preflight(**headers):
    mapped = "/responseParameters/method.response.header.access-control-allow-"
    patch = [
        {"op": "replace", "path": f"{mapped}{name}", "value": f"'{value}'"}
        for name, value in headers.items()
    ]
    return lambda c: c("apigateway").update_integration_response(
        **at(c, "OPTIONS", "/stamps"), statusCode="200", patchOperations=patch
    )


def of_preflight(c):
    place = {**at(c, "OPTIONS", "/stamps"), "statusCode": "200"}
    found = c("apigateway").get_integration_response(**place)["responseParameters"]
    return lowered(found)["access-control-allow-headers"]


def refusal(origin):
    headers = {"Access-Control-Allow-Origin": origin, "Retry-After": "5"}
    mapped = {f"gatewayresponse.header.{name}": f"'{text}'" for name, text in headers.items()}
    body = '{"error":"SLOW_DOWN","message":$context.error.messageString}'
    return lambda c: c("apigateway").put_gateway_response(
        **api_of(c),
        responseType="THROTTLED",
        statusCode="429",
        responseParameters=mapped,
        responseTemplates={"application/json": body},
    )


def of_refusal(c):
    found = c("apigateway").get_gateway_response(**api_of(c), responseType="THROTTLED")
    return lowered(found["responseParameters"]).get("retry-after")


def of_plan(c):
    plans = c("apigateway").get_usage_plans()["items"]
    return next(entry for entry in plans if "stamp-rally-prod" in entry["name"])


def plan(**changed):
    patch = [{"op": "replace", "path": path, "value": value} for path, value in changed.items()]
    return lambda c: c("apigateway").update_usage_plan(
        usagePlanId=of_plan(c)["id"], patchOperations=patch
    )


def on_secret(*statements):
    return lambda c: c("secretsmanager").put_resource_policy(
        SecretId=vault.LINE_TOKEN, ResourcePolicy=policy(*statements)
    )


def of_secret(c):
    found = c("secretsmanager").get_resource_policy(SecretId=vault.LINE_TOKEN)
    return kept(found["ResourcePolicy"])


def on_table(*statements):
    return lambda c: c("dynamodb").put_resource_policy(
        ResourceArn=STAMPS, Policy=policy(*statements)
    )


def of_table(c):
    return kept(c("dynamodb").get_resource_policy(ResourceArn=STAMPS)["Policy"])


def the_authorizer(c):
    return c("apigateway").get_authorizers(**api_of(c))["items"][0]


def authorizer(path, value):
    patch = [{"op": "replace", "path": path, "value": value}]
    return lambda c: c("apigateway").update_authorizer(
        **api_of(c), authorizerId=the_authorizer(c)["id"], patchOperations=patch
    )


def proxied(c, like, **more):
    """Integrate a route with the function of another one."""
    client, uri = c("apigateway"), c("apigateway").get_integration(**at(c, *like))["uri"]
    proxy = {"type": "AWS_PROXY", "integrationHttpMethod": "POST", "uri": uri}
    client.put_integration(**at(c, "GET", "/ranking/monthly"), **proxy, **more)


def of_route(c):
    return c("apigateway").get_integration(**at(c, "GET", "/ranking/monthly"))["timeoutInMillis"]


def retries(c):
    return c("lambda").put_function_event_invoke_config(
        **NOTIFY, Qualifier="live", MaximumRetryAttempts=1
    )


def failing_elsewhere(c):
    queue = {"OnFailure": {"Destination": "arn:aws:sqs:ap-northeast-1:444455556666:failed"}}
    c("lambda").put_function_event_invoke_config(
        **NOTIFY, Qualifier="live", MaximumRetryAttempts=1, DestinationConfig=queue
    )


def of_retries(c):
    found = c("lambda").list_function_event_invoke_configs(**NOTIFY)
    return [config["MaximumRetryAttempts"] for config in found["FunctionEventInvokeConfigs"]]


def bounded(c):
    wide = policy({"Effect": "Allow", "Action": "*", "Resource": "*"})
    made = c("iam").create_policy(PolicyName="wide", PolicyDocument=wide)["Policy"]["Arn"]
    c("iam").put_role_permissions_boundary(RoleName=AWARD_ROLE, PermissionsBoundary=made)


def more_rights(c):
    more = policy({"Effect": "Allow", "Action": "dynamodb:Scan", "Resource": STAMPS})
    c("iam").put_role_policy(RoleName=AWARD_ROLE, PolicyName="more", PolicyDocument=more)


def of_role(c):
    return c("iam").get_role(RoleName=AWARD_ROLE)["Role"]["PermissionsBoundary"]


STRICT = {"Threshold": 0, "Period": 60, "OKActions": [watch.TOPIC]}
BY_CDK = {
    "/description": "prod, by CDK",
    "/*/*/metrics/enabled": "true",
    "/*/*/throttling/rateLimit": "700",
    "/accessLogSettings/format": '{"id":"$context.requestId","s":"$context.status","ip":"$context.identity.sourceIp"}',
    "/~1notify/POST/throttling/rateLimit": "600",
    "/~1notify/POST/throttling/burstLimit": "1400",
}
LABELS = ("description", "accessLogSettings", "tracingEnabled")
KEEP_SECRET = says("Deny", "*", "secretsmanager:DeleteSecret", "Keep")
KEEP_TABLE = says("Deny", {"AWS": "*"}, "dynamodb:DeleteTable", "Keep", STAMPS)
CASES = (
    SharedResource("stricter alarm takes averages", "MON-01", alarm(**STRICT), alarm(Statistic="Average"), of_alarm("Threshold", "Period", "OKActions")),
    SharedResource("stricter alarm is switched off", "MON-06", alarm(**STRICT), alarm(ActionsEnabled=False), of_alarm("Threshold", "Period", "OKActions")),
    SharedResource("dashboard lacks a widget", "MON-10", drawn(lambda there: [TEXT, *there, OTHERS]), drawn(lambda there: [*there[:-2], there[-1]]), of_others),
    SharedResource("dashboard shows what is gone", "MON-11", drawn(lambda there: [TEXT, *there, OTHERS]), drawn(lambda there: [*there, {**OTHERS, "properties": {"region": "ap-northeast-1", "metrics": [GONE]}}]), of_others),
    SharedResource("topic denies CloudWatch", "MON-06", on_topic(says("Deny", "*", "sns:Publish", "Keep", watch.TOPIC, **PLAIN)), on_topic(says("Deny", CLOUDWATCH, "sns:Publish", "Bad", watch.TOPIC)), lambda c: kept(topic_policy(c))),
    SharedResource("function stops too early", "DEP-12", all_of(variables(POWERTOOLS_SERVICE_NAME="auth"), configured(MemorySize=1024, Description="ログイン", EphemeralStorage={"Size": 1024})), configured(Timeout=3), of_auth, released),
    SharedResource("function has a wrong variable", "DEP-13", all_of(variables(POWERTOOLS_SERVICE_NAME="auth"), configured(MemorySize=1024)), variables(LINE_CHANNEL_ID="1"), of_auth, released),
    SharedResource("preflight allows everybody", "DEP-25", preflight(headers=CONSOLE), preflight(origin="*"), of_preflight, deployed),
    SharedResource("preflight allows one method", "DEP-25", preflight(headers=CONSOLE), preflight(methods="GET"), of_preflight, deployed),
    SharedResource("refusal names a stranger", "DEP-26", refusal(ORIGIN), refusal("https://x.example"), of_refusal, deployed),
    SharedResource("stage allows too much of a route", "SEC-32", stage(**BY_CDK), stage(**{"/~1stamps/GET/throttling/rateLimit": "9000", "/~1stamps/GET/throttling/burstLimit": "9000"}), of_stage("notify/POST", *LABELS)),
    SharedResource("stage logs bodies", "DEP-30", stage(**BY_CDK), stage(**{"/*/*/logging/dataTrace": "true"}), of_stage("*/*", *LABELS)),
    SharedResource("usage plan has too large a quota", "SEC-30", plan(**{"/throttle/rateLimit": "600", "/description": "by CDK"}), plan(**{"/quota/limit": "900000"}), lambda c: (of_plan(c)["throttle"], of_plan(c)["description"])),
    SharedResource("secret is open to strangers", "SEC-08", on_secret(KEEP_SECRET), on_secret(KEEP_SECRET, says("Allow", STRANGER, "secretsmanager:GetSecretValue", "Bad")), of_secret),
    SharedResource("secret is denied to its role", "SEC-09", on_secret(KEEP_SECRET), on_secret(KEEP_SECRET, says("Deny", ROLE_OF_NOTIFY, "secretsmanager:GetSecretValue", "Bad")), of_secret),
    SharedResource("table is open to strangers", "SEC-19", on_table(KEEP_TABLE), on_table(KEEP_TABLE, says("Allow", STRANGER, "dynamodb:GetItem", "Bad", STAMPS)), of_table),
    SharedResource("table is denied to its role", "DEP-08", on_table(KEEP_TABLE), on_table(KEEP_TABLE, says("Deny", ROLE_OF_AWARD, "dynamodb:PutItem", "Bad", STAMPS)), of_table),
    SharedResource("authorizer reads another header", "SEC-35", authorizer("/authorizerResultTtlInSeconds", "30"), authorizer("/identitySource", "method.request.header.X-Token"), lambda c: the_authorizer(c)["authorizerResultTtlInSeconds"], deployed),
    SharedResource("route calls another function", "DEP-21", lambda c: proxied(c, ("GET", "/ranking/monthly"), timeoutInMillis=20_000), lambda c: proxied(c, ("GET", "/stamps"), timeoutInMillis=20_000), of_route, deployed),
    SharedResource("failures go elsewhere", "DEP-19", retries, failing_elsewhere, of_retries),
    SharedResource("role has a surplus under a wide boundary", "SEC-12", bounded, more_rights, of_role),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_remedy_leaves_what_is_beside(case, operator):
    seen = []

    def make(c):
        for act in (case.harmless, case.fault, case.settle):
            act(c)
        seen.append(case.look(c))
        yield

    left = operator.red_after(Change(str(case), make, (), {case.row: Outcome.FAIL}))

    assert left == {}
    assert case.look(operator.account.client) == seen[0]
