"""Ways to make one change and to take it back, for the lists of changes, and what these touch."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.foreign.changes import access, alarms, compute, roles, surplus
from tests.foreign.changes.change import Client, Kept
from tests.foreign.hand import edge, identity, vault, watch

FUNCTIONS = ["functions", "function_attachments", "aliases", "versions", "function_policies"]
POLICIES = ["function_policies"]
TABLES = ["tables", "table_attachments", "table_policies", "backups", "table_tags"]
MASTERS = ["contents"]
SECRETS = ["secrets", "secret_attachments", "secret_values"]
ROLES = ["roles", "role_attachments"]
PRINCIPALS = ["principals"]
TOPICS = ["topics"]
HEARD = ["alarms", "alarm_attachments", "topics", "mute_rules"]
LOGGED = ["log_groups", "log_group_attachments", "log_policies", "account_log_policies"]
STAGES = ["stages"]
DOMAINS = ["domains", "api_mappings"]

ACCOUNT, HERE = "444455556666", identity.HERE
USERS, AWARD_ROLE = identity.USERS, "stamp-rally-prod-award-role"
GROUP = "/aws/lambda/stamp-rally-prod-auth"
GROUP_ARN = f"arn:aws:logs:{HERE}:log-group:{GROUP}"
FUNCTION = {"FunctionName": "stamp-rally-prod-award"}
SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"


def between(do: Callable[[Client], Any], back: Callable[[Client], Any]) -> Kept:
    """Do one thing, and another when it is over."""

    @contextmanager
    def kept(client: Client) -> Iterator[None]:
        do(client)
        yield
        back(client)

    return kept


def released(**configuration: Any) -> Kept:
    return lambda client: compute.released(client, **configuration)


def with_variable(**more: str) -> Kept:
    return released(**compute.variables(**more))


def permission(**more: str) -> Kept:
    """Add a statement to the policy of award's alias."""
    named = {**FUNCTION, "Qualifier": "live", "StatementId": "for-now"}
    return between(
        lambda c: c("lambda").add_permission(**named, Action="lambda:InvokeFunction", **more),
        lambda c: c("lambda").remove_permission(**named),
    )


def table_policy(effect: str, principal: Any, action: str, **more: Any) -> Kept:
    statement = {"Effect": effect, "Principal": principal, "Action": action, "Resource": "*"}
    return lambda client: access.table_policy(client, USERS, {**statement, **more})


def secret_policy(effect: str, principal: Any, action: str, **more: Any) -> Kept:
    statement = {"Effect": effect, "Principal": principal, "Action": action, "Resource": "*"}
    return lambda client: access.secret_policy(client, vault.LINE_TOKEN, {**statement, **more})


def user(*statements: dict[str, Any]) -> Kept:
    return lambda client: access.user(client, *statements)


def may(action: Any, resource: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def more_rights(function: str, action: Any, resource: Any) -> Kept:
    return lambda client: roles.added(client, function, action, resource)


def policy_of_aws(name: str) -> Kept:
    named = {"RoleName": AWARD_ROLE, "PolicyArn": f"arn:aws:iam::aws:policy/{name}"}
    return between(
        lambda c: c("iam").attach_role_policy(**named),
        lambda c: c("iam").detach_role_policy(**named),
    )


def topic_policy(**statement: Any) -> Kept:
    whole = {"Effect": "Allow", "Action": "sns:Publish", "Resource": watch.TOPIC, **statement}
    return lambda client: alarms.policy(client, whole)


def none_of(client: Client) -> str:
    """Return the criteria that leave out every log group there is."""
    groups = client("logs").describe_log_groups()["logGroups"]
    return f"LogGroupName NOT IN {json.dumps([group['logGroupName'] for group in groups])}"


def revision(client: Client) -> str:
    """Return the revision of the group's policy, without which AWS deletes none."""
    own = client("logs").describe_resource_policies(policyScope="RESOURCE", resourceArn=GROUP_ARN)
    return str(own["resourcePolicies"][0]["revisionId"])


def group_policy(effect: str, principal: Any, *actions: str, **more: Any) -> Kept:
    """Give one log group a policy of its own."""
    statement = {"Effect": effect, "Principal": principal, "Action": list(actions), **more}
    document = json.dumps({"Version": "2012-10-17", "Statement": [{**statement, "Resource": "*"}]})
    return between(
        lambda c: c("logs").put_resource_policy(resourceArn=GROUP_ARN, policyDocument=document),
        lambda c: c("logs").delete_resource_policy(
            resourceArn=GROUP_ARN, expectedRevisionId=revision(c)
        ),
    )


def account_policy(criteria: str = "") -> Kept:
    """Send lines elsewhere: of the groups that the criteria select, or of none that is there."""
    named = {"policyType": "SUBSCRIPTION_FILTER_POLICY", "policyName": "archive"}
    return between(
        lambda c: c("logs").put_account_policy(
            **named, policyDocument="{}", scope="ALL", selectionCriteria=criteria or none_of(c)
        ),
        lambda c: c("logs").delete_account_policy(**named),
    )


def throttled(rate: int, burst: int) -> Kept:
    """Give award's route limits of its own."""

    def patch(client: Client, *operations: dict[str, str]) -> None:
        stage = {**surplus.api_of(client), "stageName": "prod"}
        client("apigateway").update_stage(**stage, patchOperations=list(operations))

    limits = {"rateLimit": rate, "burstLimit": burst}
    return between(
        lambda c: patch(
            c,
            *(
                {"op": "replace", "path": f"{AWARD_ROUTE}/throttling/{name}", "value": str(value)}
                for name, value in limits.items()
            ),
        ),
        lambda c: patch(c, {"op": "remove", "path": AWARD_ROUTE}),
    )


def mapped_beside(path: str) -> Kept:
    """Let another API answer at a path of our own domain."""

    @contextmanager
    def kept(client: Client) -> Iterator[None]:
        api, name = client("apigatewayv2"), {"DomainName": edge.DOMAIN}
        with surplus.another_api(client) as other:
            made = api.create_api_mapping(
                **name, ApiId=other["restApiId"], Stage="live", ApiMappingKey=path
            )
            yield
            api.delete_api_mapping(**name, ApiMappingId=made["ApiMappingId"])

    return kept


def master(**changed: Any) -> Kept:
    """Change members of the first stamp master."""

    @contextmanager
    def kept(client: Client) -> Iterator[None]:
        table = {"TableName": "StampMasters-prod"}
        first = client("dynamodb").scan(**table)["Items"][0]
        client("dynamodb").put_item(**table, Item={**first, **changed})
        yield
        client("dynamodb").put_item(**table, Item=first)

    return kept


def session_key(**fields: str) -> Kept:
    def put(client: Client, **more: str) -> None:
        whole = json.dumps({"TOKEN_SECRET_KEY": vault.SESSION_KEY, **more})
        client("secretsmanager").put_secret_value(SecretId=vault.TOKEN_KEY, SecretString=whole)

    return between(lambda c: put(c, **fields), put)


def session_key_of(text: str) -> Kept:
    """Sign sessions with something else."""
    return session_key(TOKEN_SECRET_KEY=text)


def rotate(client: Client) -> None:
    client("secretsmanager").rotate_secret(
        SecretId=vault.TOKEN_KEY,
        RotationLambdaARN=access.AWARD,
        RotationRules={"AutomaticallyAfterDays": 30},
        RotateImmediately=False,
    )


def stop_rotating(client: Client) -> None:
    secrets, secret = client("secretsmanager"), {"SecretId": vault.TOKEN_KEY}
    secrets.cancel_rotate_secret(**secret)
    for version, labels in secrets.describe_secret(**secret)["VersionIdsToStages"].items():
        if "AWSPENDING" in labels:
            secrets.update_secret_version_stage(
                **secret, VersionStage="AWSPENDING", RemoveFromVersionId=version
            )


def copy_elsewhere(client: Client) -> None:
    client("secretsmanager").replicate_secret_to_regions(
        SecretId=vault.TOKEN_KEY, AddReplicaRegions=[{"Region": "us-east-1"}]
    )


def copy_nowhere(client: Client) -> None:
    client("secretsmanager").remove_regions_from_replication(
        SecretId=vault.TOKEN_KEY, RemoveReplicaRegions=["us-east-1"]
    )


def narrowed(path: str, verb: str, rate: int) -> Kept:
    """Give one route of the usage plan a limit of its own."""

    def patch(client: Client, operation: dict[str, str]) -> None:
        api, plans = client("apigateway"), client("apigateway").get_usage_plans()["items"]
        where = f"/apiStages/{surplus.api_of(client)['restApiId']}:prod/throttle/~1{path}/{verb}"
        one = {**operation, "path": f"{where}{operation['path']}"}
        api.update_usage_plan(usagePlanId=plans[0]["id"], patchOperations=[one])

    return between(
        lambda c: patch(c, {"op": "replace", "path": "/rateLimit", "value": str(rate)}),
        lambda c: patch(c, {"op": "remove", "path": ""}),
    )


def topic(name: str, value: str, back: str = "") -> Kept:
    def put(client: Client, text: str) -> None:
        where = {"TopicArn": watch.TOPIC, "AttributeName": name}
        client("sns").set_topic_attributes(**where, AttributeValue=text)

    return between(lambda c: put(c, value), lambda c: put(c, back))


def alarm(name: str, **settings: Any) -> Kept:
    return lambda client: alarms.put(client, name, **settings)


def listener(protocol: str, endpoint: str) -> Kept:
    return lambda client: alarms.listening(client, protocol, endpoint)


def trusted(principal: Any) -> Kept:
    """Let somebody beside Lambda assume award's role."""

    @contextmanager
    def kept(client: Client) -> Iterator[None]:
        iam, named = client("iam"), {"RoleName": AWARD_ROLE}
        before = iam.get_role(**named)["Role"]["AssumeRolePolicyDocument"]
        further = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
        whole = {**before, "Statement": [*before["Statement"], further]}
        iam.update_assume_role_policy(**named, PolicyDocument=json.dumps(whole))
        yield
        iam.update_assume_role_policy(**named, PolicyDocument=json.dumps(before))

    return kept


def tagged_role(key: str, value: str) -> Kept:
    named = {"RoleName": AWARD_ROLE}
    return between(
        lambda c: c("iam").tag_role(**named, Tags=[{"Key": key, "Value": value}]),
        lambda c: c("iam").untag_role(**named, TagKeys=[key]),
    )


def tagged_secret(key: str, value: str) -> Kept:
    named = {"SecretId": vault.LINE_TOKEN}
    return between(
        lambda c: c("secretsmanager").tag_resource(**named, Tags=[{"Key": key, "Value": value}]),
        lambda c: c("secretsmanager").untag_resource(**named, TagKeys=[key]),
    )


def place(lat: str, lon: str, radius: str) -> dict[str, Any]:
    return {"M": {"lat": {"N": lat}, "lon": {"N": lon}, "radiusM": {"N": radius}}}


EVERYBODY = {"AWS": "*"}
ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
STRANGER = {"AWS": "arn:aws:iam::123456789012:root"}
VISITOR = f"arn:aws:iam::{ACCOUNT}:user/visitor"
AWARD_ROUTE = "/~1stamps~1award/POST"
NO_MFA = {"Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}
INSECURE = {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}
LOGIN_KEY = "arn:aws:kms:ap-northeast-1:444455556666:key/0a1b2c3d-0000-4000-8000-00000000000a"
