"""API Gateway and its second API: the API and its draft, its stages, who may call how often, and its custom domains.

Of a draft, and of what a stage serves, the facts are those of ``aws.api.document``: an export is no shape
of botocore's, so its keys are decided there, and both are judged alike. HTTP and WebSocket APIs
reach our functions only where a function's policy, or a role, lets them, which is judged there.
"""

from collections.abc import Mapping

from aws.ledger import (
    LABELS,
    NAMES,
    Entry,
    Harmless,
    Judged,
    Ledger,
    Operation,
    alike,
    below,
)
from aws.words import Words

ROUTE = Words(en="route", ja="ルート")
AUTHORIZER = Words(en="authorizer", ja="オーソライザー")
GATEWAY_RESPONSE = Words(en="gateway response", ja="ゲートウェイレスポンス")
SERVED, DRAFT = "apigateway:GetExport", "apigateway:GetResources"
ACCESS_MODE = Words(en="endpoint access mode", ja="エンドポイントのアクセスモード")

TAGS = Harmless("tags of what is not tagged by plan; the door searches them for secrets")
OTHERS = Harmless("asks for no Lambda authorizer, and such a guard of a route is red as such")

METHOD, INTEGRATION = "items.resourceMethods", "items.resourceMethods.methodIntegration"


METHOD_MEMBERS: Mapping[str, Entry] = {
    "httpMethod": Judged("verb"),
    "authorizationType": Judged("authorizer"),
    "authorizerId": Judged("authorizer"),
    "apiKeyRequired": Judged("api_key_required"),
    **alike("requestValidatorId requestModels authorizationScopes", Judged("surplus")),
    "operationName": LABELS,
    "requestParameters": Harmless(
        "declared for people and caches; what demands one is a validator"
    ),
    "methodResponses": Harmless(
        "documentation only: API Gateway does not hold a function's answer to it"
    ),
}

INTEGRATION_MEMBERS: Mapping[str, Entry] = {
    "type": Judged("kind"),
    "httpMethod": Judged("http_method"),
    "uri": Judged("uri"),
    "connectionType": Judged("surplus"),
    **alike(
        "connectionId credentials requestParameters passthroughBehavior cacheNamespace "
        "integrationResponses.contentHandling tlsConfig.insecureSkipVerification "
        "integrationTarget",
        Judged("surplus"),
    ),
    "requestTemplates": Judged("request_templates"),
    "contentHandling": Judged("surplus"),
    "timeoutInMillis": Judged("timeout_ms"),
    "cacheKeyParameters": Judged("cache_key_parameters"),
    **alike(
        "integrationResponses.statusCode integrationResponses.selectionPattern "
        "integrationResponses.responseParameters integrationResponses.responseTemplates",
        Judged("answers"),
    ),
    "responseTransferMode": Judged("surplus"),
}
OF_ITS_PLACE = Harmless("an id or ARN of what its place says already")
TOLD_BY_FIRST = Harmless("asked only for the names of domains that the first API may have left out")

# Where our API stands, none of the listings that need their list is empty: without it they are not understood. The
# others may be (mappings), and then API Gateway may leave their list out.
LEDGER: Ledger = {
    "apigateway:GetDeployments": Operation(
        resources={},
        members={
            "items.id": Judged("id"),
            "items.description": LABELS,
            "items.createdDate": Judged("created"),
            "items.apiSummary": Harmless("a summary of what the export tells in full"),
        },
        needs=frozenset({"items"}),
    ),
    "apigateway:GetDeployment": Operation(
        resources={},
        members={
            "id": Judged("id"),
            "description": LABELS,
            "createdDate": Judged("created"),
            "apiSummary": Judged("authorization"),
        },
        needs=frozenset({"id", "createdDate"}),
    ),
    "apigateway:GetResources": Operation(
        resources={},
        members={
            "items.id": NAMES,
            "items.parentId": NAMES,
            "items.pathPart": Harmless("the last part of the path"),
            "items.path": Judged("path"),
            **below(METHOD, METHOD_MEMBERS),
            **below(INTEGRATION, INTEGRATION_MEMBERS),
        },
        needs=frozenset({"items"}),
    ),
    "apigateway:GetAuthorizers": Operation(
        resources={},
        members={
            "items.id": Judged("id"),
            "items.name": Judged("name"),
            "items.type": Judged("kind"),
            "items.providerARNs": OTHERS,
            "items.authType": Harmless("a word for OpenAPI documents"),
            "items.authorizerUri": Judged("uri"),
            "items.authorizerCredentials": Judged("surplus"),
            "items.identitySource": Judged("identity_source"),
            "items.identityValidationExpression": Judged("surplus"),
            "items.authorizerResultTtlInSeconds": Judged("ttl_s"),
            "items.jwtConfiguration": OTHERS,
        },
        needs=frozenset({"items"}),
    ),
    "apigateway:GetRequestValidators": Operation(
        resources={},
        members={
            "items.id": NAMES,
            "items.name": NAMES,
            "items.validateRequestBody": Judged("surplus"),
            "items.validateRequestParameters": Judged("surplus"),
        },
    ),
    "apigateway:GetGatewayResponses": Operation(
        resources={},
        members={
            "items.responseType": Judged("gateway_responses"),
            "items.statusCode": Judged("status"),
            "items.responseParameters": Judged("headers"),
            "items.responseTemplates": Judged("templates"),
            "items.defaultResponse": Judged("gateway_responses"),
        },
        needs=frozenset({"items"}),
    ),
    "apigateway:GetExport": Operation(
        resources={},
        members={
            "contentType": Harmless("of the document, which is asked for as JSON"),
            "contentDisposition": Harmless("a name for a file that is not written"),
            "body": Judged("served"),
        },
        needs=frozenset({"body"}),
    ),
    "apigatewayv2:GetApiMappings": Operation(
        resources={},
        members={
            **alike("Items.ApiId Items.ApiMappingKey Items.Stage", Judged("mappings")),
            "Items.ApiMappingId": OF_ITS_PLACE,
        },
    ),
    "apigatewayv2:GetDomainNames": Operation(
        resources={},
        members={
            "Items.DomainName": Judged("mappings"),
            **alike(
                "Items.ApiMappingSelectionExpression Items.DomainNameConfigurations "
                "Items.MutualTlsAuthentication Items.RoutingMode Items.Tags",
                TOLD_BY_FIRST,
            ),
            "Items.DomainNameArn": OF_ITS_PLACE,
        },
    ),
    "apigatewayv2:ListRoutingRules": Operation(
        resources={},
        members={
            **alike(
                "RoutingRules.Actions RoutingRules.Conditions RoutingRules.Priority",
                Judged("rules"),
            ),
            "RoutingRules.RoutingRuleArn": OF_ITS_PLACE,
            "RoutingRules.RoutingRuleId": OF_ITS_PLACE,
        },
    ),
}
