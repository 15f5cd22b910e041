"""What no single defect shows of the secrets' rows: no false alarm, and facts that two rows tell."""

import base64
import random
import string
from dataclasses import replace

import pytest

from aws.inventory import Names
from checks.secret_values import weak
from signoff.judge.outcome import Outcome
from tests.defects.changes import both, edited
from tests.defects.shortfalls import SOUND
from tests.healthy import healthy
from tests.healthy.vault import value
from tests.judging import green, judge

TOKEN_KEY = healthy().plan.secret("token_key")
DRAWN = 500
LOWER, SIGNS = string.ascii_lowercase, "0123456789!#$%&()*+,-./:;=?@[]^_{|}~"
GENERATORS = {
    "hex, 64 digits": lambda chance: chance.randbytes(32).hex(),
    "base64, 32 bytes": lambda chance: base64.b64encode(chance.randbytes(32)).decode(),
    "base64url, 32 bytes": lambda chance: base64.urlsafe_b64encode(chance.randbytes(32)).decode(),
    "base32, 52 digits": lambda chance: base64.b32encode(chance.randbytes(35)).decode()[:52],
    "lower case and digits": lambda chance: _drawn(chance, LOWER + string.digits, 50),
    "lower case": lambda chance: _drawn(chance, LOWER, 55),
    "with signs": lambda chance: _drawn(chance, LOWER + LOWER.upper() + SIGNS, 41),
    "decimal": lambda chance: _drawn(chance, string.digits, 78),
}


def _drawn(chance, alphabet, length):
    return "".join(chance.choices(alphabet, k=length))


@pytest.mark.parametrize("generator", GENERATORS)
def test_key_of_256_random_bits_is_never_called_weak(generator):
    chance = random.Random(20261125)  # noqa: S311 - the same keys each time
    keys = [GENERATORS[generator](chance) for _ in range(DRAWN)]

    found = [key for key in keys if weak(value(TOKEN_SECRET_KEY=key), TOKEN_KEY)]
    assert found == []


@pytest.mark.parametrize("generator", GENERATORS)
def test_key_of_half_the_length_is_always_called_weak(generator):
    chance = random.Random(20261125)  # noqa: S311 - the same keys each time
    keys = [GENERATORS[generator](chance) for _ in range(DRAWN)]
    halves = [key[: len(key) // 2] for key in keys]

    passed = [halve for halve in halves if not weak(value(TOKEN_SECRET_KEY=halve), TOKEN_KEY)]
    assert passed == []


def test_policy_that_cannot_be_read_is_that_of_a_named_secret():
    name = TOKEN_KEY.name
    bare = edited("secrets", name, lambda secret: replace(secret, policy="{}"))

    [finding] = [one for one in judge(bare(healthy()), ["SEC-08"]) if one.outcome.red]
    assert f"policy {name} has no Statement" in finding.words.en


def test_star_for_a_suffix_is_told_once_another_secret_is_so_called():
    older = "stamp-rally-prod/token-secret-key-old"
    star = SOUND["secret named with a star, as no other is so called"]
    left_over = edited("names", "secrets", lambda found: Names(names=(*found.names, older)))

    red = {
        finding.row: finding
        for finding in judge(both(star, left_over)(green()))
        if finding.outcome.red
    }
    assert red.keys() == {"SEC-12", "SEC-16", "PREP-05"}
    assert (red["SEC-12"].outcome, red["SEC-12"].root) == (Outcome.FOLLOWS, "SEC-16")
    assert red["SEC-16"].outcome is Outcome.FAIL
    assert older in red["SEC-16"].words.en
