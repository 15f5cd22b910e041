"""Lambda: functions as their alias runs them, and everything that feeds, follows or signs them."""

from collections.abc import Mapping
from typing import Any

from aws.ledger import (
    NAMES,
    WHEN,
    Closed,
    Entry,
    Harmless,
    Judged,
    Ledger,
    Operation,
    Resource,
    alike,
    below,
    harmless,
    off,
    only,
)
from aws.raw import Raw
from aws.words import Words

FUNCTION = Words(en="function", ja="関数")
UPDATES = Words(en="runtime updates", ja="ランタイムの更新")

WHY = Harmless("words beside a state, which is judged")


def _name(arn: str) -> str:
    """Return the function of an ARN, qualified or not."""
    return arn.split(":")[6]


def _asked(parameters: Mapping[str, Any], _: Raw) -> str:
    return str(parameters["FunctionName"])


def _live(parameters: Mapping[str, Any], _: Raw) -> str | None:
    """Speak of what callers reach: $LATEST, asked about without a qualifier, is a draft, and a number an earlier version."""
    alias = not str(parameters.get("Qualifier", "0")).isdecimal()
    return str(parameters["FunctionName"]) if alias else None


def _function_name(_: Raw, found: Raw) -> str:
    return _name(found["FunctionArn"])


BY_NAME = {"": Resource(kind=FUNCTION, name=_asked)}

CONFIGURATION: Mapping[str, Entry] = {
    "FunctionName": Judged("name"),
    "FunctionArn": Judged("arn"),
    "Runtime": Judged("runtime"),
    "Role": Judged("role_arn"),
    "Handler": Judged("handler"),
    "Timeout": Judged("timeout_s"),
    "MemorySize": Judged("memory_mb"),
    "CodeSha256": Judged("code_sha256"),
    "Version": Judged("version"),
    "VpcConfig": Closed(
        Words(en="network (VPC)", ja="ネットワーク（VPC）"),
        usual=lambda found: not found.get("SubnetIds"),
        shows="SubnetIds",
        terms=("SecurityGroupIds",),
    ),
    "DeadLetterConfig": Closed(
        Words(en="dead-letter queue", ja="デッドレターキュー"),
        usual=lambda found: not found.get("TargetArn"),
        shows="TargetArn",
    ),
    "Environment.Variables": Judged("environment"),
    "Environment.Error": Judged("environment"),
    "KMSKeyArn": Judged("kms_key_arn"),
    "TracingConfig.Mode": Judged("tracing"),
    "MasterArn": Closed(Words(en="edge replica of", ja="エッジレプリカの元")),
    "Layers": Judged("layers"),
    "State": Judged("state"),
    "LastUpdateStatus": Judged("last_update_status"),
    "FileSystemConfigs": Judged("file_systems"),
    "PackageType": Closed(Words(en="package type", ja="パッケージ形式"), usual=only("Zip")),
    "ImageConfigResponse": Closed(Words(en="image configuration", ja="イメージ設定")),
    "SnapStart.ApplyOn": Closed(Words(en="SnapStart", ja="SnapStart"), usual=only("None")),
    "RuntimeVersionConfig.RuntimeVersionArn": Judged("runtime_version"),
    "LoggingConfig.LogGroup": Judged("log_group"),
    "LoggingConfig.ApplicationLogLevel": Closed(
        Words(en="application log level", ja="アプリケーションログのレベル"),
        usual=only("INFO"),
    ),
    "LoggingConfig.SystemLogLevel": Closed(
        Words(en="system log level", ja="システムログのレベル"), usual=only("DEBUG", "INFO")
    ),
    "TenancyConfig": Closed(
        Words(en="tenant isolation", ja="テナント分離"), shows="TenantIsolationMode"
    ),
    "CapacityProviderConfig": Closed(Words(en="capacity provider", ja="キャパシティプロバイダー")),
    **harmless(
        {
            "the code is judged by its hash": "CodeSize",
            "words for people; the door searches them for secrets": "Description",
            WHEN: "LastModified",
            NAMES: "RevisionId",
            WHY: "StateReason StateReasonCode LastUpdateStatusReason LastUpdateStatusReasonCode RuntimeVersionConfig.Error",
            "who signed the code, whose hash is judged": "SigningProfileVersionArn SigningJobArn",
            "Python runs on either; the smoke calls run the package that is live": "Architectures",
            "room in /tmp, of which there are always 512 MB": "EphemeralStorage",
            "told by ApplyOn for a published version": "SnapStart.OptimizationStatus",
            "names the build of the runtime, which is judged itself": "RuntimeConfig",
            "lines arrive in either form; the smoke calls look for their own": "LoggingConfig.LogFormat",
            "a digest of what is judged member by member": "ConfigSha256",
        }
    ),
    "DurableConfig": Closed(Words(en="durable execution", ja="Durable Execution")),
    "AcceleratorConfig": Closed(
        Words(en="accelerator", ja="アクセラレーター"), shows="AcceleratorMemorySize"
    ),
}
"""Members of a function's configuration."""

LEDGER: Ledger = {
    "lambda:GetFunction": Operation(
        resources={"": Resource(kind=FUNCTION, name=_live)},
        members={
            **below("Configuration", CONFIGURATION),
            "Code.RepositoryType": Closed(
                Words(en="code repository", ja="コードの保管先"), usual=only("S3")
            ),
            "Code.Location": Harmless(
                "a link to the code that expires; the code is judged by hash"
            ),
            "Code.ImageUri": Closed(Words(en="container image", ja="コンテナイメージ")),
            "Code.ResolvedImageUri": Harmless("told by ImageUri"),
            "Code.ResolvedS3Object": Harmless("where the package came from; its hash is judged"),
            "Code.SourceKMSKeyArn": Closed(
                Words(en="key of the code package", ja="コードパッケージの暗号化キー")
            ),
            "Code.Error": WHY,
            "Tags": Judged("tags"),
            "TagsError": Judged("tags"),
            "Concurrency.ReservedConcurrentExecutions": Judged("reserved_concurrency"),
        },
    ),
    "lambda:ListFunctions": Operation(
        resources={},
        members={
            # What the alias runs is judged by GetFunction; the door searches every version for secrets.
            "Functions": Judged("versions"),
        },
    ),
    "lambda:ListAliases": Operation(
        resources=BY_NAME,
        members={
            "Aliases.AliasArn": Judged("arn"),
            "Aliases.Name": Judged("name"),
            "Aliases.FunctionVersion": Judged("version"),
            "Aliases.RoutingConfig": Judged("weights"),
            "Aliases.Description": Harmless("words for people; the door searches them for secrets"),
            "Aliases.RevisionId": NAMES,
        },
    ),
    "lambda:GetPolicy": Operation(
        resources=BY_NAME,
        members={"Policy": Judged("document"), "RevisionId": NAMES},
        needs=frozenset({"Policy"}),
    ),
    "lambda:ListFunctionUrlConfigs": Operation(
        resources=BY_NAME,
        members={"FunctionUrlConfigs": Judged("function_urls")},
    ),
    "lambda:GetRuntimeManagementConfig": Operation(
        needs=frozenset({"UpdateRuntimeOn"}),
        resources=BY_NAME,
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
    ),
    "lambda:GetAccountSettings": Operation(
        resources={},
        members={
            "AccountLimit.ConcurrentExecutions": Judged("concurrent_executions"),
            "AccountLimit.UnreservedConcurrentExecutions": Judged("unreserved"),
            **alike(
                "AccountLimit.TotalCodeSize AccountLimit.CodeSizeUnzipped "
                "AccountLimit.CodeSizeZipped AccountUsage",
                Harmless("room for code; a full one refuses the upload"),
            ),
        },
    ),
    "lambda:ListEventSourceMappings": Operation(
        needs=frozenset({"EventSourceMappings"}),
        resources={"EventSourceMappings": Resource(kind=FUNCTION, name=_function_name)},
        members={
            "EventSourceMappings": Closed(
                Words(en="event source", ja="イベントソース"),
                shows="EventSourceArn",
                ids="UUID",
                terms=("FilterCriteria",),
            ),
        },
    ),
    "lambda:ListFunctionEventInvokeConfigs": Operation(
        needs=frozenset({"FunctionEventInvokeConfigs"}),
        resources=BY_NAME,
        members={
            "FunctionEventInvokeConfigs.DestinationConfig.OnSuccess": Closed(
                Words(en="destination on success", ja="成功時の送信先"),
                usual=off("Destination", None),
                shows="Destination",
                loosens=True,
            ),
            "FunctionEventInvokeConfigs.DestinationConfig.OnFailure": Closed(
                Words(en="destination on failure", ja="失敗時の送信先"),
                usual=lambda found: not found.get("Destination"),
                shows="Destination",
            ),
            "FunctionEventInvokeConfigs.LastModified": WHEN,
            "FunctionEventInvokeConfigs.FunctionArn": NAMES,
            "FunctionEventInvokeConfigs.MaximumRetryAttempts": Harmless(
                "at most two more tries of an asynchronous call, which notify bears"
            ),
            "FunctionEventInvokeConfigs.MaximumEventAgeInSeconds": Harmless(
                "a message that is late is not sent; the stamp is kept"
            ),
        },
    ),
}
