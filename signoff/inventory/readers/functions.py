"""Lambda: what each function's alias runs, and everything that lets anyone call it."""

from collections.abc import Mapping
from typing import Any

from signoff.inventory.aws import ReadFailure
from signoff.inventory.engine import Reader, Reading
from signoff.inventory.functions import (
    Alias,
    Function,
    FunctionPolicy,
    FunctionUrl,
    LambdaAccount,
    Version,
)
from signoff.inventory.section import Section
from signoff.inventory.value import Value, seen

NOT_FOUND = "ResourceNotFoundException"


def names(reading: Reading) -> list[str]:
    """Every function of the Region, for the names and to ask nothing about what is not there."""
    found = reading.aws.listed("lambda", "list_functions", "Functions")
    return [one["FunctionName"] for one in found]


def functions(reading: Reading) -> Section[Function]:
    return reading.each(_present(reading), lambda name: _function(reading, name))


def aliases(reading: Reading) -> Section[tuple[Alias, ...]]:
    return reading.each(_present(reading), lambda name: _aliases(reading, name))


def versions(reading: Reading) -> Section[tuple[Version, ...]]:
    return reading.each(_present(reading), lambda name: _versions(reading, name))


def policies(reading: Reading) -> Section[tuple[FunctionPolicy, ...]]:
    return reading.each(_present(reading), lambda name: _policies(reading, name))


def urls(reading: Reading) -> Section[tuple[FunctionUrl, ...]]:
    return reading.each(_present(reading), lambda name: _urls(reading, name))


def account(reading: Reading) -> Section[LambdaAccount]:
    limit = reading.aws.call("lambda", "get_account_settings")["AccountLimit"]
    return {
        "account": LambdaAccount(
            concurrent_executions=limit["ConcurrentExecutions"],
            unreserved=limit["UnreservedConcurrentExecutions"],
        )
    }


def _present(reading: Reading) -> list[str]:
    """Return the functions to ask about: those that exist, or all where no list can be read."""
    try:
        existing = set(reading.source(names))
    except Exception:  # noqa: BLE001 - the names section tells; here each function tells for itself
        return list(reading.scope.functions)
    return [name for name in reading.scope.functions if name in existing]


def _function(reading: Reading, name: str) -> Function:
    # Tags and reserved concurrency are the function's: AWS leaves them out where an alias is asked.
    asked = {"FunctionName": name}
    whole = reading.aws.call("lambda", "get_function", **asked)
    behind = reading.aws.call(
        "lambda", "get_function", **asked, Qualifier=reading.scope.alias, empty_on={NOT_FOUND}
    )
    if refused := whole.get("TagsError"):
        raise ReadFailure(f"lambda:GetFunction: tags: {refused['ErrorCode']}")
    raw = (behind or whole)["Configuration"]
    return Function(
        name=raw["FunctionName"],
        arn=":".join(raw["FunctionArn"].split(":")[:7]),
        version=raw["Version"],
        runtime=raw.get("Runtime"),
        state=raw.get("State"),
        last_update_status=raw.get("LastUpdateStatus"),
        handler=raw.get("Handler"),
        role_arn=raw["Role"],
        timeout_s=raw["Timeout"],
        memory_mb=raw["MemorySize"],
        code_sha256=raw["CodeSha256"],
        environment=_environment(reading, raw.get("Environment", {})),
        log_group=raw.get("LoggingConfig", {}).get("LogGroup") or f"/aws/lambda/{name}",
        tracing=raw.get("TracingConfig", {}).get("Mode", "PassThrough"),
        kms_key_arn=raw.get("KMSKeyArn"),
        reserved_concurrency=whole.get("Concurrency", {}).get("ReservedConcurrentExecutions"),
        tags=_values(reading, whole.get("Tags", {})),
    )


def _environment(reading: Reading, raw: Mapping[str, Any]) -> dict[str, Value]:
    # A key that we may not use hides the variables behind an error inside a good answer.
    if refused := raw.get("Error"):
        raise ReadFailure(f"lambda:GetFunction: environment: {refused['ErrorCode']}")
    return _values(reading, raw.get("Variables", {}))


def _values(reading: Reading, raw: Mapping[str, str]) -> dict[str, Value]:
    scope = reading.scope
    return {
        key: seen(text, public=scope.public_values, salts=scope.salts) for key, text in raw.items()
    }


def _aliases(reading: Reading, name: str) -> tuple[Alias, ...]:
    found = reading.aws.listed("lambda", "list_aliases", "Aliases", FunctionName=name)
    return tuple(
        Alias(
            name=one["Name"],
            arn=one["AliasArn"],
            version=one["FunctionVersion"],
            weights=(one.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {},
        )
        for one in found
    )


def _versions(reading: Reading, name: str) -> tuple[Version, ...]:
    found = reading.aws.listed("lambda", "list_versions_by_function", "Versions", FunctionName=name)
    return tuple(
        Version(number=one["Version"], code_sha256=one["CodeSha256"])
        for one in found
        if one["Version"] != "$LATEST"
    )


def _policies(reading: Reading, name: str) -> tuple[FunctionPolicy, ...]:
    """Read both places where a policy may stand; ResourceNotFound means that none stands there."""
    alias = reading.scope.alias
    places: dict[str | None, dict[str, str]] = {None: {}, alias: {"Qualifier": alias}}
    answers = {
        qualifier: reading.aws.call(
            "lambda", "get_policy", FunctionName=name, **more, empty_on={NOT_FOUND}
        )
        for qualifier, more in places.items()
    }
    return tuple(
        FunctionPolicy(qualifier=qualifier, document=answer["Policy"])
        for qualifier, answer in answers.items()
        if answer
    )


def _urls(reading: Reading, name: str) -> tuple[FunctionUrl, ...]:
    found = reading.aws.listed(
        "lambda", "list_function_url_configs", "FunctionUrlConfigs", FunctionName=name
    )
    return tuple(
        FunctionUrl(arn=one["FunctionArn"], url=one["FunctionUrl"], auth_type=one["AuthType"])
        for one in found
    )


READERS = {
    "functions": Reader(functions, ("lambda:GetFunction", "lambda:ListTags", "kms:Decrypt")),
    "aliases": Reader(aliases, ("lambda:ListAliases",)),
    "versions": Reader(versions, ("lambda:ListVersionsByFunction",)),
    "function_policies": Reader(policies, ("lambda:GetPolicy",)),
    "function_urls": Reader(urls, ("lambda:ListFunctionUrlConfigs",)),
    "lambda_account": Reader(account, ("lambda:GetAccountSettings",)),
}
