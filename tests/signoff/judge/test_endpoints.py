"""A run that asks anything but AWS itself is never a production GO."""

import os

import boto3
import pytest

from aws.door.sessions import SERVICES, custom_endpoints
from local.stack import calls_go_to

HERE = "http://127.0.0.1:9"


@pytest.fixture
def session_of(tmp_path, monkeypatch):
    """Make a session whose profile is this text."""

    def made(profile=""):
        path = tmp_path / "config"
        path.write_text(profile, encoding="utf-8")
        monkeypatch.setenv("AWS_CONFIG_FILE", str(path))
        for name in ("AWS_PROFILE", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"):
            monkeypatch.delenv(name, raising=False)
        return boto3.Session(region_name="ap-northeast-1")

    return made


def test_aws_itself_is_nowhere_else(session_of):
    assert custom_endpoints(session_of(), {}) is None


def test_one_endpoint_for_all_is_named(session_of):
    assert custom_endpoints(session_of(), {"AWS_ENDPOINT_URL": HERE}) == HERE


@pytest.mark.parametrize("service", SERVICES)
def test_endpoint_of_a_single_service_is_named(session_of, service):
    session = session_of()
    model = session._session.get_service_model(service)  # noqa: SLF001 - the only way
    variable = f"AWS_ENDPOINT_URL_{model.service_id.replace(' ', '_').upper()}"

    assert custom_endpoints(session, {variable: HERE}) == f"{service}: {HERE}"


def test_endpoint_of_a_profile_is_named(session_of):
    assert custom_endpoints(session_of(f"[default]\nendpoint_url = {HERE}\n"), {}) == HERE


def test_services_section_of_a_profile_is_named(session_of):
    profile = f"[default]\nservices = mine\n[services mine]\niam =\n  endpoint_url = {HERE}\n"

    assert custom_endpoints(session_of(profile), {}) == f"iam: {HERE}"


def test_configured_endpoints_that_are_ignored_are_none(session_of):
    profile = f"[default]\nendpoint_url = {HERE}\nignore_configured_endpoint_urls = true\n"

    assert custom_endpoints(session_of(profile), {}) is None


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"),
        ("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:1"),
    ],
)
def test_calls_to_the_local_stack_go_there_against_all_settings(
    variable, value, session_of, monkeypatch
):
    monkeypatch.setenv(variable, value)

    with calls_go_to(HERE):
        assert custom_endpoints(session_of()) == HERE
    assert os.environ[variable] == value
