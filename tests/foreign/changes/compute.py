"""Changes of functions along Lambda's ledger: for each fact that is judged or closed one that harms, and one that does not."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from aws.kinds.function_invocation import UNSERVED
from tests.foreign.changes.change import change, harmless
from tests.foreign.hand import compute
from tests.second_opinion import FUNCTIONS

STAMPS = "stamp-rally-prod-stamps"
AWARD = "stamp-rally-prod-award"
ARN = f"arn:aws:lambda:ap-northeast-1:444455556666:function:{STAMPS}"
QUEUE = "arn:aws:sqs:ap-northeast-1:444455556666:copies"
VARIABLES = {**compute.ALWAYS, **FUNCTIONS["stamps"].variables, "TZ": "Asia/Tokyo"}
READS = ["functions", "function_attachments"]
BACK = {
    "Timeout": 30,
    "MemorySize": 256,
    "Runtime": "python3.13",
    "Handler": "app.main",
    "Description": "",
    "Environment": {"Variables": VARIABLES},
    "Layers": [],
    "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []},
    "DeadLetterConfig": {"TargetArn": ""},
    "TracingConfig": {"Mode": "PassThrough"},
    "SnapStart": {"ApplyOn": "None"},
    "FileSystemConfigs": [],
    "EphemeralStorage": {"Size": 512},
    "KMSKeyArn": "",
    "LoggingConfig": {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{STAMPS}"},
}
"""What the careful hand set, or AWS sets by itself."""


@contextmanager
def released(client, **configuration) -> Iterator[None]:
    """Configure the function otherwise and put it live; then go back."""
    functions, alias = client("lambda"), {"FunctionName": STAMPS, "Name": "live"}
    functions.update_function_configuration(FunctionName=STAMPS, **configuration)
    version = functions.publish_version(FunctionName=STAMPS)["Version"]
    functions.update_alias(**alias, FunctionVersion=version)
    yield
    functions.update_alias(**alias, FunctionVersion="2")
    functions.delete_function(FunctionName=STAMPS, Qualifier=version)
    back = {name: BACK[name] for name in configuration}
    functions.update_function_configuration(FunctionName=STAMPS, **back)


def configured(name, mark, **configuration):
    """Return the change that releases the function with another configuration."""

    def make(client):
        with released(client, **configuration):
            yield

    make.__name__ = name.replace(" ", "_")
    return mark(make)


def harm(*rows, follows=()):
    return change(*rows, reads=READS, follows=follows)


def sound(*rows):
    return harmless(reads=READS, decides=rows)


def variables(**more):
    return {"Environment": {"Variables": {**VARIABLES, **more}}}


def without(name):
    return {"Environment": {"Variables": {k: v for k, v in VARIABLES.items() if k != name}}}


def log(**more):
    return {"LoggingConfig": {**BACK["LoggingConfig"], **more}}


@contextmanager
def permitted(client, qualifier, statement) -> Iterator[None]:
    """Write one statement into the policy of a version, as a team writes JSON."""
    where = {"ResourceArn": f"{ARN}:{qualifier}"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    client("lambda").put_resource_policy(**where, Policy=json.dumps(document))
    yield
    client("lambda").delete_resource_policy(**where)


INVOKE = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"}


@change("SEC-17", reads=["function_policies"])
def policy_without_ids_lets_everybody_in(client):
    with permitted(client, "2", {**INVOKE, "Principal": "*"}):
        yield


@change("SEC-17", reads=["function_policies"])
def policy_without_ids_lets_every_api_in(client):
    with permitted(client, "2", {**INVOKE, "Principal": {"Service": "apigateway.amazonaws.com"}}):
        yield


@change("SEC-17", reads=["function_policies"])
def policy_allows_everything_on_the_function(client):
    root = {"AWS": "arn:aws:iam::444455556666:root"}
    with permitted(client, "2", {**INVOKE, "Action": "lambda:*", "Principal": root}):
        yield


@harmless(reads=["function_policies"])
def policy_without_ids_denies_a_stranger(client):
    stranger = {"AWS": "arn:aws:iam::999988887777:root"}
    with permitted(client, "2", {**INVOKE, "Effect": "Deny", "Principal": stranger}):
        yield


@contextmanager
def fed(client, **more) -> Iterator[None]:
    dynamodb, functions = client("dynamodb"), client("lambda")
    table = {"TableName": "Queue"}
    dynamodb.create_table(
        **table,
        KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    stream = dynamodb.describe_table(**table)["Table"]["LatestStreamArn"]
    made = functions.create_event_source_mapping(
        EventSourceArn=stream, StartingPosition="LATEST", **more
    )["UUID"]
    yield
    functions.delete_event_source_mapping(UUID=made)
    dynamodb.delete_table(**table)


@change("DEP-19", reads=["function_attachments"])
def function_is_fed_by_a_stream(client):
    with fed(client, FunctionName=STAMPS):
        yield


@change("DEP-19", reads=["function_attachments"])
def alias_is_fed_by_a_stream(client):
    with fed(client, FunctionName=f"{AWARD}:live"):
        yield


@harmless(reads=["function_attachments"], decides=["DEP-19"])
def function_is_fed_by_a_stream_that_was_decided(client):
    with fed(client, FunctionName=AWARD):
        yield


@contextmanager
def told(client, name, **destinations) -> Iterator[None]:
    functions, where = client("lambda"), {"FunctionName": name}
    functions.put_function_event_invoke_config(**where, **destinations)
    yield
    functions.delete_function_event_invoke_config(**where)


@change("DEP-19", reads=["function_attachments"])
def every_failure_is_sent_elsewhere(client):
    to = {"OnFailure": {"Destination": QUEUE}}
    with told(client, STAMPS, MaximumRetryAttempts=0, DestinationConfig=to):
        yield


@change("DEP-19", reads=["function_attachments"])
def every_success_is_sent_elsewhere(client):
    to = {"OnSuccess": {"Destination": QUEUE}}
    with told(client, STAMPS, DestinationConfig=to):
        yield


@harmless(reads=["function_attachments"], decides=["DEP-19"])
def failures_of_messages_are_kept(client):
    to = {"OnFailure": {"Destination": QUEUE}}
    with told(client, "stamp-rally-prod-notify", DestinationConfig=to):
        yield


@harmless(reads=["function_attachments"])
def messages_are_tried_once_only(client):
    with told(client, "stamp-rally-prod-notify", MaximumRetryAttempts=0):
        yield


@contextmanager
def managed(client, name, mode, **build) -> Iterator[None]:
    """Change how the version behind the alias gets builds of its runtime."""
    functions, of = client("lambda"), {"FunctionName": name}
    served = functions.get_alias(**of, Name="live")["FunctionVersion"]
    functions.put_runtime_management_config(**of, Qualifier=served, UpdateRuntimeOn=mode, **build)
    yield
    functions.put_runtime_management_config(**of, Qualifier=served, UpdateRuntimeOn="Auto")


BUILD = {"RuntimeVersionArn": f"arn:aws:lambda:ap-northeast-1::runtime:{'5c1' * 21}0"}


@change("DEP-19", reads=["function_attachments"])
def runtime_is_pinned_to_one_build(client):
    with managed(client, STAMPS, "Manual", **BUILD):
        yield


@harmless(reads=["function_attachments"], decides=["DEP-19"])
def runtime_is_rolled_back_for_a_while(client):
    with managed(client, "stamp-rally-prod-notify", "Manual", **BUILD):
        yield


@harmless(reads=["function_attachments"])
def runtime_is_updated_with_the_function(client):
    with managed(client, STAMPS, "FunctionUpdate"):
        yield


@contextmanager
def reserved(client, name, executions) -> Iterator[None]:
    where = {"FunctionName": name}
    client("lambda").put_function_concurrency(**where, ReservedConcurrentExecutions=executions)
    yield
    client("lambda").delete_function_concurrency(**where)


CONCURRENCY = ["functions", "lambda_account"]


@change("DEP-18", reads=CONCURRENCY)
def function_is_throttled_to_nothing(client):
    with reserved(client, STAMPS, 0):
        yield


@harmless(reads=CONCURRENCY)
def function_reserves_what_it_needs(client):
    with reserved(client, STAMPS, 100):
        yield


@harmless(reads=CONCURRENCY, decides=["DEP-18"])
def function_reserves_a_little_less(client):
    with reserved(client, STAMPS, 50):
        yield


@harmless(reads=["aliases"], decides=["DEP-28"])
def tenth_of_the_calls_tries_the_version_before(client):
    alias = {"FunctionName": STAMPS, "Name": "live", "FunctionVersion": "2"}
    weights = {"AdditionalVersionWeights": {"1": 0.1}}
    client("lambda").update_alias(**alias, RoutingConfig=weights)
    yield
    client("lambda").update_alias(**alias, RoutingConfig={"AdditionalVersionWeights": {}})


@harmless(reads=["aliases", "function_policies"])
def second_alias_is_made(client):
    alias = {"FunctionName": STAMPS, "Name": "next"}
    client("lambda").create_alias(**alias, FunctionVersion="2")
    yield
    client("lambda").delete_alias(**alias)


@change("SEC-28", reads=["functions", "versions", "function_policies"], follows=["SEC-17"])
def old_version_among_many_may_be_invoked_by_everybody(client):
    functions, name = client("lambda"), {"FunctionName": STAMPS}
    made = []
    for number in range(UNSERVED + 1):
        functions.update_function_configuration(**name, Description=f"release {number}")
        made.append(functions.publish_version(**name)["Version"])
    functions.add_permission(
        **name,
        Qualifier=made[0],
        StatementId="old",
        Action="lambda:InvokeFunction",
        Principal="*",
    )
    yield
    for version in made:
        functions.delete_function(**name, Qualifier=version)
    functions.update_function_configuration(**name, Description="")


@harmless(reads=["functions"])
def function_gets_one_more_tag(client):
    client("lambda").tag_resource(Resource=ARN, Tags={"Owner": "rally-team"})
    yield
    client("lambda").untag_resource(Resource=ARN, TagKeys=["Owner"])


@harmless(reads=["functions", "versions", "function_policies"])
def version_is_published_and_not_put_live(client):
    functions, name = client("lambda"), {"FunctionName": STAMPS}
    functions.update_function_configuration(**name, Description="next")
    version = functions.publish_version(**name)["Version"]
    yield
    functions.delete_function(**name, Qualifier=version)
    functions.update_function_configuration(**name, Description="")


PROXY = variables(HTTPS_PROXY="http://proxy.example.jp:3128")
SUBNETS = {"VpcConfig": {"SubnetIds": ["subnet-0a1b2c3d"], "SecurityGroupIds": []}}
DEAD = {"DeadLetterConfig": {"TargetArn": QUEUE}}
MOUNT = {"Arn": "arn:aws:elasticfilesystem:ap-northeast-1:444455556666:access-point/fsap-1"}

CHANGES = (
    configured("function gets nine seconds", harm("DEP-12"), Timeout=9),
    configured("function gets half the memory", harm("DEP-12"), MemorySize=128),
    configured("function gets a runtime that nobody patches", harm("DEP-11"), Runtime="python3.9"),
    configured("variable is taken away", harm("DEP-13"), **without("TABLE_USERSTAMPS")),
    configured(
        "origin is spelled otherwise",
        harm("DEP-13"),
        **variables(ALLOWED_ORIGIN="https://rally.example.jp/"),
    ),
    configured(
        "environment is called dev",
        harm("DEP-14", follows=["DEP-13"]),
        **variables(ENVIRONMENT="dev"),
    ),
    configured(
        "secret of dev is named",
        harm("DEP-14"),
        **variables(SECRET_NAME_TOKEN_KEY="stamp-rally-dev/token-secret-key"),
    ),
    configured(
        "another region is named",
        harm("DEP-14"),
        **variables(AWS_DEFAULT_REGION_OF_TABLES="us-east-1"),
    ),
    configured("calls go through a proxy", harm("DEP-14"), **PROXY),
    configured(
        "endpoint of the tables is another",
        harm("DEP-14"),
        **variables(AWS_ENDPOINT_URL_DYNAMODB="http://10.0.0.7:8000"),
    ),
    configured(
        "line is elsewhere",
        harm("DEP-13"),
        **variables(LINE_API_ENDPOINT="https://line.example.jp"),
    ),
    configured("import path is bent", harm("DEP-17"), **variables(PYTHONPATH="/opt/patches")),
    configured(
        "wrapper runs before the code",
        harm("DEP-17"),
        **variables(AWS_LAMBDA_EXEC_WRAPPER="/opt/wrapper"),
    ),
    configured(
        "file system is mounted",
        harm("DEP-17"),
        FileSystemConfigs=[{**MOUNT, "LocalMountPath": "/mnt/code"}],
    ),
    configured("function is put into a network", harm("DEP-19"), **SUBNETS),
    configured("failures go to a queue", harm("DEP-19"), **DEAD),
    configured(
        "log level hides what happens",
        harm("DEP-19"),
        **log(LogFormat="JSON", ApplicationLogLevel="FATAL"),
    ),
    configured(
        "log of the platform is silenced",
        harm("DEP-19"),
        **log(LogFormat="JSON", SystemLogLevel="WARN"),
    ),
    configured(
        "function is started from a snapshot",
        harm("DEP-19"),
        SnapStart={"ApplyOn": "PublishedVersions"},
    ),
    policy_without_ids_lets_everybody_in,
    policy_without_ids_lets_every_api_in,
    policy_allows_everything_on_the_function,
    old_version_among_many_may_be_invoked_by_everybody,
    function_is_fed_by_a_stream,
    alias_is_fed_by_a_stream,
    every_failure_is_sent_elsewhere,
    every_success_is_sent_elsewhere,
    function_is_throttled_to_nothing,
    runtime_is_pinned_to_one_build,
)
HARMLESS = (
    configured("function gets twenty seconds", sound(), Timeout=20),
    configured("function gets five minutes", sound("DEP-12"), Timeout=300),
    configured("function gets a gigabyte", sound(), MemorySize=1024),
    configured("function gets a little less memory", sound("DEP-12"), MemorySize=192),
    configured("function gets the runtime before", sound("DEP-11"), Runtime="python3.12"),
    configured("function gets a description", sound(), Description="lists the stamps of a user"),
    configured("variable is added", sound(), **variables(LOG_LEVEL="INFO")),
    configured(
        "release is named in a variable",
        sound(),
        **variables(SENTRY_RELEASE="2026.11.25"),
    ),
    configured(
        "service is named for powertools",
        sound(),
        **variables(POWERTOOLS_SERVICE_NAME="stamp-rally"),
    ),
    configured("calls go through a proxy that was decided", sound("DEP-14"), **PROXY),
    configured(
        "file system was decided",
        sound("DEP-17"),
        FileSystemConfigs=[{**MOUNT, "LocalMountPath": "/mnt/images"}],
    ),
    configured("network was decided", sound("DEP-19"), **SUBNETS),
    configured("queue for failures was decided", sound("DEP-19"), **DEAD),
    configured("calls are traced", sound(), TracingConfig={"Mode": "Active"}),
    configured("function gets more room on disk", sound(), EphemeralStorage={"Size": 2048}),
    configured(
        "logs are json",
        sound(),
        **log(LogFormat="JSON", ApplicationLogLevel="INFO", SystemLogLevel="INFO"),
    ),
    configured(
        "log level was decided",
        sound("DEP-19"),
        **log(LogFormat="JSON", ApplicationLogLevel="WARN"),
    ),
    configured("snapshot was decided", sound("DEP-19"), SnapStart={"ApplyOn": "PublishedVersions"}),
    policy_without_ids_denies_a_stranger,
    function_is_fed_by_a_stream_that_was_decided,
    failures_of_messages_are_kept,
    messages_are_tried_once_only,
    function_reserves_what_it_needs,
    function_reserves_a_little_less,
    tenth_of_the_calls_tries_the_version_before,
    second_alias_is_made,
    function_gets_one_more_tag,
    version_is_published_and_not_put_live,
    runtime_is_rolled_back_for_a_while,
    runtime_is_updated_with_the_function,
)
