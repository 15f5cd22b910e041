"""Optional parts of an environment; if one is not configured, its rows are excluded and these are never called."""

from aws.section import NotTestable
from aws.words import Words
from signoff.environment import Domain, Environment


def configured_domain(environment: Environment) -> Domain:
    """Return the custom domain; NotTestable where there is none."""
    if environment.domain is None:
        raise _not_configured(environment, "domain", Words("custom domain", "カスタムドメイン"))
    return environment.domain


def configured_bucket(environment: Environment) -> str:
    """Return the name of the bucket of the images; NotTestable where there is none."""
    if not environment.bucket:
        raise _not_configured(environment, "bucket", Words("bucket of images", "画像のバケット"))
    return environment.bucket


def _not_configured(environment: Environment, key: str, part: Words) -> NotTestable:
    where = f"{environment.name}.{key}"
    return NotTestable(
        Words(
            en=f"no {part.en} is known: environments.toml does not set {where}",
            ja=f"{part.ja}が不明です（environments.tomlに{where}の設定がありません）",
        )
    )
