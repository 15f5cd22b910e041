"""The catalogue of IAM actions, derived from the service models of the installed botocore."""

from collections.abc import Iterable
from functools import lru_cache

from aws.iam.action_names import ONLY_IN_IAM, PREFIXES, RENAMED, VERBS
from aws.iam.pattern import action_pattern
from aws.iam.service_models import metadata, operation_names, services_by_signing_name


def actions_for(service: str, operation: str, method: str = "") -> tuple[str, ...]:
    """List the actions that IAM asks for when an operation is called: ``("s3:ListBucket",)``.

    ``service`` is boto3's name. ``method`` decides where actions are HTTP methods (API Gateway).
    An operation that stands for one of several actions lists them all.
    """
    if service in VERBS:
        return (f"apigateway:{method or '*'}",)
    names = RENAMED.get(service, {}).get(operation, (operation,))
    return tuple(f"{_prefix_of(service)}:{name}" for name in names)


def expand(pattern: str) -> tuple[str, ...]:
    """Name every known action that a pattern with wildcards grants.

    Empty where nothing can be said: all services at once, or a service that botocore lacks. A
    pattern without wildcards is itself, known or not.
    """
    if not {"*", "?"} & set(pattern):
        return (pattern,)
    prefix = pattern.partition(":")[0]
    if {"*", "?"} & set(prefix):
        return ()
    wanted = action_pattern(pattern)
    return tuple(action for action in actions_of(prefix) if wanted.matches(action.lower()))


@lru_cache(maxsize=512)
def actions_of(prefix: str) -> tuple[str, ...]:
    """All known actions of a service, by IAM's prefix, sorted; empty when it is unknown."""
    prefix = prefix.lower()
    known = {action for service in _services(prefix) for action in _actions(service, prefix)}
    known |= {f"{prefix}:{name}" for name in ONLY_IN_IAM.get(prefix, ())}
    return tuple(sorted(known))


def _actions(service: str, prefix: str) -> Iterable[str]:
    if service in VERBS:
        return
    renamed = RENAMED.get(service, {})
    for operation in operation_names(service):
        for name in renamed.get(operation, (operation,)):
            yield f"{prefix}:{name}"


def _services(prefix: str) -> Iterable[str]:
    by_signing_name = services_by_signing_name()
    signing_names = {prefix, *(name for name, known in PREFIXES.items() if known == prefix)}
    return (service for name in signing_names for service in by_signing_name.get(name, ()))


@lru_cache(maxsize=512)
def _prefix_of(service: str) -> str:
    described = metadata(service)
    signing = described.get("signingName") or described.get("endpointPrefix") or service
    return PREFIXES.get(signing, str(signing))
