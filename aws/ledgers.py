"""What becomes of each member of an answer that describes no kind: of API Gateway's draft and mappings, EventBridge and Route 53.

Of a draft, and of what a stage serves, the facts are those of ``aws.api.document``: an export is no shape
of botocore's, so its keys are decided there, and both are judged alike. HTTP and WebSocket APIs
reach our functions only where a function's policy, or a role, lets them, which is judged there.
"""

from aws.ledger import LABELS, NAMES, WHEN, Harmless, Ledger, below, operation
from aws.words import Words

ROUTE = Words(en="route", ja="ルート")
AUTHORIZER = Words(en="authorizer", ja="オーソライザー")
IDENTITY_SOURCE = Words(en="identity source", ja="IDソース")
GATEWAY_RESPONSE = Words(en="gateway response", ja="ゲートウェイレスポンス")
SERVED, DRAFT = "apigateway:GetExport", "apigateway:GetResources"
ACCESS_MODE = Words(en="endpoint access mode", ja="エンドポイントのアクセスモード")

TAGS = Harmless("tags of what is not tagged by plan; the door searches them for secrets")
OTHERS = Harmless("asks for no Lambda authorizer, and such a guard of a route is red as such")

METHOD, INTEGRATION = "resourceMethods", "resourceMethods.methodIntegration"
METHOD_MEMBERS = operation(
    judged=(
        "httpMethod authorizationType authorizerId apiKeyRequired requestValidatorId"
        " requestModels authorizationScopes"
    ),
    harmless={
        LABELS: "operationName",
        "declared for people and caches; what demands one is a validator": "requestParameters",
        "documentation only: API Gateway does not hold a function's answer to it": "methodResponses",
    },
).members
INTEGRATION_MEMBERS = operation(
    judged=(
        "type httpMethod uri requestTemplates timeoutInMillis cacheKeyParameters"
        " integrationResponses.statusCode integrationResponses.selectionPattern"
        " integrationResponses.responseParameters integrationResponses.responseTemplates"
        " connectionType connectionId credentials requestParameters passthroughBehavior"
        " cacheNamespace integrationResponses.contentHandling tlsConfig.insecureSkipVerification"
        " integrationTarget contentHandling responseTransferMode"
    )
).members
OF_ITS_PLACE = Harmless("an id or ARN of what its place says already")
RULE = Words(en="event rule", ja="イベントルール")
PIPE = Words(en="pipe", ja="パイプ")
STATE = Harmless("a pipe that is meant to run may run again at any time")
SCHEDULE = Words(en="schedule", ja="スケジュール")

LEDGER: Ledger = {
    # Where our API stands, none of the listings that need their list is empty: without it they are not understood. The
    # others may be (mappings), and then API Gateway may leave their list out.
    "apigateway:GetDeployments": operation(
        "items",
        judged="id createdDate",
        harmless={
            LABELS: "description",
            "a summary of what the export tells in full": "apiSummary",
        },
        needs="items",
    ),
    "apigateway:GetDeployment": operation(
        judged="id createdDate apiSummary",
        harmless={LABELS: "description"},
        needs="id createdDate",
    ),
    "apigateway:GetResources": operation(
        "items",
        judged="path",
        harmless={NAMES: "id parentId", "the last part of the path": "pathPart"},
        members={**below(METHOD, METHOD_MEMBERS), **below(INTEGRATION, INTEGRATION_MEMBERS)},
        needs="items",
    ),
    "apigateway:GetAuthorizers": operation(
        "items",
        judged=(
            "id name type authorizerUri identitySource authorizerResultTtlInSeconds"
            " authorizerCredentials identityValidationExpression"
        ),
        harmless={
            OTHERS: "providerARNs jwtConfiguration",
            "a word for OpenAPI documents": "authType",
        },
        needs="items",
    ),
    "apigateway:GetRequestValidators": operation(
        "items",
        judged="validateRequestBody validateRequestParameters",
        harmless={NAMES: "id name"},
    ),
    "apigateway:GetGatewayResponses": operation(
        "items",
        judged="responseType defaultResponse statusCode responseParameters responseTemplates",
        needs="items",
    ),
    "apigateway:GetExport": operation(
        judged="body",
        harmless={
            "of the document, which is asked for as JSON": "contentType",
            "a name for a file that is not written": "contentDisposition",
        },
        needs="body",
    ),
    "apigatewayv2:GetApiMappings": operation(
        "Items",
        judged="ApiId ApiMappingKey Stage",
        harmless={OF_ITS_PLACE: "ApiMappingId"},
    ),
    "apigatewayv2:GetDomainNames": operation(
        "Items",
        judged="DomainName",
        harmless={
            OF_ITS_PLACE: "DomainNameArn",
            "asked only for the names of domains that the first API may have left out": (
                "ApiMappingSelectionExpression DomainNameConfigurations MutualTlsAuthentication RoutingMode Tags"
            ),
        },
    ),
    "apigatewayv2:ListRoutingRules": operation(
        "RoutingRules",
        judged="Actions Conditions Priority",
        harmless={OF_ITS_PLACE: "RoutingRuleArn RoutingRuleId"},
    ),
    "events:ListEventBuses": operation(
        "EventBuses",
        judged="Name",
        harmless={
            NAMES: "Arn",
            LABELS: "Description",
            WHEN: "CreationTime LastModifiedTime",
            "who may put events onto a bus; what they cause is what its rules do, which is judged": "Policy",
            "whose rules are on it is judged, not whose it is": "ManagedBy",
        },
        needs="EventBuses",
    ),
    "events:ListRules": operation(
        "Rules",
        judged="Name EventBusName EventPattern ScheduleExpression State RoleArn",
        harmless={
            NAMES: "Arn",
            LABELS: "Description",
            "a rule of a service of AWS is judged like any other": "ManagedBy",
        },
    ),
    # Each part of what a target does is in the digest that a decision repeats.
    "events:ListTargetsByRule": operation(judged="Targets"),
    "events:ListApiDestinations": operation(
        "ApiDestinations",
        judged="ApiDestinationArn InvocationEndpoint",
        harmless={
            NAMES: "Name",
            WHEN: "CreationTime LastModifiedTime",
            "an inactive one may be active tomorrow": "ApiDestinationState",
            "how it signs in elsewhere": "ConnectionArn",
            "any call of our API counts": "HttpMethod InvocationRateLimitPerSecond",
        },
        needs="ApiDestinations",
    ),
    "pipes:ListPipes": operation(
        "Pipes",
        judged="Name DesiredState Source Target Enrichment",
        harmless={
            NAMES: "Arn",
            WHEN: "CreationTime LastModifiedTime",
            STATE: "CurrentState StateReason",
        },
    ),
    "pipes:DescribePipe": operation(
        judged=(
            "Name Source DesiredState SourceParameters Enrichment EnrichmentParameters Target"
            " TargetParameters RoleArn LogConfiguration"
        ),
        harmless={
            NAMES: "Arn",
            LABELS: "Description",
            WHEN: "CreationTime LastModifiedTime",
            STATE: "CurrentState StateReason",
            "a pipe's own tags decide nothing": "Tags",
            "how the pipe itself is stored": "KmsKeyIdentifier",
        },
        needs="Source Target RoleArn",
    ),
    "scheduler:ListSchedules": operation(
        "Schedules",
        judged="Name GroupName State Target.Arn",
        harmless={NAMES: "Arn", WHEN: "CreationDate LastModificationDate"},
    ),
    "scheduler:GetSchedule": operation(
        judged=(
            "Name GroupName ScheduleExpression EndDate ScheduleExpressionTimezone"
            " FlexibleTimeWindow.MaximumWindowInMinutes State Target"
        ),
        harmless={
            NAMES: "Arn",
            LABELS: "Description",
            WHEN: "CreationDate LastModificationDate",
            "one that starts later still acts by itself": "StartDate",
            "how the schedule itself is stored": "KmsKeyArn",
            "any time counts": "FlexibleTimeWindow.Mode",
            "what becomes of the schedule once it is over": "ActionAfterCompletion",
        },
        needs="Target",
    ),
    "route53:ListResourceRecordSets": operation(
        judged="ResourceRecordSets",
        harmless={
            "for how long resolvers keep an answer": "ResourceRecordSets.TTL",
            "which of several records answers; each of them has to lead to the target": "ResourceRecordSets.HealthCheckId",
            "where the next page begins; one name has far fewer records than a page": (
                "IsTruncated NextRecordName NextRecordType NextRecordIdentifier MaxItems"
            ),
        },
        needs="ResourceRecordSets",
    ),
}
