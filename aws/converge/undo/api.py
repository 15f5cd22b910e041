"""What is not planned of the API: in its methods, of itself, at its stage, and in front of it.

What stands in a method is undone in the draft, by making the method as planned; the stage serves it until the
draft is deployed, which is the part of the procedure ``api``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from aws.api import surplus
from aws.api.unplanned import of_document
from aws.change.undo import EACH, ITS_ID, THIS, Undoing, UndoTarget, by_call, by_hand, calling
from aws.converge import api_draft, rest_api
from aws.desired import Api
from aws.kind.description import POLICY, STATUS
from aws.kinds.domain import DOMAIN, MAPPINGS, MUTUAL_TLS, OTHER_MAPPINGS
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
from aws.words import Words

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
_SETTINGS: Mapping[Words, Words] = {
    POLICY: Words("Resource policy: delete it", "リソースポリシーを削除し"),
    BINARY: Words(
        "API settings > Manage media types: remove those that the row names",
        "API設定 > メディアタイプを管理で、この項目が示す型を外し",
    ),
    COMPRESSION: Words(
        "API settings > Content encoding: turn it off", "API設定 > コンテンツのエンコードをオフにし"
    ),
    KEY_SOURCE: Words(
        "API settings > API key source: Header", "API設定 > APIキーのソースを「ヘッダー」にし"
    ),
    VPC_ENDPOINTS: Words(
        "API settings > Edit: remove the VPC endpoint", "API設定 > 編集でVPCエンドポイントを外し"
    ),
    ACCESS_MODE: Words(
        "API settings > Endpoint access mode: Basic",
        "API設定 > エンドポイントアクセスモードを「基本」にし",
    ),
}
"""A setting of the API -> where a person takes it away in the draft, which is then deployed."""
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
    **{
        (REST_API.words, fact): by_hand(
            en=f"API Gateway console > APIs > {{name}} > {place.en}; then `api` in the runbook",
            ja=f"API Gatewayコンソール > API > {{name}} > {place.ja}、ランブックの`api`を実行してください",
        )
        for fact, place in _SETTINGS.items()
    },
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
    **{
        (DOMAIN.words, fact): by_hand(
            en="API Gateway console > Custom domain names > {name} > API mappings > Configure API mappings: remove the one"
            " that the row names",
            ja="API Gatewayコンソール > カスタムドメイン名 > {name} > APIマッピング > APIマッピングを設定で、この項目が示すマッピングを"
            "削除してください",
        )
        for fact in (MAPPINGS, OTHER_MAPPINGS)
    },
    (DOMAIN.words, ACCESS_MODE): by_hand(
        en="API Gateway console > Custom domain names > {name} > Edit > Endpoint access mode: Basic",
        ja="API Gatewayコンソール > カスタムドメイン名 > {name} > 編集 > エンドポイントアクセスモードを「基本」にしてください",
    ),
    (DOMAIN.words, MUTUAL_TLS): by_hand(
        en="API Gateway console > Custom domain names > {name} > Edit > Mutual TLS authentication: off",
        ja="API Gatewayコンソール > カスタムドメイン名 > {name} > 編集 > 相互TLS認証をオフにしてください",
    ),
}
