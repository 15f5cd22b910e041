"""API Gateway: the API and its draft, its stages, who may call how often, and the names that lead to it.

Of a draft, and of what a stage serves, the facts are those of ``aws.api_document``: an export is no shape
of botocore's, so its keys are decided there, and both are judged alike.
"""

from collections.abc import Mapping

from aws.ledger import (
    NAMES,
    WHEN,
    Closed,
    Entry,
    Harmless,
    Judged,
    Ledger,
    Operation,
    Resource,
    alike,
    answered,
    below,
    only,
)
from aws.words import Words

ROUTE = Words(en="route", ja="ルート")
AUTHORIZER = Words(en="authorizer", ja="オーソライザー")
GATEWAY_RESPONSE = Words(en="gateway response", ja="ゲートウェイレスポンス")
SERVED, DRAFT = "apigateway:GetExport", "apigateway:GetResources"
WEB_ACL = Words(en="web ACL", ja="Web ACL")
REST_API = Words(en="REST API", ja="REST API")
STAGE = Words(en="stage", ja="ステージ")
DOMAIN = Words(en="custom domain", ja="カスタムドメイン")

WORDS = Harmless("words for people; the door searches them for secrets")
TAGS = Harmless("tags of what is not tagged by plan; the door searches them for secrets")
CACHED = Harmless("says nothing while no answer is cached, which is judged by the cache's keys")
OTHERS = Harmless("asks for no Lambda authorizer, and such a guard of a route is red as such")

BINARY = Words(en="binary media types", ja="バイナリメディアタイプ")
COMPRESSION = Words(en="minimum compression size", ja="圧縮の最小サイズ")
KEY_SOURCE = Words(en="API key source", ja="APIキーの取得元")
VPC_ENDPOINTS = Words(en="VPC endpoints", ja="VPCエンドポイント")
ACCESS_MODE = Words(en="endpoint access mode", ja="エンドポイントのアクセスモード")

METHOD, INTEGRATION = "items.resourceMethods", "items.resourceMethods.methodIntegration"


API_MEMBERS: Mapping[str, Entry] = {
    "id": Judged("id"),
    "name": Judged("name"),
    **alike("description version apiStatusMessage", WORDS),
    "createdDate": Judged("created"),
    "warnings": Harmless("what an import complained of; what it made is judged itself"),
    "binaryMediaTypes": Closed(BINARY),
    "minimumCompressionSize": Closed(COMPRESSION, usual=lambda found: found < 0),
    "apiKeySource": Closed(KEY_SOURCE, usual=only("HEADER")),
    "endpointConfiguration.types": Judged("endpoint_types"),
    "endpointConfiguration.ipAddressType": Harmless("IPv6 is offered beside IPv4, or is not"),
    "endpointConfiguration.vpcEndpointIds": Closed(VPC_ENDPOINTS),
    "policy": Judged("policy"),
    "tags": Judged("tags"),
    "disableExecuteApiEndpoint": Judged("execute_api_disabled"),
    "rootResourceId": NAMES,
    "securityPolicy": Harmless(
        "which old TLS is refused at AWS's own address: at least its default"
    ),
    "endpointAccessMode": Closed(ACCESS_MODE, usual=only("BASIC")),
    "apiStatus": Closed(
        Words(en="status", ja="状態"), usual=only("AVAILABLE", "UPDATING", "PENDING")
    ),
}

STAGE_MEMBERS: Mapping[str, Entry] = {
    "deploymentId": Judged("deployment_id"),
    "clientCertificateId": Harmless("shown to backends that ask for it; Lambda never does"),
    "stageName": Judged("name"),
    "description": Judged("description"),
    "cacheClusterEnabled": Judged("cache_enabled"),
    **alike(
        "cacheClusterSize cacheClusterStatus methodSettings.cacheTtlInSeconds "
        "methodSettings.cacheDataEncrypted methodSettings.requireAuthorizationForCacheControl "
        "methodSettings.unauthorizedCacheControlHeaderStrategy",
        CACHED,
    ),
    "methodSettings.metricsEnabled": Harmless("metrics of single methods: they observe, and cost"),
    **alike(
        "methodSettings.loggingLevel methodSettings.dataTraceEnabled "
        "methodSettings.throttlingBurstLimit methodSettings.throttlingRateLimit "
        "methodSettings.cachingEnabled",
        Judged("settings"),
    ),
    "variables": Judged("variables"),
    "documentationVersion": Harmless("says which pages describe the API"),
    "accessLogSettings.format": Judged("access_log_format"),
    "accessLogSettings.destinationArn": Judged("access_log_arn"),
    "canarySettings": Judged("canary_percent"),
    "tracingEnabled": Judged("tracing"),
    "webAclArn": Closed(WEB_ACL),
    "tags": Judged("tags"),
    "createdDate": WHEN,
    "lastUpdatedDate": WHEN,
}

METHOD_MEMBERS: Mapping[str, Entry] = {
    "httpMethod": Judged("verb"),
    "authorizationType": Judged("authorizer"),
    "authorizerId": Judged("authorizer"),
    "apiKeyRequired": Judged("api_key_required"),
    **alike("requestValidatorId requestModels authorizationScopes", Judged("surplus")),
    "operationName": WORDS,
    "requestParameters": Harmless(
        "declared for people and caches; what demands one is a validator"
    ),
    "methodResponses": Harmless(
        "declared for people; an answer of a function passes whatever it is"
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

DOMAIN_MEMBERS: Mapping[str, Entry] = {
    "domainName": Judged("name"),
    **alike(
        "domainNameId domainNameArn certificateName regionalHostedZoneId "
        "regionalCertificateName distributionHostedZoneId",
        NAMES,
    ),
    "certificateArn": Judged("certificate_arn"),
    "certificateUploadDate": WHEN,
    "regionalDomainName": Judged("target"),
    "regionalCertificateArn": Judged("certificate_arn"),
    "distributionDomainName": Judged("target"),
    "endpointConfiguration.types": Judged("endpoint_types"),
    "endpointConfiguration.ipAddressType": Harmless("IPv6 is offered beside IPv4, or is not"),
    "endpointConfiguration.vpcEndpointIds": Harmless("of private domains, which are red as such"),
    "domainNameStatus": Judged("status"),
    "domainNameStatusMessage": WORDS,
    "securityPolicy": Judged("security_policy"),
    "endpointAccessMode": Closed(ACCESS_MODE, usual=only("BASIC")),
    "tags": TAGS,
    "mutualTlsAuthentication": Closed(
        Words(en="mutual TLS", ja="相互TLS認証"), shows="truststoreUri"
    ),
    "ownershipVerificationCertificateArn": Harmless("proves to AWS whose name it is"),
    "managementPolicy": Harmless("who may associate a private domain; ours is regional"),
    "policy": Harmless("who may call a private domain; ours is regional"),
    "routingMode": Judged("routing"),
}

# Where our API stands, none of the listings that need their list is empty: without it they are not understood. The
# others may be (mappings), and then API Gateway may leave their list out.
LEDGER: Ledger = {
    "apigateway:GetRestApis": Operation(
        resources={"items": Resource(kind=REST_API, name=answered("name"))},
        members={**below("items", API_MEMBERS)},
        needs=frozenset({"items"}),
    ),
    "apigateway:GetStages": Operation(
        resources={"item": Resource(kind=STAGE, name=answered("stageName"))},
        members=below("item", STAGE_MEMBERS),
        needs=frozenset({"item"}),
    ),
    "apigateway:GetDeployments": Operation(
        resources={},
        members={
            "items.id": Judged("id"),
            "items.description": WORDS,
            "items.createdDate": Judged("created"),
            "items.apiSummary": Harmless("a summary of what the export tells in full"),
        },
        needs=frozenset({"items"}),
    ),
    "apigateway:GetDeployment": Operation(
        resources={},
        members={
            "id": Judged("id"),
            "description": WORDS,
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
    "apigateway:GetDomainName": Operation(
        resources={"": Resource(kind=DOMAIN, name=answered("domainName"))},
        members=DOMAIN_MEMBERS,
    ),
    "apigateway:GetDomainNames": Operation(
        resources={},
        members={**below("items", DOMAIN_MEMBERS)},
    ),
    "apigateway:GetBasePathMappings": Operation(
        resources={},
        members={
            **alike("items.basePath items.restApiId items.stage", Judged("mappings")),
        },
    ),
}
