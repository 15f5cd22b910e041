"""Ours beside another team's, whose name is the beginning of ours or a part of it: `detach` takes ours alone."""

import json

from tests.runbook.attached import GROUP

OURS, THEIRS = 'Nightly: 保守, "all" (1)', "Nightly"
"""Names with what separates words in a sentence; the other team's is how ours begins."""
OTHER_GROUP = f"{GROUP}-of-another-team"
FUNCTION, ROLE = "stamp-rally-prod-stamps", "stamp-rally-prod-stamps-role"
OTHER_FUNCTION = "stamp-of-another-team"
TRUST = json.dumps(
    {
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    }
)
TAG, OTHER_TAG = "edition: 夏", "edition"
VARIABLE, OTHER_VARIABLE = "edition_2", "edition"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg"
"""What surely is a credential, wherever it stands."""
PROFILE, OTHER_PROFILE = "web,db", "web"

BY_SERVERS = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "ec2.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


def mute(desk):
    cloudwatch = desk.client("cloudwatch")
    (*_, alarm) = cloudwatch.describe_alarms()["MetricAlarms"]
    rule = {"Schedule": {"Expression": "cron(0 22 * * ? *)", "Duration": "PT8H"}}
    for name, alarms in ((OURS, [alarm["AlarmName"], "billing"]), (THEIRS, ["billing", "orders"])):
        cloudwatch.put_alarm_mute_rule(Name=name, Rule=rule, MuteTargets={"AlarmNames": alarms})


def muted(desk):
    read = desk.client("cloudwatch").get_alarm_mute_rule
    return [read(AlarmMuteRuleName=name)["MuteTargets"]["AlarmNames"] for name in (OURS, THEIRS)]


def filter_lines(desk):
    logs = desk.client("logs")
    logs.create_log_group(logGroupName=OTHER_GROUP)
    made = {"metricName": "Faults", "metricNamespace": "Nightly", "metricValue": "0"}
    for group in (GROUP, OTHER_GROUP):
        named = {"logGroupName": group, "filterName": "Nightly, all", "filterPattern": ""}
        logs.put_metric_filter(**named, metricTransformations=[made])


def filtered(desk):
    logs = desk.client("logs")
    return [
        (group, filter_["filterName"])
        for group in (GROUP, OTHER_GROUP)
        for filter_ in logs.describe_metric_filters(logGroupName=group)["metricFilters"]
        if filter_["filterName"] == "Nightly, all"
    ]


def tag(desk):
    client = desk.client("lambda")
    arn = client.get_function_configuration(FunctionName=FUNCTION)["FunctionArn"]
    client.tag_resource(Resource=arn, Tags={TAG: JWT, OTHER_TAG: "summer"})


def tagged(desk):
    tags = desk.client("lambda").get_function(FunctionName=FUNCTION)["Tags"]
    return sorted(tags.keys() & {TAG, OTHER_TAG})


def stage(desk):
    client = desk.client("apigateway")
    (api,) = (
        item["id"] for item in client.get_rest_apis()["items"] if item["name"].startswith("stamp")
    )
    return client, {"restApiId": api, "stageName": "prod"}


def set_variables(desk):
    client, where = stage(desk)
    values = {VARIABLE: JWT, OTHER_VARIABLE: "summer"}
    patch = [{"op": "replace", "path": f"/variables/{k}", "value": v} for k, v in values.items()]
    client.update_stage(**where, patchOperations=patch)


def variables(desk):
    client, where = stage(desk)
    return sorted(client.get_stage(**where).get("variables", {}))


def share_profiles(desk):
    iam = desk.client("iam")
    iam.create_role(RoleName="of-another-team", AssumeRolePolicyDocument=json.dumps(BY_SERVERS))
    for profile, role in ((PROFILE, ROLE), (OTHER_PROFILE, "of-another-team")):
        iam.create_instance_profile(InstanceProfileName=profile)
        iam.add_role_to_instance_profile(InstanceProfileName=profile, RoleName=role)


def profiles(desk):
    read = desk.client("iam").get_instance_profile
    found = (read(InstanceProfileName=name) for name in (PROFILE, OTHER_PROFILE))
    return [[role["RoleName"] for role in entry["InstanceProfile"]["Roles"]] for entry in found]


def call_by_a_queue(desk):
    """A queue that triggers our function, and that of another team."""
    queue = desk.client("sqs").create_queue(QueueName="orders")["QueueUrl"]
    asked = {"QueueUrl": queue, "AttributeNames": ["QueueArn"]}
    arn = desk.client("sqs").get_queue_attributes(**asked)["Attributes"]["QueueArn"]
    client = desk.client("lambda")
    ours = client.get_function_configuration(FunctionName=FUNCTION)
    code = {"ZipFile": b"PK\x05\x06" + bytes(18)}
    settings = {name: ours[name] for name in ("Runtime", "Handler")}
    role = desk.client("iam").create_role(RoleName=OTHER_FUNCTION, AssumeRolePolicyDocument=TRUST)
    client.create_function(
        FunctionName=OTHER_FUNCTION, Code=code, Role=role["Role"]["Arn"], **settings
    )
    for name in (FUNCTION, OTHER_FUNCTION):
        client.create_event_source_mapping(EventSourceArn=arn, FunctionName=name)


def called_by_queues(desk):
    listed = desk.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    return sorted(mapping["FunctionArn"].rpartition(":")[2] for mapping in listed)


NEIGHBOURS = {
    "trigger beside that of another function by the same queue": (
        call_by_a_queue,
        called_by_queues,
        [OTHER_FUNCTION],
    ),
    "mute rule beside one whose name it begins with": (
        mute,
        muted,
        [["billing"], ["billing", "orders"]],
    ),
    "metric filter beside one of the same name on another group": (
        filter_lines,
        filtered,
        [(OTHER_GROUP, "Nightly, all")],
    ),
    "tag beside one whose key it begins with": (tag, tagged, [OTHER_TAG]),
    "stage variable beside one whose name it begins with": (
        set_variables,
        variables,
        [OTHER_VARIABLE],
    ),
    "instance profile whose name lists that of another": (
        share_profiles,
        profiles,
        [[], ["of-another-team"]],
    ),
}
"""Name -> how both are set up, what is there of them, and what is left: the other team's."""
