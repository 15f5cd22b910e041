"""Which condition keys of AWS's services a call carries, by the service authorization reference."""

from collections.abc import Mapping

OF_ITEMS = frozenset({"attributes", "leadingkeys", "returnconsumedcapacity"})
OF_SECRETS = frozenset({"secretid", "secretprimaryregion", "versionid", "versionstage"})
CARRIED: Mapping[str, frozenset[str]] = {
    "dynamodb:batchgetitem": OF_ITEMS | {"select"},
    "dynamodb:getitem": OF_ITEMS | {"select", "enclosingoperation"},
    "dynamodb:putitem": OF_ITEMS | {"returnvalues", "enclosingoperation"},
    "dynamodb:query": OF_ITEMS | {"select", "returnvalues"},
    "dynamodb:updateitem": OF_ITEMS | {"returnvalues", "enclosingoperation"},
    "lambda:invokefunction": frozenset({"eventsourcetoken", "invokedviafunctionurl"}),
    "logs:createloggroup": frozenset(),
    "logs:createlogstream": frozenset(),
    "logs:putlogevents": frozenset(),
    "secretsmanager:getsecretvalue": OF_SECRETS | {"resource", "resourcetag"},
    "xray:puttelemetryrecords": frozenset(),
    "xray:puttracesegments": frozenset(),
}
"""What functions call -> the keys of its service that it carries; tags by what stands before their slash."""
OF_OTHERS: Mapping[str, frozenset[str]] = {
    **{action.partition(":")[0]: frozenset() for action in CARRIED},
    "xray": frozenset({"logs"}),
}
"""Service that functions call -> the services whose keys its calls have as well. Of services that are not here nothing
is known: sts:AssumeRole has iam:ResourceTag."""


def may_carry(action: str, key: str) -> bool:
    """Whether a call may have a condition key, both in lower case: of a service that functions call, none of another, nor one that the action never has."""
    service, _, name = key.partition(":")
    called = action.partition(":")[0]
    if service == "aws" or service in OF_OTHERS.get(called, {service}):
        return True
    carried = CARRIED.get(action)
    return service == called and (carried is None or name.partition("/")[0] in carried)
