"""What looks like a secret, or is one, in places that anyone with read access sees."""

import math
import re
from collections.abc import Collection, Iterable, Mapping

from aws import desired
from aws.bounds import described
from aws.difference import Certainty, Difference, fault
from aws.ledgers.secretsmanager import SECRET
from aws.redaction.leak import Leak
from aws.redaction.secret_text import DRAWN, MaskedValue
from aws.words import Words
from checks.deployed import Deployed
from checks.labels import Label

NAMED = re.compile(
    r"(secret|token|password|passwd|pwd|credentials?|"
    r"(secret|private|signing|access|api|encryption|auth|token|hmac|jwt)[-_]?key([-_]?id)?)$",
    re.IGNORECASE,
)
"""How a secret is called: by the end of the name, so that TOKEN_TTL and SECRET_ARN are none."""
REFERENCE = "SECRET_NAME_"
"""Beginning of the variables that name a secret of Secrets Manager instead of holding one."""
FINGERPRINT = re.compile(
    r"(git|build|version|image|commit|release|revision|checksum|digest|sha\d*)$", re.IGNORECASE
)
"""What also is a long hexadecimal number, and public."""
CERTAIN = frozenset({"jwt", "pem", "aws-key"})
"""Shapes that nothing but a credential has."""
AWS_SECRET, AWS_SECRET_LENGTH = re.compile(r"secret_?access_?key$", re.IGNORECASE), 40
VALUE = Words(en="value", ja="値")
IT_HOLDS = Words(
    en="the value of a secret, or has it within", ja="シークレットの値またはそれを含む値"
)
NO_SECRET = described(
    Words(
        en="nothing that is a secret, or is named or shaped like one",
        ja="シークレットでなく、名前や形がそれと紛らわしくもないこと",
    ),
    code="no_secret",
)
SHORTEST_HEX = 32
SHORTEST_BASE64 = 24
DENSITY = 0.85
"""Of the characters' greatest entropy: random text shows that much, names with hyphens do not."""


def suspicious(
    kind: Words,
    name: str,
    values: Mapping[Words, Label],
    references: Collection[str],
    call: str,
) -> tuple[Difference, ...]:
    """Return what is certainly somebody's key, and what may be one by its name or its shape.

    ``values``: how the value is called in a sentence -> itself. ``references`` are the names of the planned
    secrets, which a value may hold.
    """
    certainties = {
        fact: (label, certainty)
        for fact, label in values.items()
        if (certainty := _certainty(label.name, label.value, references))
    }
    return tuple(
        Difference(
            kind=kind,
            name=name,
            fact=fact,
            found=label.value.words,
            bound=NO_SECRET,
            call=call,
            remedy=label.what,
            loosens=certainty is Certainty.CERTAIN,
            certainty=certainty,
        )
        for fact, (label, certainty) in sorted(certainties.items(), key=lambda one: one[0].en)
    )


def _certainty(name: str, value: MaskedValue, references: Collection[str]) -> Certainty | None:
    """Say how sure it is that a value is a secret; None where nothing speaks for it.

    What holds a planned secret's name, an ARN or an alias names something, and is none itself.
    """
    if value.shape in CERTAIN or (AWS_SECRET.search(name) and value.length == AWS_SECRET_LENGTH):
        return Certainty.CERTAIN
    reference = value.text in references or value.shape in {"arn", "alias"}
    by_name = NAMED.search(name) and not name.startswith(REFERENCE) and not reference
    by_shape = value.text is None and drawn(value, name)
    return Certainty.GUESSED if by_name or by_shape else None


def holding(values: Mapping[str, MaskedValue]) -> list[str]:
    """Return the names whose value is a planned secret, or has one within.

    A secret that equals a public value, such as a channel id, is none: SEC-03 tells of that.
    """
    return sorted(name for name, value in values.items() if value.holds)


def require_values(deployed: Deployed, wanted: Iterable[desired.Secret]) -> None:
    """A secret whose value could not be read is recognised nowhere: what rests on it is not testable."""
    for one in wanted:
        deployed.secret_value(one)


def labelled(
    there: Mapping[tuple[Words, str], Mapping[Words, Label]],
) -> list[Difference]:
    """Return each variable and tag that is a planned secret, or has one within."""
    nothing = Words(en="no value of a secret", ja="シークレットの値でないこと")
    return [
        fault(kind, name, fact, IT_HOLDS, nothing, remedy=label.what)
        for (kind, name), values in there.items()
        for fact, label in values.items()
        if label.value.holds
    ]


def drawn(value: MaskedValue, name: str = "") -> bool:
    """Whether a text looks drawn by chance; ``name`` may say that it is a checksum or a release."""
    if value.shape == "hex":
        return value.length >= SHORTEST_HEX and not FINGERPRINT.search(name)
    if value.shape == "base64" and value.length >= SHORTEST_BASE64:
        return value.bits >= DENSITY * value.length * math.log2(min(value.length, 64))
    return value.shape in DRAWN


def leaked(one: Leak, key: str) -> Difference:
    """Return the difference that the value of the secret ``key`` makes where it is found."""
    return fault(
        SECRET,
        one.secret,
        VALUE,
        one.place,
        Words(en="nowhere but in Secrets Manager", ja="Secrets Manager以外にないこと"),
        call=one.call,
        remedy=key,
        said=Words(
            en=f"the value of secret {one.secret} was found in {one.place} ({one.call}), expected"
            " nowhere but in Secrets Manager",
            ja=f"シークレット{one.secret}の値が{one.place}にあります（{one.call}）。"
            "期待値: Secrets Manager以外にないこと",
        ),
    )
