"""What is not known without each operation: the whole of every section and item it would have told."""

import botocore.session

from aws.iam.actions import actions_for
from aws.inventory import READERS
from aws.kinds import KINDS, LEDGERS
from tests.aws.answers import ACCOUNT, FOREIGN_TOPIC, SCOPE, TABLE_KEY, TOPIC
from tests.aws.closed_world import COVERAGE

RULES = ("keep-warm", "ping", "invoices")
EXECUTION = "API-Gateway-Execution-Logs_?/prod"


def of(section, *items):
    return {f"{section} {item}" for item in items}


def of_keys(*names):
    """What is not known of keys that nobody could name, or read."""
    return of("keys", *names) | of("key_attachments", *names)


FUNCTIONS, TABLES, SECRETS = SCOPE.functions, SCOPE.tables, SCOPE.secrets
CODE = "5tT2qgzYUHoqwR616pZ2dpkn/0J1FrzJmlKidWaaCgk="
"""CodeSha256 of what is live, and of the version to go back to."""
API = {
    "stages",
    "deployments",
    "deployments_back",
    "draft",
    "served",
    "usage_plans",
    "api_mappings",
}
DESTINATIONS = of("automations", "event rule default/ping", "event rule default/invoices")
OTHER_DOMAINS = ("old.example.jp", "alien.example.jp")
DOMAIN = of("domains", SCOPE.domain) | {"certificates"} | of("resolutions", SCOPE.domain)
ATTACHED = of("table_attachments", *TABLES)
TABLE = (
    of("tables", *TABLES)
    | of("key_scans", "Users-prod")
    | of_keys(*(f"(of tables {table})" for table in TABLES))
)
OF_A_SECRET = ("name", "arn", "kms_key", "deleted", "current", "tags", "replicas", "replaced")
SECRET = (
    of("secrets", *(f"{secret}: {fact}" for secret in SECRETS for fact in OF_A_SECRET))
    | of("secret_attachments", *SECRETS)
    | of_keys(*(f"(of secrets {secret})" for secret in SECRETS))
)


def of_topics(*facts):
    return of("topics", *(f"{topic}: {fact}" for topic in (TOPIC, FOREIGN_TOPIC) for fact in facts))


# What alarms name beside the planned topic is unknown then, and stands in as one unread item.
NO_ALARMS = {"alarms"} | of("topics", "(of alarms)") | of_keys("(of topics (of alarms))")
IMAGES = "rally-images"
LOGS = (*SCOPE.log_groups, "API-Gateway-Execution-Logs_abc123/prod")
ROLES = (
    of("roles", *(f"{role}: policies" for role in SCOPE.roles))
    | of("role_attachments", *SCOPE.roles)
    | of(
        "principals",
        *(f"arn:aws:iam::{ACCOUNT}:role/{role}" for role in (*SCOPE.roles, "OrganizationAccess")),
    )
)
KEYS = ("alias/aws/secretsmanager", "alias/rally", "alias/rally-images", TABLE_KEY)
OF_THE_WAY_BACK = of_keys(*(f"(of versions_back {function})" for function in FUNCTIONS))

TOLD = {
    "apigateway:GetAccount": {"gateway_account"},
    "apigateway:GetApiKeys": {"api_keys"},
    "apigateway:GetAuthorizers": {"draft"},
    "apigateway:GetBasePathMappings": DOMAIN | of("api_mappings", *OTHER_DOMAINS),
    "apigatewayv2:GetApiMappings": DOMAIN | of("api_mappings", *OTHER_DOMAINS),
    "apigateway:GetDeployment": {"deployments_back"},
    "apigateway:GetDeployments": {"deployments", "deployments_back"},
    "apigateway:GetDomainName": DOMAIN,
    "apigateway:GetDomainNames": {"api_mappings"} | DESTINATIONS,
    "apigateway:GetExport": of("served", "prod"),
    "apigateway:GetGatewayResponses": {"draft"},
    "apigateway:GetResources": {"draft"},
    "apigateway:GetRestApis": {"rest_apis", "automations", *API}
    | of("names", "rest_apis")
    | of("log_groups", EXECUTION)
    | of("log_group_attachments", EXECUTION)
    | of("log_policies", EXECUTION)
    | of_keys(f"(of log_groups {EXECUTION})"),
    "apigateway:GetStages": {"stages", "deployments_back"},
    "apigateway:GetUsagePlanKeys": of("usage_plans", "rally-plan"),
    "apigateway:GetUsagePlans": {"usage_plans"},
    "application-autoscaling:DescribeScalableTargets": {"scalable_targets", "table_attachments"},
    "application-autoscaling:DescribeScalingPolicies": {"scalable_targets", "table_attachments"},
    "cloudwatch:DescribeAlarmHistory": NO_ALARMS,
    "cloudwatch:DescribeAlarms": NO_ALARMS | of("names", "alarms") | {"alarm_attachments"},
    "dynamodb:DescribeTable": TABLE | ATTACHED,
    "dynamodb:ListTables": of("names", "tables"),
    "dynamodb:Scan": of("contents", "Spots-prod") | of("key_scans", "Users-prod"),
    "events:ListApiDestinations": DESTINATIONS,
    "events:ListTargetsByRule": of(
        "automations", *(f"event rule default/{rule}" for rule in RULES)
    ),
    "iam:GetAccountAuthorizationDetails": {"roles", "principals", "automations", "role_attachments"}
    | of("names", "roles"),
    "iam:GetPolicy": ROLES | of("automations", "schedule ops/nightly"),
    "iam:GetPolicyVersion": ROLES | of("automations", "schedule ops/nightly"),
    "kms:GetKeyPolicy": of("keys", *(f"{key}: policy" for key in KEYS[1:])),
    "kms:ListGrants": of("key_attachments", *KEYS[1:]),
    "lambda:GetAccountSettings": {"lambda_account"},
    "lambda:GetFunction": of("functions", *FUNCTIONS)
    | of("versions_back", *FUNCTIONS)
    | of("function_attachments", *FUNCTIONS)
    | of_keys(*(f"(of functions {function})" for function in FUNCTIONS))
    | OF_THE_WAY_BACK,
    "lambda:GetPolicy": of("function_policies", *FUNCTIONS),
    "lambda:GetRuntimeManagementConfig": of("function_attachments", *FUNCTIONS),
    "lambda:ListFunctionEventInvokeConfigs": of("function_attachments", *FUNCTIONS),
    "lambda:ListAliases": of("aliases", *FUNCTIONS)
    | of("versions_back", *FUNCTIONS)
    | of("function_policies", *FUNCTIONS)
    | OF_THE_WAY_BACK,
    "lambda:ListFunctionUrlConfigs": of("function_urls", *FUNCTIONS),
    "lambda:ListFunctions": of("names", "functions")
    | {"role_users", "automations"}
    | {"versions"}
    | of("versions_back", *FUNCTIONS)
    | of("function_policies", *FUNCTIONS)
    | OF_THE_WAY_BACK,
    "logs:DescribeAccountPolicies": of(
        "account_log_policies", "SUBSCRIPTION_FILTER_POLICY", "METRIC_EXTRACTION_POLICY"
    ),
    "logs:DescribeLogGroups": of("log_groups", *LOGS)
    | of("log_group_attachments", *LOGS)
    | of("log_policies", *LOGS)
    | of_keys(*(f"(of log_groups {log})" for log in LOGS)),
    "logs:DescribeMetricFilters": {"log_group_attachments"},
    "s3:GetBucketEncryption": of("buckets", f"{IMAGES}: encryption", f"{IMAGES}: kms_key")
    | of_keys(f"(of buckets {IMAGES})"),
    "s3:GetBucketLocation": of("buckets", f"{IMAGES}: region"),
    "pipes:DescribePipe": of("automations", "pipe to-billing"),
    "scheduler:GetSchedule": of("automations", "schedule ops/nightly"),
    "secretsmanager:DescribeSecret": SECRET,
    "secretsmanager:GetSecretValue": of("secret_values", *SECRETS) | {"leaks"},
    "secretsmanager:ListSecrets": of("names", "secrets"),
    # What a subscription leaves out is unknown then, and the topic itself is not.
    "sns:GetSubscriptionAttributes": set(),
    "sns:GetTopicAttributes": of_topics(
        "policy", "kms_key", "delivery_policy", "fifo", "max_message_bytes"
    )
    | of_keys(f"(of topics {TOPIC})", f"(of topics {FOREIGN_TOPIC})"),
}
"""Operation -> what is not known without it, where that is other than its kind says, or the readers that declare it."""


OF_KINDS = {kind.asked_as(call): (kind, key) for kind in KINDS for key, call in kind.calls.items()}


def declared_by(operation):
    """Return the sections whose readers declare the actions of an operation."""
    actions = {*actions_for(*operation.split(":"), "GET")}
    return {section for section, reader in READERS.items() if actions & {*reader.actions}}


def unread_without(operation, sections):
    """Return what is not known without an operation: of a kind's first call the items, of a further one its facts of each, or what is attached."""
    if operation in TOLD:
        return TOLD[operation]
    if operation not in OF_KINDS:
        return declared_by(operation)
    kind, key = OF_KINDS[operation]
    names = getattr(sections, kind.section)
    attached = of(kind.attached_section, *names) if kind.attached_section else set()
    if key == next(iter(kind.calls)):
        return of(kind.section, *names) | attached
    facts = [name for name, fact in kind.facts.items() if fact.call == key and not fact.from_place]
    return of(kind.section, *(f"{one}: {fact}" for one in names for fact in facts)) or attached


LOST = {
    "apigateway:GetRestApis": of("log_groups", LOGS[-1]) | of("log_group_attachments", LOGS[-1]),
    "cloudwatch:DescribeAlarms": of("topics", FOREIGN_TOPIC),
    "cloudwatch:DescribeAlarmHistory": of("topics", FOREIGN_TOPIC),
    "dynamodb:DescribeTable": of_keys(TABLE_KEY),
    "lambda:GetFunction": of("leaks", "account") | of("packages", CODE),
    "lambda:ListAliases": of("leaks", "account") | of("packages", CODE),
    "lambda:ListFunctions": of("leaks", "account") | of("packages", CODE),
    "secretsmanager:DescribeSecret": of_keys(KEYS[0]),
    # Nobody recognises a secret then; the values' own section says that it could not be read.
    "secretsmanager:GetSecretValue": of("functions", *FUNCTIONS) | of("versions_back", *FUNCTIONS),
    "sns:GetSubscriptionAttributes": of("topics", TOPIC, FOREIGN_TOPIC),
    "sns:GetTopicAttributes": of_keys("alias/rally"),
    "s3:GetBucketEncryption": of_keys(KEYS[2]),
}
"""Operation -> what nobody can ask for without it, since only its answer names it."""


def empty_listings():
    """Yield each operation that names no resource, with its answer where there is none: empty lists."""
    session = botocore.session.get_session()
    for call in LEDGERS:
        service, _, name = call.partition(":")
        model = session.get_service_model(service).operation_model(name)
        members = model.output_shape.members.items()
        named = {*COVERAGE[service].speaks_by} - {"policyType"}
        if not model.input_shape or not named.intersection(model.input_shape.required_members):
            yield call, {key: [] for key, shape in members if shape.type_name == "list"}


NOTHING_SET = {
    "apigateway:GetApiKeys",
    "apigateway:GetBasePathMappings",
    "apigateway:GetUsagePlanKeys",
    "s3:GetBucketLocation",
    "s3:GetBucketWebsite",
    "sns:GetDataProtectionPolicy",
}
"""Operations whose empty answer means that nothing is set, or that nothing is there."""
