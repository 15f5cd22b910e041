"""The export of the stage, by hand, as AWS writes OpenAPI 3.0 with its extensions."""

from tests.aws.answers import REGION
from tests.aws.gateway_parts import AUTH, CORS, DEFAULT_TEMPLATE, GATEWAY_CORS, TEMPLATE

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
