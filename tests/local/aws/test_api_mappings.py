"""Mappings of a custom domain, which the two APIs of API Gateway share: each shows and deletes what the other made."""

import pytest
from botocore.exceptions import ClientError

NAME = {"DomainName": "api.example.jp"}
ARN = "arn:aws:acm:ap-northeast-1:123456789012:certificate/abc"


@pytest.fixture
def domain(client):
    """A domain with a base path of the first API; returns the API that it leads to."""
    first = client("apigateway")
    first.create_domain_name(domainName=NAME["DomainName"], regionalCertificateArn=ARN)
    api = first.create_rest_api(name="rally")["id"]
    root = first.get_resources(restApiId=api)["items"][0]["id"]
    method = {"restApiId": api, "resourceId": root, "httpMethod": "GET"}
    first.put_method(**method, authorizationType="NONE")
    first.put_integration(**method, type="MOCK")
    first.create_deployment(restApiId=api, stageName="prod")
    first.create_base_path_mapping(
        domainName=NAME["DomainName"], restApiId=api, stage="prod", basePath="v1"
    )
    return api


def keys(client):
    listed = client("apigatewayv2").get_api_mappings(**NAME)["Items"]
    return {each["ApiMappingKey"]: (each["ApiId"], each["Stage"]) for each in listed}


def test_mapping_of_several_levels_is_made_by_the_second_api_and_listed_beside_those_of_the_first(
    client, domain
):
    to = {"ApiId": domain, "Stage": "prod"}
    made = client("apigatewayv2").create_api_mapping(**NAME, **to, ApiMappingKey="v1/stamps")

    assert made["ApiMappingKey"] == "v1/stamps"
    assert keys(client) == {"v1": (domain, "prod"), "v1/stamps": (domain, "prod")}


def test_mapping_without_a_key_is_of_the_root(client, domain):
    client("apigatewayv2").create_api_mapping(**NAME, ApiId=domain, Stage="prod")

    assert keys(client).keys() == {"", "v1"}


def test_mapping_of_another_domain_is_not_listed(client, domain):
    to = {"ApiId": domain, "Stage": "prod", "ApiMappingKey": "v2"}
    client("apigatewayv2").create_api_mapping(DomainName="other.example.jp", **to)

    assert keys(client).keys() == {"v1"}


@pytest.mark.parametrize(("deleted", "left"), [("v1", {"v1/stamps"}), ("v1/stamps", {"v1"})])
def test_mapping_is_deleted_by_its_id_whichever_api_made_it(client, domain, deleted, left):
    second = client("apigatewayv2")
    second.create_api_mapping(**NAME, ApiId=domain, Stage="prod", ApiMappingKey="v1/stamps")
    listed = second.get_api_mappings(**NAME)["Items"]
    ids = {each["ApiMappingKey"]: each["ApiMappingId"] for each in listed}
    second.delete_api_mapping(**NAME, ApiMappingId=ids[deleted])

    assert keys(client).keys() == left


def test_mapping_that_there_is_not_is_not_deleted(client, domain):
    before = keys(client)
    with pytest.raises(ClientError, match="NotFound"):
        client("apigatewayv2").delete_api_mapping(**NAME, ApiMappingId="none")

    assert keys(client) == before == {"v1": (domain, "prod")}


def test_mapping_that_is_made_after_one_was_deleted_takes_the_place_of_no_other(client, domain):
    second, to = client("apigatewayv2"), {**NAME, "ApiId": domain, "Stage": "prod"}
    first, _ = (second.create_api_mapping(**to, ApiMappingKey=key) for key in ("a", "b"))
    second.delete_api_mapping(**NAME, ApiMappingId=first["ApiMappingId"])
    second.create_api_mapping(**to, ApiMappingKey="c")

    assert keys(client).keys() == {"v1", "b", "c"}
