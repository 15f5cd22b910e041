"""What becomes of each member of an answer that describes no kind: of API Gateway's draft and mappings, EventBridge and Route 53.

Of a draft, and of what a stage serves, the facts are those of ``aws.api.document``: an export is no shape
of botocore's, so its keys are decided there, and both are judged alike. HTTP and WebSocket APIs
reach our functions only where a function's policy, or a role, lets them, which is judged there.
"""

from collections.abc import Mapping

from aws.ledger import (
    LABELS,
    NAMES,
    WHEN,
    Entry,
    Harmless,
    Judged,
    Ledger,
    Operation,
    alike,
    below,
    harmless,
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
RULE = Words(en="event rule", ja="イベントルール")
BUS = Harmless(
    "who may put events onto a bus; what they cause is what its rules do, which is judged"
)
WHOLE = Judged("acts")
"""Part of what a target does: each is in the digest that a decision repeats."""
PIPE = Words(en="pipe", ja="パイプ")
STATE = Harmless("a pipe that is meant to run may run again at any time")
SCHEDULE = Words(en="schedule", ja="スケジュール")
WHERE_NEXT = Harmless("where the next page begins; one name has far fewer records than a page")
CACHED = Harmless("for how long resolvers keep an answer")

LEDGER: Ledger = {
    # Where our API stands, none of the listings that need their list is empty: without it they are not understood. The
    # others may be (mappings), and then API Gateway may leave their list out.
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
    "events:ListEventBuses": Operation(
        resources={},
        needs=frozenset({"EventBuses"}),
        members={
            "EventBuses.Name": Judged("name"),
            "EventBuses.Arn": NAMES,
            "EventBuses.Description": LABELS,
            "EventBuses.Policy": BUS,
            "EventBuses.CreationTime": WHEN,
            "EventBuses.LastModifiedTime": WHEN,
            "EventBuses.ManagedBy": Harmless("whose rules are on it is judged, not whose it is"),
        },
    ),
    "events:ListRules": Operation(
        resources={},
        members={
            "Rules.Name": Judged("name"),
            "Rules.Arn": NAMES,
            "Rules.EventPattern": Judged("when"),
            "Rules.State": Judged("acts"),
            "Rules.Description": LABELS,
            "Rules.ScheduleExpression": Judged("when"),
            "Rules.RoleArn": Judged("acts"),
            "Rules.ManagedBy": Harmless("a rule of a service of AWS is judged like any other"),
            "Rules.EventBusName": Judged("name"),
        },
    ),
    "events:ListTargetsByRule": Operation(resources={}, members={"Targets": WHOLE}),
    "events:ListApiDestinations": Operation(
        resources={},
        needs=frozenset({"ApiDestinations"}),
        members={
            "ApiDestinations.ApiDestinationArn": Judged("acts"),
            "ApiDestinations.Name": NAMES,
            "ApiDestinations.ApiDestinationState": Harmless(
                "an inactive one may be active tomorrow"
            ),
            "ApiDestinations.ConnectionArn": Harmless("how it signs in elsewhere"),
            "ApiDestinations.InvocationEndpoint": Judged("acts"),
            "ApiDestinations.HttpMethod": Harmless("any call of our API counts"),
            "ApiDestinations.InvocationRateLimitPerSecond": Harmless("any call of our API counts"),
            "ApiDestinations.CreationTime": WHEN,
            "ApiDestinations.LastModifiedTime": WHEN,
        },
    ),
    "pipes:ListPipes": Operation(
        resources={},
        members={
            "Pipes.Name": Judged("name"),
            "Pipes.Arn": NAMES,
            "Pipes.DesiredState": Judged("acts"),
            "Pipes.CurrentState": STATE,
            "Pipes.StateReason": STATE,
            "Pipes.CreationTime": WHEN,
            "Pipes.LastModifiedTime": WHEN,
            "Pipes.Source": Judged("acts"),
            "Pipes.Target": Judged("acts"),
            "Pipes.Enrichment": Judged("acts"),
        },
    ),
    "pipes:DescribePipe": Operation(
        resources={},
        needs=frozenset({"Source", "Target", "RoleArn"}),
        members={
            "Arn": NAMES,
            "Name": Judged("name"),
            "Description": LABELS,
            "DesiredState": Judged("acts"),
            "CurrentState": STATE,
            "StateReason": STATE,
            "Source": Judged("when"),
            "SourceParameters": Judged("acts"),
            "Enrichment": Judged("acts"),
            "EnrichmentParameters": Judged("acts"),
            "Target": Judged("acts"),
            "TargetParameters": Judged("acts"),
            "RoleArn": Judged("acts"),
            "Tags": Harmless("a pipe's own tags decide nothing"),
            "CreationTime": WHEN,
            "LastModifiedTime": WHEN,
            "LogConfiguration": Judged("acts"),
            "KmsKeyIdentifier": Harmless("how the pipe itself is stored"),
        },
    ),
    "scheduler:ListSchedules": Operation(
        resources={},
        members={
            "Schedules.Arn": NAMES,
            "Schedules.Name": Judged("name"),
            "Schedules.GroupName": Judged("name"),
            "Schedules.State": Judged("acts"),
            "Schedules.CreationDate": WHEN,
            "Schedules.LastModificationDate": WHEN,
            "Schedules.Target.Arn": Judged("acts"),
        },
    ),
    "scheduler:GetSchedule": Operation(
        resources={},
        needs=frozenset({"Target"}),
        members={
            "Arn": NAMES,
            "GroupName": Judged("name"),
            "Name": Judged("name"),
            "ScheduleExpression": Judged("when"),
            "StartDate": Harmless("one that starts later still acts by itself"),
            "EndDate": Judged("ends"),
            "Description": LABELS,
            "ScheduleExpressionTimezone": Judged("ends"),
            "State": Judged("acts"),
            "CreationDate": WHEN,
            "LastModificationDate": WHEN,
            "KmsKeyArn": Harmless("how the schedule itself is stored"),
            "Target": Judged("acts"),
            "FlexibleTimeWindow.Mode": Harmless("any time counts"),
            "FlexibleTimeWindow.MaximumWindowInMinutes": Judged("ends"),
            "ActionAfterCompletion": Harmless("what becomes of the schedule once it is over"),
        },
    ),
    "route53:ListResourceRecordSets": Operation(
        needs=frozenset({"ResourceRecordSets"}),
        resources={},
        members={
            "ResourceRecordSets": Judged("records"),
            **harmless(
                {
                    CACHED: "ResourceRecordSets.TTL",
                    "which of several records answers; each of them has to lead to the target": "ResourceRecordSets.HealthCheckId",
                    WHERE_NEXT: "IsTruncated NextRecordName NextRecordType NextRecordIdentifier MaxItems",
                }
            ),
        },
    ),
}
