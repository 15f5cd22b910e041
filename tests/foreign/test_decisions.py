"""Somebody decided about one thing on the careful stack, and then it goes further: the decision says nothing of that."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from signoff.judge.outcome import Outcome
from signoff.judge.verdict import VerdictWord
from tests.foreign.account import with_evidence
from tests.foreign.changes import CHANGES, access, alarms, loopholes, makers, surplus, tables
from tests.foreign.changes.change import Client, Kept
from tests.foreign.changes.gateway import api_of
from tests.foreign.changes.makers import between, may, table_policy, user
from tests.foreign.hand import edge, identity, watch
from tests.foreign.judged import as_printed, decision, red_of, rows
from tests.judging import judge

USERS = identity.USERS
OFFICE = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
SCHEDULE = {"Principal": "events.amazonaws.com", "SourceAccount": makers.ACCOUNT}
RULE = "arn:aws:events:ap-northeast-1:444455556666:rule/warm"
VISITOR = {"AWS": makers.VISITOR}
COPYING = ["dynamodb:CreateBackup", "dynamodb:Export*", "dynamodb:RestoreTableToPointInTime"]
BUT_LOGINS = 'LogGroupName NOT IN ["/aws/lambda/stamp-rally-prod-auth"]'
RATE = "/*/*/throttling/rateLimit"
CACHE, CACHING = "/cacheClusterEnabled", "/*/*/caching/enabled"
WITH_ID = {"Condition": {"StringEquals": {"sts:ExternalId": "x7"}}}
WITH_MFA = {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}


def trusted(**more: Any) -> Kept:
    """Let another account assume award's role."""
    named = {"RoleName": makers.AWARD_ROLE}

    @contextmanager
    def kept(client: Client) -> Iterator[None]:
        before = client("iam").get_role(**named)["Role"]["AssumeRolePolicyDocument"]
        one = {"Effect": "Allow", "Principal": makers.STRANGER, "Action": "sts:AssumeRole"}
        whole = {**before, "Statement": [*before["Statement"], {**one, **more}]}
        client("iam").update_assume_role_policy(**named, PolicyDocument=json.dumps(whole))
        yield
        client("iam").update_assume_role_policy(**named, PolicyDocument=json.dumps(before))

    return kept


def role_for(principal: Any, **more: Any) -> Kept:
    """Let there be a role that may act on users, which somebody may assume, and the user who may be meant."""
    trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})

    @contextmanager
    def kept(client: Client) -> Iterator[None]:
        visitor = access.user(client, may("s3:ListAllMyBuckets", "*"))
        with visitor, access.role(client, may("dynamodb:*", USERS)):
            client("iam").update_assume_role_policy(RoleName="batch", PolicyDocument=document)
            yield

    return kept


def deleting(days: int, prefix: str) -> Kept:
    """Let the bucket forget what begins so."""
    rule = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": prefix}}
    rules = {"Rules": [{**rule, "Expiration": {"Days": days}}]}
    named = {"Bucket": edge.BUCKET}
    return between(
        lambda c: c("s3").put_bucket_lifecycle_configuration(**named, LifecycleConfiguration=rules),
        lambda c: c("s3").delete_bucket_lifecycle(**named),
    )


def mounted(share: str) -> Kept:
    arn = f"arn:aws:elasticfilesystem:ap-northeast-1:444455556666:access-point/fsap-{share}"
    return makers.released(FileSystemConfigs=[{"Arn": arn, "LocalMountPath": "/mnt/images"}])


def networked(group: str) -> Kept:
    return makers.released(VpcConfig={"SubnetIds": ["subnet-1"], "SecurityGroupIds": [group]})


def further_stage(*paths: str) -> Kept:
    """Serve the API at one more stage, with these settings on."""
    values = {CACHE: "true", CACHING: "true", RATE: "50"}
    patch = [{"op": "replace", "path": path, "value": values[path]} for path in paths]

    @contextmanager
    def kept(client: Client) -> Iterator[None]:
        api, rest = client("apigateway"), api_of(client)
        now = api.get_stage(**rest, stageName="prod")["deploymentId"]
        api.create_stage(**rest, stageName="v2", deploymentId=now)
        api.update_stage(**rest, stageName="v2", patchOperations=patch)
        yield
        api.delete_stage(**rest, stageName="v2")

    return kept


def plan_for_partners(rate: int | None = None) -> Kept:
    """Let partners have a usage plan, which lets them call so often a second."""
    limit = {"throttle": {"rateLimit": rate, "burstLimit": 20}} if rate else {}
    return lambda client: surplus.usage_plan(client, api_of(client)["restApiId"], "prod", **limit)


def group_policy(more: Any) -> Kept:
    """Let another account read the lines of one log group."""
    return makers.group_policy("Allow", makers.STRANGER, "logs:FilterLogEvents", **more)


def suppressed(extension_s: int) -> Kept:
    """Let another alarm hold back the composite that hears the others, and so long after it is over."""
    return lambda client: alarms.composite(
        client,
        f'ALARM("{alarms.FAILS}")',
        ActionsSuppressor="deployments",
        ActionsSuppressorWaitPeriod=60,
        ActionsSuppressorExtensionPeriod=extension_s,
    )


def share_of_faults(above: int, stat: str = "Sum") -> Kept:
    """Let the alarm on the API's faults fire above a percentage of all requests."""
    api = [{"Name": "ApiName", "Value": "stamp-rally-prod-api"}]

    def counted(name: str, metric: str) -> dict[str, Any]:
        of = {"Namespace": "AWS/ApiGateway", "MetricName": metric, "Dimensions": api}
        return {"Id": name, "MetricStat": {"Metric": of, "Period": 300, "Stat": stat}}

    @contextmanager
    def kept(client: Client) -> Iterator[None]:
        cloudwatch = client("cloudwatch")
        cloudwatch.delete_alarms(AlarmNames=[alarms.P5XX])
        cloudwatch.put_metric_alarm(
            AlarmName=alarms.P5XX,
            Metrics=[
                {"Id": "share", "Expression": "100 * faults / all"},
                *(counted("faults", "5XXError"), counted("all", "Count")),
            ],
            EvaluationPeriods=1,
            Threshold=above,
            ComparisonOperator="GreaterThanThreshold",
            AlarmActions=[watch.TOPIC],
        )
        yield
        cloudwatch.delete_alarms(AlarmNames=[alarms.P5XX])
        watch.alarms(cloudwatch)

    return kept


def scaling_to(most: int) -> Kept:
    """Let the table of the masters scale up to this."""
    return lambda client: tables.scaled(client, most)


# Name, the row, what was decided, and how far it goes later on.
CREEPING: tuple[tuple[str, str, Kept, Kept], ...] = (
    ("who may read writes", "SEC-24", user(may("dynamodb:Scan", USERS)), user(may("dynamodb:*", USERS))),
    ("who may read deletes", "SEC-24", user(may("dynamodb:Scan", USERS)), user(may("dynamodb:DeleteTable", USERS))),
    ("who may read secrets replaces them", "SEC-24", user(may("secretsmanager:GetSecretValue", "*")), user(may("secretsmanager:*", "*"))),
    ("who may read is no more bound to an office", "SEC-24", user(may("dynamodb:Scan", USERS, Condition=OFFICE)), user(may("dynamodb:Scan", USERS))),
    ("who may read writes from the office", "SEC-24", user(may("dynamodb:Scan", USERS)), user(may("dynamodb:Scan", USERS), may("dynamodb:PutItem", USERS, Condition=OFFICE))),
    ("table allows more", "SEC-24", table_policy("Allow", VISITOR, "dynamodb:Scan"), table_policy("Allow", VISITOR, "dynamodb:*")),
    ("secret allows more", "SEC-24", makers.secret_policy("Allow", VISITOR, "secretsmanager:GetSecretValue"), makers.secret_policy("Allow", VISITOR, "secretsmanager:*")),
    ("topic allows more", "SEC-24", makers.topic_policy(Principal=VISITOR), makers.topic_policy(Principal=VISITOR, Action="sns:*")),
    ("stranger reads more images", "SEC-22", loopholes.bucket_policy(Principal=loopholes.STRANGER, Resource=loopholes.OBJECTS.replace("*", "public/*")), loopholes.bucket_policy(Principal=loopholes.STRANGER)),
    ("images are refused in every network", "SEC-22", loopholes.bucket_policy(Effect="Deny", Principal="*", Condition={"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}), loopholes.bucket_policy(Effect="Deny", Principal="*")),
    ("every schedule warms award", "SEC-17", makers.permission(**SCHEDULE, SourceArn=RULE), makers.permission(**SCHEDULE)),
    ("stranger needs no id", "SEC-11", trusted(**WITH_ID), trusted()),
    ("stranger who may act needs no id", "SEC-24", role_for(makers.STRANGER, **WITH_ID), role_for(makers.STRANGER)),
    ("visitor needs no second factor", "SEC-24", role_for(VISITOR, **WITH_MFA), role_for(VISITOR)),
    ("images are deleted after a day", "SEC-22", deleting(3650, ""), deleting(1, "")),
    ("all images are deleted", "SEC-22", deleting(1, "tmp/"), deleting(1, "")),
    ("another share is mounted", "DEP-17", mounted("1"), mounted("2")),
    ("network lets nothing out", "DEP-19", networked("sg-1"), networked("sg-2")),
    ("table scales up to less", "DEP-03", scaling_to(150), scaling_to(15)),
    ("share of faults is never reached", "MON-03", share_of_faults(1), share_of_faults(100)),
    ("share of faults is of samples", "MON-03", share_of_faults(1), share_of_faults(1, "SampleCount")),
    ("further stage has no throttle", "DEP-35", further_stage(RATE), further_stage()),
    ("further stage caches answers", "DEP-35", further_stage(RATE), further_stage(RATE, CACHE, CACHING)),
    ("stranger reads lines without an id", "MON-15", group_policy(WITH_ID), group_policy({})),
    ("stranger may do all with the lines", "MON-15", group_policy({}), group_policy({"Action": "logs:*"})),
    ("lines of the login go elsewhere, too", "MON-15", makers.account_policy(BUT_LOGINS), makers.account_policy('LogGroupName NOT IN ["x"]')),
    ("partners may call more often", "DEP-36", plan_for_partners(10), plan_for_partners(1000)),
    ("partners may call as often as they like", "DEP-36", plan_for_partners(10), plan_for_partners()),
    ("who may copy tables deletes them", "SEC-24", user(may(COPYING, USERS)), user(may("dynamodb:DeleteTable", USERS), may(COPYING, USERS))),
    ("alarms are held back for a day longer", "MON-08", suppressed(60), suppressed(86_400)),
)  # fmt: skip


READS = {
    "SEC-11": ("roles",),
    "SEC-17": ("function_policies",),
    "SEC-22": ("buckets", "bucket_attachments"),
    "SEC-24": ("principals", "table_policies", "secrets", "topics"),
    "DEP-03": tuple(tables.CAPACITY),
    "MON-03": tuple(makers.HEARD),
    "DEP-17": tuple(makers.FUNCTIONS),
    "DEP-19": tuple(makers.FUNCTIONS),
    "DEP-35": ("stages",),
    "DEP-36": ("usage_plans",),
    "MON-08": tuple(makers.HEARD),
    "MON-15": ("account_log_policies", "log_policies"),
}
"""Row -> the sections that it looks at."""


@pytest.mark.parametrize(
    ("row", "before", "after"),
    [pytest.param(*each[1:], id=each[0]) for each in CREEPING],
)
def test_decision_covers_what_it_says_and_nothing_further(row, before, after, account, inventory):
    with before(account.client):
        first = with_evidence(inventory, account.again(inventory, *READS[row]))
    undecided = judge(first, [row])
    decided = as_printed(first, undecided)
    with after(account.client):
        later = with_evidence(inventory, account.again(inventory, *READS[row]))
    environment = replace(later.environment, decisions=decided.environment.decisions)

    # An alarm's expression is not computed: whether it fires is unknown until a decision says so.
    outcome = Outcome.NOT_TESTABLE if row == "MON-03" else Outcome.FAIL
    assert red_of(undecided) == {row: outcome}
    assert red_of(judge(decided, [row])) == {}
    assert red_of(judge(replace(later, environment=environment), [row])) == {row: outcome}


SENT_ELSEWHERE = (
    "DEP-08: table is copied to kinesis",
    "DEP-19: every success is sent elsewhere",
    "DEP-19: function writes down what AWS answers",
    "DEP-34: route acts as a role",
    "DEP-42: stamps of the domain are another API's",
    "MON-01: alarm waits for fifty",
    "MON-08: alarm is muted at night",
    "MON-08: composite is suppressed by another alarm",
    "MON-15: group is read by a stranger",
    "MON-15: all logs are copied",
    "MON-15: logs are copied",
    "SEC-23: role is put into an instance profile",
)
"""Changes that give something of ours to others, write it into a log, or keep an alarm from people."""
BY_NAME = {change.name: change for change in CHANGES}


@pytest.mark.parametrize("name", SENT_ELSEWHERE)
def test_decision_that_gives_something_away_loosens_security(name, account, inventory):
    change, row = BY_NAME[name], name.partition(":")[0]
    with change.made(account.client):
        snapshot = with_evidence(inventory, account.again(inventory, *change.reads))
    found = judge(as_printed(snapshot, judge(snapshot, [row])), [row])

    assert red_of(found) == {}
    assert any(applied.loosens for finding in found for applied in finding.decided)


def test_decision_on_a_table_of_others_leaves_a_go(account, inventory):
    change = BY_NAME["PREP-05: table of a test is left over"]
    with change.made(account.client):
        snapshot = with_evidence(inventory, account.again(inventory, *change.reads))
    found = judge(snapshot, ["PREP-05"])
    (red,) = (finding for finding in found if finding.outcome.red)

    assert "prefix stamp-rally-prod, *-prod: tables beyond the plan" in red.words.en
    assert decision(rows(as_printed(snapshot, found), ["PREP-05"])) is VerdictWord.GO
