"""Pure parts of readers: which names are ours, how few listings do, what may be shown of an address."""

import socket
import threading

import pytest

from aws.domain import resolve, within
from aws.log_group import prefixes
from aws.names import ours, shared_beginning, shared_ending
from aws.topic import masked_address


@pytest.mark.parametrize(
    ("name", "belongs"),
    [
        ("rally-prod", True),
        ("rally-prod-auth", True),
        ("rally-prod/token", True),
        ("rally-production", False),
        ("my-rally-prod", False),
    ],
)
def test_prefix_is_a_whole_word(name, belongs):
    assert ours(name, "rally-prod") is belongs


@pytest.mark.parametrize(
    ("tables", "ending"),
    [
        (["Users-prod", "UserStamps-prod", "StampMasters-prod"], "-prod"),
        (["Users", "UserStamps", "StampMasters"], ""),
        ([], ""),
    ],
)
def test_ending_of_tables_is_shared_by_all(tables, ending):
    assert shared_ending(tables) == ending


def test_beginning_is_shared_by_all():
    assert shared_beginning(["/a/bc", "/a/bd"]) == "/a/b"
    assert shared_beginning(["a", "b"]) == ""


def test_log_groups_of_a_folder_take_one_listing():
    names = ["/aws/lambda/p-auth", "/aws/lambda/p-award", "/aws/apigateway/p", "x", "y"]

    assert prefixes(names) == {
        "/aws/lambda/p-a": ["/aws/lambda/p-auth", "/aws/lambda/p-award"],
        "/aws/apigateway/p": ["/aws/apigateway/p"],
        "x": ["x"],
        "y": ["y"],
    }


@pytest.mark.parametrize(
    ("protocol", "endpoint", "shown"),
    [
        ("email", "on-call@example.jp", "o***@example.jp"),
        ("sms", "+819012345678", "***78"),
        ("https", "https://hooks.example/services/T0/SECRET", "https://hooks.example/***"),
        (
            "lambda",
            "arn:aws:lambda:eu-west-1:1:function:pager",
            "arn:aws:lambda:eu-west-1:1:function:pager",
        ),
        ("application", "arn:aws:sns:device/token", "***en"),
    ],
)
def test_address_is_masked(protocol, endpoint, shown):
    assert masked_address(protocol, endpoint) == shown


def test_name_that_does_not_exist_has_no_addresses(monkeypatch):
    def unknown(*_args, **_more):
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    assert resolve("nowhere.example") == ()


def test_resolver_in_trouble_is_an_error(monkeypatch):
    def troubled(*_args, **_more):
        raise socket.gaierror(socket.EAI_AGAIN, "try again")

    monkeypatch.setattr(socket, "getaddrinfo", troubled)

    with pytest.raises(OSError, match="try again"):
        within(5, resolve, "somewhere.example")


def test_resolver_that_hangs_is_left_behind():
    ever = threading.Event()

    def hangs(_name):
        ever.wait(30)
        return ()

    with pytest.raises(TimeoutError, match=r"no answer within 0\.05 s"):
        within(0.05, hangs, "somewhere.example")
    ever.set()
