"""A secret that somebody could guess is told from one that was drawn, whatever it was wrapped in."""

import base64
import hashlib

import pytest

from aws.redaction.placeholder import is_placeholder
from tests.healthy.vault import BASE64_KEY, CHANNEL_TOKEN, HEX_KEY

KNOWN = {"default-secret-key-change-in-production", "stamp-rally-prod"}


def _md5(text: bytes) -> str:
    return hashlib.md5(text, usedforsecurity=False).hexdigest()


WORDS = b"this is our very secret signing key"


@pytest.mark.parametrize(
    "text",
    [
        "default-secret-key-change-in-production",
        "noitcudorp-ni-egnahc-yek-terces-tluafed",
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
        base64.b64encode(WORDS).decode(),
        base64.b64encode(WORDS.hex().encode()).decode(),
        base64.b64encode(b"default-secret-key-change-in-production").decode(),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        bytes(range(32)).hex(),
        hashlib.sha256(b"stamp-rally-prod").hexdigest(),
        hashlib.sha256(b"password\n").hexdigest().upper(),
        hashlib.sha256(hashlib.sha256(b"secret").hexdigest().encode()).hexdigest(),
        hashlib.sha512(b"stamp-rally2026").hexdigest()[:64],
        hashlib.blake2b(b"token").hexdigest(),
        _md5(b"stamp") + _md5(b"rally"),
        base64.urlsafe_b64encode(hashlib.sha384(b"Secret").digest()).decode().rstrip("="),
        base64.b64encode(hashlib.sha256(b"").hexdigest().encode()).decode(),
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
        hashlib.sha256(HEX_KEY.encode()).hexdigest(),
    ],
)
def test_what_was_drawn_cannot(text):
    assert not is_placeholder(text, KNOWN)
