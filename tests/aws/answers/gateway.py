"""API Gateway's answers except for the API's own text, and ACM's."""

import json

from tests.aws.answers import ACCOUNT, CERTIFICATE, REGION, SCOPE, THEN

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

OTHER_DOMAIN, ALIEN_DOMAIN = "old.example.jp", "alien.example.jp"
MAPPINGS = {
    SCOPE.domain: [
        {"basePath": "(none)", "restApiId": "abc123", "stage": "prod"},
        {"basePath": "v1", "restApiId": "abc123", "stage": "prod"},
    ],
    OTHER_DOMAIN: [{"basePath": "(none)", "restApiId": "abc123", "stage": "prod"}],
    ALIEN_DOMAIN: [{"basePath": "(none)", "restApiId": "zzz", "stage": "prod"}],
}

GATEWAY = {
    "apigateway:GetRestApis": {"items": [REST_API, REST_API | {"id": "zzz", "name": "alien-api"}]},
    "apigateway:GetStages": {"item": [STAGE]},
    "apigateway:GetDeployments": {
        "items": [
            {"id": "d1", "createdDate": THEN.replace(day=1)},
            {"id": "d2", "createdDate": THEN, "description": "second"},
        ]
    },
    "apigateway:GetDeployment": {
        "id": "d1",
        "createdDate": THEN.replace(day=1),
        "apiSummary": {"/stamps": {"GET": {"authorizationType": "CUSTOM", "apiKeyRequired": True}}},
    },
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
    "apigateway:GetDomainNames": {
        "items": [{"domainName": one} for one in (SCOPE.domain, OTHER_DOMAIN, ALIEN_DOMAIN)]
    },
    "apigateway:GetBasePathMappings": lambda asked: {"items": MAPPINGS[asked["domainName"]]},
    "apigatewayv2:GetApiMappings": lambda asked: {
        "Items": [
            {
                "ApiId": entry["restApiId"],
                "ApiMappingKey": entry["basePath"],
                "Stage": entry["stage"],
            }
            for entry in MAPPINGS[asked["DomainName"]]
        ]
    },
    "acm:DescribeCertificate": {
        "Certificate": {
            "CertificateArn": CERTIFICATE,
            "DomainName": SCOPE.domain,
            "SubjectAlternativeNames": [SCOPE.domain, "*.rally.example.jp"],
            "Status": "ISSUED",
            "NotBefore": THEN,
            "NotAfter": THEN.replace(year=2027),
        }
    },
}
