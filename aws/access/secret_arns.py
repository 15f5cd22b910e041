"""Whether a policy names a secret as AWS does: by its ARN, which ends in six random characters."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from aws.desired import Secret
from aws.iam import Statement, covers, resource_pattern
from aws.iam.pattern import action_pattern, overlap
from aws.words import Words

SUFFIX = "-??????"
READ = "secretsmanager:getsecretvalue"
"""The action in lower case: actions are case-insensitive."""
Names = Callable[[], Iterable[str]]
"""Returns the names of all existing secrets; called only if they matter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """How a role's policies name one secret: ``resources`` as written, ``arn`` its real ARN."""

    secret: Secret
    arn: str
    resources: tuple[str, ...]

    @property
    def missed(self) -> bool:
        """Whether a policy means the secret, but no Resource matches its real ARN."""
        fits = any(resource_pattern(resource).matches(self.arn) for resource in self.resources)
        return bool(self.resources) and not fits


def is_about(resource: str, secret: Secret) -> bool:
    """Whether a Resource means this secret: it matches the ARN, or would except for the last six characters."""
    patterns = resource_pattern(resource), resource_pattern(secret.arn_pattern)
    return _spells(resource, secret) or overlap(*patterns)


def named(pairs: Iterable[Statement], secret: Secret) -> tuple[str, ...]:
    """Collect the Resources by which statements, split into pairs, allow reading the secret."""
    return tuple(pair.resources[0] for pair in pairs if _allows_reading(pair, secret))


def unsound(named: Named, names: Names) -> list[Words]:
    """Say which of the Resources match nothing, or more than the secret."""
    flaws = {resource: _flaw(resource, named, names) for resource in named.resources}
    return [
        Words(en=f"{resource} {flaw.en}", ja=f"{resource}（{flaw.ja}）")
        for resource, flaw in flaws.items()
        if flaw
    ]


def reaches_more(resource: str, secret: Secret, names: Names) -> bool:
    """Whether a Resource allows reading more than the one secret."""
    stem = secret.arn_pattern.removesuffix(SUFFIX)
    if covers(secret.arn_pattern, resource) or not {"*", "?"} & set(resource):
        return False
    return not covers(f"{stem}-*", resource) or any(_reached(resource, secret, names))


def _allows_reading(statement: Statement, secret: Secret) -> bool:
    """Whether a pair allows reading the secret by name; other rows report wider actions."""
    if statement.effect != "Allow" or not statement.actions or not statement.resources:
        return False
    action, resource = statement.actions[0], statement.resources[0]
    if action.lower() == READ:
        return is_about(resource, secret)
    return action_pattern(action).matches(READ) and _spells(resource, secret)


def _spells(resource: str, secret: Secret) -> bool:
    stem = re.escape(secret.arn_pattern.removesuffix(SUFFIX))
    return re.fullmatch(rf"{stem}(-[\w?*]{{0,6}}|[?*]*)", resource) is not None


def _flaw(resource: str, named: Named, names: Names) -> Words | None:
    """Return what is wrong with a Resource. ``-*`` also matches ``token-secret-key-old-…``: fine if none exists."""
    if not resource_pattern(resource).matches(named.arn):
        return Words(en=f"does not match {named.arn}", ja=f"{named.arn}に一致しない")
    if covers(named.secret.arn_pattern, resource):
        return None
    stem = named.secret.arn_pattern.removesuffix(SUFFIX)
    if not covers(f"{stem}-*", resource):
        return Words(en="reaches beyond the secret", ja="このシークレット以外にも及ぶ")
    reached = ", ".join(_reached(resource, named.secret, names))
    return Words(en=f"reaches {reached}", ja=f"{reached}にも及ぶ") if reached else None


def _reached(resource: str, secret: Secret, names: Names) -> Iterator[str]:
    """Yield the other secrets that exist and that the Resource matches as well."""
    before = secret.arn_pattern.removesuffix(f"{secret.name}{SUFFIX}")
    for other in sorted({*names()} - {secret.name}):
        patterns = resource_pattern(resource), resource_pattern(f"{before}{other}{SUFFIX}")
        if overlap(*patterns):
            yield other
