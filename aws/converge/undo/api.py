"""What is not planned of the API: in its methods, of itself, at its stage, and in front of it.

What stands in a method is undone in the draft, by making the method as planned; the stage serves it until the
draft is deployed, which is the part of the procedure ``api``.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from aws.api import surplus
from aws.api.unplanned import of_document
from aws.change.gate import unless_absent
from aws.change.undo import EACH, ITS_ID, THIS, Undoing, UndoTarget, by_call, by_hand, calling
from aws.converge import api_draft, rest_api
from aws.converge.rest_api import escaped, replaced
from aws.desired import Api
from aws.kind.description import POLICY, STATUS
from aws.kinds.domain import DOMAIN, EMPTY_PATH, MAPPINGS, MUTUAL_TLS, OTHER_MAPPINGS
from aws.kinds.rest_api import (
    BINARY,
    COMPRESSION,
    KEY_SOURCE,
    MORE_METHODS,
    OTHER_STAGES,
    REST_API,
    STAGE,
    VPC_ENDPOINTS,
    WEB_ACL,
)
from aws.ledgers import ACCESS_MODE, AUTHORIZER, DRAFT, GATEWAY_RESPONSE, ROUTE

LAST = "it is over for callers once `api` has deployed the draft"
LAST_JA = "`api`で下書きをデプロイした時点で、呼び出し元に反映されます"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiTarget(UndoTarget):
    """What undoing a fact of the API takes besides: the API as it is planned, by which a method is made again."""

    api: Api


def _route(target: ApiTarget) -> None:
    """Make the method as planned."""
    id_, draft = _draft(target)
    methods = api_draft.planned(target.api)
    method = next(
        candidate for candidate in methods if _name(candidate.verb, candidate.path) == target.name
    )
    place = draft.resources[method.path]
    at = {"restApiId": id_, "resourceId": place, "httpMethod": method.verb}
    target.context.client("apigateway").delete_method(**at)
    api_draft.put(target.context, at, draft, method)


def _in_draft(target: ApiTarget) -> bool:
    """Whether the draft has anything beside what is planned there: what the stage alone has ends with a deployment."""
    left = of_document(_draft(target)[1].document, target.api.name, DRAFT)
    return any(each.name == target.name for each in left)


def _name(verb: str, path: str) -> str:
    """Name a method as findings name it."""
    return f"{verb} {path}"


def _methods(target: ApiTarget) -> None:
    """Delete the methods that were shown from the draft."""
    id_, draft = _draft(target)
    for path, verb in _shown(target, draft):
        target.context.client("apigateway").delete_method(
            restApiId=id_, resourceId=draft.resources[path], httpMethod=verb
        )


def _shown(target: ApiTarget, draft: rest_api.Draft) -> list[tuple[str, str]]:
    return [(path, verb) for path, verb in draft.methods if _name(verb, path) in target.ids]


def _of_api(operation: str, **parameters: object) -> Callable[[ApiTarget], None]:
    """Make a call about the API itself, or about a part of it."""
    call = calling("apigateway", operation, restApiId=ITS_ID, **parameters)
    return lambda target: call(replace(target, id=_id(target)))


def _patched(*operations: dict[str, str]) -> Callable[[ApiTarget], None]:
    return _of_api("update_rest_api", patchOperations=[*operations])


def _other_types(target: ApiTarget) -> None:
    paths = [f"/binaryMediaTypes/{escaped(media_type)}" for media_type in target.ids]
    _patched(*({"op": "remove", "path": path} for path in paths))(target)


def _has(member: str, usual: Any = None) -> Callable[[ApiTarget], bool]:
    """Whether the API itself still has it: else only a deployment of before has."""

    def is_there(target: ApiTarget) -> bool:
        value = (rest_api.find(target.context, target.api) or {}).get(member)
        return bool(value) and value != usual

    return is_there


def _mappings(target: ApiTarget) -> None:
    """Delete them by the second API, the only one that knows paths of several levels; it knows no edge domains."""
    first, second = map(target.context.client, ("apigateway", "apigatewayv2"))
    domain = {"DomainName": target.name}
    answer = unless_absent(second.get_api_mappings, **domain, MaxResults="500") or {"Items": []}
    ids = {item.get("ApiMappingKey", ""): item["ApiMappingId"] for item in answer["Items"]}
    for path in target.ids:
        if path in ids:
            second.delete_api_mapping(**domain, ApiMappingId=ids[path])
        else:
            first.delete_base_path_mapping(domainName=target.name, basePath=path or EMPTY_PATH)


def _id(target: ApiTarget) -> str:
    return rest_api.needed(target.context, target.api)


def _draft(target: ApiTarget) -> tuple[str, rest_api.Draft]:
    id_ = _id(target)
    return id_, rest_api.read(target.context, None if id_ == rest_api.UNKNOWN_ID else id_)


_METHOD_AGAIN = by_call(
    _route,
    en=f"the method is as planned; {LAST}",
    ja=f"計画どおりになります。{LAST_JA}",
    remains=_in_draft,
)
UNDO: Undoing = {
    **{(ROUTE, fact): _METHOD_AGAIN for fact in surplus.OF_METHODS},
    (ROUTE, surplus.HEADERS): replace(_METHOD_AGAIN, final=True),
    **{
        (AUTHORIZER, fact): by_hand(
            en="API Gateway console > APIs > Authorizers > {name} > Edit: leave it empty; then `api` in the runbook",
            ja="API Gatewayコンソール > API > オーソライザー > {name} > 編集で空にし、ランブックの`api`を実行してください",
        )
        for fact in (surplus.CREDENTIALS, surplus.EXPRESSION)
    },
    **{
        (GATEWAY_RESPONSE, fact): by_call(
            _of_api("delete_gateway_response", responseType=THIS),
            en=f"that error is answered as planned; {LAST}",
            ja=f"このエラーの応答は計画どおりになります。{LAST_JA}",
            final=fact is surplus.HEADERS,
            remains=_in_draft,
        )
        for fact in (surplus.HEADERS, surplus.ANSWER_TEMPLATES)
    },
    (REST_API.words, MORE_METHODS): by_call(
        _methods,
        en=f"callers of those methods get 403; {LAST}",
        ja=f"該当メソッドの呼び出しには403を返します。{LAST_JA}",
        final=True,
        remains=lambda target: bool(_shown(target, _draft(target)[1])),
    ),
    (REST_API.words, POLICY): by_call(
        _patched(replaced("/policy", "")),
        en=f"callers are no longer limited by where they call from; {LAST}",
        ja=f"呼び出し元による制限がなくなります。{LAST_JA}",
        remains=_has("policy"),
    ),
    (REST_API.words, BINARY): by_call(
        _other_types,
        en=f"bodies of those types are taken as text; {LAST}",
        ja=f"該当の型の本文はテキストとして扱われます。{LAST_JA}",
        remains=_has("binaryMediaTypes"),
    ),
    (REST_API.words, COMPRESSION): by_call(
        _patched({"op": "replace", "path": "/minimumCompressionSize"}),
        en=f"answers are no longer compressed; {LAST}",
        ja=f"応答は圧縮されなくなります。{LAST_JA}",
        remains=_has("minimumCompressionSize"),
    ),
    (REST_API.words, KEY_SOURCE): by_call(
        _patched(replaced("/apiKeySource", "HEADER")),
        en=f"the API key is taken from the header X-Api-Key; {LAST}",
        ja=f"APIキーはX-Api-Keyヘッダーから読み取ります。{LAST_JA}",
        remains=_has("apiKeySource", usual="HEADER"),
    ),
    (REST_API.words, VPC_ENDPOINTS): by_hand(
        en="API Gateway console > APIs > {name} > API settings > Edit: remove the VPC endpoint; then `api` in the runbook",
        ja="API Gatewayコンソール > API > {name} > API設定 > 編集でVPCエンドポイントを外し、ランブックの`api`を実行してください",
    ),
    (REST_API.words, ACCESS_MODE): by_hand(
        en="API Gateway console > APIs > {name} > API settings > Endpoint access mode: Basic; then `api` in the"
        " runbook",
        ja="API Gatewayコンソール > API > {name} > API設定 > エンドポイントアクセスモードを「基本」にし、ランブックの`api`を"
        "実行してください",
    ),
    (REST_API.words, surplus.UNKNOWN): by_hand(
        en="API Gateway console > APIs > {name} > Stages > Export shows it: take it away in the draft, then run"
        " `api` in the runbook",
        ja="API Gatewayコンソール > API > {name} > ステージ > エクスポートで確認し、下書きから取り除いてから、ランブックの`api`を"
        "実行してください",
    ),
    (REST_API.words, STATUS): by_hand(
        en="API Gateway console > APIs > {name} shows why it is so: wait until it is Available, or ask AWS Support",
        ja="API Gatewayコンソール > API > {name}で理由を確認し、「利用可能」になるのを待つか、AWSサポートに問い合わせてください",
    ),
    (REST_API.words, OTHER_STAGES): by_call(
        _of_api("delete_stage", stageName=EACH),
        en="callers of those stages get 403; their settings are lost",
        ja="該当ステージの呼び出しには403を返し、その設定は失われます",
        final=True,
    ),
    (STAGE.words, WEB_ACL): by_hand(
        en="API Gateway console > APIs > Stages > {name} > Web application firewall > Edit: None",
        ja="API Gatewayコンソール > API > ステージ > {name} > ウェブアプリケーションファイアウォール > 編集で「なし」にしてください",
    ),
    (DOMAIN.words, MAPPINGS): by_call(
        _mappings,
        en="callers of the API by that name no longer get an answer",
        ja="この名前でのAPI呼び出しには応答しなくなります",
    ),
    (DOMAIN.words, OTHER_MAPPINGS): by_call(
        _mappings,
        en="callers of that path of the domain reach our API instead of the other one",
        ja="ドメインの該当パスへの呼び出しは、他のAPIではなく本APIに届きます",
    ),
    (DOMAIN.words, ACCESS_MODE): by_hand(
        en="API Gateway console > Custom domain names > {name} > Edit > Endpoint access mode: Basic",
        ja="API Gatewayコンソール > カスタムドメイン名 > {name} > 編集 > エンドポイントアクセスモードを「基本」にしてください",
    ),
    (DOMAIN.words, MUTUAL_TLS): by_hand(
        en="API Gateway console > Custom domain names > {name} > Edit > Mutual TLS authentication: off",
        ja="API Gatewayコンソール > カスタムドメイン名 > {name} > 編集 > 相互TLS認証をオフにしてください",
    ),
}
