"""A remedy leaves alone what else is configured on the resource that it repairs, as long as that is within the plan."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.foreign.changes.change import Change, Client
from tests.foreign.changes.gateway import api_of, at
from tests.foreign.hand import identity, vault, watch
from signoff.outcome import Outcome

ALARM = "[P2] auth fails"
DASHBOARD = {"DashboardName": "stamp-rally-prod-dashboard"}
AUTH = {"FunctionName": "stamp-rally-prod-auth"}
NOTIFY = {"FunctionName": "stamp-rally-prod-notify"}
CORS = "method.response.header.access-control-allow-"
STRANGER = {"AWS": "arn:aws:iam::777766665555:root"}
TEXT = {"type": "text", "width": 24, "height": 2, "properties": {"markdown": "# 連絡先"}}


@dataclass(frozen=True)
class Beside:
    """``harmless`` and ``fault`` change one resource, ``look`` tells what of the first is there."""

    name: str
    row: str
    harmless: Callable[[Client], Any]
    fault: Callable[[Client], Any]
    look: Callable[[Client], Any]
    settle: Callable[[Client], Any] = lambda _: None
    """Makes both live."""

    def __str__(self) -> str:
        return f"{self.row}: {self.name}"


def alarm(**changed):
    def put(c):
        found = c("cloudwatch").describe_alarms(AlarmNames=[ALARM])["MetricAlarms"][0]
        told = {k: v for k, v in found.items() if k[:5] not in {"State", "Alarm"} or k in {"AlarmName", "AlarmActions", "AlarmDescription"}}
        c("cloudwatch").put_metric_alarm(**{**told, **changed})
    return put


def of_alarm(*names):
    return lambda c: [c("cloudwatch").describe_alarms(AlarmNames=[ALARM])["MetricAlarms"][0].get(n) for n in names]


def board(edit):
    def put(c):
        body = json.loads(c("cloudwatch").get_dashboard(**DASHBOARD)["DashboardBody"])
        edit(body)
        c("cloudwatch").put_dashboard(**DASHBOARD, DashboardBody=json.dumps(body))
    return put


def widgets(c):
    return json.loads(c("cloudwatch").get_dashboard(**DASHBOARD)["DashboardBody"])["widgets"]


def topic_policy(edit):
    def put(c):
        found = json.loads(c("sns").get_topic_attributes(TopicArn=watch.TOPIC)["Attributes"]["Policy"])
        edit(found["Statement"])
        c("sns").set_topic_attributes(TopicArn=watch.TOPIC, AttributeName="Policy", AttributeValue=json.dumps(found))
    return put


def sids(text):
    return [one.get("Sid") for one in json.loads(text)["Statement"]]


def variables(**more):
    def put(c):
        found = c("lambda").get_function_configuration(**AUTH)["Environment"]["Variables"]
        c("lambda").update_function_configuration(**AUTH, Environment={"Variables": {**found, **more}})
    return put


def configured(**more):
    return lambda c: c("lambda").update_function_configuration(**AUTH, **more)


def live(c):
    version = c("lambda").publish_version(**AUTH)["Version"]
    c("lambda").update_alias(**AUTH, Name="live", FunctionVersion=version)


def of_auth(*names):
    return lambda c: [c("lambda").get_function_configuration(**AUTH, Qualifier="live").get(n) for n in names]


def deployed(c):
    made = c("apigateway").create_deployment(**api_of(c))["id"]
    stage(("replace", "/deploymentId", made))(c)


def stage(*ops):
    return lambda c: c("apigateway").update_stage(**api_of(c), stageName="prod", patchOperations=[{"op": o, "path": p, "value": v} for o, p, v in ops])


def of_stage(*names):
    return lambda c: [c("apigateway").get_stage(**api_of(c), stageName="prod").get(n) for n in names]


def preflight(name, value):
    def put(c):
        path = f"/responseParameters/{CORS}{name}"
        c("apigateway").update_integration_response(**at(c, "OPTIONS", "/stamps"), statusCode="200", patchOperations=[{"op": "replace", "path": path, "value": f"'{value}'"}])
    return put


def of_preflight(name):
    return lambda c: c("apigateway").get_integration_response(**at(c, "OPTIONS", "/stamps"), statusCode="200")["responseParameters"][f"{CORS}{name}"]


def refusal(kind, **headers):
    def put(c):
        try:
            found = c("apigateway").get_gateway_response(**api_of(c), responseType=kind)
        except Exception:
            found = {}
        given = {f"gatewayresponse.header.{k.replace('_', '-')}": f"'{v}'" for k, v in headers.items()}
        c("apigateway").put_gateway_response(**api_of(c), responseType=kind, responseParameters={**found.get("responseParameters", {}), **given}, responseTemplates={"application/json": '{"error":"X","message":$context.error.messageString}'})
    return put


def plan(*ops):
    def put(c):
        one = next(p for p in c("apigateway").get_usage_plans()["items"] if "stamp-rally-prod" in p["name"])
        c("apigateway").update_usage_plan(usagePlanId=one["id"], patchOperations=[{"op": o, "path": p, "value": v} for o, p, v in ops])
    return put


def of_plan(c):
    one = next(p for p in c("apigateway").get_usage_plans()["items"] if "stamp-rally-prod" in p["name"])
    return one["throttle"], one.get("description")


def secret_policy(*statements):
    def put(c):
        try:
            text = c("secretsmanager").get_resource_policy(SecretId=vault.LINE_TOKEN).get("ResourcePolicy")
        except Exception:
            text = None
        found = json.loads(text) if text else {"Version": "2012-10-17", "Statement": []}
        found["Statement"] += statements
        c("secretsmanager").put_resource_policy(SecretId=vault.LINE_TOKEN, ResourcePolicy=json.dumps(found))
    return put


def of_secret(c):
    return [s for s in sids(c("secretsmanager").get_resource_policy(SecretId=vault.LINE_TOKEN).get("ResourcePolicy") or '{"Statement":[]}') if s == "Keep"]


USERS = identity.USER_STAMPS


def table_policy(*statements):
    def put(c):
        try:
            found = json.loads(c("dynamodb").get_resource_policy(ResourceArn=USERS)["Policy"])
        except Exception:
            found = {"Version": "2012-10-17", "Statement": []}
        found["Statement"] += statements
        c("dynamodb").put_resource_policy(ResourceArn=USERS, Policy=json.dumps(found))
    return put


def of_table(c):
    try:
        return [s for s in sids(c("dynamodb").get_resource_policy(ResourceArn=USERS)["Policy"]) if s == "Keep"]
    except Exception:
        return []


def says(effect, principal, action, sid, resource="*", **more):
    return {"Sid": sid, "Effect": effect, "Principal": principal, "Action": action, "Resource": resource, **more}


def authorizer(*ops):
    def put(c):
        one = c("apigateway").get_authorizers(**api_of(c))["items"][0]
        c("apigateway").update_authorizer(**api_of(c), authorizerId=one["id"], patchOperations=[{"op": o, "path": p, "value": v} for o, p, v in ops])
    return put


def of_authorizer(c):
    return c("apigateway").get_authorizers(**api_of(c))["items"][0].get("authorizerResultTtlInSeconds")


def integration(**more):
    def put(c):
        where = at(c, "GET", "/ranking/monthly")
        found = c("apigateway").get_integration(**where)
        kept = {k: found[k] for k in ("type", "uri", "timeoutInMillis", "passthroughBehavior", "contentHandling") if found.get(k)}
        c("apigateway").put_integration(**where, integrationHttpMethod="POST", **{**kept, **more})
    return put


def of_integration(c):
    return c("apigateway").get_integration(**at(c, "GET", "/ranking/monthly")).get("timeoutInMillis")


def wrong(c):
    uri = c("apigateway").get_integration(**at(c, "GET", "/stamps"))["uri"]
    integration(uri=uri)(c)


def invoked(**more):
    return lambda c: c("lambda").put_function_event_invoke_config(**NOTIFY, Qualifier="live", **more)


def of_invoked(c):
    found = c("lambda").list_function_event_invoke_configs(**NOTIFY)["FunctionEventInvokeConfigs"]
    return [one.get("MaximumRetryAttempts") for one in found]


def boundary(c):
    wide = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
    arn = c("iam").create_policy(PolicyName="wide", PolicyDocument=wide)["Policy"]["Arn"]
    c("iam").put_role_permissions_boundary(RoleName="stamp-rally-prod-award-role", PermissionsBoundary=arn)


def of_role(c):
    role = c("iam").get_role(RoleName="stamp-rally-prod-award-role")["Role"]
    return role.get("PermissionsBoundary"), role.get("Description"), role.get("MaxSessionDuration")


def surplus(c):
    c("iam").put_role_policy(RoleName="stamp-rally-prod-award-role", PolicyName="more", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "dynamodb:Scan", "Resource": identity.USER_STAMPS}]}))


CASES = (
    Beside("stricter alarm that ends in an OK loses its average", "MON-01", alarm(Threshold=0, Period=60, OKActions=[watch.TOPIC], AlarmDescription="認証", TreatMissingData="missing"), alarm(Statistic="Average", Threshold=0, Period=60, OKActions=[watch.TOPIC], AlarmDescription="認証", TreatMissingData="missing"), of_alarm("Threshold", "Period", "OKActions", "AlarmDescription", "AlarmActions")),
    Beside("stricter alarm gets its actions back", "MON-06", alarm(Threshold=0, Period=60, OKActions=[watch.TOPIC]), lambda c: c("cloudwatch").disable_alarm_actions(AlarmNames=[ALARM]), of_alarm("Threshold", "Period", "OKActions", "ComparisonOperator")),
    Beside("dashboard gets its widget back", "MON-10", board(lambda b: b["widgets"].insert(0, TEXT)), board(lambda b: b["widgets"].pop()), lambda c: [w for w in widgets(c) if w == TEXT]),
    Beside("dashboard loses a widget of nothing", "MON-11", board(lambda b: b["widgets"].insert(0, TEXT)), board(lambda b: b["widgets"][2]["properties"]["metrics"].append(["AWS/Lambda", "Errors", "FunctionName", "stamp-rally-prod-gone"])), lambda c: [w for w in widgets(c) if w == TEXT]),
    Beside("topic allows CloudWatch again", "MON-06", topic_policy(lambda s: s.append(says("Deny", "*", "sns:Publish", "Tls", watch.TOPIC, Condition={"Bool": {"aws:SecureTransport": "false"}}))), topic_policy(lambda s: s.append(says("Deny", {"Service": "cloudwatch.amazonaws.com"}, "sns:Publish", "Bad", watch.TOPIC))), lambda c: [s for s in sids(c("sns").get_topic_attributes(TopicArn=watch.TOPIC)["Attributes"]["Policy"]) if s == "Tls"]),
    Beside("function gets its time-out back", "DEP-12", lambda c: (variables(POWERTOOLS_SERVICE_NAME="auth", LOG_LEVEL="WARNING")(c), configured(MemorySize=1024, Description="ログイン", EphemeralStorage={"Size": 1024})(c)), configured(Timeout=3), of_auth("MemorySize", "Description", "EphemeralStorage", "Environment"), live),
    Beside("function gets its variable back", "DEP-13", lambda c: (variables(POWERTOOLS_SERVICE_NAME="auth")(c), configured(MemorySize=1024, Timeout=20)(c)), variables(LINE_CHANNEL_ID="1"), lambda c: [of_auth("MemorySize", "Timeout")(c), of_auth("Environment")(c)[0]["Variables"].get("POWERTOOLS_SERVICE_NAME")], live),
    Beside("preflight names the origin again", "DEP-25", lambda c: (preflight("headers", "Content-Type,X-Amz-Date,Authorization,X-Api-Key,X-Amz-Security-Token")(c), preflight("methods", "GET,HEAD,POST,OPTIONS,DELETE")(c)), preflight("origin", "*"), of_preflight("headers"), deployed),
    Beside("preflight allows the methods again", "DEP-25", preflight("headers", "Content-Type,X-Amz-Date,Authorization,X-Api-Key,X-Amz-Security-Token"), preflight("methods", "GET"), of_preflight("headers"), deployed),
    Beside("refusal names the origin again", "DEP-26", lambda c: (refusal("THROTTLED", Access_Control_Allow_Origin="https://rally.example.jp", Retry_After="5", Strict_Transport_Security="max-age=63072000")(c)), refusal("THROTTLED", Access_Control_Allow_Origin="https://x.example"), lambda c: {k: v for k, v in c("apigateway").get_gateway_response(**api_of(c), responseType="THROTTLED")["responseParameters"].items() if "rigin" not in k}, deployed),
    Beside("stage is throttled again", "SEC-32", stage(("replace", "/description", "prod, by CDK"), ("replace", "/variables/alias", "live"), ("replace", "/accessLogSettings/format", '{"id":"$context.requestId","s":"$context.status","ip":"$context.identity.sourceIp"}'), ("replace", "/*/*/metrics/enabled", "true"), ("replace", "/~1notify/POST/throttling/rateLimit", "700"), ("replace", "/~1notify/POST/throttling/burstLimit", "1400")), stage(("replace", "/*/*/throttling/rateLimit", "9000")), lambda c: [*of_stage("description", "variables", "accessLogSettings")(c), of_stage("methodSettings")(c)[0]["notify/POST"]["throttlingRateLimit"]]),
    Beside("bodies are logged no more", "DEP-30", stage(("replace", "/description", "prod, by CDK"), ("replace", "/*/*/throttling/rateLimit", "700"), ("replace", "/*/*/metrics/enabled", "true")), stage(("replace", "/*/*/logging/dataTrace", "true")), lambda c: [*of_stage("description", "tracingEnabled", "accessLogSettings")(c), of_stage("methodSettings")(c)[0]["*/*"]["throttlingRateLimit"], of_stage("methodSettings")(c)[0]["*/*"]["metricsEnabled"]]),
    Beside("usage plan gets its quota back", "SEC-30", plan(("replace", "/throttle/rateLimit", "600"), ("replace", "/description", "by CDK")), plan(("replace", "/quota/limit", "900000")), of_plan),
    Beside("secret is closed to strangers", "SEC-08", secret_policy(says("Deny", "*", "secretsmanager:DeleteSecret", "Keep")), secret_policy(says("Allow", STRANGER, "secretsmanager:GetSecretValue", "Bad")), of_secret),
    Beside("table is closed to strangers", "SEC-19", table_policy(says("Deny", {"AWS": "*"}, "dynamodb:DeleteTable", "Keep", USERS)), table_policy(says("Allow", STRANGER, "dynamodb:GetItem", "Bad", USERS)), of_table),
    Beside("function is denied the table no more", "DEP-08", table_policy(says("Deny", {"AWS": "*"}, "dynamodb:DeleteTable", "Keep", USERS)), table_policy(says("Deny", {"AWS": f"arn:aws:iam::444455556666:role/stamp-rally-prod-award-role"}, "dynamodb:PutItem", "Bad", USERS)), of_table),
    Beside("role is denied the secret no more", "SEC-09", secret_policy(says("Deny", "*", "secretsmanager:DeleteSecret", "Keep")), secret_policy(says("Deny", {"AWS": "arn:aws:iam::444455556666:role/stamp-rally-prod-notify-role"}, "secretsmanager:GetSecretValue", "Bad")), of_secret),
    Beside("authorizer reads the header again", "SEC-35", authorizer(("replace", "/authorizerResultTtlInSeconds", "30")), authorizer(("replace", "/identitySource", "method.request.header.X-Token")), of_authorizer, deployed),
    Beside("route calls its function again", "DEP-21", integration(timeoutInMillis=20000), wrong, of_integration, deployed),
    Beside("failures go nowhere else", "DEP-19", invoked(MaximumRetryAttempts=1), lambda c: c("lambda").update_function_event_invoke_config(**NOTIFY, Qualifier="live", DestinationConfig={"OnFailure": {"Destination": "arn:aws:sqs:ap-northeast-1:444455556666:failed"}}), of_invoked),
    Beside("role loses a surplus", "SEC-12", lambda c: (boundary(c), c("iam").update_role(RoleName="stamp-rally-prod-award-role", Description="取得", MaxSessionDuration=7200)), surplus, of_role),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_remedy_leaves_what_is_beside(case, operator):
    seen = []

    def make(c):
        case.harmless(c)
        case.fault(c)
        case.settle(c)
        seen.append(case.look(c))
        yield
        yield

    change = Change(str(case), make, (), {case.row: Outcome.FAIL})
    left = operator.red_after(change)

    assert (left, case.look(operator.account.client)) == ({}, seen[0])
