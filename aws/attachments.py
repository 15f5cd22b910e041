"""What nobody planned of a resource, gathered by the ledgers from all that AWS answered about it."""

from collections.abc import Callable, Iterable
from importlib import import_module
from pkgutil import iter_modules

from aws import kinds, ledgers
from aws.ledger import Ledger, Unplanned
from aws.ledgers import iam, lambda_
from aws.reading import Reader, Reading, required
from aws.section import Section

Attached = tuple[Unplanned, ...]
LEDGERS: Ledger = {
    call: operation
    for _, service, _ in iter_modules(ledgers.__path__)
    for call, operation in getattr(import_module(f"aws.ledgers.{service}"), "LEDGER", {}).items()
} | dict(kinds.LEDGER)
"""``service:Operation`` -> what becomes of its answer, over all services."""


def functions(reading: Reading) -> Section[Attached]:
    """Read what triggers a function, where the results of its asynchronous calls go, and what pins its runtime."""
    reading.source(_event_sources)
    reading.section("aliases")  # first: more depends on them, and they share a Lambda rate limit
    live = reading.section("functions")

    def ask(name: str) -> None:
        # Only a version is answered for, never an alias.
        served = required(live, "functions", name).version
        managed = {"FunctionName": name, "Qualifier": served}
        reading.aws.call("lambda", "get_runtime_management_config", **managed)
        reading.aws.listed(
            "lambda",
            "list_function_event_invoke_configs",
            "FunctionEventInvokeConfigs",
            FunctionName=name,
        )

    return _attached(reading, lambda_.FUNCTION.en, reading.scope.functions, ("functions",), ask)


def roles(reading: Reading) -> Section[Attached]:
    """Gather what listing all principals already found; this makes no further call."""
    return _attached(reading, iam.ROLE.en, reading.scope.roles, ("roles",), _nothing)


def _nothing(_: str) -> None:
    """Make no call: other readers' answers have everything."""


def _event_sources(reading: Reading) -> None:
    """Read all event sources of the Region at once: the ledger says which function each belongs to."""
    reading.aws.listed("lambda", "list_event_source_mappings", "EventSourceMappings")


def _attached(
    reading: Reading,
    kind: str,
    names: Iterable[str],
    rests_on: tuple[str, ...],
    ask: Callable[[str], None],
) -> Section[Attached]:
    """Read per resource what nobody planned; unreadable if any section or answer that it rests on is."""
    sections = {section: reading.section(section) for section in rests_on}

    def read(name: str) -> Attached:
        for section, items in sections.items():
            required(items, section, name)
        ask(name)
        return reading.aws.unplanned(kind, name)

    return reading.each(names, read)


READERS = {
    "function_attachments": Reader(
        functions,
        (
            "lambda:GetRuntimeManagementConfig",
            "lambda:ListEventSourceMappings",
            "lambda:ListFunctionEventInvokeConfigs",
        ),
    ),
    "role_attachments": Reader(roles, ("iam:GetAccountAuthorizationDetails",)),
}
