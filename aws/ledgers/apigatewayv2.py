"""API Gateway's second API: what it alone tells of the custom domains that lead to our REST API.

HTTP and WebSocket APIs reach our functions only where a function's policy, or a role, lets them, which is
judged there.
"""

from aws.ledger import Harmless, Judged, Ledger, Operation, alike

NAMES = Harmless("an id or ARN of what its place says already")

TOLD_BY_FIRST = Harmless("asked only for the names of domains that the first API may have left out")

LEDGER: Ledger = {
    "apigatewayv2:GetApiMappings": Operation(
        resources={},
        members={
            **alike("Items.ApiId Items.ApiMappingKey Items.Stage", Judged("mappings")),
            "Items.ApiMappingId": NAMES,
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
            "Items.DomainNameArn": NAMES,
        },
    ),
    "apigatewayv2:ListRoutingRules": Operation(
        resources={},
        members={
            **alike(
                "RoutingRules.Actions RoutingRules.Conditions RoutingRules.Priority",
                Judged("rules"),
            ),
            "RoutingRules.RoutingRuleArn": NAMES,
            "RoutingRules.RoutingRuleId": NAMES,
        },
    ),
}
