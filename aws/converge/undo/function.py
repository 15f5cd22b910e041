"""What is not planned of functions: networks, queues, destinations, event sources, log levels, URLs, pinned runtimes."""

from collections.abc import Callable, Mapping
from typing import Any

from aws.change.undo import (
    THIS,
    HowToUndo,
    Undo,
    Undoing,
    UndoTarget,
    by_call,
    by_hand,
    calling,
    no_longer_denied,
    without_statements,
)
from aws.converge import live_configuration
from aws.converge.live_configuration import Edit
from aws.converge.version import LATEST
from aws.kind.description import DEAD_LETTERS, DENIED
from aws.kinds.function import (
    APPLICATION_LEVEL,
    EVENT_SOURCE,
    FIXED,
    FUNCTION,
    NETWORK,
    ON_FAILURE,
    ON_SUCCESS,
    RESERVED,
    SNAP_START,
    SYSTEM_LEVEL,
    UPDATES,
    WRITES_TO,
)
from aws.kinds.function_invocation import URLS
from aws.raw import Raw
from aws.words import Words


def _event_source(target: UndoTarget) -> None:
    """Delete the mappings that were found, of the function and of its aliases: asked by its name, AWS leaves out theirs."""
    client, function = target.context.client("lambda"), target.name

    def mappings() -> list[str]:
        listed = target.context.listed(
            "lambda", "list_event_source_mappings", "EventSourceMappings"
        )
        return sorted({entry["UUID"] for entry in listed}.intersection(target.ids))

    for mapping in mappings():
        client.delete_event_source_mapping(UUID=mapping)
    until = Words(
        en=f"function {function} has no event source",
        ja=f"関数{function}のイベントソースがなくなること",
    )
    target.context.wait(lambda: not mappings(), until=until, every_s=5, within_s=300)


def _destination(which: str) -> Callable[[UndoTarget], None]:
    """Leave the other settings of asynchronous calls; without any, nothing is configured."""

    def call(target: UndoTarget) -> None:
        client = target.context.client("lambda")
        operation, key = "list_function_event_invoke_configs", "FunctionEventInvokeConfigs"
        for entry in [*target.context.listed("lambda", operation, key, FunctionName=target.name)]:
            destinations = dict(entry.get("DestinationConfig", {}))
            if destinations.pop(which, {}).get("Destination") in target.ids:
                _configure(client, entry, {name: to for name, to in destinations.items() if to})

    return call


def _configure(client: Any, config: Raw, destinations: Raw) -> None:
    _, _, name = config["FunctionArn"].partition(":function:")
    function, _, qualifier = name.partition(":")
    of_it = {"FunctionName": function, **({"Qualifier": qualifier} if qualifier else {})}
    limits = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds")
    settings: dict[str, Any] = {limit: config[limit] for limit in limits if limit in config}
    if destinations:
        settings["DestinationConfig"] = destinations
    if settings:
        client.put_function_event_invoke_config(**of_it, **settings)
    else:
        client.delete_function_event_invoke_config(**of_it)


def _configuration(edit: Edit, *, en: str, ja: str) -> Undo:
    """Change what is live, and publish it for the aliases that run it."""

    def aliases(target: UndoTarget) -> list[str]:
        listed = target.context.client("lambda").list_aliases(FunctionName=target.name)
        return [alias["Name"] for alias in listed["Aliases"]]

    def call(target: UndoTarget) -> None:
        live_configuration.change(target.context, target.name, aliases(target), edit)

    def refuse(target: UndoTarget) -> None:
        live_configuration.same_as_latest(target.context, target.name, aliases(target))

    return by_call(call, en=en, ja=ja, refuse=refuse)


def _policy(target: UndoTarget) -> None:
    """Take statements off the policy of a function or alias, by its ARN; without any, the policy goes."""
    client = target.context.client("lambda")
    there = client.get_policy(FunctionName=target.name)["Policy"]
    if policy := without_statements(there, target.ids):
        client.put_resource_policy(ResourceArn=target.name, Policy=policy)
    else:
        client.delete_resource_policy(ResourceArn=target.name)


def _logging(edit: Edit, *, en: str, ja: str) -> Undo:
    """Change a part of how it logs."""
    return _configuration(
        lambda latest: {"LoggingConfig": {**latest["LoggingConfig"], **edit(latest)}}, en=en, ja=ja
    )


def _info_again(member: str) -> Undo:
    return _logging(
        lambda _: {member: "INFO"},
        en="logs grow: INFO is written again",
        ja="INFO以上が再び記録されます",
    )


def _urls(target: UndoTarget) -> None:
    """Delete the URLs that were shown, of the function and of its aliases."""
    client, function = target.context.client("lambda"), target.name
    answer = client.list_function_url_configs(FunctionName=function)
    for config in answer["FunctionUrlConfigs"]:
        _, _, qualifier = config["FunctionArn"].partition(f":function:{function}")
        which = {"Qualifier": qualifier.strip(":")} if qualifier else {}
        if config["FunctionUrl"] in target.ids:
            client.delete_function_url_config(FunctionName=function, **which)


def _runtime_updates(target: UndoTarget) -> None:
    """Let AWS patch what the aliases serve, and what will be published next."""
    client, of = target.context.client("lambda"), {"FunctionName": target.name}
    aliases = client.list_aliases(**of)["Aliases"]
    for version in sorted({LATEST, *(alias["FunctionVersion"] for alias in aliases)}):
        runtime = client.get_runtime_management_config(**of, Qualifier=version)
        if runtime["UpdateRuntimeOn"] == "Manual":
            client.put_runtime_management_config(**of, Qualifier=version, UpdateRuntimeOn="Auto")


REPLACE = by_hand(
    en="it is fixed when a function is created. Lambda console > Functions > {name} > Actions > Delete,"
    " at an hour without traffic; then `functions` and `api` in the runbook",
    ja="関数の作成時にしか決められません。利用のない時間帯に、Lambdaコンソール > 関数 > {name} > アクション > 削除のあと、"
    "ランブックの`functions`と`api`に従ってください",
)

_OF_FUNCTIONS: Mapping[Words, HowToUndo] = {
    NETWORK: _configuration(
        lambda _: {"VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []}},
        en="the function no longer reaches what only that network reaches",
        ja="そのネットワークからしか届かない先には届かなくなります",
    ),
    DEAD_LETTERS: _configuration(
        lambda _: {"DeadLetterConfig": {"TargetArn": ""}},
        en="messages that fail for good are no longer kept in that queue",
        ja="失敗したメッセージは、そのキューに残らなくなります",
    ),
    APPLICATION_LEVEL: _info_again("ApplicationLogLevel"),
    SYSTEM_LEVEL: _info_again("SystemLogLevel"),
    SNAP_START: _configuration(
        lambda _: {"SnapStart": {"ApplyOn": "None"}},
        en="each cold start initializes the function again",
        ja="コールドスタートのたびに関数が初期化されます",
    ),
    EVENT_SOURCE: by_call(
        _event_source,
        en="that source no longer invokes the function; its position in the source is lost",
        ja="そのイベントソースからは呼び出されなくなり、読み取り位置も失われます",
        final=True,
    ),
    ON_SUCCESS: by_call(
        _destination("OnSuccess"),
        en="that destination no longer receives what functions return",
        ja="その送信先に、関数の結果が届かなくなります",
    ),
    ON_FAILURE: by_call(
        _destination("OnFailure"),
        en="that destination no longer receives failures",
        ja="その送信先に、失敗が届かなくなります",
    ),
    WRITES_TO: _logging(
        lambda latest: {"LogGroup": f"/aws/lambda/{latest['FunctionName']}"},
        en="new lines are written to the function's own log group, no longer to the other one",
        ja="新しいログは別のロググループではなく、関数自身のロググループに記録されます",
    ),
    RESERVED: by_call(
        calling("lambda", "delete_function_concurrency", FunctionName=THIS),
        en="the function has no reserved concurrency any more, and so no limit of its own",
        ja="関数のための予約も上限もなくなります",
    ),
    UPDATES: by_call(
        _runtime_updates,
        en="AWS patches the runtime again: the function leaves the build to which it was pinned",
        ja="AWSによるランタイムの更新が再開され、固定されていたビルドから離れます",
    ),
    URLS: by_call(
        _urls,
        en="callers of that URL no longer get an answer; a new one would have another address",
        ja="このURLへの呼び出しには応答しなくなります。再作成するとアドレスが変わります",
        final=True,
    ),
    DENIED: no_longer_denied(_policy),
    **dict.fromkeys(FIXED, REPLACE),
}
UNDO: Undoing = {(FUNCTION.words, fact): how for fact, how in _OF_FUNCTIONS.items()}
