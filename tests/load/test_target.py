"""A remote environment is loaded at its own addresses, in full: another path or port is another API."""

from dataclasses import replace
from pathlib import Path

import pytest

from load.composition import open_target as opened
from load.engine.admission import LoadRefused
from load.target import ReportFolders, addresses
from signoff.environment import load
from tests.load.compositions import surrounded
from tests.load.fake_aws import FakeClient

PROD = load("prod", Path(__file__).parents[1] / "prod.toml", {}).environment
APIS = FakeClient(
    {"items": [{"id": "abc", "name": "stamp-rally-prod-api"}, {"id": "x", "name": "y"}]}
)
DOMAIN = "https://api.rally.example.jp"
BEHIND = "https://abc.execute-api.ap-northeast-1.amazonaws.com/prod"


def open_target(host=None):
    return addresses(PROD, lambda _: APIS, host)


@pytest.mark.parametrize(
    ("asked", "host"),
    [(None, DOMAIN), (DOMAIN, DOMAIN), (f"{DOMAIN}/", DOMAIN), (BEHIND, BEHIND)],
)
def test_environment_is_aimed_at_by_its_domain_or_behind_it(asked, host):
    assert open_target(asked)["host"] == host


@pytest.mark.parametrize(
    "host",
    [
        f"{DOMAIN}/other-stage",
        f"{DOMAIN}:8443",
        BEHIND.replace("/prod", "/dev"),
        BEHIND.replace("/prod", ""),
        BEHIND.replace("https", "http"),
        BEHIND.replace("abc", "x"),
        "https://user@api.rally.example.jp",
    ],
)
def test_address_that_is_not_one_of_them_in_full_is_refused(host):
    with pytest.raises(LoadRefused, match=f"is not prod's; it is at {DOMAIN} and {BEHIND}"):
        open_target(host)


def test_environment_without_an_api_is_refused():
    with pytest.raises(LoadRefused, match="has no API stamp-rally-dev-api in"):
        addresses(replace(PROD, prefix="stamp-rally-dev", domain=None), lambda _: APIS, None)


def test_api_is_found_by_the_name_that_the_environment_gives_it():
    named = replace(PROD, names={"api": "y"}, domain=None)

    assert addresses(named, lambda _: APIS, None)["api"] == "x"


def test_api_of_an_account_elsewhere_is_not_loaded_at_the_environments_address(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
    composition = surrounded(Path(), environment=PROD, aws=lambda _: APIS)

    with (
        pytest.raises(
            LoadRefused, match=r"AWS is at http://127.0.0.1:4566 here, .* nothing is sent"
        ),
        opened(composition, "prod", lambda _: None),
    ):
        pass


def test_two_runs_of_a_plan_that_begin_at_once_have_a_folder_each(tmp_path):
    folders = ReportFolders(tmp_path, "local")

    assert folders.new("smoke") != folders.new("smoke")
