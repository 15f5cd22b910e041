"""Every read refused in turn: exactly what it would have told is unreadable, and nothing else."""

import io
from dataclasses import replace

import pytest

from signoff.inventory.readers import READERS
from signoff.inventory.saved import from_json, to_json, unreadable
from tests.inventory.answers import CERTIFICATE, FOREIGN_TOPIC, SCOPE, TABLE_KEY, TOPIC
from tests.inventory.conftest import MEANS
from tests.inventory.fake_aws import HEALTHY, Refusal
from tests.inventory.unread import is_unread, items, missing, unread

EXECUTION = "API-Gateway-Execution-Logs_?/prod"


def of(section, *items):
    return {f"{section} {item}" for item in items}


FUNCTIONS, TABLES, SECRETS = SCOPE.functions, SCOPE.tables, SCOPE.secrets
API = {"stages", "deployments", "draft", "served"}
DOMAIN = of("domains", SCOPE.domain) | {"certificates"} | of("resolutions", SCOPE.domain)
TABLE = (
    of("tables", *TABLES)
    | of("key_scans", "Users-prod")
    | of("keys", *(f"(of tables {one})" for one in TABLES))
)
SECRET = of("secrets", *SECRETS) | of("keys", *(f"(of secrets {one})" for one in SECRETS))
TOPICS = of("topics", TOPIC, FOREIGN_TOPIC) | of(
    "keys", f"(of topics {TOPIC})", f"(of topics {FOREIGN_TOPIC})"
)
# What alarms name beside the planned topic is unknown then, and stands in as one unread item.
NO_ALARMS = {"alarms"} | of("topics", "(of alarms)") | of("keys", "(of topics (of alarms))")
BUCKET = of("buckets", "rally-images") | of("keys", "(of buckets rally-images)")
LOGS = (*SCOPE.log_groups, "API-Gateway-Execution-Logs_abc123/prod")
KEYS = ("alias/aws/secretsmanager", "alias/rally", "alias/rally-images", TABLE_KEY)

UNREAD = {
    "acm:DescribeCertificate": of("certificates", CERTIFICATE),
    "apigateway:GetAccount": {"gateway_account"},
    "apigateway:GetApiKeys": {"api_keys"},
    "apigateway:GetAuthorizers": {"draft"},
    "apigateway:GetBasePathMappings": DOMAIN,
    "apigateway:GetDeployments": {"deployments"},
    "apigateway:GetDomainName": DOMAIN,
    "apigateway:GetExport": of("served", "prod"),
    "apigateway:GetGatewayResponses": {"draft"},
    "apigateway:GetResources": {"draft"},
    "apigateway:GetRestApis": {"rest_apis", *API}
    | of("names", "rest_apis")
    | of("log_groups", EXECUTION)
    | of("keys", f"(of log_groups {EXECUTION})"),
    "apigateway:GetStages": {"stages"},
    "apigateway:GetUsagePlanKeys": of("usage_plans", "rally-plan"),
    "apigateway:GetUsagePlans": {"usage_plans"},
    "application-autoscaling:DescribeScalableTargets": {"scalable_targets"},
    "cloudwatch:DescribeAlarmHistory": NO_ALARMS,
    "cloudwatch:DescribeAlarms": NO_ALARMS | of("names", "alarms"),
    "cloudwatch:GetDashboard": of("dashboards", "rally-dashboard"),
    "dynamodb:DescribeContinuousBackups": of("backups", *TABLES),
    "dynamodb:DescribeTable": TABLE,
    "dynamodb:DescribeTimeToLive": TABLE,
    "dynamodb:GetResourcePolicy": of("table_policies", *TABLES),
    "dynamodb:ListTables": of("names", "tables"),
    "dynamodb:ListTagsOfResource": of("table_tags", *TABLES),
    "dynamodb:Scan": of("contents", "Spots-prod") | of("key_scans", "Users-prod"),
    "iam:GetAccountAuthorizationDetails": {"roles"} | of("names", "roles"),
    "iam:GetPolicy": of("roles", *SCOPE.roles),
    "iam:GetPolicyVersion": of("roles", *SCOPE.roles),
    "kms:DescribeKey": of("keys", *KEYS),
    "kms:GetKeyPolicy": of("keys", *KEYS[1:]),
    "lambda:GetAccountSettings": {"lambda_account"},
    "lambda:GetFunction": of("functions", *FUNCTIONS)
    | of("keys", *(f"(of functions {one})" for one in FUNCTIONS)),
    "lambda:GetPolicy": of("function_policies", *FUNCTIONS),
    "lambda:ListAliases": of("aliases", *FUNCTIONS),
    "lambda:ListFunctionUrlConfigs": of("function_urls", *FUNCTIONS),
    "lambda:ListFunctions": of("names", "functions"),
    "lambda:ListVersionsByFunction": of("versions", *FUNCTIONS),
    "logs:DescribeLogGroups": of("log_groups", *LOGS)
    | of("keys", *(f"(of log_groups {one})" for one in LOGS)),
    "s3:GetBucketEncryption": BUCKET,
    "s3:GetBucketLocation": BUCKET,
    "s3:GetBucketPolicy": BUCKET,
    "s3:GetPublicAccessBlock": BUCKET,
    "secretsmanager:DescribeSecret": SECRET,
    "secretsmanager:GetResourcePolicy": SECRET,
    "secretsmanager:GetSecretValue": of("secret_values", *SECRETS),
    "secretsmanager:ListSecrets": of("names", "secrets"),
    "sns:GetTopicAttributes": TOPICS,
    "sns:ListSubscriptionsByTopic": TOPICS,
}
"""Operation -> what is not known without it."""

LOST = {
    "apigateway:GetRestApis": of("log_groups", LOGS[-1]),
    "cloudwatch:DescribeAlarms": of("topics", FOREIGN_TOPIC),
    "cloudwatch:DescribeAlarmHistory": of("topics", FOREIGN_TOPIC),
    "dynamodb:DescribeTable": of("keys", TABLE_KEY),
    "dynamodb:DescribeTimeToLive": of("keys", TABLE_KEY),
    "secretsmanager:DescribeSecret": of("keys", KEYS[0]),
    "secretsmanager:GetResourcePolicy": of("keys", KEYS[0]),
    "sns:GetTopicAttributes": of("keys", "alias/rally"),
    "sns:ListSubscriptionsByTopic": of("keys", "alias/rally"),
} | dict.fromkeys((one for one in UNREAD if one.startswith("s3:")), of("keys", KEYS[2]))
"""Operation -> what nobody can ask for without it, since only its answer names it."""
EMPTY_LISTINGS = {
    "application-autoscaling:DescribeScalableTargets": "ScalableTargets",
    "cloudwatch:DescribeAlarms": "MetricAlarms",
    "dynamodb:ListTables": "TableNames",
    "lambda:ListFunctions": "Functions",
    "logs:DescribeLogGroups": "logGroups",
    "secretsmanager:ListSecrets": "SecretList",
    "apigateway:GetRestApis": "items",
    "apigateway:GetUsagePlans": "items",
    "apigateway:GetApiKeys": "items",
}
NOTHING_SET = {
    "apigateway:GetApiKeys",
    "apigateway:GetAuthorizers",
    "apigateway:GetBasePathMappings",
    "apigateway:GetDeployments",
    "apigateway:GetGatewayResponses",
    "apigateway:GetResources",
    "apigateway:GetRestApis",
    "apigateway:GetStages",
    "apigateway:GetUsagePlanKeys",
    "apigateway:GetUsagePlans",
    "s3:GetBucketEncryption",
    "s3:GetBucketLocation",
    "s3:GetBucketPolicy",
    "s3:GetPublicAccessBlock",
    "secretsmanager:GetResourcePolicy",
}
"""Operations whose empty answer means that nothing is set, or that nothing is there."""


def test_every_operation_that_is_asked_has_its_line_in_the_table(fake, inventory_of):
    inventory_of()

    assert set(fake.asked) == set(HEALTHY) == set(UNREAD)


@pytest.mark.parametrize("code", ["AccessDeniedException", "ThrottlingException"])
@pytest.mark.parametrize("operation", sorted(UNREAD))
def test_refused_operation_leaves_unread_what_it_tells_and_no_more(
    operation, code, fake, healthy, inventory_of
):
    fake.refuse(operation, code)

    inventory = inventory_of()

    assert unread(inventory) == UNREAD[operation]
    assert missing(inventory, healthy) == LOST.get(operation, set())
    assert all(f"{operation}: {code}: injected" in reason for reason in unreadable(inventory))


@pytest.mark.parametrize("operation", sorted(UNREAD))
def test_answer_without_content_is_unread_or_nothing_but_never_good(
    operation, fake, healthy, inventory_of
):
    fake.answers[operation] = {}

    inventory = inventory_of()

    assert inventory.sections != healthy.sections or operation in NOTHING_SET
    assert unread(inventory) == (set() if operation in NOTHING_SET else UNREAD[operation])


def test_every_call_refused_still_gives_an_inventory_of_reasons(fake, inventory_of):
    for operation in HEALTHY:
        fake.refuse(operation, "AccessDeniedException")

    inventory = inventory_of()

    assert all(is_unread(getattr(inventory.sections, one)) for one in READERS)
    assert from_json(to_json(inventory)) == inventory


def test_empty_account_is_known_to_be_empty(fake, inventory_of):
    for operation in HEALTHY:
        fake.refuse(operation, "ResourceNotFoundException")
    for listing, key in EMPTY_LISTINGS.items():
        fake.answers[listing] = {key: []}
    fake.answers["iam:GetAccountAuthorizationDetails"] = {"RoleDetailList": [], "Policies": []}

    inventory = inventory_of()

    assert unread(inventory) == {"lambda_account", "gateway_account"}
    assert set(items(inventory)) == of("names", *inventory.sections.names)
    assert {one.names for one in inventory.sections.names.values()} == {()}


def test_function_without_the_alias_is_read_unqualified(fake, inventory_of):
    def without_alias(asked):
        answer = HEALTHY["lambda:GetFunction"]({"Qualifier": "none", **asked})
        return Refusal("ResourceNotFoundException", "alias") if "Qualifier" in asked else answer

    fake.answers["lambda:GetFunction"] = without_alias

    assert inventory_of().sections.functions["rally-auth"].name == "rally-auth"
    assert fake.asked["lambda:GetFunction"] == 4


def test_function_without_a_policy_has_none(fake, inventory_of):
    fake.refuse("lambda:GetPolicy", "ResourceNotFoundException")

    assert inventory_of().sections.function_policies == {"rally-auth": (), "rally-notify": ()}


def test_table_without_a_policy_has_none_and_an_absent_table_is_absent(fake, inventory_of):
    fake.refuse("dynamodb:GetResourcePolicy", "PolicyNotFoundException")
    assert inventory_of().sections.table_policies["Users-prod"].document is None

    fake.refuse("dynamodb:GetResourcePolicy", "ResourceNotFoundException")
    assert inventory_of().sections.table_policies == {}


def test_environment_hidden_behind_a_key_makes_the_function_unread(fake, inventory_of):
    answer = HEALTHY["lambda:GetFunction"]
    hidden = {"Error": {"ErrorCode": "AccessDeniedException", "Message": "KMS"}}
    fake.answers["lambda:GetFunction"] = lambda asked: {
        "Configuration": answer(asked)["Configuration"] | {"Environment": hidden}
    }

    reason = inventory_of().sections.functions["rally-auth"].unreadable

    assert reason == "lambda:GetFunction: environment: AccessDeniedException"


def test_body_that_is_no_json_is_unread(fake, inventory_of):
    fake.answers["apigateway:GetExport"] = lambda _: {"body": io.BytesIO(b"<html>sorry</html>")}
    fake.answers["cloudwatch:GetDashboard"] = {"DashboardBody": "{"}

    assert unread(inventory_of()) == of("served", "prod") | of("dashboards", "rally-dashboard")


def test_two_usage_plans_of_one_name_are_unread(fake, inventory_of):
    plan = HEALTHY["apigateway:GetUsagePlans"]["items"][0]
    fake.answers["apigateway:GetUsagePlans"] = {"items": [plan, plan | {"id": "u9"}]}

    reason = inventory_of().sections.usage_plans["rally-plan"].unreadable

    assert reason == "apigateway: 2 of the name rally-plan: u1, u9"


@pytest.mark.usefixtures("fake")
def test_unresolved_name_is_unread_but_a_name_that_leads_nowhere_is_known(inventory_of):
    def fails(_name):
        raise OSError(-3, "Temporary failure in name resolution")

    failing = inventory_of(means=replace(MEANS, resolve=fails))
    nowhere = inventory_of(means=replace(MEANS, resolve=lambda _: ()))

    assert "Temporary failure" in failing.sections.resolutions[SCOPE.domain].unreadable
    assert nowhere.sections.resolutions[SCOPE.domain].addresses == ()
