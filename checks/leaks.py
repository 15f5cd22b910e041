"""What looks like a secret, or is one, in places that anyone with read access sees."""

import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from aws import desired
from aws.secret import SecretValue
from aws.secret_text import MaskedValue
from checks.deployed import Deployed
from checks.secret_values import digest_under
from plan import Plan

NAMED = re.compile(
    r"(secret|token|password|passwd|pwd|credentials?|"
    r"(secret|private|signing|access|api|encryption|auth|token|hmac|jwt)[-_]?key([-_]?id)?)$",
    re.IGNORECASE,
)
"""How a secret is called: by the end of the name, so that TOKEN_TTL and SECRET_ARN are none."""
REFERENCE = "SECRET_NAME_"
"""Beginning of the variables that name a secret of Secrets Manager instead of holding one."""
FINGERPRINT = re.compile(
    r"(git|build|version|image|commit|revision|checksum|digest|sha\d*)$", re.IGNORECASE
)
"""What also is a long hexadecimal number, and public."""
ALWAYS = frozenset({"jwt", "bearer", "pem", "login"})
SHORTEST_HEX = 32
SHORTEST_BASE64 = 24
DENSITY = 0.85
"""Of the characters' greatest entropy: random text shows that much, names with hyphens do not."""


def named_like_secrets(values: Mapping[str, MaskedValue], references: Collection[str]) -> list[str]:
    """Return the names that promise a secret; holding a planned secret's name is a reference."""
    return sorted(
        name
        for name, value in values.items()
        if NAMED.search(name) and not name.startswith(REFERENCE) and value.text not in references
    )


def shaped_like_secrets(values: Mapping[str, MaskedValue]) -> list[str]:
    """Return ``NAME (40 characters, base64)`` for withheld values that look drawn by chance."""
    return sorted(
        f"{name} ({value.length} characters, {value.shape})"
        for name, value in values.items()
        if value.text is None and _drawn(name, value)
    )


def holding(values: Mapping[str, MaskedValue], secrets: Collection[str], salt: str) -> list[str]:
    """Return the names whose value is one of ``secrets`` (digests under ``salt``), or has one within.

    A secret that equals a public value, such as a channel id, is none: SEC-03 tells of that.
    """
    kept_back = {name: value for name, value in values.items() if value.text is None}
    return sorted(
        name
        for name, value in kept_back.items()
        if value.holds or digest_under(salt, value) in secrets
    )


def secret_digests(
    deployed: Deployed, wanted: Iterable[desired.Secret], salt: str
) -> frozenset[str]:
    """Return the digests of every field and of every whole text of the secrets."""
    values = (deployed.secret_value(one) for one in wanted)
    return frozenset(digest_under(salt, one) for value in values for one in _parts(value))


def labels(deployed: Deployed, plan: Plan) -> dict[str, MaskedValue]:
    """Return every stage variable and tag there is, by where it stands."""
    stage, api = deployed.stage(), deployed.rest_api()
    held: dict[str, Mapping[str, MaskedValue]] = {
        f"variable of stage {stage.name}": stage.variables,
        f"tag of stage {stage.name}": stage.tags,
        f"tag of API {api.name}": api.tags,
        **{f"tag of {one}": deployed.function(one).tags for one in plan.functions},
        **{f"tag of {one}": deployed.table_tags(one).tags for one in plan.tables},
        **{f"tag of {one}": deployed.role(one).tags for one in plan.roles},
        **{f"tag of {one}": deployed.secret(one).tags for one in plan.secrets},
    }
    return {
        f"{where}, {name}": value
        for where, values in held.items()
        for name, value in values.items()
    }


def _parts(value: SecretValue) -> Iterator[MaskedValue]:
    yield from value.fields.values()
    if value.whole is not None:
        yield value.whole


def _drawn(name: str, value: MaskedValue) -> bool:
    if value.shape == "hex":
        return value.length >= SHORTEST_HEX and not FINGERPRINT.search(name)
    if value.shape == "base64" and value.length >= SHORTEST_BASE64:
        return value.bits >= DENSITY * value.length * math.log2(min(value.length, 64))
    return value.shape in ALWAYS
