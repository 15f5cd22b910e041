"""What nobody planned of an API is read from its draft and from its export, and nothing else is."""

from copy import deepcopy

import pytest

from aws.api.document import from_draft, from_export
from tests.aws.answers.api_document import DRAFT, EXPORT

EXTENSION = "x-amazon-apigateway-"
ROLE = "arn:aws:iam::444455556666:role/anybody"
LOGIN = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Login"}}}}
CALLS = {
    "credentials": (ROLE, "credentials"),
    "connectionType": ("VPC_LINK", "private connection"),
    "requestParameters": ({"integration.request.header.X": "'1'"}, "request parameters"),
    "requestTemplates": ({"application/json": "{}"}, "request templates"),
    "passthroughBehavior": ("never", "passthrough behavior"),
    "contentHandling": ("CONVERT_TO_BINARY", "content handling"),
    "tlsConfig": ({"insecureSkipVerification": True}, "skipped TLS verification"),
    "responseTransferMode": ("STREAM", "response transfer mode"),
    "integrationTarget": ("arn:aws:elasticloadbalancing:x", "integration target"),
}
"""Member of an integration -> what somebody may write there, and the fact that tells of it."""
WHOLE = {
    "binary-media-types": (["*/*"], "binary media types"),
    "minimum-compression-size": (1024, "minimum compression size"),
    "api-key-source": ("AUTHORIZER", "API key source"),
    "endpoint-configuration": ({"vpcEndpointIds": ["vpce-1"]}, "VPC endpoints"),
    "policy": ({"Statement": []}, "resource policy"),
}
PLACES = {
    "document": lambda raw: raw,
    "/spots": lambda raw: raw["paths"]["/spots"],
    "get /spots": lambda raw: raw["paths"]["/spots"]["get"],
    "integration of get /spots": lambda raw: raw["paths"]["/spots"]["get"][
        f"{EXTENSION}integration"
    ],
    "response of options /spots": lambda raw: raw["paths"]["/spots"]["options"][
        f"{EXTENSION}integration"
    ]["responses"]["default"],
    "scheme session": lambda raw: raw["components"]["securitySchemes"]["session"],
    "authorizer session": lambda raw: raw["components"]["securitySchemes"]["session"][
        f"{EXTENSION}authorizer"
    ],
    "gateway response THROTTLED": lambda raw: raw[f"{EXTENSION}gateway-responses"]["THROTTLED"],
}
"""Where a key may stand in an export, as it is told."""


def of_export(change=lambda _: None):
    raw = deepcopy(EXPORT)
    change(raw)
    return from_export(raw)


def of_draft(change=lambda _: None, **more):
    items = deepcopy({name: answer["items"] for name, answer in DRAFT.items()})
    change(items)
    return from_draft(
        resources=items["apigateway:GetResources"],
        authorizers=items["apigateway:GetAuthorizers"],
        gateway_responses=items["apigateway:GetGatewayResponses"],
        **more,
    )


def drafted(items):
    return items["apigateway:GetResources"][1]["resourceMethods"]["GET"]


@pytest.mark.parametrize("document", [of_draft(), of_export()], ids=["draft", "export"])
def test_api_as_consoles_make_it_has_no_surplus(document):
    methods, authorizers = document.methods.values(), document.authorizers.values()

    assert {*(bool(method.surplus) for method in (*methods, *authorizers))} == {False}
    assert not document.surplus
    assert not document.unknown


@pytest.mark.parametrize("member", CALLS)
def test_member_of_an_integration_is_told_in_draft_and_export_alike(member):
    value, fact = CALLS[member]

    draft = of_draft(lambda items: drafted(items)["methodIntegration"].update({member: value}))
    export = of_export(lambda raw: PLACES["integration of get /spots"](raw).update({member: value}))

    told = draft.methods["GET /spots"].surplus
    assert list(told) == [fact]
    assert export.methods["GET /spots"].surplus == told


@pytest.mark.parametrize(
    ("text", "computes"),
    [
        ('#if($input.params("Origin") == "x"){"statusCode": 200}#end', True),
        ("$context.responseOverride.header.put('X', 'y')", True),
        ('{"statusCode": $input.params("status")}', True),
        ('{"statusCode": 200, "id": "$context.requestId"}', False),
        ('{"statusCode": 200, "color": "#ffaa00"}', False),
        (None, False),
    ],
)
def test_template_of_a_mock_is_told_where_it_computes(text, computes):
    mock = {"type": "MOCK", "requestTemplates": {"application/json": text}}

    draft = of_draft(lambda items: drafted(items)["methodIntegration"].update(mock))
    export = of_export(lambda raw: PLACES["integration of get /spots"](raw).update(mock))

    told = {"request templates": f"application/json={text}"} if computes else {}
    assert draft.methods["GET /spots"].surplus == told == export.methods["GET /spots"].surplus


@pytest.mark.parametrize("validator", ["all", None])
def test_request_model_is_told_by_its_name_where_it_binds(validator):
    named = {"requestValidatorId": validator, "requestModels": {"application/json": "Login"}}
    draft = of_draft(lambda items: drafted(items).update(named))
    body = {"requestBody": LOGIN, f"{EXTENSION}request-validator": validator}
    export = of_export(lambda raw: raw["paths"]["/spots"]["get"].update(body))

    binding = {"request models": "application/json=Login", "request validation": "all"}
    told = binding if validator else {}
    assert draft.methods["GET /spots"].surplus == told == export.methods["GET /spots"].surplus


@pytest.mark.parametrize(
    ("body", "parameters", "told"),
    [
        (True, False, {"request validation": "body"}),
        (True, True, {"request validation": "body, parameters"}),
        (False, False, {}),
    ],
)
def test_validator_is_told_by_what_it_looks_at(body, parameters, told):
    looks = {"validateRequestBody": body, "validateRequestParameters": parameters}

    draft = of_draft(
        lambda items: drafted(items).update(requestValidatorId="v1"),
        validators=[{"id": "v1", "name": "all", **looks}],
    )
    export = of_export(
        lambda raw: (
            raw["paths"]["/spots"]["get"].update({f"{EXTENSION}request-validator": "all"}),
            raw.update({f"{EXTENSION}request-validators": {"all": looks}}),
        )
    )

    assert draft.methods["GET /spots"].surplus == told == export.methods["GET /spots"].surplus


def test_validator_of_the_whole_export_is_one_of_each_method():
    export = of_export(lambda raw: raw.update({f"{EXTENSION}request-validator": "gone"}))

    assert {tuple(method.surplus) for method in export.methods.values()} == {
        ("request validation",)
    }


@pytest.mark.parametrize("extension", WHOLE)
def test_extension_of_the_whole_api_is_told(extension):
    value, fact = WHOLE[extension]

    export = of_export(lambda raw: raw.update({EXTENSION + extension: value}))

    assert list(export.surplus) == [fact]
    assert not export.unknown


@pytest.mark.parametrize("where", PLACES)
def test_key_that_nobody_decided_about_is_told_with_its_place(where):
    export = of_export(lambda raw: PLACES[where](raw).update({f"{EXTENSION}new": True}))

    assert export.unknown == (f"{where}: {EXTENSION}new",)
    assert export == of_export()


def test_paths_that_share_a_cache_are_told_of_each_other():
    def share(raw):
        for path, verb in (("/spots", "get"), ("/login", f"{EXTENSION}any-method")):
            raw["paths"][path][verb][f"{EXTENSION}integration"]["cacheNamespace"] = "one"

    methods = of_export(share).methods

    assert methods["GET /spots"].surplus == {"shared cache namespace": "/login"}
    assert methods["ANY /login"].surplus == {"shared cache namespace": "/spots"}


def test_authorizer_that_acts_as_a_role_or_refuses_by_form_is_told():
    said = {"authorizerCredentials": ROLE, "identityValidationExpression": "^x$"}

    export = of_export(lambda raw: PLACES["authorizer session"](raw).update(said))
    draft = of_draft(lambda items: items["apigateway:GetAuthorizers"][0].update(said))

    told = {"credentials": ROLE, "token validation expression": "^x$"}
    assert export.authorizers["session"].surplus == told == draft.authorizers["session"].surplus


def test_key_that_aws_adds_one_day_makes_no_other_document():
    new = of_export(lambda raw: raw["paths"]["/spots"]["get"].update({f"{EXTENSION}new": "x"}))

    assert new == of_export()
    assert new.methods == of_export().methods
