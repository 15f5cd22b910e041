"""What nobody planned of roles: instance profiles, and functions and Regions that use them."""

from collections.abc import Mapping

from aws.change.undo import HowToUndo, UndoTarget, by_call, by_hand
from aws.words import Words


def _out_of_profiles(target: UndoTarget) -> None:
    iam = target.context.client("iam")
    for profile in target.ids:
        iam.remove_role_from_instance_profile(InstanceProfileName=profile, RoleName=target.name)


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
UNDO: Mapping[tuple[str, str], HowToUndo[UndoTarget]] = {
    ("role", "instance profile"): by_call(
        _out_of_profiles,
        en="servers that run with that profile lose the rights of the role",
        ja="このプロファイルで動くサーバーは、ロールの権限を失います",
    ),
    ("role", "others that use it"): by_hand(
        en="Lambda console > Functions > the one that the row names > Configuration > Permissions: give it a"
        " role of its own instead of {name}, or delete it; what another Region uses is forgotten by IAM after"
        " 400 days",
        ja="Lambdaコンソール > 関数 > この項目が示す関数 > 設定 > アクセス権限で、{name}の代わりに専用のロールを割り当てるか、"
        "関数を削除してください。他リージョンでの利用記録は、IAMから400日後に消えます",
    ),
    **{
        (kind, fact): instruction
        for kind, instruction in _OTHER_PRINCIPALS.items()
        for fact in ("our resources that it may act on", "which functions it may invoke")
    },
}
