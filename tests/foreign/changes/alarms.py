"""Changes of alarms and of all that stands between them and a person: settings, composites, topics, logs."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from tests.foreign.changes.change import change, harmless
from tests.foreign.changes.watch import AUTH, FAILS, HEARD, LOGGED, LOGS
from tests.foreign.hand import watch


@contextmanager
def put(client, name, **settings) -> Iterator[None]:
    """Define an alarm of the careful stack otherwise, and then as it was."""
    cloudwatch = client("cloudwatch")
    (before,) = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    kept = {key: before[key] for key in DEFINITION if key in before}
    cloudwatch.put_metric_alarm(**{**kept, **settings})
    yield
    cloudwatch.delete_alarms(AlarmNames=[name])
    watch.alarms(cloudwatch)


@contextmanager
def beside(client, name, **settings) -> Iterator[None]:
    """Add an alarm of somebody else on the errors of auth, and take it away."""
    cloudwatch = client("cloudwatch")
    watch.alarm(cloudwatch, name, "AWS/Lambda", "Errors", AUTH, 4)
    with put(client, name, **settings):
        yield
    cloudwatch.delete_alarms(AlarmNames=[name])


@contextmanager
def composite(client, rule, **settings) -> Iterator[None]:
    """Let an alarm tell nobody by itself, and a composite alarm in its place."""
    cloudwatch = client("cloudwatch")
    name = "anything of the rally"
    with put(client, FAILS, AlarmActions=[]):
        cloudwatch.put_composite_alarm(
            **{"AlarmName": name, "AlarmRule": rule, "AlarmActions": [watch.TOPIC], **settings}
        )
        yield
        cloudwatch.delete_alarms(AlarmNames=[name])


@contextmanager
def muted(client, *alarms, schedule="cron(0 22 * * ? *)") -> Iterator[None]:
    rule = {"Schedule": {"Expression": schedule, "Duration": "PT8H"}}
    client("cloudwatch").put_alarm_mute_rule(
        Name="nights", Rule=rule, MuteTargets={"AlarmNames": list(alarms)}
    )
    yield
    client("cloudwatch").delete_alarm_mute_rule(AlarmMuteRuleName="nights")


@contextmanager
def subscribed(client, name, value, back) -> Iterator[None]:
    """Set an attribute of the person's subscription, and set it back."""
    sns = client("sns")
    (person,) = sns.list_subscriptions_by_topic(TopicArn=watch.TOPIC)["Subscriptions"]
    where = {"SubscriptionArn": person["SubscriptionArn"], "AttributeName": name}
    sns.set_subscription_attributes(**where, AttributeValue=value)
    yield
    sns.set_subscription_attributes(**where, AttributeValue=back)


@contextmanager
def policy(client, *statements) -> Iterator[None]:
    """Add statements to the topic's policy, and take them away."""
    sns, where = client("sns"), {"TopicArn": watch.TOPIC}
    before = sns.get_topic_attributes(**where)["Attributes"]["Policy"]
    document = json.loads(before)
    document["Statement"] += statements
    sns.set_topic_attributes(**where, AttributeName="Policy", AttributeValue=json.dumps(document))
    yield
    sns.set_topic_attributes(**where, AttributeName="Policy", AttributeValue=before)


@contextmanager
def dashboard(client, change) -> Iterator[None]:
    """Change the body of the dashboard, and draw it as it was."""
    named = {"DashboardName": "stamp-rally-prod-dashboard"}
    body = json.loads(client("cloudwatch").get_dashboard(**named)["DashboardBody"])
    client("cloudwatch").put_dashboard(**named, DashboardBody=json.dumps(change(body)))
    yield
    watch.dashboard(client("cloudwatch"))


@contextmanager
def log_policy(client, effect, principal, action) -> Iterator[None]:
    statement = {"Effect": effect, "Principal": principal, "Action": action, "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    client("logs").put_resource_policy(policyName="for-now", policyDocument=document)
    yield
    client("logs").delete_resource_policy(policyName="for-now")


@contextmanager
def account_policy(client, kind) -> Iterator[None]:
    named = {"policyType": kind, "policyName": "for-all"}
    client("logs").put_account_policy(**named, policyDocument="{}", scope="ALL")
    yield
    client("logs").delete_account_policy(**named)


@contextmanager
def counted(client, namespace) -> Iterator[None]:
    """Make a metric of the lines of a log group."""
    named = {"logGroupName": LOGS, "filterName": "for-now"}
    made = {"metricName": "Faults", "metricNamespace": namespace, "metricValue": "1"}
    client("logs").put_metric_filter(**named, filterPattern="", metricTransformations=[made])
    yield
    client("logs").delete_metric_filter(**named)


DEFINITION = (
    *("AlarmName", "Namespace", "MetricName", "Dimensions", "Statistic", "Period"),
    *("EvaluationPeriods", "DatapointsToAlarm", "Threshold", "ComparisonOperator"),
    *("TreatMissingData", "AlarmActions", "ActionsEnabled"),
)
MUTED = ["MON-06"]
P4XX, P5XX, THROTTLE = "[P1] 4XXError", "[P1] 5XXError", "[P1] Users-prod ReadThrottleEvents"
FAULTS = "[P2] auth answers 500"
AT_LEAST = "GreaterThanOrEqualToThreshold"
LAMBDA = "arn:aws:lambda:ap-northeast-1:444455556666:function:fix-it"
DENY = {"Effect": "Deny", "Principal": "*", "Action": "sns:Publish", "Resource": watch.TOPIC}
INSECURE = {"Bool": {"aws:SecureTransport": "false"}}


def dated(operator, day):
    return {operator: {"aws:CurrentTime": f"{day}T00:00:00Z"}}


def harmful(*rows, follows=(), reads=HEARD):
    """Make a change of a name and a context manager, of which there are many alike."""

    def made(name, context):
        def make(client):
            with context(client):
                yield

        make.__name__ = name.replace(" ", "_")
        return change(*rows, reads=reads, follows=follows)(make)

    return made


def green(*, decides=(), reads=HEARD):
    def made(name, context):
        def make(client):
            with context(client):
                yield

        make.__name__ = name.replace(" ", "_")
        return harmless(reads=reads, decides=decides)(make)

    return made


def draws(*rows):
    """Return a change of the dashboard that adds a widget."""
    widget = {"type": "metric", "properties": {"metrics": list(rows)}}
    return lambda body: {"widgets": [*body["widgets"], widget]}


def without(metric):
    def change(body):
        widgets = [widget for widget in body["widgets"] if metric not in json.dumps(widget)]
        return {"widgets": widgets}

    return change


@contextmanager
def protected(client) -> Iterator[None]:
    named = {"ResourceArn": watch.TOPIC}
    client("sns").put_data_protection_policy(**named, DataProtectionPolicy='{"Name": "strict"}')
    yield
    client("sns").put_data_protection_policy(**named, DataProtectionPolicy="")


@contextmanager
def copied(client) -> Iterator[None]:
    logs, named = client("logs"), {"logGroupName": LOGS, "filterName": "copy"}
    client("firehose").create_delivery_stream(
        DeliveryStreamName="copy",
        S3DestinationConfiguration={
            "RoleARN": "arn:aws:iam::444455556666:role/stamp-rally-prod-auth-role",
            "BucketARN": "arn:aws:s3:::stamp-rally-prod-images",
        },
    )
    stream = "arn:aws:firehose:ap-northeast-1:444455556666:deliverystream/copy"
    logs.put_subscription_filter(**named, filterPattern="", destinationArn=stream)
    yield
    logs.delete_subscription_filter(**named)
    client("firehose").delete_delivery_stream(DeliveryStreamName="copy")


@contextmanager
def listening(client, protocol, endpoint) -> Iterator[None]:
    arn = client("sns").subscribe(
        TopicArn=watch.TOPIC, Protocol=protocol, Endpoint=endpoint, ReturnSubscriptionArn=True
    )["SubscriptionArn"]
    yield
    client("sns").unsubscribe(SubscriptionArn=arn)


@contextmanager
def kept_for(client, days) -> Iterator[None]:
    client("logs").put_retention_policy(logGroupName=LOGS, retentionInDays=days)
    yield
    client("logs").put_retention_policy(logGroupName=LOGS, retentionInDays=90)


@contextmanager
def rule_for_others(client) -> Iterator[None]:
    with muted(client, "billing", "somebody's own"):
        yield


CHANGES = (
    harmful("MON-01")("alarm counts an average", lambda c: put(c, FAILS, Statistic="Average")),
    harmful("MON-01")("alarm waits for fifty", lambda c: put(c, FAILS, Threshold=50)),
    harmful("MON-01")("alarm looks at a minute only", lambda c: put(c, FAILS, Period=60)),
    harmful("MON-01")(
        "alarm waits for three periods",
        lambda c: put(c, FAILS, EvaluationPeriods=3, DatapointsToAlarm=3),
    ),
    harmful("MON-01")(
        "alarm fires at one in ten seconds",
        lambda c: put(c, FAILS, Threshold=1, ComparisonOperator=AT_LEAST, Period=10),
    ),
    harmful("MON-04")(
        "alarm of a table looks at half a minute", lambda c: put(c, THROTTLE, Period=30)
    ),
    harmful("MON-02")(
        "missing data are an alarm", lambda c: put(c, P4XX, TreatMissingData="breaching")
    ),
    harmful("MON-02")(
        "alarm outlasts a quiet night", lambda c: put(c, P4XX, TreatMissingData="ignore")
    ),
    harmful("MON-03")(
        "alarm fires below", lambda c: put(c, P5XX, ComparisonOperator="LessThanThreshold")
    ),
    harmful("MON-03")("alarm counts in seconds", lambda c: put(c, P5XX, Unit="Seconds")),
    harmful("MON-04")("alarm of a table waits for ten", lambda c: put(c, THROTTLE, Threshold=10)),
    harmful("MON-05")(
        "alarm of faults wants two of three",
        lambda c: put(c, FAULTS, EvaluationPeriods=3, DatapointsToAlarm=2),
    ),
    harmful("MON-06")("alarm tells nobody", lambda c: put(c, FAILS, AlarmActions=[])),
    harmful("MON-06")(
        "composite wants two alarms",
        lambda c: composite(c, f'ALARM("{FAILS}") AND ALARM("{FAULTS}")'),
    ),
    harmful("MON-06")(
        "composite tells nobody", lambda c: composite(c, f'ALARM("{FAILS}")', ActionsEnabled=False)
    ),
    harmful("MON-06")("topic refuses everybody", lambda c: policy(c, DENY)),
    harmful("MON-06")(
        "topic refuses everybody after the season",
        lambda c: policy(c, {**DENY, "Condition": dated("DateGreaterThan", "2027-01-01")}),
    ),
    harmful("MON-08", follows=MUTED)(
        "alarm is muted at night", lambda c: muted(c, FAILS, "billing")
    ),
    harmful("MON-08", follows=MUTED)(
        "alarm is muted once", lambda c: muted(c, P5XX, schedule="at(2026-12-01T00:00)")
    ),
    harmful("MON-08", follows=MUTED)(
        "alarm calls a function", lambda c: put(c, FAILS, AlarmActions=[watch.TOPIC, LAMBDA])
    ),
    harmful("MON-08", follows=MUTED)(
        "alarm calls a function when it is over", lambda c: put(c, FAILS, OKActions=[LAMBDA])
    ),
    harmful("MON-08", follows=MUTED)(
        "composite is suppressed by another alarm",
        lambda c: composite(
            c,
            f'ALARM("{FAILS}")',
            ActionsSuppressor="deployments",
            ActionsSuppressorWaitPeriod=60,
            ActionsSuppressorExtensionPeriod=60,
        ),
    ),
    harmful("MON-09", follows=MUTED)(
        "subscription is filtered",
        lambda c: subscribed(c, "FilterPolicy", '{"severity": ["high"]}', "{}"),
    ),
    harmful("MON-09", follows=MUTED)("topic drops what it does not like", protected),
    harmful("MON-11", reads=["dashboards"])(
        "dashboard shows errors of one function only",
        lambda c: dashboard(
            c,
            lambda body: {
                "widgets": [
                    *without('"Errors"')(body)["widgets"],
                    {
                        "type": "metric",
                        "properties": {
                            "metrics": [
                                ["AWS/Lambda", "Errors", "FunctionName", "stamp-rally-prod-auth"]
                            ]
                        },
                    },
                ]
            },
        ),
    ),
    harmful("MON-10", follows=["MON-11"], reads=["dashboards"])(
        "dashboard shows no latency", lambda c: dashboard(c, without('"Latency"'))
    ),
    harmful("MON-15", reads=LOGGED)("logs are copied", copied),
    harmful("MON-15", reads=LOGGED)(
        "logs are read by another account",
        lambda c: log_policy(c, "Allow", {"AWS": "123456789012"}, "logs:GetLogEvents"),
    ),
    harmful("MON-15", reads=LOGGED)(
        "nobody may write logs", lambda c: log_policy(c, "Deny", "*", "logs:PutLogEvents")
    ),
    harmful("MON-15", reads=LOGGED)(
        "all logs are copied", lambda c: account_policy(c, "SUBSCRIPTION_FILTER_POLICY")
    ),
    harmful("MON-15", reads=LOGGED)(
        "no metrics are made of logs", lambda c: account_policy(c, "METRIC_EXTRACTION_POLICY")
    ),
    harmful("MON-15", reads=LOGGED)(
        "lines count among our faults", lambda c: counted(c, "StampRally")
    ),
)


THERE = ["AWS/Lambda", "Duration", "FunctionName", "billing"]
HARMLESS = (
    green()(
        "alarm of a table treats missing data as the console does",
        lambda c: put(c, THROTTLE, TreatMissingData="missing"),
    ),
    green()(
        "alarm of a table is told to ignore missing data",
        lambda c: put(c, THROTTLE, TreatMissingData="ignore"),
    ),
    green()("alarm fires at the first error", lambda c: put(c, FAILS, Threshold=0)),
    green()(
        "alarm fires at one a minute",
        lambda c: put(c, FAILS, Threshold=1, ComparisonOperator=AT_LEAST, Period=60),
    ),
    green()(
        "alarm fires at two in two minutes",
        lambda c: put(c, FAILS, Threshold=2, ComparisonOperator=AT_LEAST, Period=120),
    ),
    green()("alarm looks at an hour", lambda c: put(c, FAILS, Period=3600)),
    green()(
        "alarm fires at any of five periods",
        lambda c: put(c, P5XX, EvaluationPeriods=5, DatapointsToAlarm=1),
    ),
    green()("missing data are missing", lambda c: put(c, FAILS, TreatMissingData="missing")),
    green(decides=["MON-02"])(
        "outlasting was decided", lambda c: put(c, P4XX, TreatMissingData="ignore")
    ),
    green()(
        "alarm fires at the biggest one",
        lambda c: put(c, FAILS, Statistic="Maximum", Threshold=1, ComparisonOperator=AT_LEAST),
    ),
    green()("alarm counts in counts", lambda c: put(c, FAILS, Unit="Count")),
    green()(
        "alarm counts what comes through the alias",
        lambda c: put(
            c,
            FAILS,
            Dimensions=[
                {"Name": "FunctionName", "Value": "stamp-rally-prod-auth"},
                {"Name": "Resource", "Value": "stamp-rally-prod-auth:live"},
            ],
        ),
    ),
    green()(
        "alarm is of one stage",
        lambda c: put(
            c,
            P5XX,
            Dimensions=[
                {"Name": "ApiName", "Value": "stamp-rally-prod-api"},
                {"Name": "Stage", "Value": "prod"},
            ],
        ),
    ),
    green()("alarm tells when it is over", lambda c: put(c, FAILS, OKActions=[watch.TOPIC])),
    green()("stranger has a silent alarm", lambda c: beside(c, "0 mine", AlarmActions=[])),
    green()("stranger has a slow alarm", lambda c: beside(c, "0 mine", Threshold=500)),
    green()("stranger waits for days", lambda c: beside(c, "0 mine", Statistic="Average")),
    green()(
        "alarm is heard through a composite",
        lambda c: composite(c, f'ALARM("{FAILS}") OR ALARM("{FAULTS}")'),
    ),
    green()("rule mutes alarms of others", rule_for_others),
    green()(
        "topic takes nothing without TLS", lambda c: policy(c, {**DENY, "Condition": INSECURE})
    ),
    green()(
        "topic takes nothing from other accounts",
        lambda c: policy(
            c, {**DENY, "Condition": {"StringNotEquals": {"aws:SourceAccount": "444455556666"}}}
        ),
    ),
    green()(
        "topic took nothing until a date",
        lambda c: policy(c, {**DENY, "Condition": dated("DateLessThan", "2025-01-01")}),
    ),
    green()("nobody may subscribe", lambda c: policy(c, {**DENY, "Action": "sns:Subscribe"})),
    green()("somebody has not confirmed yet", lambda c: listening(c, "email", "boss@example.com")),
    green(decides=["MON-16"])("function listens too", lambda c: listening(c, "lambda", LAMBDA)),
    green(decides=["MON-16"], reads=LOGGED)(
        "somebody counts lines", lambda c: counted(c, "Statistics")
    ),
    green(decides=["MON-01"])("alarm waits for six", lambda c: put(c, FAILS, Threshold=5)),
    green(reads=["dashboards"])(
        "dashboard shows another team's function", lambda c: dashboard(c, draws(THERE))
    ),
    green(reads=["dashboards"])(
        "dashboard shows another Region",
        lambda c: dashboard(c, draws([*THERE, {"region": "us-east-1"}])),
    ),
    green(reads=["dashboards"])(
        "dashboard shows a sum", lambda c: dashboard(c, draws([{"expression": "SUM(METRICS())"}]))
    ),
    green(reads=LOGGED)("logs are kept for a year", lambda c: kept_for(c, 365)),
    green(reads=LOGGED)(
        "service delivers its logs",
        lambda c: log_policy(
            c, "Allow", {"Service": "delivery.logs.amazonaws.com"}, "logs:PutLogEvents"
        ),
    ),
)
