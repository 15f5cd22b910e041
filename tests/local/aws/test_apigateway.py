"""API Gateway keeps what it is told, and refuses what AWS refuses."""

import pytest

from tests.local.aws.account import REGION, refused


def patch(path, value=None, op="replace"):
    operation = {"op": op, "path": path}
    return {"patchOperations": [operation | ({} if value is None else {"value": value})]}


def test_an_integration_keeps_its_cache_keys_and_gets_awss_defaults(api):
    told = api.gateway.put_integration(
        **api.get,
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=api.uri("stamps"),
        cacheKeyParameters=["method.request.querystring.userId"],
    )
    read = api.gateway.get_integration(**api.get)

    for answer in (told, read):
        assert answer["cacheKeyParameters"] == ["method.request.querystring.userId"]
        assert answer["cacheNamespace"] == api.resource
        assert answer["timeoutInMillis"] == 29_000
        assert answer["passthroughBehavior"] == "WHEN_NO_MATCH"


def test_an_authorizer_keeps_its_validation_expression(api):
    authorizer = api.gateway.get_authorizer(**api.of_api, authorizerId=api.authorizer)

    assert authorizer["identityValidationExpression"] == "^Bearer .+$"
    assert authorizer["authorizerResultTtlInSeconds"] == 60


def test_an_api_keeps_its_binary_media_types(client):
    gateway = client("apigateway")
    created = gateway.create_rest_api(name="x", binaryMediaTypes=["image/png"])
    gateway.update_rest_api(restApiId=created["id"], **patch("/binaryMediaTypes/a~1b", op="add"))

    read = gateway.get_rest_api(restApiId=created["id"])

    assert created["binaryMediaTypes"] == ["image/png"]
    assert read["binaryMediaTypes"] == ["image/png", "a/b"]


@pytest.mark.parametrize(("value", "told"), [("true", True), ("false", False)])
def test_the_default_endpoint_is_switched_as_asked(api, value, told):
    changed = api.gateway.update_rest_api(
        **api.of_api, **patch("/disableExecuteApiEndpoint", value)
    )

    assert changed["disableExecuteApiEndpoint"] is told


def test_what_exists_is_not_made_again(api):
    with refused("ConflictException", "Method already exists"):
        api.gateway.put_method(**api.get, authorizationType="NONE")
    with refused("ConflictException", "Another resource"):
        api.gateway.create_resource(**api.of_api, parentId=api.root, pathPart="stamps")
    with refused("ConflictException", "Response already exists"):
        api.gateway.put_method_response(**api.options, statusCode="200")


def test_a_method_needs_an_authorizer_that_exists(api):
    with refused("BadRequestException", "Invalid authorizer"):
        api.gateway.put_method(
            **api.get | {"httpMethod": "POST"}, authorizationType="CUSTOM", authorizerId="nosuch"
        )


def test_methods_are_described_only_when_embedded(api):
    plain = api.gateway.get_resources(**api.of_api)["items"]
    full = api.gateway.get_resources(**api.of_api, embed=["methods"])["items"]

    assert plain[1]["resourceMethods"] == {"GET": {}, "OPTIONS": {}}
    assert full[1]["resourceMethods"]["GET"]["authorizationType"] == "CUSTOM"
    assert full[1]["resourceMethods"]["OPTIONS"]["methodIntegration"]["type"] == "MOCK"


def test_every_gateway_response_is_listed_the_untouched_ones_as_defaults(api):
    listed = api.gateway.get_gateway_responses(**api.of_api)["items"]
    by_type = {response["responseType"]: response for response in listed}

    assert len(by_type) == 21
    assert by_type["DEFAULT_4XX"]["defaultResponse"] is False
    assert by_type["DEFAULT_5XX"]["defaultResponse"] is True
    assert by_type["UNAUTHORIZED"] == {
        "responseType": "UNAUTHORIZED",
        "statusCode": "401",
        "responseParameters": {},
        "responseTemplates": {"application/json": '{"message":$context.error.messageString}'},
        "defaultResponse": True,
    }
    assert by_type["ACCESS_DENIED"]["statusCode"] == "401"


def test_a_gateway_response_that_was_never_set_is_the_default(api):
    told = api.gateway.get_gateway_response(**api.of_api, responseType="THROTTLED")

    assert (told["statusCode"], told["defaultResponse"]) == ("429", True)


def test_a_deleted_gateway_response_is_the_default_again(api):
    api.gateway.delete_gateway_response(**api.of_api, responseType="ACCESS_DENIED")

    told = api.gateway.get_gateway_response(**api.of_api, responseType="ACCESS_DENIED")

    assert (told["statusCode"], told["defaultResponse"]) == ("403", True)


def test_a_gateway_response_of_no_known_type_is_refused(api):
    with refused("BadRequestException", "NO_SUCH"):
        api.gateway.put_gateway_response(**api.of_api, responseType="NO_SUCH")


def test_apis_plans_and_keys_have_tags(client, api):
    gateway = client("apigateway")
    plan = gateway.create_usage_plan(name="plan", tags={"a": "1"})["id"]
    arns = [f"arn:aws:apigateway:{REGION}::/{what}" for what in (
        f"restapis/{api.id}", f"usageplans/{plan}")]  # fmt: skip
    for arn in arns:
        gateway.tag_resource(resourceArn=arn, tags={"Project": "CC", "gone": "x"})
        gateway.untag_resource(resourceArn=arn, tagKeys=["gone"])

    assert gateway.get_tags(resourceArn=arns[0])["tags"] == {"Project": "CC"}
    assert gateway.get_tags(resourceArn=arns[1])["tags"] == {"a": "1", "Project": "CC"}


def test_tags_of_nothing_are_refused(client):
    with refused("NotFoundException"):
        client("apigateway").get_tags(resourceArn=f"arn:aws:apigateway:{REGION}::/restapis/nosuch")


def test_a_domain_has_no_mappings_before_its_first(client, api):
    gateway = client("apigateway")
    api.deploy()
    gateway.create_domain_name(
        domainName="api.example.com",
        regionalCertificateArn="arn:aws:acm:ap-northeast-1:1:certificate/1",
        endpointConfiguration={"types": ["REGIONAL"]},
        securityPolicy="TLS_1_0",
    )
    gateway.update_domain_name(domainName="api.example.com", **patch("/securityPolicy", "TLS_1_2"))

    assert gateway.get_base_path_mappings(domainName="api.example.com").get("items", []) == []
    assert gateway.get_domain_name(domainName="api.example.com")["securityPolicy"] == "TLS_1_2"


def test_a_usage_plan_takes_rates_and_throttles_of_single_methods(client, api):
    gateway = client("apigateway")
    api.deploy()
    plan = gateway.create_usage_plan(
        name="plan",
        throttle={"rateLimit": 10.0, "burstLimit": 20},
        quota={"limit": 100_000, "period": "DAY"},
        apiStages=[{"apiId": api.id, "stage": "prod"}],
    )["id"]
    gateway.update_usage_plan(usagePlanId=plan, **patch("/throttle/rateLimit", "1000.0"))
    path = f"/apiStages/{api.id}:prod/throttle/~1stamps/GET/rateLimit"
    told = gateway.update_usage_plan(usagePlanId=plan, **patch(path, "5"))

    assert told["throttle"] == {"rateLimit": 1000.0, "burstLimit": 20}
    assert told["quota"] == {"limit": 100_000, "period": "DAY"}
    assert told["apiStages"][0]["throttle"]["/stamps/GET"]["rateLimit"] == 5.0


def test_the_account_tells_its_log_role_and_its_throttle(client):
    gateway = client("apigateway")
    gateway.update_account(**patch("/cloudwatchRoleArn", "arn:aws:iam::210987654321:role/logs"))

    account = gateway.get_account()

    assert account["cloudwatchRoleArn"] == "arn:aws:iam::210987654321:role/logs"
    assert account["throttleSettings"] == {"burstLimit": 5000, "rateLimit": 10_000.0}
