"""Which texts are kept in clear, what remains of the others, and where a secret is recognised."""

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aws.redaction.secret_text import (
    digest,
    entropy_bits,
    mark,
    marked,
    masked,
    secrets_in,
    shape,
    spellings,
    withheld,
)

HEX_KEY = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


@pytest.mark.parametrize(
    "text", ["Users-prod", "30", "-1", "999999", "true", "False", "dev", "Staging", ""]
)
def test_value_is_kept_in_clear_when_public_short_or_plain(text):
    assert masked(text, public={"Users-prod"}, salts=()).text == text


@pytest.mark.parametrize("text", ["1000000", "hunter2", HEX_KEY, "truely", "devil", "Users-prod2"])
def test_any_other_value_is_withheld(text):
    value = masked(text, public={"Users-prod"}, salts=("salt",))

    assert value.text is None
    assert text not in str(value)
    assert value.length == len(text)


@given(st.text())
def test_what_came_out_of_a_secret_is_never_kept(text):
    assert withheld(text, salts=()).text is None


def test_digests_tell_equality_under_each_salt():
    value = withheld("secret", salts=("own", "dev"))

    assert value.digests == {"own": digest("own", "secret"), "dev": digest("dev", "secret")}
    assert digest("own", "secret") != digest("dev", "secret")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "empty"),
        ("0123456789", "digits"),
        (HEX_KEY, "hex"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJVMSJ9.c2ln", "jwt"),
        ("-----BEGIN PRIVATE KEY-----\nMII\n", "pem"),
        ("-----BEGIN PGP PRIVATE KEY BLOCK-----\nMII\n", "pem"),
        ("-----BEGIN CERTIFICATE-----\nMII\n", "certificate"),
        ("AKIAIOSFODNN7EXAMPLE", "aws-key"),
        ("alias/Rally-2026", "alias"),
        ("arn:aws:kms:ap-northeast-1:444455556666:key/0a1b", "arn"),
        ("Bearer 0f8Qm2Lk1Zr9Tn5Xc7Vb", "bearer"),
        ('{"key": "-----BEGIN RSA PRIVATE KEY-----"}', "pem"),
        ("redis://rally:hunter2@cache.example.jp", "login"),
        ("https://rally.example.jp/@me?at=12:30", "url"),
        ("https://api.line.me", "url"),
        ('{"a": 1}', "json"),
        ("Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MA==", "base64"),
        ("stamp-rally-prod-auth", "word"),
        ("two words", "text"),
    ],
)
def test_shape_is_the_narrowest_that_fits(text, expected):
    assert shape(text) == expected


def test_bits_bound_randomness_from_above():
    assert entropy_bits("aaaaaaaa") == 0
    assert entropy_bits("") == 0
    assert entropy_bits("ab" * 32) == 64
    assert entropy_bits(HEX_KEY) > 200


HEX = "b4a23b107ff67925b88393b33bcba118bd2caffed444e0d2de777965dfef4e36"
TOKEN = "557R4FAuA6D+0Ey1/EBXbtQJle3sWpsmPVEZ/oIA6Rp4asbrKGK5GJMVhbpyIGibNvGuM="
NEEDLES = {"token-key": spellings([HEX]), "line-token": spellings([TOKEN])}


def encoded(text):
    return base64.b64encode(text.encode()).decode()


REQUEST = "6a49894c-e7a4-47fd-b6aa-c89a304ba962"
CARRIES_THE_LINE_TOKEN = {
    "alone": TOKEN,
    "in a header": f"Bearer {TOKEN}",
    "in JSON": json.dumps({"line": {"token": TOKEN}}),
    "in JSON that escapes slashes": json.dumps({"t": TOKEN}).replace("/", "\\/"),
    "in JSON that escapes what HTML knows": TOKEN.replace("+", "\\u002B"),
    "in an address": f"https://rally.example.jp/?token={quote(TOKEN, safe='')}",
    "without anything between": f"x{TOKEN}y",
    "in base64": encoded(TOKEN),
    "in base64 of an address's alphabet": base64.urlsafe_b64encode(TOKEN.encode()).decode(),
    "in base64 without its padding": encoded(TOKEN).rstrip("="),
    "in base64 after a prefix": f"v1{encoded(TOKEN)}",
    "in base64 of a longer text": encoded(f"user:{TOKEN}!"),
    "in base64 that is wrapped": f"{encoded(TOKEN)[:40]}\n{encoded(TOKEN)[40:]}",
    "in base64 of JSON in JSON": json.dumps({"config": encoded(json.dumps({"t": TOKEN}))}),
    "in hexadecimal": TOKEN.encode().hex(),
}
CARRIES_THE_TOKEN_KEY = {
    "in base64, three times": encoded(encoded(encoded(HEX))),
    "in base64 between ids of requests": f"{REQUEST} {encoded(HEX)} {REQUEST}",
    "in capitals": HEX.upper(),
    "in halves of one line": f"{HEX[:32]} {HEX[32:]}",
    "its bytes as Python shows them": repr(bytes.fromhex(HEX)),
    "its bytes in base64": base64.b64encode(bytes.fromhex(HEX)).decode(),
    "its bytes in base64 in a header": f"Basic {base64.b64encode(bytes.fromhex(HEX)).decode()}",
}


@pytest.mark.parametrize("way", CARRIES_THE_LINE_TOKEN)
def test_token_is_found(way):
    assert secrets_in(CARRIES_THE_LINE_TOKEN[way], NEEDLES) == ("line-token",)


@pytest.mark.parametrize("way", CARRIES_THE_TOKEN_KEY)
def test_key_is_found(way):
    assert secrets_in(CARRIES_THE_TOKEN_KEY[way], NEEDLES) == ("token-key",)


def test_text_with_both_names_both():
    assert secrets_in(f"{HEX}:{TOKEN}", NEEDLES) == ("line-token", "token-key")


@pytest.mark.parametrize(
    "text", ["", HEX[:16], TOKEN[-20:], "Users-prod", encoded("Users-prod" * 9)]
)
def test_text_without_a_secret_carries_none(text):
    assert secrets_in(text, NEEDLES) == ()


@given(st.text(max_size=80))
def test_no_text_is_too_strange_to_be_searched(text):
    assert secrets_in(text, NEEDLES) == ()


@given(st.text(max_size=20), st.text(max_size=20))
def test_secret_is_found_whatever_stands_around_it(before, after):
    assert secrets_in(before + TOKEN + after, NEEDLES) == ("line-token",)


def test_short_secret_is_not_looked_for():
    assert spellings(["prod"]) == frozenset()


@pytest.mark.parametrize(
    "text", [HEX[:32], HEX[32:], HEX[9:40], TOKEN[:-3], TOKEN[-31:], encoded(HEX[:40])]
)
def test_good_part_of_a_secret_is_found(text):
    assert secrets_in(text, NEEDLES) != ()


def test_head_of_a_token_is_that_of_every_other_token_of_its_kind():
    head, body = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9", "557R4FAuA6D0Ey1EBXbtQJle3sWpsmPVEZoIA6Rp"
    needles = {"token": spellings([f"{head}.{body}"])}

    assert secrets_in(f"{head}.{body[::-1]}", needles) == ()
    assert secrets_in(body, needles) == ("token",)


def test_value_names_the_secret_that_stood_in_it():
    assert marked(f"Bearer {mark('line-token')}, {mark('token-key')}") == (
        "line-token",
        "token-key",
    )
    assert marked("Bearer [nothing]") == ()


def test_values_of_one_length_and_shape_are_told_apart_in_every_run():
    masked_value, other = (
        masked(text, public=(), salts=(salt,), environment="stamp-rally-prod")
        for text, salt in (("https://a.example/1", "run 1"), ("https://b.example/2", "run 1"))
    )
    again = masked(
        "https://a.example/1", public=(), salts=("run 2",), environment="stamp-rally-prod"
    )

    assert (masked_value.length, masked_value.shape) == (other.length, other.shape)
    assert str(masked_value) != str(other)
    assert str(masked_value) == str(again)


def test_value_of_a_secret_has_no_fingerprint():
    assert withheld("swordfish swordfish", salts=()).fingerprint == ""
