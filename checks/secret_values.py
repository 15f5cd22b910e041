"""Whether the value of a secret is acceptable: its form, its randomness, and not the one of dev."""

from aws import desired
from aws.bounds import within
from aws.difference import Difference, differences, fault
from aws.kinds.secret import SECRET
from aws.redaction.secret_text import MaskedValue, weakness
from aws.secret_value import SecretValue
from aws.section import Follows, NotTestable
from aws.unreadable import Obstacle
from aws.words import Words
from signoff.evidence import Record

FURTHER_FIELDS = Words(en="further fields", ja="想定外のフィールド")
FORM = Words(en="form", ja="形式")
REAL = Words(en="strength of the value", ja="値の強度")
VALUE_CALL = "secretsmanager:GetSecretValue"


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
    """Return the difference for a value of the wrong form."""
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
    return (fault(SECRET.words, want.name, FORM, None, expected, said=sentence, **about),)


def weak(value: SecretValue, want: desired.Secret) -> tuple[Difference, ...]:
    """Return the difference for a value that is no real secret: weak, known, or another secret's."""
    field, copied = field_of(value, want), _copied(value) if want.min_bits else None
    found = copied or weakness(field, placeholder=value.placeholder, min_bits=want.min_bits)
    if found is None:
        return ()
    bits = want.min_bits
    expected = (
        Words(en=f"at least {bits} random bits", ja=f"{bits}ビット以上の乱数")
        if bits
        else Words(en="a token of LINE", ja="LINEのトークン")
    )
    about = {"call": VALUE_CALL, "remedy": "copied" if copied else want.key}
    return (fault(SECRET.words, want.name, REAL, found, expected, **about),)


def _copied(value: SecretValue) -> Words | None:
    """Say that another secret has the same value: a principal that may read one has both."""
    others = ", ".join(value.same_as)
    return Words(en=f"the value of {others} as well", ja=f"{others}と同じ値") if others else None


def further_fields(value: SecretValue, want: desired.Secret) -> tuple[Difference, ...]:
    """Return fields other than the expected one, which our functions do not read."""
    further = sorted(value.fields.keys() - {want.json_key})
    return differences(
        SECRET.words,
        want.name,
        {FURTHER_FIELDS: further},
        {FURTHER_FIELDS: within(())},
        call=VALUE_CALL,
        remedy=want.key,
    )


def field_of(value: SecretValue, want: desired.Secret) -> MaskedValue:
    """Return the one field; Follows where its form, which SEC-02 owns, is wrong."""
    if flaw := form_flaw(value, want):
        raise Follows(
            "SEC-02",
            Words(en=f"secret {want.name} {flaw.en}", ja=f"シークレット{want.name}{flaw.ja}"),
        )
    return value.fields[want.json_key]


def digests_in(run: Record, before: str, want: desired.Secret) -> tuple[str, tuple[str, ...]]:
    """Return the salt of the run against the environment before and, under it, the digests of its secret."""
    salt = run.body.get("salt")
    found = (run.body.get("digests") or {}).get(want.json_key)
    if not salt or not found:
        raise NotTestable(
            en=f"the newest run against {before} recorded no digest of its {want.json_key}",
            ja=f"{before}に対する最新の実行に{want.json_key}のダイジェストが記録されていません",
            obstacle=Obstacle.ENVIRONMENT_BEFORE,
        )
    return salt, (found,) if isinstance(found, str) else tuple(found)


def digest_under(salt: str, value: MaskedValue) -> str:
    if salt not in value.digests:
        raise NotTestable(
            en="the value was not digested with the salt of that run",
            ja="その実行のソルトで値のダイジェストが計算されていません",
        )
    return value.digests[salt]
