"""Defects of the stage: caching, canary, logs, tracing, tags: DEP-27 to DEP-33."""

from dataclasses import replace
from typing import Any

from aws.inventory import Names
from aws.kinds.rest_api import MethodSetting
from aws.kinds.usage_plan import GatewayAccount
from tests.defects.changes import added, both, edited, item
from tests.defects.defect import Break, Defect
from tests.defects.documents import integrated
from tests.healthy.compute import clear
from tests.healthy.edge import API
from tests.healthy.identity import LOGS_ROLE

LOGS = "arn:aws:logs:ap-northeast-1:444455556666:log-group:"
AUTHORIZATION = "method.request.header.Authorization"
USER_ID = "method.request.querystring.userId"


def _stage(id_: str, **fields: Any) -> Defect:
    return Defect(id=id_, breaks=item("stages", "prod", **fields))


def _settings(id_: str, **settings: MethodSetting) -> Defect:
    """Add settings of methods: ``stamps__GET`` for ``stamps/GET``, ``all`` for ``*/*``."""
    return Defect(id=id_, breaks=_set(**settings))


def _set(*, cache: bool = False, **settings: MethodSetting) -> Break:
    keyed = {"*/*" if k == "all" else k.replace("__", "/"): v for k, v in settings.items()}
    return edited(
        "stages",
        "prod",
        lambda stage: replace(stage, cache_enabled=cache, settings={**stage.settings, **keyed}),
    )


def _limited(**more: Any) -> MethodSetting:
    return MethodSetting(rate=1000.0, burst=2000, **more)


DEFECTS: tuple[Defect, ...] = (
    Defect(id="DEP-27:all-cached", breaks=_set(cache=True, all=_limited(caching=True))),
    Defect(
        id="DEP-27:keyed-by-user-id-only",
        breaks=both(
            _set(cache=True, stamps__GET=_limited(caching=True)),
            integrated("GET /stamps", cache_key_parameters=("method.request.querystring.userId",)),
        ),
    ),
    Defect(
        id="DEP-27:keyed-by-caller-only",
        breaks=both(
            _set(cache=True, ranking__weekly__GET=_limited(caching=True)),
            integrated("GET /ranking/weekly", cache_key_parameters=(AUTHORIZATION,)),
        ),
    ),
    Defect(
        id="DEP-27:post-cached",
        breaks=both(
            _set(cache=True, gps__verify__POST=_limited(caching=True)),
            integrated("POST /gps/verify", cache_key_parameters=(AUTHORIZATION,)),
        ),
    ),
    Defect(
        id="DEP-28:weighted",
        breaks=edited(
            "aliases",
            "stamp-rally-prod-award",
            lambda found: (replace(found[0], weights={"1": 0.05}),),
        ),
    ),
    _stage("DEP-28:canary", canary_percent=10.0),
    _stage("DEP-28:canary-without-traffic", canary_percent=0.0),
    replace(_stage("DEP-29:off", access_log_arn=None, access_log_format=None), leaves_a_go=True),
    replace(
        _stage(
            "DEP-29:another-account",
            access_log_arn=f"{LOGS}/aws/apigateway/{API}".replace("444455556666", "999988887777"),
        ),
        leaves_a_go=True,
    ),
    replace(
        _stage("DEP-29:another-group", access_log_arn=f"{LOGS}/aws/apigateway/stamp-rally-api"),
        leaves_a_go=True,
    ),
    _stage(
        "DEP-30:token",
        access_log_format="$context.requestId $context.requestOverride.header.Authorization",
    ),
    _stage("DEP-30:api-key", access_log_format="$context.requestId $context.identity.apiKey"),
    _stage(
        "DEP-30:user-id", access_log_format="$context.requestId $context.authorizer.principalId"
    ),
    _stage("DEP-30:body", access_log_format="$context.requestId $input.body"),
    _stage("DEP-30:query", access_log_format='$context.requestId $input.params("userId")'),
    replace(
        _stage(
            "DEP-29:no-request-id", access_log_format="$context.identity.sourceIp $context.status"
        ),
        leaves_a_go=True,
    ),
    Defect(
        id="DEP-29:no-role",
        grade="major",
        breaks=added(
            "gateway_account",
            "account",
            GatewayAccount(log_role_arn=None, rate=10_000.0, burst=5_000),
        ),
    ),
    Defect(
        id="DEP-29:role-deleted",
        breaks=edited(
            "names",
            "roles",
            lambda found: Names(names=tuple(n for n in found.names if n != LOGS_ROLE)),
        ),
    ),
    Defect(
        id="DEP-29:role-of-another-account",
        breaks=item(
            "gateway_account", "account", log_role_arn="arn:aws:iam::999988887777:role/api-logs"
        ),
    ),
    _settings("DEP-30:everywhere", all=_limited(data_trace=True, logging_level="INFO")),
    _settings("DEP-30:one-method", auth__verify__POST=_limited(data_trace=True)),
    Defect(
        id="DEP-31:off",
        grade="info",
        breaks=item("stages", "prod", tracing=False),
        leaves_a_go=True,
    ),
    replace(_stage("DEP-32:stage-without", tags={}), leaves_a_go=True),
    replace(
        _stage("DEP-32:stage-of-dev", tags={"Environment": clear("dev"), "Project": clear("CC")}),
        leaves_a_go=True,
    ),
    Defect(
        id="DEP-32:api-without",
        grade="info",
        breaks=edited("rest_apis", API, lambda one: (replace(one[0], tags={}),)),
        leaves_a_go=True,
    ),
    Defect(
        id="DEP-32:function-without-project",
        breaks=item("functions", "stamp-rally-prod-auth", tags={"Environment": clear("prod")}),
        leaves_a_go=True,
    ),
    Defect(
        id="DEP-33:empty",
        grade="major",
        breaks=item("stages", "prod", description=""),
        leaves_a_go=True,
    ),
    replace(_stage("DEP-33:of-dev", description="開発環境"), leaves_a_go=True),
)
SOUND: dict[str, Break] = {
    "cached, keyed by caller and question": both(
        _set(cache=True, stamps__GET=_limited(caching=True)),
        integrated("GET /stamps", cache_key_parameters=(AUTHORIZATION, USER_ID)),
    ),
    "caching set, no cache there": _set(all=_limited(caching=True)),
    "access log in AWS's JSON": item(
        "stages",
        "prod",
        access_log_format='{ "requestId":"$context.requestId", "ip": "$context.identity.sourceIp",'
        ' "caller":"$context.identity.caller", "user":"$context.identity.user",'
        ' "requestTime":"$context.requestTime", "httpMethod":"$context.httpMethod",'
        ' "resourcePath":"$context.resourcePath", "status":"$context.status",'
        ' "protocol":"$context.protocol", "responseLength":"$context.responseLength" }',
    ),
    "access log in AWS's CLF": item(
        "stages",
        "prod",
        access_log_format="$context.identity.sourceIp $context.identity.caller"
        ' $context.identity.user [$context.requestTime]"$context.httpMethod'
        ' $context.resourcePath $context.protocol" $context.status $context.responseLength'
        " $context.requestId $context.extendedRequestId",
    ),
    "access log in AWS's XML": item(
        "stages",
        "prod",
        access_log_format='<request id="$context.requestId"> <ip>$context.identity.sourceIp</ip>'
        " <caller>$context.identity.caller</caller> <user>$context.identity.user</user>"
        " <status>$context.status</status> </request>",
    ),
    "access log in AWS's CSV": item(
        "stages",
        "prod",
        access_log_format="$context.identity.sourceIp,$context.identity.caller,"
        "$context.identity.user,$context.requestTime,$context.httpMethod,$context.resourcePath,"
        "$context.protocol,$context.status,$context.responseLength,$context.requestId",
    ),
    "log group with a star": item(
        "stages", "prod", access_log_arn=f"{LOGS}/aws/apigateway/{API}:*"
    ),
}
"""Other ways to be right: nothing may turn red."""
