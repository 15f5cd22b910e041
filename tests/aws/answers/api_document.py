"""API Gateway's answers about what the API says: the same API as its draft and as its stage's export.

The two are spelled as AWS spells them: the export says token, aws_proxy, integer status codes and
``default``, leaves defaults out and writes the timeout; the draft says TOKEN, AWS_PROXY, strings.
"""

import io
import json

from tests.aws.answers import INVOKE, LAMBDA, REGION

AUTH = f"{INVOKE}{LAMBDA}rally-auth:live/invocations"
ORIGIN = "'https://rally.example.jp'"
CORS = {
    "method.response.header.Access-Control-Allow-Origin": ORIGIN,
    "method.response.header.Access-Control-Allow-Methods": "'GET,OPTIONS'",
}
GATEWAY_CORS = {"gatewayresponse.header.Access-Control-Allow-Origin": ORIGIN}
DEFAULT_TEMPLATE = {"application/json": '{"message":$context.error.messageString}'}
TEMPLATE = {"application/json": '{"statusCode": 200}'}

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

EXPORT = {
    "openapi": "3.0.1",
    "info": {"title": "rally-api", "version": "2026-11-20T03:00:00Z"},
    "servers": [
        {
            "url": f"https://abc123.execute-api.{REGION}.amazonaws.com/{{basePath}}",
            "variables": {"basePath": {"default": "prod"}},
        }
    ],
    "paths": {
        "/spots": {
            "get": {
                "parameters": [{"name": "id", "in": "query", "schema": {"type": "string"}}],
                "responses": {"200": {"description": "200 response", "content": {}}},
                "security": [{"session": []}, {"api_key": []}],
                "x-amazon-apigateway-integration": {
                    "type": "aws_proxy",
                    "httpMethod": "POST",
                    "uri": AUTH,
                    "responses": {"default": {"statusCode": "200"}},
                    "passthroughBehavior": "when_no_match",
                    "timeoutInMillis": 29000,
                    "cacheNamespace": "r1",
                    "cacheKeyParameters": [
                        "method.request.header.Authorization",
                        "method.request.querystring.id",
                    ],
                    "contentHandling": "CONVERT_TO_TEXT",
                },
            },
            "options": {
                "responses": {
                    "204": {
                        "description": "204 response",
                        "headers": {"Access-Control-Allow-Origin": {"schema": {"type": "string"}}},
                        "content": {},
                    }
                },
                "x-amazon-apigateway-integration": {
                    "type": "mock",
                    "responses": {"default": {"statusCode": "204", "responseParameters": CORS}},
                    "requestTemplates": TEMPLATE,
                    "passthroughBehavior": "when_no_match",
                },
            },
        },
        "/login": {
            "x-amazon-apigateway-any-method": {
                "responses": {},
                "x-amazon-apigateway-integration": {
                    "type": "aws_proxy",
                    "httpMethod": "POST",
                    "uri": AUTH,
                    "timeoutInMillis": 5000,
                },
            }
        },
        "/inside": {"get": {"responses": {}, "security": [{"sigv4": []}]}},
    },
    "components": {
        "schemas": {"Empty": {"title": "Empty Schema", "type": "object"}},
        "securitySchemes": {
            "session": {
                "type": "apiKey",
                "name": "Authorization",
                "in": "header",
                "x-amazon-apigateway-authtype": "custom",
                "x-amazon-apigateway-authorizer": {
                    "type": "token",
                    "authorizerUri": AUTH,
                    "authorizerResultTtlInSeconds": 60,
                },
            },
            "api_key": {"type": "apiKey", "name": "x-api-key", "in": "header"},
            "sigv4": {
                "type": "apiKey",
                "name": "Authorization",
                "in": "header",
                "x-amazon-apigateway-authtype": "awsSigv4",
            },
        },
    },
    "x-amazon-apigateway-gateway-responses": {
        "DEFAULT_4XX": {"responseParameters": GATEWAY_CORS},
        "ACCESS_DENIED": {
            "statusCode": 401,
            "responseParameters": GATEWAY_CORS,
            "responseTemplates": {"application/json": '{"error": "unauthorized"}'},
        },
        "THROTTLED": {
            "statusCode": 429,
            "responseParameters": GATEWAY_CORS,
            "responseTemplates": DEFAULT_TEMPLATE,
        },
    },
}

DOCUMENTS = DRAFT | {
    "apigateway:GetExport": lambda _: {"body": io.BytesIO(json.dumps(EXPORT).encode())},
}
