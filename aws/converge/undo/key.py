"""What nobody planned of keys: grants, an expiry, another origin, copies."""

from collections.abc import Mapping

from aws.change.gate import unless_absent
from aws.change.undo import HowToUndo, UndoTarget, by_call, by_hand


def _revoke(target: UndoTarget) -> None:
    client = target.context.client("kms")
    for grant in target.ids:
        unless_absent(client.revoke_grant, KeyId=target.name, GrantId=grant)


UNDO: Mapping[tuple[str, str], HowToUndo[UndoTarget]] = {
    ("key", "grants"): by_call(
        _revoke,
        en="those principals can no longer use the key, nor read what they encrypted under it",
        ja="該当のプリンシパルはキーを使えなくなり、このキーで暗号化したデータも読めなくなります",
        final=True,
    ),
    ("key", "expires"): by_hand(
        en="KMS console > Customer managed keys > {name} > Key material: import it again without an expiry",
        ja="KMSコンソール > カスタマー管理型のキー > {name} > キーマテリアルで、有効期限なしで再度インポートしてください",
    ),
    ("key", "origin of its material"): by_hand(
        en="the origin of a key never changes. KMS console > Customer managed keys > Create key (origin KMS);"
        " name it in environments.toml, then run `encryption` and `secrets` in the runbook",
        ja="生成元は変更できません。KMSコンソール > カスタマー管理型のキー > キーの作成（オリジンはKMS）で新しいキーを作り、"
        "environments.tomlに記載してから、ランブックの`encryption`と`secrets`を実行してください",
    ),
    ("key", "replicas in other Regions"): by_hand(
        en="KMS console, in each Region that the row names > Customer managed keys > {name} > Key actions >"
        " Schedule key deletion",
        ja="この項目が示す各リージョンのKMSコンソール > カスタマー管理型のキー > {name} > キーアクション > キーの削除をスケジュール",
    ),
}
