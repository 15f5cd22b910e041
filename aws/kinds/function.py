"""Lambda: what each function's alias runs, and its event sources, destinations and pinned runtime."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aws.door.failures import ReadFailure
from aws.kind.description import (
    ARN,
    BEYOND_THE_PLAN,
    DEAD_LETTERS,
    DESCRIPTION,
    IDENTITY,
    JUDGED_EACH_RUN,
    NAME,
    PLANNED_BY,
    STATE,
    TEXT,
    TRACING,
    UNPLANNED,
    LeftOut,
    Part,
    ReadCall,
    described,
    fact,
    tags_at,
)
from aws.kind.engine import Kind
from aws.kinds.log_group import LOG_GROUP
from aws.ledger import (
    NAMES,
    WHEN,
    Closed,
    Harmless,
    Ledger,
    Resource,
    Unplanned,
    by_parameter,
    off,
    only,
    operation,
)
from aws.raw import Raw
from aws.reading import Reader, Reading, required
from aws.redaction.secret_text import MaskedValue
from aws.section import Section
from aws.words import Words

NOT_FOUND = "ResourceNotFoundException"
RUNTIME = Words(en="runtime", ja="ランタイム")
CODE = Words(en="code (SHA-256)", ja="コード（SHA-256）")
HANDLER = Words(en="handler", ja="ハンドラー")
ROLE = Words(en="role", ja="ロール")
TIMEOUT = Words(en="time-out (s)", ja="タイムアウト（秒）")
MEMORY = Words(en="memory (MB)", ja="メモリ（MB）")
LAYERS = Words(en="layers", ja="レイヤー")
FILE_SYSTEMS = Words(en="file systems", ja="ファイルシステム")
RESERVED = Words(en="reserved concurrency", ja="予約済み同時実行数")
UPDATES = Words(en="runtime updates", ja="ランタイムの更新")
NETWORK = Words(en="network (VPC)", ja="ネットワーク（VPC）")
EDGE_REPLICA = Words(en="edge replica of", ja="エッジレプリカの元")
PACKAGE_TYPE = Words(en="package type", ja="パッケージ形式")
IMAGE_CONFIGURATION = Words(en="image configuration", ja="イメージ設定")
SNAP_START = Words(en="SnapStart", ja="SnapStart")
APPLICATION_LEVEL = Words(en="application log level", ja="アプリケーションログのレベル")
SYSTEM_LEVEL = Words(en="system log level", ja="システムログのレベル")
TENANCY = Words(en="tenant isolation", ja="テナント分離")
CAPACITY_PROVIDER = Words(en="capacity provider", ja="キャパシティプロバイダー")
DURABLE = Words(en="durable execution", ja="Durable Execution")
ACCELERATOR = Words(en="accelerator", ja="アクセラレーター")
REPOSITORY = Words(en="code repository", ja="コードの保管先")
IMAGE = Words(en="container image", ja="コンテナイメージ")
CODE_KEY = Words(en="key of the code package", ja="コードパッケージの暗号化キー")
EVENT_SOURCE = Words(en="event source", ja="イベントソース")
ON_SUCCESS = Words(en="destination on success", ja="成功時の送信先")
ON_FAILURE = Words(en="destination on failure", ja="失敗時の送信先")
LAST_UPDATE = Words(en="last update", ja="直近の更新")
WRITES_TO = LOG_GROUP.words
FIXED = (
    *(PACKAGE_TYPE, IMAGE_CONFIGURATION, IMAGE, REPOSITORY, TENANCY, CAPACITY_PROVIDER),
    *(DURABLE, ACCELERATOR, EDGE_REPLICA, CODE_KEY),
)
"""Facts that are decided when a function is created."""
VERSION = Words(en="version", ja="バージョン")
WHY = Harmless("words beside a state, which is judged")


def _within(member: str, refused: Raw) -> ReadFailure:
    """Return the failure of a part of an answer, which AWS reports inside that answer."""
    why = f"{member}: {refused.get('ErrorCode')}"
    return ReadFailure.of("lambda:GetFunction", why, why)


def _environment(raw: Raw, place: Mapping[str, Any]) -> Mapping[str, MaskedValue]:
    """If we may not use the key, a successful answer has an error in place of the variables."""
    if (refused := raw.get("Error")) and "scope" in place:
        raise _within("environment", refused)
    return described(raw.get("Variables", {}), place)


def _tags(whole: Raw, place: Mapping[str, Any]) -> Mapping[str, MaskedValue]:
    if refused := whole.get("TagsError"):
        raise _within("tags", refused)
    return described(whole.get("Tags", {}), place)


def _log_group(raw: Raw) -> str:
    own = f"/aws/lambda/{raw['FunctionName']}"
    return raw.get("LoggingConfig", {}).get("LogGroup") or own


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """What the alias points to, or ``$LATEST`` where there is no such alias (see ``version``)."""

    name: str = fact(NAME, "Configuration.FunctionName", part=PLANNED_BY)
    arn: str = fact(
        ARN,
        "Configuration.FunctionArn",
        read=lambda arn: ":".join(arn.split(":")[:7]),
        part=IDENTITY,
    )
    version: str = fact(
        VERSION,
        "Configuration.Version",
        part=LeftOut("the same code, published again, is the same release"),
    )
    runtime: str | None = fact(RUNTIME, "Configuration.Runtime", absent=None, part=Part.CODE)
    state: str | None = fact(STATE, "Configuration.State", absent=None, part=JUDGED_EACH_RUN)
    last_update_status: str | None = fact(
        LAST_UPDATE, "Configuration.LastUpdateStatus", absent=None, part=JUDGED_EACH_RUN
    )
    handler: str | None = fact(HANDLER, "Configuration.Handler", absent=None, part=Part.CODE)
    role_arn: str = fact(ROLE, "Configuration.Role", part=Part.PERMISSIONS)
    timeout_s: int = fact(TIMEOUT, "Configuration.Timeout")
    memory_mb: int = fact(MEMORY, "Configuration.MemorySize")
    code_sha256: str = fact(CODE, "Configuration.CodeSha256", part=Part.CODE)
    description: str = fact(DESCRIPTION, "Configuration.Description", absent="", part=TEXT)
    environment: Mapping[str, MaskedValue] = fact(
        Words(en="variables", ja="変数"),
        "Configuration.Environment",
        absent={},
        read_in=_environment,
        covers="Configuration.Environment.Variables Configuration.Environment.Error",
    )
    log_group: str = fact(
        WRITES_TO, "Configuration", read=_log_group, covers="Configuration.LoggingConfig.LogGroup"
    )
    tracing: str = fact(TRACING, "Configuration.TracingConfig.Mode", absent="PassThrough")
    kms_key_arn: str | None = fact(
        Words(en="KMS key of the variables", ja="環境変数のKMSキー"),
        "Configuration.KMSKeyArn",
        absent=None,
    )
    reserved_concurrency: int | None = fact(
        RESERVED, "Concurrency.ReservedConcurrentExecutions", absent=None, part=Part.CAPACITY
    )
    layers: tuple[str, ...] = fact(
        LAYERS,
        "Configuration.Layers",
        absent=(),
        read=lambda listed: tuple(entry["Arn"] for entry in listed),
        part=Part.CODE,
    )
    """ARNs of layer versions: code that CodeSha256 does not cover."""
    file_systems: tuple[str, ...] = fact(
        FILE_SYSTEMS,
        "Configuration.FileSystemConfigs",
        absent=(),
        read=lambda listed: tuple(
            f"{entry['LocalMountPath']} ({entry['Arn']})" for entry in listed
        ),
    )
    """Mounted file systems and their paths: code there may be run as well."""
    architectures: tuple[str, ...] = fact(
        Words(en="architectures", ja="アーキテクチャ"),
        "Configuration.Architectures",
        absent=("x86_64",),
        read=tuple,
        part=Part.CODE,
    )
    runtime_version: str | None = fact(
        Words(en="runtime version", ja="ランタイムのバージョン"),
        "Configuration.RuntimeVersionConfig.RuntimeVersionArn",
        absent=None,
        part=LeftOut("AWS patches the runtime by itself"),
    )
    """ARN of the patch of the runtime that runs; AWS moves it on unless it was pinned."""
    tags: Mapping[str, MaskedValue] = tags_at("", read_in=_tags, covers="Tags TagsError")
    unplanned: tuple[Unplanned, ...] = fact(
        BEYOND_THE_PLAN,
        UNPLANNED,
        absent=(),
        part=LeftOut("what is live has it among its attachments"),
    )
    """What is unplanned in a version to go back to."""


@dataclass(frozen=True, slots=True)
class HandlerFlaw:
    """Why Lambda would not find a handler; not ``certain`` where a layer or a condition decides."""

    words: Words
    certain: bool = True


def _live(parameters: Mapping[str, Any], _: Raw) -> str | None:
    """Name what callers reach as the function, and a version with its number; without a qualifier AWS answers with $LATEST, a draft."""
    name, qualifier = str(parameters["FunctionName"]), str(parameters.get("Qualifier", ""))
    if not qualifier:
        return None
    return f"{name}:{qualifier}" if qualifier.isdecimal() else name


def _function_name(_: Raw, element: Raw) -> str:
    return str(element["FunctionArn"].split(":")[6])


FUNCTION = Kind[Function](
    words=Words(en="function", ja="関数"),
    service="lambda",
    section="functions",
    attached_section="function_attachments",
    type=Function,
    calls={
        "function": ReadCall(
            operation="GetFunction",
            named=_live,
            members={
                "Configuration.VpcConfig": Closed(
                    NETWORK,
                    usual=lambda value: not value.get("SubnetIds"),
                    shows="SubnetIds",
                    terms=("SecurityGroupIds",),
                ),
                "Configuration.DeadLetterConfig": Closed(
                    DEAD_LETTERS, usual=lambda value: not value.get("TargetArn"), shows="TargetArn"
                ),
                "Configuration.MasterArn": Closed(EDGE_REPLICA),
                "Configuration.PackageType": Closed(PACKAGE_TYPE, usual=only("Zip")),
                "Configuration.ImageConfigResponse": Closed(IMAGE_CONFIGURATION),
                "Configuration.SnapStart.ApplyOn": Closed(SNAP_START, usual=only("None")),
                # At DEBUG botocore logs the secret that it gets.
                "Configuration.LoggingConfig.ApplicationLogLevel": Closed(
                    APPLICATION_LEVEL, usual=only("INFO"), loosens=frozenset({"DEBUG", "TRACE"})
                ),
                "Configuration.LoggingConfig.SystemLogLevel": Closed(
                    SYSTEM_LEVEL, usual=only("DEBUG", "INFO")
                ),
                "Configuration.TenancyConfig": Closed(TENANCY, shows="TenantIsolationMode"),
                "Configuration.CapacityProviderConfig": Closed(CAPACITY_PROVIDER),
                "Configuration.DurableConfig": Closed(DURABLE),
                "Configuration.AcceleratorConfig": Closed(
                    ACCELERATOR, shows="AcceleratorMemorySize"
                ),
                "Code.RepositoryType": Closed(REPOSITORY, usual=only("S3")),
                "Code.ImageUri": Closed(IMAGE),
                "Code.SourceKMSKeyArn": Closed(CODE_KEY),
            },
            harmless={
                "the code is judged by its hash": "Configuration.CodeSize",
                WHEN: "Configuration.LastModified",
                NAMES: "Configuration.RevisionId",
                WHY: "Configuration.StateReason Configuration.StateReasonCode Configuration.LastUpdateStatusReason Configuration.LastUpdateStatusReasonCode Configuration.RuntimeVersionConfig.Error Code.Error",
                "who signed the code, whose hash is judged": "Configuration.SigningProfileVersionArn Configuration.SigningJobArn",
                "Python runs on either; the smoke calls run the package that is live": "Configuration.Architectures",
                "room in /tmp, of which there are always 512 MB": "Configuration.EphemeralStorage",
                "told by ApplyOn for a published version": "Configuration.SnapStart.OptimizationStatus",
                "names the build of the runtime, which is judged itself": "Configuration.RuntimeConfig",
                "lines arrive in either form; the smoke calls look for their own": "Configuration.LoggingConfig.LogFormat",
                "a digest of what is judged member by member": "Configuration.ConfigSha256",
                "a link to the code that expires; the code is judged by hash": "Code.Location",
                "told by ImageUri": "Code.ResolvedImageUri",
                "where the package came from; its hash is judged": "Code.ResolvedS3Object",
            },
        )
    },
)
BY_NAME = {"": Resource(kind=FUNCTION.words, name=by_parameter("FunctionName"))}
LEDGER: Ledger = {
    "lambda:GetRuntimeManagementConfig": operation(
        members={
            # Manual: the function stays on one build of its runtime, without any later security patch.
            "": Closed(
                UPDATES,
                usual=off("UpdateRuntimeOn", "Auto", "FunctionUpdate"),
                shows="UpdateRuntimeOn",
                terms=("RuntimeVersionArn",),
                loosens=True,
            ),
        },
        resources=BY_NAME,
        needs="UpdateRuntimeOn",
    ),
    "lambda:ListEventSourceMappings": operation(
        members={
            "EventSourceMappings": Closed(
                EVENT_SOURCE, shows="EventSourceArn", ids="UUID", terms=("FilterCriteria",)
            ),
        },
        resources={"EventSourceMappings": Resource(kind=FUNCTION.words, name=_function_name)},
        needs="EventSourceMappings",
    ),
    "lambda:ListFunctionEventInvokeConfigs": operation(
        "FunctionEventInvokeConfigs",
        harmless={
            WHEN: "LastModified",
            NAMES: "FunctionArn",
            "at most two more tries of an asynchronous call, which notify bears": "MaximumRetryAttempts",
            "a message that is late is not sent; the stamp is kept": "MaximumEventAgeInSeconds",
        },
        members={
            "DestinationConfig.OnSuccess": Closed(
                ON_SUCCESS, usual=off("Destination", None), shows="Destination", loosens=True
            ),
            "DestinationConfig.OnFailure": Closed(
                ON_FAILURE, usual=lambda value: not value.get("Destination"), shows="Destination"
            ),
        },
        resources=BY_NAME,
        needs="FunctionEventInvokeConfigs",
    ),
}


def functions(reading: Reading) -> Section[Function]:
    return reading.each(reading.scope.functions, lambda name: _function(reading, name))


def _function(reading: Reading, name: str) -> Function:
    # Tags and reserved concurrency belong to the function: AWS omits them when asked about an alias.
    which = {"FunctionName": name}
    whole = reading.aws.call("lambda", "get_function", **which)
    behind = reading.aws.call(
        "lambda", "get_function", **which, Qualifier=reading.scope.alias, empty_on={NOT_FOUND}
    )
    listed = () if behind else reading.aws.listed("lambda", "list_aliases", "Aliases", **which)
    if any(alias["Name"] == reading.scope.alias for alias in listed):
        raise _within(f"{name}:{reading.scope.alias}", {"ErrorCode": NOT_FOUND})
    configuration = (behind or whole)["Configuration"]
    answer = {**whole, "Configuration": configuration}
    return FUNCTION.of(answer, scope=reading.scope)


def attachments(reading: Reading) -> Section[tuple[Unplanned, ...]]:
    """Read what triggers a function, where the results of its asynchronous calls go, and what pins its runtime."""
    reading.source(_event_sources)
    reading.section("aliases")  # first: more depends on them, and they share a Lambda rate limit
    live = reading.section("functions")

    def read(name: str) -> tuple[Unplanned, ...]:
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
        return reading.aws.unplanned(FUNCTION.words, name)

    return reading.each(reading.scope.functions, read)


def _event_sources(reading: Reading) -> None:
    """Read all event sources of the Region at once: the ledger says which function each belongs to."""
    reading.aws.listed("lambda", "list_event_source_mappings", "EventSourceMappings")


READERS = {
    FUNCTION.section: Reader(
        functions, (*FUNCTION.actions, "lambda:ListAliases", "lambda:ListTags", "kms:Decrypt")
    ),
    FUNCTION.attached_section: Reader(attachments, tuple(LEDGER)),
}
