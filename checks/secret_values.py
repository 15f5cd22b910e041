"""Whether the value of a secret is acceptable, and where else it stands, or something that looks like a secret."""

import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from aws import desired
from aws.bounds import described, within
from aws.difference import Certainty, Difference, differences, fault
from aws.kind.description import VALUE
from aws.kinds.secret import SECRET
from aws.redaction.leak import Leak
from aws.redaction.secret_text import DRAWN, KEYS, MaskedValue, weakness
from aws.secret_value import SecretValue
from aws.section import Follows, NotTestable, Obstacle
from aws.words import Words
from checks.deployed import Deployed
from checks.labels import Label
from signoff.environment import Environment
from signoff.evidence import Record

FURTHER_FIELDS = Words(en="further fields", ja="想定外のフィールド")
FORM = Words(en="form", ja="形式")
REAL = Words(en="strength of the value", ja="値の強度")
VALUE_CALL = "secretsmanager:GetSecretValue"
NAMED = re.compile(
    r"(secret|token|password|passwd|passphrase|pwd|credentials?|webhook([-_]?ur[il])?|"
    r"(secret|private|signing|access|api|encryption|auth|token|hmac|jwt|licen[cs]e)[-_]?key([-_]?id)?)$",
    re.IGNORECASE,
)
"""Names of secrets, by their ends, so that TOKEN_TTL and SECRET_ARN do not match."""
REFERENCE = "SECRET_NAME_"
"""Prefix of variables that hold the name of a secret in Secrets Manager."""
FINGERPRINT = re.compile(
    r"(git|build|version|image|commit|release|revision|checksum|digest|(?<![a-z])(asset|code|layer|source)[-_]?hash|sha\d*)$",
    re.IGNORECASE,
)
"""Names of values that are long hexadecimal numbers and public."""
CERTAIN = frozenset({"jwt", "pem", "aws-key"})
"""Shapes that nothing but a credential has."""
AWS_SECRET, AWS_SECRET_LENGTH = re.compile(r"secret_?access_?key$", re.IGNORECASE), 40
IT_HOLDS = Words(
    en="the value of a secret, or has it within", ja="シークレットの値またはそれを含む値"
)
NO_SECRET = described(
    en="nothing that is a secret, or is named or shaped like one",
    ja="シークレットでなく、名前や形がそれと紛らわしくもないこと",
)
SHORTEST_HEX = 32
SHORTEST_BASE64 = 24
DENSITY = 0.85
"""Share of the highest possible entropy that random text reaches, and names with hyphens do not."""


def form_flaw(value: SecretValue, want: desired.Secret) -> Words | None:
    """Say how the value fails to be a JSON object with the expected field holding text; None if it is one."""
    if not value.is_json_object:
        return Words(en="is not a JSON object", ja="がJSONオブジェクトではありません")
    if want.json_key not in value.fields:
        there = ", ".join(sorted(value.fields))
        return Words(
            en=f"has the fields {there}" if there else "has no field",
            ja=f"のフィールドは{there}です" if there else "にフィールドがありません",
        )
    if value.fields[want.json_key].shape == "json":
        return Words(
            en=f"has no text in {want.json_key}", ja=f"の{want.json_key}が文字列ではありません"
        )
    return None


def malformed(value: SecretValue, want: desired.Secret) -> tuple[Difference, ...]:
    flaw = form_flaw(value, want)
    if flaw is None:
        return ()
    key = want.json_key
    expected = Words(en=f"one field {key}, a text", ja=f"文字列のフィールド{key}")
    sentence = Words(
        en=f"secret {want.name} {flaw.en}, expected {expected.en}",
        ja=f"シークレット{want.name}{flaw.ja}。期待値: {expected.ja}",
    )
    about = {"call": VALUE_CALL, "remedy": want.key}
    return (fault(SECRET.words, want.name, FORM, None, expected, sentence=sentence, **about),)


def weak(value: SecretValue, want: desired.Secret) -> tuple[Difference, ...]:
    """Return the difference for a value that is no real secret: weak, known, or another secret's."""
    field, copied = field_of(value, want), _copied(value) if want.min_bits else None
    flaw = copied or weakness(field, placeholder=value.placeholder, min_bits=want.min_bits)
    if flaw is None:
        return ()
    bits = want.min_bits
    expected = (
        Words(en=f"at least {bits} random bits", ja=f"{bits}ビット以上の乱数")
        if bits
        else Words(en="a token of LINE", ja="LINEのトークン")
    )
    about = {"call": VALUE_CALL, "remedy": "copied" if copied else want.key}
    return (fault(SECRET.words, want.name, REAL, flaw, expected, **about),)


def _copied(value: SecretValue) -> Words | None:
    """Say that another secret has the same value: a principal that may read one has both."""
    others = ", ".join(value.same_as)
    return Words(en=f"the value of {others} as well", ja=f"{others}と同じ値") if others else None


def further_fields(value: SecretValue, want: desired.Secret) -> tuple[Difference, ...]:
    """Return fields other than the expected one, which our functions do not read."""
    further = sorted(value.fields.keys() - {want.json_key})
    compared = {FURTHER_FIELDS: (further, within(()))}
    return differences(SECRET.words, want.name, compared, call=VALUE_CALL, remedy=want.key)


def field_of(value: SecretValue, want: desired.Secret) -> MaskedValue:
    """Return the one field; Follows where its form, which SEC-02 owns, is wrong."""
    if flaw := form_flaw(value, want):
        raise Follows(
            "SEC-02", en=f"secret {want.name} {flaw.en}", ja=f"シークレット{want.name}{flaw.ja}"
        )
    return value.fields[want.json_key]


def digests_in(run: Record, before: str, want: desired.Secret) -> tuple[str, tuple[str, ...]]:
    """Return the salt of the run against the environment before and, under it, the digests of its secret."""
    salt = run.body.get("salt")
    recorded = (run.body.get("digests") or {}).get(want.json_key)
    if not salt or not recorded:
        raise NotTestable(
            en=f"the newest run against {before} recorded no digest of its {want.json_key}",
            ja=f"{before}に対する最新の実行に{want.json_key}のダイジェストが記録されていません",
            obstacle=Obstacle.ENVIRONMENT_BEFORE,
        )
    return salt, (recorded,) if isinstance(recorded, str) else tuple(recorded)


def digest_under(salt: str, value: MaskedValue) -> str:
    if salt not in value.digests:
        raise NotTestable(
            en="the value was not digested with the salt of that run",
            ja="その実行のソルトで値のダイジェストが計算されていません",
        )
    return value.digests[salt]


def suspicious(
    kind: Words, name: str, values: Mapping[Words, Label], environment: Environment, call: str
) -> Iterator[Difference]:
    """Yield values that are certainly credentials, and those that may be, by name or by shape.

    ``values``: the value's name in a sentence -> the value, which may hold the name of a planned secret.
    """
    for fact, label in sorted(values.items(), key=lambda item: item[0].en):
        if certainty := _certainty(label.name, label.value, environment.secrets.values()):
            yield Difference(
                kind,
                name,
                fact,
                label.value.words,
                NO_SECRET,
                call=call,
                remedy=label.what,
                ids=(label.name,),
                certainty=certainty,
            )


def _certainty(name: str, value: MaskedValue, references: Collection[str]) -> Certainty | None:
    """Return how certain it is that a value is a secret; None if nothing suggests it.

    A planned secret's name, an ARN or an alias only refers to something, and is no secret. Only AWS writes tags
    that begin with ``aws:``: CloudFormation's have names of a stack, which end in a hash.
    """
    if value.shape in CERTAIN or (AWS_SECRET.search(name) and value.length == AWS_SECRET_LENGTH):
        return Certainty.CERTAIN
    if name.startswith("aws:"):
        return None
    reference = value.text in references or value.shape in {"arn", "alias"}
    by_name = NAMED.search(name) and not name.startswith(REFERENCE) and not reference
    by_shape = value.text is None and drawn(value, name)
    return Certainty.GUESSED if by_name or by_shape else None


def holding(values: Mapping[str, MaskedValue]) -> list[str]:
    """Return the names whose values are or contain a planned secret.

    A secret that equals a public value, such as a channel id, does not count: that is SEC-03's.
    """
    return sorted(name for name, value in values.items() if value.holds)


def require_values(deployed: Deployed, secrets: Iterable[desired.Secret]) -> None:
    """Raise NotTestable if a secret's value could not be read, since it would be recognised nowhere."""
    for secret in secrets:
        deployed.secret_value(secret)


def labelled(there: Mapping[tuple[Words, str], Mapping[Words, Label]]) -> list[Difference]:
    """Return each variable and tag that is or contains a planned secret."""
    nothing = Words(en="no value of a secret", ja="シークレットの値でないこと")
    return [
        fault(kind, name, fact, IT_HOLDS, nothing, remedy=label.what, ids=(label.name,))
        for (kind, name), values in there.items()
        for fact, label in values.items()
        if label.value.holds
    ]


def drawn(value: MaskedValue, name: str = "") -> bool:
    """Whether a text looks random; ``name`` may show that it is a checksum or a release."""
    if value.shape == "hex":
        return value.length >= SHORTEST_HEX and not FINGERPRINT.search(name)
    if value.shape == "base64" and value.length >= SHORTEST_BASE64:
        return value.bits >= DENSITY * value.length * math.log2(min(value.length, 64))
    return value.shape in DRAWN


def leaked(leak: Leak, key: str) -> Difference:
    """Return the difference for a place where the value of the secret ``key`` was found, or another key."""
    what = Words(en=f"the value of secret {leak.secret}", ja=f"シークレット{leak.secret}の値")
    if leak.secret in KEYS:
        what = Words(en=f"a private or access key ({leak.secret})", ja=f"{leak.secret}の秘密鍵等")
    return fault(
        SECRET.words,
        leak.secret,
        VALUE,
        leak.place,
        Words(en="nowhere but in Secrets Manager", ja="Secrets Manager以外にないこと"),
        call=leak.call,
        remedy="package" if leak.secret in KEYS else key,
        sentence=Words(
            en=f"{what.en} was found in {leak.place} ({leak.call}), expected nowhere but in Secrets Manager",
            ja=f"{what.ja}が{leak.place}にあります（{leak.call}）。期待値: Secrets Manager以外にないこと",
        ),
    )
