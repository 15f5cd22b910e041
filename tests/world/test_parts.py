"""The parts of the world that need no namespace: names, keys of accounts, edits, and what a terminal shows."""

import struct
import sys
from functools import partial

import pytest
from moto.iam.utils import generate_access_key_id_from_account_id

from tests.world.accounts import account_of
from tests.world.resolver import answer
from tests.world.terminal import AttendedTerminal, plain
from tests.world.walk import with_key

FILE = "[dev]\nregion = 'a'\n\n[prod]\nregion = 'b'\nstage = 'prod'\n"


def asked(name, kind=1):
    """Return a DNS query for a name: type 1 is an address, 28 one of IPv6."""
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
    return (
        b"id" + struct.pack(">HHHHH", 0x0100, 1, 0, 0, 0) + labels + struct.pack(">BHH", 0, kind, 1)
    )


@pytest.mark.parametrize(
    ("query", "code", "answers"),
    [
        (asked("sts.us-east-1.amazonaws.com"), 0, 1),
        (asked("api.line.me"), 0, 1),
        (asked("api.line.me", 28), 0, 0),
        (asked("notline.me"), 3, 0),
        (asked("rally.example.jp.evil.test"), 3, 0),
    ],
)
def test_only_names_of_this_world_exist(query, code, answers):
    status, _, counted = struct.unpack(">HHH", answer(query)[2:8])

    assert (status & 15, counted) == (code, answers)


@pytest.mark.parametrize("account", ["444455556666", "111122223333", "000000000001"])
def test_access_key_tells_its_account(account):
    assert account_of(generate_access_key_id_from_account_id(account, "ASIA")) == account


def test_key_of_nobody_tells_no_account():
    assert account_of("AKIA1") == ""


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("stage", "[dev]\nregion = 'a'\n\n[prod]\nregion = 'b'\nstage = 1\n"),
        ("go_live", "[dev]\nregion = 'a'\n\n[prod]\ngo_live = 1\nregion = 'b'\nstage = 'prod'\n"),
    ],
)
def test_edit_sets_one_key_of_one_environment(key, expected):
    assert with_key(FILE, "prod", key, "1") == expected


def test_terminal_answers_what_it_foresees_and_counts_it(tmp_path):
    asks = "print('You are', input('Who signs (your name): '))"
    replies = ((r"Who signs", partial(str, "Hanako")),)

    done = AttendedTerminal(replies).run([sys.executable, "-c", asks], cwd=tmp_path, env={})

    assert (done.code, done.questions) == (0, ("Who signs (your name):",))
    assert "You are Hanako" in done.text


def test_question_without_an_answer_ends_the_command(tmp_path):
    asks = "input('Continue? [y/N] ')"

    done = AttendedTerminal((), longest_s=2).run([sys.executable, "-c", asks], cwd=tmp_path, env={})

    assert (done.code, done.questions) == (None, ())


def test_screen_shows_the_last_state_of_a_line():
    assert plain(b"\x1b[32mwaiting 1\rwaiting 2\x1b[0m\r\ndone") == "waiting 2\ndone"
