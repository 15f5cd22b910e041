"""What nobody planned of a resource, gathered by the ledgers from all that AWS answered about it."""

from collections.abc import Callable, Iterable
from importlib import import_module

from aws import function
from aws.ledger import Ledger, Unplanned
from aws.ledgers import dynamodb, lambda_
from aws.reading import Reader, Reading, required
from aws.section import Section

Attached = tuple[Unplanned, ...]
LEDGERS: Ledger = {
    call: operation
    for service in ("acm", "apigateway", "cloudwatch", "dynamodb", "lambda_", "sns")
    for call, operation in import_module(f"aws.ledgers.{service}").LEDGER.items()
}
"""``service:Operation`` -> what becomes of its answer, over all services."""


def tables(reading: Reading) -> Section[Attached]:
    """Ask what DescribeTable leaves out: time to live, and streams to Kinesis."""

    def ask(name: str) -> None:
        reading.aws.call("dynamodb", "describe_time_to_live", TableName=name)
        reading.aws.call("dynamodb", "describe_kinesis_streaming_destination", TableName=name)

    rests_on = ("tables", "backups", "table_tags", "table_policies")
    return _attached(reading, dynamodb.TABLE.en, reading.scope.tables, rests_on, ask)


def functions(reading: Reading) -> Section[Attached]:
    """Ask what feeds a function, and where the outcome of its asynchronous calls goes."""
    reading.source(_event_sources)

    def ask(name: str) -> None:
        reading.aws.listed(
            "lambda",
            "list_function_event_invoke_configs",
            "FunctionEventInvokeConfigs",
            FunctionName=name,
        )

    return _attached(reading, lambda_.FUNCTION.en, function.present(reading), ("functions",), ask)


def _event_sources(reading: Reading) -> None:
    """Ask once for every function of the Region: the ledger names whose each one is."""
    reading.aws.listed("lambda", "list_event_source_mappings", "EventSourceMappings")


def _attached(
    reading: Reading,
    kind: str,
    names: Iterable[str],
    rests_on: tuple[str, ...],
    ask: Callable[[str], None],
) -> Section[Attached]:
    """Read per resource what the ledgers call closed; unread where anything that could tell is."""
    sections = {section: reading.section(section) for section in rests_on}

    def read(name: str) -> Attached:
        for section, items in sections.items():
            required(items, section, name)
        ask(name)
        return reading.aws.unplanned(kind, name)

    return reading.each(names, read)


READERS = {
    "function_attachments": Reader(
        functions, ("lambda:ListEventSourceMappings", "lambda:ListFunctionEventInvokeConfigs")
    ),
    "table_attachments": Reader(
        tables,
        ("dynamodb:DescribeTimeToLive", "dynamodb:DescribeKinesisStreamingDestination"),
    ),
}
