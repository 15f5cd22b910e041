"""A stage serves what was deployed, not what is drafted, and keeps its own settings."""

import pytest

from local.gateway.snapshot import StaticAnswer
from tests.local.aws.account import refused

RATE, BURST = "/*/*/throttling/rateLimit", "/*/*/throttling/burstLimit"


def test_a_deployment_freezes_routes_integrations_and_authorizers(api, deployments):
    api.deploy()

    served = deployments.of_stage(api.id, "prod")
    method = served.methods["/stamps", "GET"]
    authorizer = served.authorizers[method.authorizer_id]

    assert method.authorization == "CUSTOM"
    assert (method.integration.kind, method.integration.uri) == ("AWS_PROXY", api.uri("stamps"))
    assert method.integration.timeout_ms == 29_000
    assert (authorizer.name, authorizer.kind, authorizer.ttl_seconds) == ("session", "TOKEN", 60)
    assert authorizer.validation_expression == "^Bearer .+$"
    assert served.document["info"]["title"] == "stamp-rally-prod-api"


def test_a_deployment_freezes_mocks_and_gateway_responses(api, deployments):
    api.deploy()

    served = deployments.of_stage(api.id, "prod")
    preflight = served.methods["/stamps", "OPTIONS"]
    origin = "method.response.header.Access-Control-Allow-Origin"

    assert preflight.integration.kind == "MOCK"
    assert preflight.integration.responses["200"].parameters == {origin: api.ORIGIN}
    assert preflight.method_responses == {"200": ("Access-Control-Allow-Origin",)}
    assert served.gateway_responses["ACCESS_DENIED"] == StaticAnswer(status=401)
    assert served.gateway_responses["DEFAULT_4XX"].status == 0


def test_a_change_of_the_draft_is_not_served_before_the_next_deployment(api, deployments):
    api.deploy()
    api.gateway.delete_method(**api.options)
    served_before = deployments.of_stage(api.id, "prod").methods

    api.deploy()

    assert ("/stamps", "OPTIONS") in served_before
    assert ("/stamps", "OPTIONS") not in deployments.of_stage(api.id, "prod").methods


def test_a_stage_moved_back_serves_the_earlier_deployment(api, deployments):
    first = api.deploy()
    api.gateway.delete_method(**api.options)
    api.deploy()

    api.patch_stage(("/deploymentId", first))

    assert deployments.of_stage(api.id, "prod").deployment_id == first
    assert ("/stamps", "OPTIONS") in deployments.of_stage(api.id, "prod").methods


def test_an_unknown_stage_serves_nothing(api, deployments):
    api.deploy()

    with pytest.raises(LookupError):
        deployments.of_stage(api.id, "nosuch")
    with pytest.raises(LookupError):
        deployments.of_stage("nosuch", "prod")


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
