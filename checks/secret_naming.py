"""What a wrongly named secret in a policy means for other rows."""

from collections.abc import Iterable

from aws import desired
from aws.access.secret_arns import Named
from aws.iam import MissingPermission
from aws.section import Follows
from aws.words import Words


def unnamed(secret: desired.Secret) -> Words:
    return Words(
        en=f"no statement names secret {secret.name}",
        ja=f"シークレット{secret.name}を指定するステートメントがありません",
    )


def but_for_suffixes(
    lacking: Iterable[MissingPermission], names: Iterable[Named]
) -> list[MissingPermission]:
    """Leave out what is lacking only because of how a secret is named; Follows if nothing else is lacking."""
    lost = list(lacking)
    missed = {one.arn for one in names if one.missed}
    others = [one for one in lost if one.resource not in missed]
    if lost and not others:
        raise Follows(
            "SEC-16",
            en=f"the ARN by which a policy names a secret matches none: {lost[0].words.en}",
            ja=f"ポリシーが指定するシークレットのARNに一致するものがありません: {lost[0].words.ja}",
        )
    return others
