"""A stage serves what was deployed, not what is drafted, and keeps its own settings."""

from tests.local.aws.account import refused

RATE, BURST = "/*/*/throttling/rateLimit", "/*/*/throttling/burstLimit"


def test_a_deployment_freezes_routes_integrations_and_authorizers(api, served):
    api.deploy()

    frozen = served(api.id, "prod")
    method = frozen.routes.match("GET", "/stamps").method
    authorizer = frozen.api.authorizers[method.authorizer_id]

    assert method.authorization_type == "CUSTOM"
    integration = method.method_integration
    assert (integration.integration_type, integration.uri) == ("AWS_PROXY", api.uri("stamps"))
    assert (authorizer.name, authorizer.type, authorizer.authorizer_result_ttl) == (
        "session",
        "TOKEN",
        60,
    )
    assert authorizer.identity_validation_expression == "^Bearer .+$"
    assert frozen.document["info"]["title"] == "stamp-rally-prod-api"


def test_a_change_of_the_draft_is_not_served_before_the_next_deployment(api, served):
    api.deploy()
    api.gateway.delete_method(**api.options)
    api.gateway.delete_gateway_response(**api.of_api, responseType="ACCESS_DENIED")
    before = served(api.id, "prod")

    api.deploy()
    after = served(api.id, "prod")

    assert ("/stamps", "OPTIONS") in before.routes.methods
    assert before.api.gateway_responses["ACCESS_DENIED"].status_code == "401"
    assert ("/stamps", "OPTIONS") not in after.routes.methods
    assert "ACCESS_DENIED" not in after.api.gateway_responses


def test_a_stage_moved_back_serves_the_earlier_deployment(api, served):
    first = api.deploy()
    api.gateway.delete_method(**api.options)
    api.deploy()

    api.patch_stage(("/deploymentId", first))

    assert served(api.id, "prod").id == first
    assert ("/stamps", "OPTIONS") in served(api.id, "prod").routes.methods


def test_an_unknown_stage_serves_nothing(api, served):
    api.deploy()

    assert served(api.id, "nosuch") is None
    assert served("nosuch", "prod") is None


def test_a_new_stage_gets_what_the_deployment_asks_for(api):
    api.deploy(stageDescription="本番環境", variables={"a": "1"}, tracingEnabled=True)

    stage = api.stage()

    assert stage["description"] == "本番環境"
    assert stage["variables"] == {"a": "1"}
    assert stage["tracingEnabled"] is True
    assert stage["cacheClusterStatus"] == "NOT_AVAILABLE"


def test_a_redeployment_leaves_the_settings_of_the_stage_alone(api):
    """Moto replaces the stage, and all of these with it."""
    api.deploy(stageDescription="本番環境", variables={"a": "1"})
    api.patch_stage(
        (RATE, "1000"),
        (BURST, "2000"),
        ("/accessLogSettings/destinationArn", "arn:aws:logs:ap-northeast-1:1:log-group:x"),
        ("/accessLogSettings/format", "$context.requestId"),
        ("/tracingEnabled", "true"),
    )
    arn = f"arn:aws:apigateway:ap-northeast-1::/restapis/{api.id}/stages/prod"
    api.gateway.tag_resource(resourceArn=arn, tags={"Project": "CC"})
    before = api.stage()

    second = api.deploy()
    after = api.stage()

    assert after["deploymentId"] == second != before["deploymentId"]
    for kept in ("methodSettings", "variables", "accessLogSettings", "description", "tags"):
        assert after[kept] == before[kept], kept
    assert after["tracingEnabled"] is True


def test_a_stage_that_nobody_throttled_shows_awss_own_limits(api):
    """Moto's defaults are the very numbers of the plan: they would hide a missing throttle."""
    api.deploy()

    settings = api.patch_stage(("/*/*/metrics/enabled", "true"))["methodSettings"]["*/*"]

    assert (settings["throttlingRateLimit"], settings["throttlingBurstLimit"]) == (10_000.0, 5_000)
    assert settings["loggingLevel"] == "OFF"


def test_a_method_has_settings_of_its_own_which_can_be_removed(api):
    api.deploy()
    changed = api.patch_stage((RATE, "1000"), ("/~1stamps/GET/throttling/rateLimit", "5"))
    removed = api.gateway.update_stage(
        **api.of_api,
        stageName="prod",
        patchOperations=[{"op": "remove", "path": "/~1stamps/GET"}],
    )

    assert changed["methodSettings"]["stamps/GET"]["throttlingRateLimit"] == 5.0
    assert set(removed["methodSettings"]) == {"*/*"}


def test_removing_the_access_log_format_is_no_method_setting(api):
    api.deploy()
    api.patch_stage(("/accessLogSettings/format", "x"), (RATE, "1000"))

    api.gateway.update_stage(
        **api.of_api,
        stageName="prod",
        patchOperations=[{"op": "remove", "path": "/accessLogSettings"}],
    )

    assert "accessLogSettings" not in api.stage()
    assert api.stage()["methodSettings"]["*/*"]["throttlingRateLimit"] == 1000.0


def test_a_canary_is_told(api):
    api.deploy()

    api.patch_stage(("/canarySettings/percentTraffic", "10"))

    assert api.stage()["canarySettings"] == {"percentTraffic": 10.0}


def test_a_stage_cannot_point_to_a_deployment_that_never_was(api):
    api.deploy()

    with refused("NotFoundException", "Deployment identifier"):
        api.patch_stage(("/deploymentId", "nosuch"))
    with refused("NotFoundException", "Deployment identifier"):
        api.gateway.create_stage(**api.of_api, stageName="x", deploymentId="nosuch")
    with refused("NotFoundException", "Deployment identifier"):
        api.gateway.get_deployment(**api.of_api, deploymentId="nosuch")


def test_only_a_deployment_that_no_stage_uses_can_be_deleted(api):
    first, second = api.deploy(), api.deploy()

    with refused("BadRequestException", "Active stages"):
        api.gateway.delete_deployment(**api.of_api, deploymentId=second)
    api.gateway.delete_deployment(**api.of_api, deploymentId=first)

    remaining = api.gateway.get_deployments(**api.of_api)["items"]
    assert [deployment["id"] for deployment in remaining] == [second]
