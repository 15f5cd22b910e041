"""A secret is recognised in a longer text and in the usual encodings, and nowhere else."""

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aws.secret_text import masked, secrets_in, spellings

HEX = "b4a23b107ff67925b88393b33bcba118bd2caffed444e0d2de777965dfef4e36"
TOKEN = "557R4FAuA6D+0Ey1/EBXbtQJle3sWpsmPVEZ/oIA6Rp4asbrKGK5GJMVhbpyIGibNvGuM="
NEEDLES = {"token-key": spellings([HEX]), "line-token": spellings([TOKEN])}


def encoded(text):
    return base64.b64encode(text.encode()).decode()


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
    "in capitals": HEX.upper(),
    "in halves of one line": f"{HEX[:32]} {HEX[32:]}",
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
    "text", ["", HEX[:-1], TOKEN[:-3], "Users-prod", encoded("Users-prod" * 9)]
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


def test_value_names_the_secret_and_never_shows_it():
    value = masked(f"Bearer {TOKEN}", public=(), salts=("salt",), needles=NEEDLES)

    assert value.holds == ("line-token",)
    assert TOKEN not in repr(value)


def test_public_value_is_no_secret_even_where_it_equals_one():
    assert masked(TOKEN, public={TOKEN}, salts=(), needles=NEEDLES).holds == ()
