"""What nobody planned of secrets: rotation, copies, labels, owners, policies."""

from collections.abc import Mapping

from aws.change.undo import HowToUndo, UndoTarget, by_call, by_hand
from aws.kinds.statements import (
    DENIED,
    OPENED,
    statements_left,
)


def _stop_rotating(target: UndoTarget) -> None:
    target.context.client("secretsmanager").cancel_rotate_secret(SecretId=target.name)


def _end_copies(target: UndoTarget) -> None:
    """End the copies in other accounts; their owners keep what they were given until then."""
    client = target.context.client("secretsmanager")
    for replica in target.ids:
        client.disassociate_cross_account_replica(
            SecretId=target.name, CrossAccountReplicaARN=replica
        )


def _end_replicas(target: UndoTarget) -> None:
    """Take the copies away; what is a copy itself becomes a secret of its own, which is done where it is."""
    client = target.context.client("secretsmanager")
    if client.describe_secret(SecretId=target.name).get("PrimaryRegion") in target.ids:
        client.stop_replication_to_replica(SecretId=target.name)
        return
    client.remove_regions_from_replication(
        SecretId=target.name, RemoveReplicaRegions=list(target.ids)
    )


def _remove_labels(target: UndoTarget) -> None:
    client = target.context.client("secretsmanager")
    versions = client.describe_secret(SecretId=target.name)["VersionIdsToStages"]
    for version, labels in versions.items():
        for label in set(labels) & set(target.ids):
            client.update_secret_version_stage(
                SecretId=target.name, VersionStage=label, RemoveFromVersionId=version
            )


def _policy(target: UndoTarget) -> None:
    """Take statements off the secret's own policy; without any, the policy goes."""
    client = target.context.client("secretsmanager")
    found = client.get_resource_policy(SecretId=target.name)["ResourcePolicy"]
    if left := statements_left(found, target.ids):
        client.put_resource_policy(SecretId=target.name, ResourcePolicy=left)
    else:
        client.delete_resource_policy(SecretId=target.name)


_ELSEWHERE = by_hand(
    en="the service that owns {name}, or the account that it is copied from, decides: ask there to release"
    " it (Secrets Manager console > Secrets > {name} shows which), then run `secrets` in the runbook",
    ja="{name}を所有するサービス、または複製元のアカウントの管理下にあります。Secrets Managerコンソール > シークレット > {name}で"
    "所有元を確認し、管理を解除したあと、ランブックの`secrets`を実行してください",
)
UNDO: Mapping[tuple[str, str], HowToUndo[UndoTarget]] = {
    ("secret", "rotation"): by_call(
        _stop_rotating,
        en="the secret keeps its value until somebody replaces it",
        ja="値は、誰かが置き換えるまで変わらなくなります",
    ),
    ("secret", "copies in another Region"): by_call(
        _end_replicas,
        en="whatever reads a copy in that Region no longer finds it; a secret that is itself a copy from"
        " there becomes one of its own, and gets no new value from there any more",
        ja="そのリージョンの複製は読めなくなります。そのリージョンからの複製である場合は独立したシークレットになり、"
        "新しい値は届かなくなります",
    ),
    ("secret", "replicas in other accounts"): by_call(
        _end_copies,
        en="the copies there get no new value; what was copied may still be read there, so that a new"
        " value (`secrets` in the runbook) is worth it",
        ja="複製先に新しい値は届かなくなります。すでに複製された値は読めるため、ランブックの`secrets`で値を替えることも"
        "検討してください",
    ),
    ("secret", "further version labels"): by_call(
        _remove_labels,
        en="whoever asks for the secret by that label is refused, and Secrets Manager may delete the"
        " version behind it",
        ja="このラベルでの取得はできなくなり、該当バージョンは削除されることがあります",
        final=True,
    ),
    **dict.fromkeys(
        (
            ("secret", "type of an external secret"),
            ("secret", "owning service"),
            ("secret", "copied from another account"),
        ),
        _ELSEWHERE,
    ),
    ("secret", DENIED.en): by_call(
        _policy,
        en="what those statements deny is no longer denied to anybody",
        ja="該当ステートメントによる拒否は、誰に対しても効かなくなります",
        final=True,
    ),
    ("secret", OPENED.en): by_call(
        _policy,
        en="whoever those statements allow can no longer read the secret by them; if that was a"
        " stranger, give it a new value as well (`secrets` in the runbook)",
        ja="該当ステートメントで許可された相手は読めなくなります。部外者だった場合は、ランブックの`secrets`で値も替えてください",
        final=True,
    ),
}
