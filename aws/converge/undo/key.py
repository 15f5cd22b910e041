"""What nobody planned of keys and of the bucket: grants, copies, rules, redirects, and who pays."""

from collections.abc import Mapping

from aws.change.gate import unless_absent
from aws.change.undo import HowToUndo, Undo, UndoTarget, by_call, by_hand


def _revoke(target: UndoTarget) -> None:
    client = target.context.client("kms")
    for grant in target.ids:
        unless_absent(client.revoke_grant, KeyId=target.name, GrantId=grant)


def _of_bucket(
    operation: str, en: str, ja: str, *, final: bool = True, **given: object
) -> Undo[UndoTarget]:
    return by_call(
        lambda target: getattr(target.context.client("s3"), operation)(Bucket=target.name, **given),
        en=en,
        ja=ja,
        final=final,
    )


_WEBSITE = _of_bucket(
    "delete_bucket_website",
    "the bucket is a website no more; links to its website address fail",
    "ウェブサイトとしての公開は終わり、そのアドレスへのリンクは使えなくなります",
)
_BUCKET_POLICY = by_hand(
    en="S3 console > Buckets > {name} > Permissions > Bucket policy: take the statement out that the row names",
    ja="S3コンソール > バケット > {name} > アクセス許可 > バケットポリシーで、この項目が示すステートメントを取り除いてください",
)
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
    ("bucket", "replication"): _of_bucket(
        "delete_bucket_replication",
        "objects are copied elsewhere no more; copies that exist stay",
        "以後のオブジェクトは複製されなくなります。既存の複製は残ります",
    ),
    ("bucket", "rules that delete or move its objects"): _of_bucket(
        "delete_bucket_lifecycle",
        "all lifecycle rules go: incomplete uploads and old versions are no longer tidied up either",
        "ライフサイクルルールはすべて削除され、未完了のアップロードや旧バージョンの整理も行われなくなります",
    ),
    ("bucket", "grants of its ACL"): _of_bucket(
        "put_bucket_acl",
        "whoever the ACL let in gets nothing by it any more; what the bucket policy and IAM allow stays",
        "ACLで許可されていた相手はアクセスできなくなります。バケットポリシーとIAMによる許可は残ります",
        ACL="private",
    ),
    ("bucket", "who pays for requests"): _of_bucket(
        "put_bucket_request_payment",
        "the account pays for all requests and transfers again",
        "リクエストとデータ転送の料金は再びバケット所有者の負担になります",
        final=False,
        RequestPaymentConfiguration={"Payer": "BucketOwner"},
    ),
    ("bucket", "principals that its policy allows"): _BUCKET_POLICY,
    ("bucket", "who else may change it"): _BUCKET_POLICY,
    ("bucket", "statements that deny reading"): _BUCKET_POLICY,
    ("bucket", "redirect of every request"): _WEBSITE,
    ("bucket", "routing rules"): _WEBSITE,
}
