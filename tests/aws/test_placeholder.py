"""A secret that somebody could guess is told from one that was drawn, whatever it was wrapped in."""

import base64
import hashlib

import pytest

from aws.secret_value import is_placeholder
from tests.healthy.vault import BASE64_KEY, CHANNEL_TOKEN, HEX_KEY

KNOWN = {"default-secret-key-change-in-production", "stamp-rally-prod"}


WORDS = b"this is our very secret signing key"


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
        "yokohama-winter-stamp-rally-2026-secret",
        "kono-sutanpu-rarii-no-himitsu-kagi-wa-dare-mo-shiranai",
        "ThisIsTheVerySecretSigningKeyOfOurStampRally2026",
        WORDS.hex(),
        WORDS.hex(" "),
        base64.b64encode(WORDS).decode(),
        base64.b64encode(WORDS.hex().encode()).decode(),
        base64.encodebytes(WORDS * 2).decode(),
        base64.b64encode(b"default-secret-key-change-in-production").decode(),
        bytes(range(32)).hex(),
    ],
)
def test_what_was_made_of_words_can_be_guessed(text):
    assert is_placeholder(text, KNOWN)


@pytest.mark.parametrize(
    "text",
    [
        *(HEX_KEY, HEX_KEY + HEX_KEY[::-1], BASE64_KEY, CHANNEL_TOKEN),
        "q0T7zF/x9Pbn2LmC4s+Wd8aRkE1uYhJv6GtXoN5iZc3=",
        base64.b64encode(HEX_KEY.encode()).decode(),
        base64.encodebytes(hashlib.sha512(HEX_KEY.encode()).digest()).decode(),
        hashlib.sha256(HEX_KEY.encode()).hexdigest(),
    ],
)
def test_what_was_drawn_cannot(text):
    assert not is_placeholder(text, KNOWN)
