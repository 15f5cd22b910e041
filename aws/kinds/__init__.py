"""The kinds of AWS resources, each described in a module of its own; here is what follows from all of them."""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from aws import ledgers
from aws.change.undo import HowToUndo, UndoTarget
from aws.kind import Kind
from aws.kinds import (
    alarm,
    alarm_undo,
    alarms_of_ours,
    bucket,
    certificate,
    dashboard,
    domain,
    function,
    function_beside,
    gateway_account,
    key,
    log_group,
    log_policy,
    mute_rule,
    rest_api,
    role,
    secret,
    stage,
    table,
    table_beside,
    table_capacity,
    table_undo,
    topic,
    usage_plan,
)
from aws.ledger import Ledger
from aws.reading import Reader
from aws.words import Words

KINDS: tuple[Kind[Any, Any], ...] = (
    log_group.LOG_GROUP,
    bucket.BUCKET,
    dashboard.DASHBOARD,
    alarm.ALARM,
    mute_rule.MUTE_RULE,
    gateway_account.GATEWAY_ACCOUNT,
    topic.TOPIC,
    table.TABLE,
    table_beside.BACKUPS,
    table_beside.TABLE_TAGS,
    table_beside.TABLE_POLICY,
    role.ROLE,
    function.FUNCTION,
    function_beside.ALIASES,
    function_beside.LAMBDA_ACCOUNT,
    rest_api.REST_API,
    stage.STAGE,
    domain.DOMAIN,
    certificate.CERTIFICATE,
    secret.SECRET,
    key.KEY,
    usage_plan.USAGE_PLAN,
    usage_plan.API_KEY,
)
_SERVICES = [import_module(f"aws.ledgers.{name}") for _, name, _ in iter_modules(ledgers.__path__)]
LEDGERS: Ledger = {
    call: operation
    for ledger in (*(one.LEDGER for one in _SERVICES), *(kind.ledger for kind in KINDS))
    for call, operation in ledger.items()
} | {
    **domain.LEDGER,
    **function.LEDGER,
    **function_beside.LEDGER,
    **log_policy.LEDGER,
    **mute_rule.LEDGER,
    **table.LEDGER,
    **table_capacity.LEDGER,
    **role.LEDGER,
    **secret.LEDGER,
    **topic.LEDGER,
}
"""``service:Operation`` -> what becomes of its answer, over all services."""
READERS: dict[str, Reader] = {
    **rest_api.READERS,
    **domain.READERS,
    **certificate.READERS,
    **function.READERS,
    **function_beside.READERS,
    **stage.READERS,
    **log_group.READERS,
    **log_policy.READERS,
    **bucket.READERS,
    **dashboard.READERS,
    **alarms_of_ours.READERS,
    **mute_rule.READERS,
    **gateway_account.READERS,
    **topic.READERS,
    **table.READERS,
    **table_beside.READERS,
    **table_capacity.READERS,
    **role.READERS,
    **secret.READERS,
    **key.READERS,
    **usage_plan.READERS,
}
UNDO: Mapping[tuple[Words, Words], HowToUndo[UndoTarget]] = {
    (kind.words, fact): how for kind in KINDS for fact, how in kind.undo.items()
} | {**alarm_undo.UNDO, **log_policy.UNDO, **table_undo.UNDO, **table_capacity.UNDO, **topic.UNDO}
BY_SECTION: Mapping[str, Kind[Any, Any]] = {kind.section: kind for kind in KINDS}
"""Section of the inventory -> the kind of its items."""
ATTACHED: Mapping[str, Kind[Any, Any]] = {
    kind.attached_section: kind for kind in KINDS if kind.attached_section
}
"""Section of what nobody planned -> the kind that it stands at."""
