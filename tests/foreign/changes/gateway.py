"""Changes of the API's draft, deployed by hand or left undeployed: what is deployed is no release."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.foreign.changes.change import change
from tests.foreign.hand import gateway

OTHER_RELEASE = ("DEP-17",)
"""Rows that lose their ground where something else is live than was released, loaded and rehearsed."""
API = ["served", "draft", "stages", "deployments"]
ORIGIN = "method.response.header.access-control-allow-origin"
REFUSED = {"gatewayresponse.header.Access-Control-Allow-Origin": "'https://rally.example.jp'"}


def api_of(client):
    return {"restApiId": client("apigateway").get_rest_apis()["items"][0]["id"]}


def at(client, verb, path):
    """Name a method by the ids that AWS gave to its API and resource."""
    api = api_of(client)
    resources = client("apigateway").get_resources(**api, limit=500)["items"]
    return {
        **api,
        "resourceId": next(resource["id"] for resource in resources if resource["path"] == path),
        "httpMethod": verb,
    }


@contextmanager
def patched(client, update, where, path, value, back, op="replace") -> Iterator[None]:
    """Patch something, and patch it back."""
    call = getattr(client("apigateway"), update)
    call(**where, patchOperations=[{"op": op, "path": path, "value": value}])
    yield
    call(**where, patchOperations=[{"op": op, "path": path, "value": back}])


@contextmanager
def deployed(client) -> Iterator[None]:
    """Deploy the draft as it is; then serve what was served before and forget the deployment."""
    api, rest = client("apigateway"), api_of(client)
    stage = {**rest, "stageName": "prod"}
    before = api.get_stage(**stage)["deploymentId"]
    made = api.create_deployment(**stage)["id"]
    yield
    back = {"op": "replace", "path": "/deploymentId", "value": before}
    api.update_stage(**stage, patchOperations=[back])
    api.delete_deployment(**rest, deploymentId=made)


@change("DEP-22", reads=API)
def answer_is_changed_and_not_deployed(client):
    where = {**at(client, "OPTIONS", "/stamps"), "statusCode": "200"}
    path = f"/responseParameters/{ORIGIN}"
    origins = "'https://www.rally.example.jp'", "'https://rally.example.jp'"
    with patched(client, "update_integration_response", where, path, *origins):
        yield


@change("DEP-22", reads=API)
def stage_is_rolled_back(client):
    rest = api_of(client)
    listed = client("apigateway").get_deployments(**rest)["items"]
    older, newer = (entry["id"] for entry in sorted(listed, key=lambda one: one["createdDate"]))
    where = {**rest, "stageName": "prod"}
    with patched(client, "update_stage", where, "/deploymentId", older, newer):
        yield


@change("DEP-25", *OTHER_RELEASE, reads=API)
def every_origin_is_let_in(client):
    where = {**at(client, "OPTIONS", "/stamps"), "statusCode": "200"}
    path, origins = f"/responseParameters/{ORIGIN}", ("'*'", "'https://rally.example.jp'")
    with patched(client, "update_integration_response", where, path, *origins), deployed(client):
        yield


@change("DEP-26", *OTHER_RELEASE, reads=API)
def refusals_lose_their_origin(client):
    response = {**api_of(client), "responseType": "DEFAULT_5XX"}
    client("apigateway").delete_gateway_response(**response)
    with deployed(client):
        yield
    client("apigateway").put_gateway_response(**response, responseParameters=REFUSED)


@change("SEC-34", *OTHER_RELEASE, reads=API)
def route_is_opened(client):
    where = at(client, "POST", "/stamps/award")
    kinds = "NONE", "CUSTOM"
    with patched(client, "update_method", where, "/authorizationType", *kinds), deployed(client):
        yield


@change("SEC-31", *OTHER_RELEASE, reads=API)
def route_asks_for_no_key(client):
    where = at(client, "GET", "/stamps")
    with (
        patched(client, "update_method", where, "/apiKeyRequired", "false", "true"),
        deployed(client),
    ):
        yield


@change("DEP-21", *OTHER_RELEASE, reads=API)
def route_leads_to_another_function(client):
    where = at(client, "GET", "/ranking/weekly")
    uris = gateway.URI.format("stamps"), gateway.URI.format("ranking")
    with patched(client, "update_integration", where, "/uri", *uris), deployed(client):
        yield


@change("DEP-44", "DEP-16", *OTHER_RELEASE, reads=API)
def route_leads_past_the_alias(client):
    where = at(client, "GET", "/stamps")
    uri = gateway.URI.format("stamps")
    uris = uri.replace(":live/", "/"), uri
    with patched(client, "update_integration", where, "/uri", *uris), deployed(client):
        yield


@change("DEP-24", *OTHER_RELEASE, reads=API)
def route_for_debugging_is_deployed(client):
    api, where = client("apigateway"), at(client, "DELETE", "/stamps")
    api.put_method(**where, authorizationType="AWS_IAM", apiKeyRequired=True)
    uri = gateway.URI.format("stamps")
    api.put_integration(**where, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    with deployed(client):
        yield
    api.delete_method(**where)


@change("SEC-35", *OTHER_RELEASE, reads=API)
def session_is_remembered_for_an_hour(client):
    rest = api_of(client)
    authorizer = client("apigateway").get_authorizers(**rest)["items"][0]["id"]
    where, path = {**rest, "authorizerId": authorizer}, "/authorizerResultTtlInSeconds"
    with patched(client, "update_authorizer", where, path, "3600", "60"), deployed(client):
        yield


@change("PREP-04", reads=["rest_apis"])
def second_api_takes_the_same_name(client):
    made = client("apigateway").create_rest_api(name="stamp-rally-prod-api")["id"]
    yield
    client("apigateway").delete_rest_api(restApiId=made)


CHANGES = (
    answer_is_changed_and_not_deployed,
    stage_is_rolled_back,
    every_origin_is_let_in,
    refusals_lose_their_origin,
    route_is_opened,
    route_asks_for_no_key,
    route_leads_to_another_function,
    route_leads_past_the_alias,
    route_for_debugging_is_deployed,
    session_is_remembered_for_an_hour,
    second_api_takes_the_same_name,
)
