"""What AWS leaves with the old table is on the restored one; whatever is taken from it comes back."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from runbook.procedures import restore_tables
from tests.runbook.rollback.operator import RollbackOperator, until

OLD = "UserStamps-prod"
ALARM = "stamp-rally-prod-userstamps-write-throttle-alarm"
ROLE = {"RoleName": "stamp-rally-prod-award-role", "PolicyName": "restored-tables"}
DIMENSION = {
    "ServiceNamespace": "dynamodb",
    "ScalableDimension": "dynamodb:table:WriteCapacityUnits",
}
TRACKING = {
    "TargetValue": 70.0,
    "PredefinedMetricSpecification": {
        "PredefinedMetricType": "DynamoDBWriteCapacityUtilization",
    },
}


@pytest.fixture(scope="module")
def operator(planned):
    """An account whose table of stamps has all that a table can have."""
    made = RollbackOperator(planned.desk())
    made.desk.environment = replace(made.desk.environment, billing="PROVISIONED")
    dynamodb = made.client("dynamodb")
    arn = dynamodb.describe_table(TableName=OLD)["Table"]["TableArn"]
    dynamodb.tag_resource(ResourceArn=arn, Tags=[{"Key": "backup", "Value": "daily"}])
    dynamodb.put_resource_policy(ResourceArn=arn, Policy=policy(arn))
    dynamodb.update_table(
        TableName=OLD,
        BillingMode="PROVISIONED",
        ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
    )
    view = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    dynamodb.update_table(TableName=OLD, StreamSpecification=view)
    scale(made.client("application-autoscaling"))
    return made


def policy(arn):
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "dynamodb:DeleteItem",
        "Resource": [arn, f"{arn}/index/*"],
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def scale(client):
    target = {**DIMENSION, "ResourceId": f"table/{OLD}"}
    client.register_scalable_target(**target, MinCapacity=5, MaxCapacity=500)
    client.put_scaling_policy(
        **target,
        PolicyName="follow-the-load",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration=TRACKING,
    )


@pytest.fixture(scope="module")
def moment():
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
    until(at)
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


@pytest.fixture(scope="module")
def shown(operator, moment):
    """What a rehearsal shows before anything is there."""
    changes = operator.rehearse(restore_tables, to=moment, only="userstamps")
    return {(change.resource.en, change.field.en) for change in changes}


@pytest.fixture(scope="module")
def restored(operator, moment, shown):
    """Name of the restored table."""
    assert shown
    operator.run(restore_tables, to=moment, only="userstamps")
    return f"{OLD}-" + moment.replace("-", "").replace(":", "")


def arn_of(operator, table):
    return operator.client("dynamodb").describe_table(TableName=table)["Table"]["TableArn"]


def no_backups(operator, table):
    off = {"PointInTimeRecoveryEnabled": False}
    operator.client("dynamodb").update_continuous_backups(
        TableName=table, PointInTimeRecoverySpecification=off
    )


def no_expiry(operator, table):
    off = {"Enabled": False, "AttributeName": "TTL"}
    operator.client("dynamodb").update_time_to_live(TableName=table, TimeToLiveSpecification=off)


def no_tag(key):
    def untag(operator, table):
        arn = arn_of(operator, table)
        operator.client("dynamodb").untag_resource(ResourceArn=arn, TagKeys=[key])

    return untag


def no_protection(operator, table):
    operator.client("dynamodb").update_table(TableName=table, DeletionProtectionEnabled=False)


def no_stream(operator, table):
    """In moto's model: by a call, moto would never let a stream be turned on again."""
    aws = operator.desk.aws
    model = aws.moto.backend("dynamodb", aws.region).tables[table]
    model.stream_specification = model.latest_stream_label = None


def no_policy(operator, table):
    operator.client("dynamodb").delete_resource_policy(ResourceArn=arn_of(operator, table))


def no_scaling(operator, table):
    operator.client("application-autoscaling").deregister_scalable_target(
        **DIMENSION, ResourceId=f"table/{table}"
    )


def no_target_tracking(operator, table):
    operator.client("application-autoscaling").delete_scaling_policy(
        **DIMENSION, ResourceId=f"table/{table}", PolicyName="follow-the-load"
    )


def no_alarm(operator, _):
    operator.client("cloudwatch").delete_alarms(AlarmNames=[ALARM])


def no_permission(operator, _):
    operator.client("iam").delete_role_policy(**ROLE)


LOST = {
    "point-in-time recovery": no_backups,
    "time to live": no_expiry,
    "tag Environment": no_tag("Environment"),
    "tag backup": no_tag("backup"),
    "deletion protection": no_protection,
    "stream": no_stream,
    "resource policy": no_policy,
    "scaling WriteCapacityUnits": no_scaling,
    "scaling WriteCapacityUnits, its policy": no_target_tracking,
    "dimensions": no_alarm,
    "policy restored-tables": no_permission,
}
"""Field that is told -> what takes it away."""


@pytest.mark.parametrize("lost", LOST)
def test_it_is_shown_before_and_there_afterwards(operator, moment, shown, restored, lost):
    field = lost.partition(",")[0]

    assert field in {one for _, one in shown}
    assert field not in {
        change.field.en
        for change in operator.rehearse(restore_tables, to=moment, only="userstamps")
    }
    assert restored


@pytest.mark.parametrize("lost", LOST)
def test_what_is_taken_away_is_missed_and_comes_back(operator, moment, restored, lost):
    LOST[lost](operator, restored)
    mended = operator.run(restore_tables, to=moment, only="userstamps")

    assert lost.partition(",")[0] in {change.field.en for change in mended}
    assert operator.rehearse(restore_tables, to=moment, only="userstamps") == ()


def test_the_restored_table_has_it_as_aws_tells(operator, restored):
    """Read past the procedure, which could be wrong in the same way twice."""
    dynamodb, scaling = operator.client("dynamodb"), operator.client("application-autoscaling")
    table = dynamodb.describe_table(TableName=restored)["Table"]
    own = dynamodb.get_resource_policy(ResourceArn=table["TableArn"])["Policy"]
    mine = f"table/{restored}"
    targets = scaling.describe_scalable_targets(ServiceNamespace="dynamodb")["ScalableTargets"]
    policies = scaling.describe_scaling_policies(ServiceNamespace="dynamodb")["ScalingPolicies"]
    (target,) = (entry for entry in targets if entry["ResourceId"] == mine)
    (tracking,) = (entry for entry in policies if entry["ResourceId"] == mine)

    assert table["StreamSpecification"]["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    assert json.loads(own) == json.loads(policy(table["TableArn"]))
    assert (target["MinCapacity"], target["MaxCapacity"]) == (5, 500)
    assert tracking["TargetTrackingScalingPolicyConfiguration"] == TRACKING
    assert table["ProvisionedThroughput"]["WriteCapacityUnits"] == 5
    assert [index["IndexName"] for index in table["GlobalSecondaryIndexes"]] == ["PeriodRanking"]
