"""Which values are kept in clear, and what remains of the others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aws.secret_text import digest, entropy_bits, is_placeholder, masked, shape, withheld

HEX_KEY = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


@pytest.mark.parametrize("text", ["Users-prod", "30", "-1", "999999", "true", "False", ""])
def test_value_is_kept_in_clear_when_public_short_or_plain(text):
    assert masked(text, public={"Users-prod"}, salts=()).text == text


@pytest.mark.parametrize("text", ["1000000", "hunter2", HEX_KEY, "truely", "Users-prod2"])
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


@pytest.mark.parametrize(
    "text",
    [
        "default-secret-key-change-in-production",
        "your-production-secret-key-here",
        "your-line-channel-access-token",
        "CHANGEME",
        "0" * 64,
        "0123456789abcdef" * 4,
        "deadbeef" * 8,
        HEX_KEY * 2,
        "<paste the token>",
        "short",
        "",
    ],
)
def test_stand_ins_are_placeholders(text):
    assert is_placeholder(text, {"default-secret-key-change-in-production"})


@pytest.mark.parametrize(
    "text", [HEX_KEY, HEX_KEY + HEX_KEY[::-1], "q0T7zF/x9Pbn2LmC4s+Wd8aRkE1uYhJv6GtXoN5iZc3="]
)
def test_real_keys_are_not(text):
    assert not is_placeholder(text, set())
