"""Which actions of a service act on a resource: whatever is neither about others nor only looks at how it is set up."""

from functools import lru_cache

from aws.iam import actions_of

METADATA = ("Describe", "List", "Tag", "Untag", "Validate", "View")
"""Beginnings of actions that neither change a resource nor read what is in it."""
NOT_OURS = frozenset(
    {
        *("dynamodb:CreateTable", "dynamodb:ImportTable", "dynamodb:CreateGlobalTable"),
        *("dynamodb:PurchaseReservedCapacityOfferings", "dynamodb:GetResourcePolicy"),
        *("dynamodb:GetAbacStatus", "dynamodb:UpdateAbacStatus", "dynamodb:GetRecords"),
        *("dynamodb:GetShardIterator", "lambda:CreateFunction", "lambda:CreateCodeSigningConfig"),
        *("secretsmanager:CreateSecret", "secretsmanager:GetRandomPassword"),
        *(
            "secretsmanager:GetResourcePolicy",
            "sns:CreateTopic",
            "sns:CheckIfPhoneNumberIsOptedOut",
        ),
        *("sns:OptInPhoneNumber", "sns:CreateSMSSandboxPhoneNumber", "sns:SetSMSAttributes"),
    }
)
"""Actions that cannot be about a resource that exists, or tell how it is set up."""


@lru_cache(maxsize=16)
def acting(prefix: str) -> tuple[str, ...]:
    """Return the actions of a service that change a resource or read its contents: changes first."""
    reads = {
        "dynamodb": ("BatchGet", "Get", "Query", "Scan", "PartiQLSelect"),
        "secretsmanager": ("Get", "BatchGet"),
    }
    contents = reads.get(prefix, ())

    def keeps(action: str) -> bool:
        name = action.partition(":")[2]
        harmless = name.startswith(METADATA) or (name.startswith("Get") and not contents)
        return not harmless and action not in NOT_OURS

    def is_read(action: str) -> bool:
        return action.partition(":")[2].startswith(contents) if contents else False

    return tuple(sorted(filter(keeps, actions_of(prefix)), key=lambda one: (is_read(one), one)))
