"""Changes of the stage, of plan and key, of the domain and of the bucket: live as they are made."""

import json

from tests.foreign.changes.change import change
from tests.foreign.changes.gateway import api_of, patched
from tests.foreign.hand import edge, gateway

STAGES = ["stages"]


def set_on_stage(client, path, value, back):
    where = {**api_of(client), "stageName": "prod"}
    return patched(client, "update_stage", where, path, value, back)


@change("SEC-32", reads=STAGES)
def throttle_of_the_stage_is_removed(client):
    api, where = client("apigateway"), {**api_of(client), "stageName": "prod"}
    api.update_stage(**where, patchOperations=[{"op": "remove", "path": "/*/*"}])
    yield
    settings = {
        "/*/*/throttling/rateLimit": "800",
        "/*/*/throttling/burstLimit": "1600",
        "/*/*/logging/loglevel": "ERROR",
    }
    patch = [{"op": "replace", "path": path, "value": value} for path, value in settings.items()]
    api.update_stage(**where, patchOperations=patch)


@change("SEC-32", reads=STAGES)
def one_method_is_let_off_the_throttle(client):
    api, where = client("apigateway"), {**api_of(client), "stageName": "prod"}
    path = "/~1stamps~1award/POST"
    wide = {"op": "replace", "path": f"{path}/throttling/rateLimit", "value": "5000"}
    api.update_stage(**where, patchOperations=[wide])
    yield
    api.update_stage(**where, patchOperations=[{"op": "remove", "path": path}])


@change("DEP-27", reads=STAGES)
def answers_are_cached(client):
    with (
        set_on_stage(client, "/cacheClusterEnabled", "true", "false"),
        set_on_stage(client, "/*/*/caching/enabled", "true", "false"),
    ):
        yield


@change("DEP-30", reads=STAGES)
def bodies_are_logged(client):
    with set_on_stage(client, "/*/*/logging/dataTrace", "true", "false"):
        yield


@change("DEP-30", reads=STAGES)
def api_keys_are_logged(client):
    telling = "$context.requestId $context.identity.apiKey"
    with set_on_stage(client, "/accessLogSettings/format", telling, gateway.LOG_FORMAT):
        yield


@change("DEP-31", reads=STAGES)
def tracing_is_switched_off(client):
    with set_on_stage(client, "/tracingEnabled", "false", "true"):
        yield


@change("DEP-33", reads=STAGES)
def stage_is_described_as_something_else(client):
    with set_on_stage(client, "/description", "test", "本番環境"):
        yield


@change("SEC-07", reads=STAGES)
def session_key_is_put_into_a_stage_variable(client):
    api, where = client("apigateway"), {**api_of(client), "stageName": "prod"}
    key = {"path": "/variables/tokenKey", "value": "9f1c07d4b86ae2350c7be91f4d2a6803"}
    api.update_stage(**where, patchOperations=[{"op": "replace", **key}])
    yield
    api.update_stage(**where, patchOperations=[{"op": "remove", "path": key["path"]}])


@change("DEP-28", reads=STAGES)
def tenth_of_the_calls_goes_to_a_canary(client):
    api, where = client("apigateway"), {**api_of(client), "stageName": "prod"}
    share = {"op": "replace", "path": "/canarySettings/percentTraffic", "value": "10"}
    api.update_stage(**where, patchOperations=[share])
    yield
    api.update_stage(**where, patchOperations=[{"op": "remove", "path": "/canarySettings"}])


@change("DEP-32", reads=STAGES)
def tag_is_taken_off_the_stage(client):
    stage = f"/restapis/{api_of(client)['restApiId']}/stages/prod"
    arn = f"arn:aws:apigateway:ap-northeast-1::{stage}"
    client("apigateway").untag_resource(resourceArn=arn, tagKeys=["Project"])
    yield
    client("apigateway").tag_resource(resourceArn=arn, tags={"Project": "CC"})


@change("SEC-30", reads=["usage_plans"])
def usage_plan_is_widened(client):
    plan = {"usagePlanId": client("apigateway").get_usage_plans()["items"][0]["id"]}
    with patched(client, "update_usage_plan", plan, "/throttle/rateLimit", "5000", "1000"):
        yield


@change("SEC-31", reads=["api_keys"])
def api_key_is_disabled(client):
    key = {"apiKey": client("apigateway").get_api_keys()["items"][0]["id"]}
    with patched(client, "update_api_key", key, "/enabled", "false", "true"):
        yield


@change("DEP-40", reads=["domains"])
def domain_takes_old_tls(client):
    domain, path = {"domainName": edge.DOMAIN}, "/securityPolicy"
    with patched(client, "update_domain_name", domain, path, "TLS_1_0", "TLS_1_2"):
        yield


@change("DEP-42", reads=["domains"])
def domain_leads_nowhere(client):
    api, mapping = client("apigateway"), {"domainName": edge.DOMAIN}
    api.delete_base_path_mapping(**mapping, basePath="(none)")
    yield
    api.create_base_path_mapping(**mapping, **api_of(client), stage="prod")


@change("SEC-21", reads=["buckets", "keys"])
def bucket_is_encrypted_by_s3_alone(client):
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    client("s3").put_bucket_encryption(
        Bucket=edge.BUCKET, ServerSideEncryptionConfiguration={"Rules": [rule]}
    )
    yield
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
    client("s3").put_bucket_encryption(
        Bucket=edge.BUCKET, ServerSideEncryptionConfiguration={"Rules": [rule]}
    )


@change("SEC-22", reads=["buckets"])
def bucket_takes_plain_http(client):
    policy = client("s3").get_bucket_policy(Bucket=edge.BUCKET)["Policy"]
    objects = json.loads(policy)["Statement"][1:]
    halved = json.dumps({"Version": "2012-10-17", "Statement": objects})
    client("s3").put_bucket_policy(Bucket=edge.BUCKET, Policy=halved)
    yield
    client("s3").put_bucket_policy(Bucket=edge.BUCKET, Policy=policy)


@change("SEC-22", reads=["bucket_attachments"])
def another_account_writes_images_by_acl(client):
    client("s3").put_bucket_acl(Bucket=edge.BUCKET, GrantWrite=f'id="{"9a" * 32}"')
    yield
    client("s3").put_bucket_acl(Bucket=edge.BUCKET, ACL="private")


@change("SEC-22", reads=["bucket_attachments"])
def everybody_with_an_account_lists_images_by_acl(client):
    client("s3").put_bucket_acl(Bucket=edge.BUCKET, ACL="authenticated-read")
    yield
    client("s3").put_bucket_acl(Bucket=edge.BUCKET, ACL="private")


@change("SEC-22", reads=["bucket_attachments"])
def every_visitor_is_to_pay_for_images(client):
    named = {"Bucket": edge.BUCKET}
    client("s3").put_bucket_request_payment(
        **named, RequestPaymentConfiguration={"Payer": "Requester"}
    )
    yield
    client("s3").put_bucket_request_payment(
        **named, RequestPaymentConfiguration={"Payer": "BucketOwner"}
    )


CHANGES = (
    throttle_of_the_stage_is_removed,
    one_method_is_let_off_the_throttle,
    answers_are_cached,
    bodies_are_logged,
    api_keys_are_logged,
    tracing_is_switched_off,
    stage_is_described_as_something_else,
    session_key_is_put_into_a_stage_variable,
    tenth_of_the_calls_goes_to_a_canary,
    tag_is_taken_off_the_stage,
    usage_plan_is_widened,
    api_key_is_disabled,
    domain_takes_old_tls,
    domain_leads_nowhere,
    bucket_is_encrypted_by_s3_alone,
    bucket_takes_plain_http,
    another_account_writes_images_by_acl,
    everybody_with_an_account_lists_images_by_acl,
    every_visitor_is_to_pay_for_images,
)
