"""The Lambda authorizer that every route but the login asks (guide step 3-3, beyond it)."""

from collections.abc import Mapping
from typing import Any

from aws.change import Changes
from aws.desired import Authorizer
from runbook.converge.draft import Draft
from runbook.engine import StepContext, difference

KIND = "TOKEN"
MEMBERS = {
    "type": "type",
    "uri": "authorizerUri",
    "identity source": "identitySource",
    "ttl_s": "authorizerResultTtlInSeconds",
}
"""Our field -> AWS's member, whose name is also its path in an update."""


def converge(context: StepContext, api_id: str, draft: Draft, authorizer: Authorizer) -> Changes:
    """Create the authorizer, or bring it to the plan; its URI names the alias."""
    found = draft.authorizers.get(authorizer.name)
    have = {field: found.get(member) for field, member in MEMBERS.items()} if found else None
    changes = difference(f"authorizer {authorizer.name}", have, _wanted(context, authorizer))
    return context.settle(changes, lambda: _apply(context, api_id, authorizer, found, changes))


def invocation_uri(context: StepContext, alias_arn: str) -> str:
    """Return the URI by which API Gateway invokes an alias, which moves without a deployment."""
    region = context.environment.region
    return f"arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{alias_arn}/invocations"


def _wanted(context: StepContext, authorizer: Authorizer) -> dict[str, Any]:
    return {
        "type": KIND,
        "uri": invocation_uri(context, authorizer.function.alias_arn),
        "identity source": authorizer.identity_source,
        "ttl_s": authorizer.ttl_s,
    }


def _apply(
    context: StepContext,
    api_id: str,
    authorizer: Authorizer,
    found: Mapping[str, Any] | None,
    changes: Changes,
) -> None:
    client, wanted = context.client("apigateway"), _wanted(context, authorizer)
    if found is None:
        members = {MEMBERS[field]: value for field, value in wanted.items()}
        client.create_authorizer(restApiId=api_id, name=authorizer.name, **members)
        return
    patch = [
        {"op": "replace", "path": f"/{MEMBERS[one.field]}", "value": str(one.after)}
        for one in changes
    ]
    client.update_authorizer(restApiId=api_id, authorizerId=found["id"], patchOperations=patch)
