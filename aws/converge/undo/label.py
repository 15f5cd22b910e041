"""What people see beside a name and should not: a secret in a tag, or in a variable of a stage."""

from collections.abc import Callable
from typing import Any

from aws.change.undo import ALL, THIS, Undo, Undoing, by_call, calling
from aws.converge import rest_api
from aws.converge.undo.api import ApiTarget
from aws.difference import TAG, VARIABLE
from aws.kinds.function import FUNCTION
from aws.kinds.rest_api import REST_API, STAGE
from aws.kinds.role import ROLE
from aws.kinds.secret import SECRET
from aws.kinds.table import TABLE

BY_REMEDY = {words.en: words for words in (TAG, VARIABLE)}
"""``remedy`` of a finding on one label -> what all such findings are about."""


def _function(target: ApiTarget) -> None:
    client = target.context.client("lambda")
    arn = client.get_function_configuration(FunctionName=target.name)["FunctionArn"]
    client.untag_resource(Resource=arn, TagKeys=list(target.ids))


def _table(target: ApiTarget) -> None:
    client = target.context.client("dynamodb")
    arn = client.describe_table(TableName=target.name)["Table"]["TableArn"]
    client.untag_resource(ResourceArn=arn, TagKeys=list(target.ids))


def _rest_api(target: ApiTarget, part: str = "") -> None:
    path = f"/restapis/{rest_api.needed(target.context, target.api)}{part}"
    target.context.client("apigateway").untag_resource(
        resourceArn=rest_api.arn(target.api, path), tagKeys=list(target.ids)
    )


def _variable(target: ApiTarget) -> None:
    patch: list[dict[str, Any]] = [
        {"op": "remove", "path": f"/variables/{name}"} for name in target.ids
    ]
    target.context.client("apigateway").update_stage(
        restApiId=rest_api.needed(target.context, target.api),
        stageName=target.name,
        patchOperations=patch,
    )


def _of_tag(call: Callable[[ApiTarget], None]) -> Undo:
    return by_call(
        call,
        en="anything that selects or bills by that tag no longer finds it; a secret that was there is known"
        " to people who saw it: replace it (`secrets` in the runbook)",
        ja="そのタグによる選択や課金集計はできなくなります。シークレットだった場合はすでに見られているため、ランブックの`secrets`で"
        "値を替えてください",
        final=True,
    )


UNDO: Undoing = {
    (FUNCTION.words, TAG): _of_tag(_function),
    (TABLE.words, TAG): _of_tag(_table),
    (ROLE.words, TAG): _of_tag(calling("iam", "untag_role", RoleName=THIS, TagKeys=ALL)),
    (SECRET.words, TAG): _of_tag(
        calling("secretsmanager", "untag_resource", SecretId=THIS, TagKeys=ALL)
    ),
    (REST_API.words, TAG): _of_tag(_rest_api),
    (STAGE.words, TAG): _of_tag(lambda target: _rest_api(target, f"/stages/{target.name}")),
    (STAGE.words, VARIABLE): by_call(
        _variable,
        en="what reads that stage variable no longer finds it; a secret that was there is known to"
        " people who saw it: replace it (`secrets` in the runbook)",
        ja="このステージ変数を読む側は値を得られなくなります。シークレットだった場合はすでに見られているため、ランブックの`secrets`で"
        "値を替えてください",
        final=True,
    ),
}
