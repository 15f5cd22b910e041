"""What other environments call themselves and their resources, by the rules by which this one is named."""

import re
from collections.abc import Iterator
from functools import cache
from urllib.parse import urlsplit

from aws.door.sessions import boto_session
from signoff.environment import Environment

SPELLINGS = (
    ("dev", "development"),
    ("stg", "staging"),
    ("test", "qa"),
    ("local",),
    ("prod", "production", "prd"),
)
"""What teams call their environments; the names of a group mean the same one."""
PARTS = re.compile(r"[^a-z0-9]+")


def foreign_values(environment: Environment) -> frozenset[str]:
    """Return other environments' names of the same resources, of themselves and of their Regions.

    ``stamp-rally`` of ``stamp-rally-prod`` names the product: monitoring services want it as the name of the service.
    """
    others, names = others_of(environment), names_in_others(environment.prefix, environment)
    regions = set(_regions()) - {environment.region}
    product = environment.prefix.replace(f"-{environment.name}", "")
    own = {environment.prefix, environment.stage, product}
    return foreign_resources(environment) | ({*names, *others, *regions} - own)


def foreign_resources(environment: Environment) -> frozenset[str]:
    """Return the full names and ARNs that other environments, by our naming rules, give to the same things."""
    at = f"{environment.region}:{environment.account}"
    notify = f"{environment.prefix}-notify"
    tables = tuple(environment.tables.values())
    own = (*tables, *environment.secrets.values(), notify, f"{notify}:{environment.alias}")
    arns = (
        *(f"arn:aws:dynamodb:{at}:table/{table}" for table in tables),
        f"arn:aws:lambda:{at}:function:{notify}",
        f"arn:aws:lambda:{at}:function:{notify}:{environment.alias}",
    )
    names = {name for text in (*own, *arns) for name in names_in_others(text, environment)}
    return frozenset(names - {*own, *arns})


def others_of(environment: Environment) -> tuple[str, ...]:
    """Return what teams call environments other than this one."""
    own = {environment.name, "prod"} if environment.production else {environment.name}
    groups = (group for group in SPELLINGS if not own & {*group})
    return tuple(name for group in groups for name in group)


def names_in_others(text: str, environment: Environment) -> Iterator[str]:
    """Yield what a name may be elsewhere: ``Users-prod`` is ``Users`` or ``Users-dev``; ``Users`` is ``Users-prod``."""
    marked, others = f"-{environment.name}", others_of(environment)
    if marked in text:
        yield text.replace(marked, "")
        yield from (text.replace(marked, f"-{other}") for other in others)
    else:
        yield from (f"{text}-{other}" for other in others)


def named_by(address: str, environment: Environment) -> str | None:
    """Return another environment, or its bucket, that the host or the first folder of an address names.

    The last label of a host names no environment: ``.dev`` and ``.test`` are domains.
    """
    url, others = urlsplit(address.lower()), others_of(environment)
    host, (folder, _, file) = url.hostname or "", url.path.strip("/").partition("/")
    own = {environment.bucket, environment.domain and environment.domain.name}
    if host in own | {urlsplit(environment.origin).hostname}:
        return None
    places = (host.rpartition(".")[0], folder if file else "")
    buckets = names_in_others(environment.bucket, environment) if environment.bucket else ()
    parts = {part for place in places for part in PARTS.split(place)} - {
        *PARTS.split(environment.prefix)
    }
    wholes = {part for place in places for part in (*place.split("."), place.partition(".s3")[0])}
    return next((bucket for bucket in (*buckets, *others) if bucket in parts | wholes), None)


@cache
def _regions() -> tuple[str, ...]:
    """Every Region in which boto3 knows Lambda, from its own files."""
    return tuple(boto_session().get_available_regions("lambda"))
