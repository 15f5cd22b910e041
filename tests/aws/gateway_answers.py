"""API Gateway's answers, by hand: the same API as its draft and as its stage's export.

The two are spelled as AWS spells them: the export says token, aws_proxy, integer status codes and
``default``, leaves defaults out and writes the timeout; the draft says TOKEN, AWS_PROXY, strings.
"""

import io
import json

from tests.aws.answers import ACCOUNT, CERTIFICATE, REGION, SCOPE, THEN
from tests.aws.export_answer import EXPORT
from tests.aws.gateway_parts import AUTH, CORS, DEFAULT_TEMPLATE, GATEWAY_CORS, TEMPLATE

REST_API = {
    "id": "abc123",
    "name": "rally-api",
    "createdDate": THEN,
    "endpointConfiguration": {"types": ["REGIONAL"]},
    "disableExecuteApiEndpoint": True,
    "policy": json.dumps({"Statement": []}).replace('"', '\\"'),
    "tags": {"Environment": "prod"},
}
STAGE = {
    "stageName": "prod",
    "deploymentId": "d2",
    "description": "production",
    "variables": {"table": "Users-prod"},
    "cacheClusterEnabled": False,
    "methodSettings": {
        "*/*": {
            "throttlingRateLimit": 1000.0,
            "throttlingBurstLimit": 2000,
            "loggingLevel": "ERROR",
            "dataTraceEnabled": False,
            "cachingEnabled": False,
        },
        "~1spots~1{id}/GET": {"throttlingRateLimit": -1.0, "throttlingBurstLimit": -1},
    },
    "accessLogSettings": {
        "format": "$context.requestId",
        "destinationArn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/apigateway/rally",
    },
    "tracingEnabled": True,
    "tags": {"Environment": "prod"},
}
GUARDED = {
    "httpMethod": "GET",
    "authorizationType": "CUSTOM",
    "authorizerId": "a1",
    "apiKeyRequired": True,
    "methodIntegration": {
        "type": "AWS_PROXY",
        "httpMethod": "POST",
        "uri": AUTH,
        "passthroughBehavior": "WHEN_NO_MATCH",
        "contentHandling": "CONVERT_TO_TEXT",
        "timeoutInMillis": 29000,
        "cacheNamespace": "r1",
        "cacheKeyParameters": [
            "method.request.querystring.id",
            "method.request.header.Authorization",
        ],
        "integrationResponses": {"200": {"statusCode": "200"}},
    },
}
PREFLIGHT = {
    "httpMethod": "OPTIONS",
    "authorizationType": "NONE",
    "apiKeyRequired": False,
    "methodIntegration": {
        "type": "MOCK",
        "requestTemplates": TEMPLATE,
        "passthroughBehavior": "WHEN_NO_MATCH",
        "timeoutInMillis": 29000,
        "cacheNamespace": "r1",
        "cacheKeyParameters": [],
        "integrationResponses": {
            "204": {
                "statusCode": "204",
                "responseParameters": CORS,
                "responseTemplates": {"application/json": ""},
            }
        },
    },
}
OPEN = {
    "httpMethod": "ANY",
    "authorizationType": "NONE",
    "apiKeyRequired": False,
    "methodIntegration": {
        "type": "AWS_PROXY",
        "httpMethod": "POST",
        "uri": AUTH,
        "timeoutInMillis": 5000,
        "cacheKeyParameters": [],
    },
}
SIGNED = {"httpMethod": "GET", "authorizationType": "AWS_IAM", "apiKeyRequired": False}

DRAFT = {
    "apigateway:GetResources": {
        "items": [
            {"id": "r0", "path": "/"},
            {
                "id": "r1",
                "path": "/spots",
                "resourceMethods": {"GET": GUARDED, "OPTIONS": PREFLIGHT},
            },
            {"id": "r2", "path": "/login", "resourceMethods": {"ANY": OPEN}},
            {"id": "r3", "path": "/inside", "resourceMethods": {"GET": SIGNED}},
        ]
    },
    "apigateway:GetAuthorizers": {
        "items": [
            {
                "id": "a1",
                "name": "session",
                "type": "TOKEN",
                "authType": "custom",
                "authorizerUri": AUTH,
                "identitySource": "method.request.header.Authorization",
                "authorizerResultTtlInSeconds": 60,
            },
            {
                "id": "a2",
                "name": "left over",
                "type": "REQUEST",
                "authorizerUri": AUTH,
                "identitySource": "method.request.header.A, method.request.querystring.b",
            },
        ]
    },
    "apigateway:GetGatewayResponses": {
        "items": [
            {
                "responseType": "DEFAULT_4XX",
                "responseParameters": GATEWAY_CORS,
                "responseTemplates": DEFAULT_TEMPLATE,
                "defaultResponse": False,
            },
            {
                "responseType": "ACCESS_DENIED",
                "statusCode": "401",
                "responseParameters": GATEWAY_CORS,
                "responseTemplates": {"application/json": '{"error": "unauthorized"}'},
                "defaultResponse": False,
            },
            {
                "responseType": "THROTTLED",
                "statusCode": "429",
                "responseParameters": GATEWAY_CORS,
                "responseTemplates": DEFAULT_TEMPLATE,
                "defaultResponse": False,
            },
            {
                "responseType": "DEFAULT_5XX",
                "responseParameters": {},
                "responseTemplates": DEFAULT_TEMPLATE,
                "defaultResponse": True,
            },
        ]
    },
}

GATEWAY = DRAFT | {
    "apigateway:GetRestApis": {"items": [REST_API, REST_API | {"id": "zzz", "name": "alien-api"}]},
    "apigateway:GetStages": {"item": [STAGE]},
    "apigateway:GetDeployments": {
        "items": [
            {"id": "d1", "createdDate": THEN.replace(day=1)},
            {"id": "d2", "createdDate": THEN, "description": "second"},
        ]
    },
    "apigateway:GetExport": lambda _: {"body": io.BytesIO(json.dumps(EXPORT).encode())},
    "apigateway:GetUsagePlans": {
        "items": [
            {
                "id": "u1",
                "name": "rally-plan",
                "throttle": {"rateLimit": 1000.0, "burstLimit": 2000},
                "quota": {"limit": 100000, "period": "DAY", "offset": 0},
                "apiStages": [{"apiId": "abc123", "stage": "prod"}],
            },
            {"id": "u2", "name": "alien-plan"},
        ]
    },
    "apigateway:GetUsagePlanKeys": {
        "items": [{"id": "k1", "type": "API_KEY", "name": "rally-key"}]
    },
    "apigateway:GetApiKeys": {"items": [{"id": "k1", "name": "rally-key", "enabled": True}]},
    "apigateway:GetAccount": {
        "cloudwatchRoleArn": f"arn:aws:iam::{ACCOUNT}:role/gateway-logs",
        "throttleSettings": {"burstLimit": 5000, "rateLimit": 10000.0},
    },
    "apigateway:GetDomainName": {
        "domainName": SCOPE.domain,
        "domainNameStatus": "AVAILABLE",
        "endpointConfiguration": {"types": ["REGIONAL"]},
        "securityPolicy": "TLS_1_2",
        "regionalCertificateArn": CERTIFICATE,
        "regionalDomainName": "d-abc.execute-api.example",
    },
    "apigateway:GetBasePathMappings": {
        "items": [
            {"basePath": "(none)", "restApiId": "abc123", "stage": "prod"},
            {"basePath": "v1", "restApiId": "abc123", "stage": "prod"},
        ]
    },
    "acm:DescribeCertificate": {
        "Certificate": {
            "CertificateArn": CERTIFICATE,
            "DomainName": SCOPE.domain,
            "SubjectAlternativeNames": [SCOPE.domain, "*.rally.example.jp"],
            "Status": "ISSUED",
            "NotAfter": THEN.replace(year=2027),
        }
    },
}
