"""Defects of aliases and of the calls that go through them: DEP-15, DEP-16 and DEP-44."""

from dataclasses import replace
from typing import Any

from aws.kinds.function_invocation import Alias, FunctionPolicy
from tests.defects import following
from tests.defects.changes import added, both, edited, item
from tests.defects.defect import Break, Defect
from tests.defects.documents import document, integrated
from tests.healthy.api_document import AUTHORIZER, uri
from tests.healthy.compute import PREFIX, called_by, clear, permission

NOT_ALLOWED = frozenset({"DEP-16"})
"""What the function allows is for its alias."""
STAMPS = "stamp-rally-prod-stamps"
NO_VERSION = Alias(name="live", arn=f"{PREFIX}{STAMPS}:live", version="$LATEST")
OTHER_ALIAS = Alias(name="prod", arn=f"{PREFIX}{STAMPS}:prod", version="2")


def _alias(name: str, **fields: Any) -> Break:
    return edited("aliases", name, lambda found: (replace(found[0], **fields),))


def _policy(key: str, document: str, qualifier: str | None = "live") -> Break:
    """Let the only policy stand on an alias, or on the function itself."""
    only = FunctionPolicy(qualifier=qualifier, document=document)

    def change(found: tuple[FunctionPolicy, ...]) -> tuple[FunctionPolicy, ...]:
        others = (replace(one, document=None) for one in found if one.qualifier != qualifier)
        return (only, *others)

    return edited("function_policies", f"stamp-rally-prod-{key}", change)


def _on_the_function(key: str) -> Break:
    """Let the function itself allow the API as well."""
    document = permission(key, "*/*/*", qualifier="")

    def change(found: tuple[FunctionPolicy, ...]) -> tuple[FunctionPolicy, ...]:
        return (replace(found[0], document=document), *found[1:])

    return edited("function_policies", f"stamp-rally-prod-{key}", change)


def _no_policy(name: str) -> Break:
    def change(found: tuple[FunctionPolicy, ...]) -> tuple[FunctionPolicy, ...]:
        return tuple(replace(one, document=None) for one in found)

    return edited("function_policies", name, change)


def _asked(address: str) -> Break:
    """Let another address decide on sessions."""
    return document(
        lambda api: replace(
            api,
            authorizers={AUTHORIZER: replace(api.authorizers[AUTHORIZER], uri=address)},
        )
    )


def _without_alias(name: str) -> Break:
    """Take the alias away: what stands then for the function is $LATEST, and its policy is gone."""
    return both(
        added("aliases", name, ()),
        item("functions", name, version="$LATEST"),
        _no_policy(name),
    )


DEFECTS: tuple[Defect, ...] = (
    Defect(
        id="DEP-15:absent",
        grade="major",
        breaks=_without_alias(STAMPS),
        also=NOT_ALLOWED,
        follows=following.AN_ALIAS,
    ),
    Defect(
        id="DEP-15:another-name",
        breaks=both(_without_alias(STAMPS), added("aliases", STAMPS, (OTHER_ALIAS,))),
        also=NOT_ALLOWED,
        follows=following.AN_ALIAS,
    ),
    Defect(
        id="DEP-15:latest",
        breaks=both(
            added("aliases", STAMPS, (NO_VERSION,)), item("functions", STAMPS, version="$LATEST")
        ),
    ),
    Defect(id="DEP-15:version-that-is-gone", breaks=_alias(STAMPS, version="7")),
    Defect(
        id="DEP-15:no-version-is-published",
        breaks=edited("versions", STAMPS, lambda _: ()),
    ),
    Defect(
        id="DEP-44:route-on-the-function",
        grade="major",
        breaks=integrated("GET /stamps", uri=uri("stamps", "")),
        also=NOT_ALLOWED,
    ),
    Defect(
        id="DEP-44:route-on-the-function-that-allows-it",
        breaks=both(
            integrated("GET /stamps", uri=uri("stamps", "")),
            _on_the_function("stamps"),
        ),
    ),
    Defect(
        id="DEP-44:route-on-a-version",
        breaks=integrated("GET /stamps", uri=uri("stamps", ":2")),
        also=NOT_ALLOWED,
    ),
    Defect(
        id="DEP-44:route-on-latest",
        breaks=integrated("POST /notify", uri=uri("notify", ":$LATEST")),
        also=NOT_ALLOWED,
    ),
    Defect(
        id="DEP-44:authorizer-on-the-function", breaks=_asked(uri("auth", "")), also=NOT_ALLOWED
    ),
    Defect(id="SEC-35:another-function", breaks=_asked(uri("stamps"))),
    Defect(id="DEP-16:no-permission", breaks=_no_policy(STAMPS)),
    Defect(
        id="DEP-16:denied",
        breaks=_policy("stamps", permission("stamps", "*/*/*").replace("Allow", "Deny")),
    ),
    Defect(
        id="DEP-16:allowed-from-an-endpoint-that-is-not-known",
        breaks=_policy(
            "stamps",
            permission("stamps", "*/*/*").replace(
                '"ArnLike"', '"StringEquals": {"aws:SourceVpce": "vpce-1"}, "ArnLike"'
            ),
        ),
    ),
    Defect(
        id="DEP-16:permission-on-the-function",
        breaks=_policy("stamps", permission("stamps", "*/*/*", qualifier=""), None),
    ),
    Defect(
        id="DEP-16:permission-for-another-stage",
        breaks=_policy("stamps", permission("stamps", "dev/GET/stamps")),
    ),
    Defect(
        id="DEP-16:permission-for-one-route-of-two",
        breaks=_policy("ranking", permission("ranking", "prod/GET/ranking/weekly")),
    ),
    Defect(
        id="DEP-16:authorizer-not-permitted",
        breaks=_policy("auth", permission("auth", "prod/POST/auth/verify")),
    ),
    Defect(
        id="DEP-16:another-authorizer-permitted",
        breaks=_policy("auth", permission("auth", "prod/POST/auth/verify", "authorizers/zzz999")),
    ),
)

SOUND: dict[str, Break] = {
    "alias by a stage variable": both(
        integrated("GET /stamps", uri=uri("stamps", ":${stageVariables.alias}")),
        item("stages", "prod", variables={"alias": clear("live")}),
    ),
    "permission for every stage": _policy(
        "stamps",
        permission("stamps", *(call.replace("prod/", "*/") for call in called_by("stamps"))),
    ),
    "permission for everything": _policy("stamps", permission("stamps", "*")),
}
"""Other ways to be right: nothing may turn red."""
