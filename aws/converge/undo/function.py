"""What is not planned of functions: networks, queues, destinations, event sources, log levels, URLs, pinned runtimes."""

from collections.abc import Callable, Mapping

from aws.change.undo import (
    THIS,
    HowToUndo,
    Undo,
    Undoing,
    UndoTarget,
    by_call,
    by_hand,
    calling,
)
from aws.converge import live_configuration
from aws.converge.live_configuration import Edit
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
from aws.words import Words


def _configuration(edit: Edit) -> Callable[[UndoTarget], None]:
    """Change what is live, and publish it for the aliases that run it."""

    def call(target: UndoTarget) -> None:
        client = target.context.client("lambda")
        aliases = client.list_aliases(FunctionName=target.name)["Aliases"]
        names = [alias["Name"] for alias in aliases]
        live_configuration.change(target.context, target.name, names, edit)

    return call


def _logging(edit: Edit) -> Callable[[UndoTarget], None]:
    """Change a part of how it logs."""
    return _configuration(
        lambda latest: {"LoggingConfig": {**latest["LoggingConfig"], **edit(latest)}}
    )


def _info_again(member: str) -> Undo:
    return by_call(
        _logging(lambda _: {member: "INFO"}),
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


_DESTINATIONS = by_hand(
    en="Lambda console > Functions > {name}, and its aliases > Configuration > Destinations: remove the one that the row names",
    ja="Lambdaコンソール > 関数 > {name}とそのエイリアス > 設定 > 送信先で、この項目が示す送信先を削除してください",
)
REPLACE = by_hand(
    en="it is fixed when a function is created. Lambda console > Functions > {name} > Actions > Delete,"
    " at an hour without traffic; then `functions` and `api` in the runbook",
    ja="関数の作成時にしか決められません。利用のない時間帯に、Lambdaコンソール > 関数 > {name} > アクション > 削除のあと、"
    "ランブックの`functions`と`api`に従ってください",
)

_OF_FUNCTIONS: Mapping[Words, HowToUndo] = {
    NETWORK: by_call(
        _configuration(lambda _: {"VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []}}),
        en="the function no longer reaches what only that network reaches",
        ja="そのネットワークからしか届かない先には届かなくなります",
    ),
    DEAD_LETTERS: by_call(
        _configuration(lambda _: {"DeadLetterConfig": {"TargetArn": ""}}),
        en="messages that fail for good are no longer kept in that queue",
        ja="失敗したメッセージは、そのキューに残らなくなります",
    ),
    APPLICATION_LEVEL: _info_again("ApplicationLogLevel"),
    SYSTEM_LEVEL: _info_again("SystemLogLevel"),
    SNAP_START: by_call(
        _configuration(lambda _: {"SnapStart": {"ApplyOn": "None"}}),
        en="each cold start initializes the function again",
        ja="コールドスタートのたびに関数が初期化されます",
    ),
    EVENT_SOURCE: by_hand(
        en="Lambda console > Functions > {name}, and its aliases > Configuration > Triggers: delete the one that the row names",
        ja="Lambdaコンソール > 関数 > {name}とそのエイリアス > 設定 > トリガーで、この項目が示すトリガーを削除してください",
    ),
    ON_SUCCESS: _DESTINATIONS,
    ON_FAILURE: _DESTINATIONS,
    WRITES_TO: by_call(
        _logging(lambda latest: {"LogGroup": f"/aws/lambda/{latest['FunctionName']}"}),
        en="new lines are written to the function's own log group, no longer to the other one",
        ja="新しいログは別のロググループではなく、関数自身のロググループに記録されます",
    ),
    RESERVED: by_call(
        calling("lambda", "delete_function_concurrency", FunctionName=THIS),
        en="the function has no reserved concurrency any more, and so no limit of its own",
        ja="関数のための予約も上限もなくなります",
    ),
    UPDATES: by_hand(
        en="Lambda console > Functions > {name} > Versions > the one that serves > Code > Runtime settings > Edit runtime"
        " management configuration: Auto; the same for $LATEST, from which the next version is published",
        ja="Lambdaコンソール > 関数 > {name} > バージョン > 稼働中のバージョン > コード > ランタイム設定 > ランタイム管理設定を編集で"
        "「自動」にしてください。次のバージョンの元になる$LATESTも同様です",
    ),
    URLS: by_call(
        _urls,
        en="callers of that URL no longer get an answer; a new one would have another address",
        ja="このURLへの呼び出しには応答しなくなります。再作成するとアドレスが変わります",
        final=True,
    ),
    DENIED: by_hand(
        en="Lambda console > Functions > Configuration > Permissions > Resource-based policy statements of {name}: delete the"
        " one that the row names",
        ja="Lambdaコンソール > 関数 > 設定 > アクセス権限 > {name}のリソースベースのポリシーステートメントで、この項目が示すステートメントを削除してください",
    ),
    **dict.fromkeys(FIXED, REPLACE),
}
UNDO: Undoing = {(FUNCTION.words, fact): how for fact, how in _OF_FUNCTIONS.items()}
