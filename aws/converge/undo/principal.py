"""Principals that may act on what is ours, and functions and Regions that use our roles: a person takes them away."""

from collections.abc import Mapping

from aws.access.principals import MAY_ACT, MAY_INVOKE, PRINCIPALS, USED_BY
from aws.change.undo import ByHand, by_hand
from aws.kinds.role import ROLE
from aws.words import Words

_OTHER_PRINCIPALS = {
    kind: by_hand(
        en=f"IAM console > {place.en} > {{short}} > Permissions: detach the policy that the row names, or narrow it"
        " to other resources; if it is right, name {name} under administrators in environments.toml",
        ja=f"IAMコンソール > {place.ja} > {{short}} > 許可で、この項目が示すポリシーを外すか、対象を他のリソースに限定してください。"
        "正当な権限なら、environments.tomlのadministratorsに{name}を記載します",
    )
    for kind, place in {
        "role": Words("Roles", "ロール"),
        "user": Words("Users", "ユーザー"),
    }.items()
}
UNDO: Mapping[tuple[Words, Words], ByHand] = {
    (ROLE.words, USED_BY): by_hand(
        en="Lambda console > Functions > the one that the row names > Configuration > Permissions: give it a"
        " role of its own instead of {name}, or delete it; what another Region uses is forgotten by IAM after"
        " 400 days",
        ja="Lambdaコンソール > 関数 > この項目が示す関数 > 設定 > アクセス権限で、{name}の代わりに専用のロールを割り当てるか、"
        "関数を削除してください。他リージョンでの利用記録は、IAMから400日後に消えます",
    ),
    **{
        (PRINCIPALS[kind], fact): instruction
        for kind, instruction in _OTHER_PRINCIPALS.items()
        for fact in (MAY_ACT, MAY_INVOKE)
    },
}
