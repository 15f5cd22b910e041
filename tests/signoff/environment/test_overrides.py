"""Variables change an environment, are reported, and cannot soften a production one."""

import pytest

from signoff.environment import EnvironmentFileError, load
from signoff.environment.overrides import IN_PRODUCTION, NEVER, keys
from signoff.environment.problems import variable


def test_plain_key_is_overridden_and_reported(path):
    loaded = load("prod", path, {"SIGNOFF_ACCOUNT": "111122223333", "HOME": "/root"})

    assert loaded.environment.account == "111122223333"
    assert loaded.overrides == {"SIGNOFF_ACCOUNT": "111122223333"}


def test_nested_key_takes_two_underscores(path):
    loaded = load("prod", path, {"SIGNOFF_LINE__CHANNEL_ID": "2009999999"})

    assert loaded.environment.line.channel_id == "2009999999"


def test_optional_table_can_be_made_by_its_key(path):
    loaded = load("prod", path, {"SIGNOFF_FRONT_END__URL": "https://rally.example.jp"})

    assert loaded.environment.front_end.url == "https://rally.example.jp"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("SIGNOFF_RETENTION_DAYS", "14", 14),
        ("SIGNOFF_PITR", "false", False),
        ("SIGNOFF_SECONDS_PER_CALL", "0.5", 0.5),
        ("SIGNOFF_BUCKET", "12345", "12345"),
        ("SIGNOFF_BILLING", "PROVISIONED", "PROVISIONED"),
    ],
)
def test_text_is_taken_as_it_is_and_the_rest_as_in_the_file(name, text, value, test_environment):
    environment = load("staging", test_environment, {name: text}).environment

    assert getattr(environment, name.removeprefix("SIGNOFF_").lower()) == value


@pytest.mark.parametrize(
    "text",
    ["{ rate = 1, burst = 2, daily_quota = 3 }", '{"rate": 1, "burst": 2, "daily_quota": 3}'],
)
def test_table_may_be_written_as_toml_or_json(text, test_environment):
    environment = load("staging", test_environment, {"SIGNOFF_THROTTLE": text}).environment

    assert (environment.throttle.rate, environment.throttle.daily_quota) == (1, 3)


def test_table_of_names_is_overridden_name_by_name(test_environment):
    environment = load("staging", test_environment, {"SIGNOFF_TABLES__USERS": "People"}).environment

    assert environment.tables["users"] == "People"
    assert environment.tables["userstamps"] == "UserStamps-prod"


def test_free_table_keeps_the_spelling_of_its_keys(test_environment):
    environment = load(
        "staging", test_environment, {"SIGNOFF_TAGS__ENVIRONMENT": "stage"}
    ).environment

    assert environment.tags == {"Environment": "stage", "Project": "CC"}


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("SIGNOFF_ACOUNT", "1", "SIGNOFF_ACOUNT overrides nothing; did you mean SIGNOFF_ACCOUNT?"),
        (
            "SIGNOFF_LINE_CHANNEL_ID",
            "1",
            "SIGNOFF_LINE_CHANNEL_ID overrides nothing; did you mean SIGNOFF_LINE__CHANNEL_ID?",
        ),
        ("SIGNOFF_QQQ", "1", "SIGNOFF_QQQ overrides nothing; unset it"),
        ("SIGNOFF_NAME", "x", "SIGNOFF_NAME overrides nothing; did you mean SIGNOFF_NAMES?"),
        (
            "SIGNOFF_PRODUCTION",
            "false",
            "SIGNOFF_PRODUCTION cannot be set: the file alone decides what is production; unset it",
        ),
        (
            "SIGNOFF_RETENTION_DAYS",
            "thirty",
            "SIGNOFF_RETENTION_DAYS is 'thirty'; write it as in the file: a number, true or false, a day, [ … ] or { key = \"…\" }",
        ),
        (
            "SIGNOFF_RETENTION_DAYS",
            "-1",
            "SIGNOFF_RETENTION_DAYS is -1; write a number greater than 0",
        ),
        (
            "SIGNOFF_ACCOUNT",
            "12",
            'SIGNOFF_ACCOUNT is "12"; write the 12 digits of the AWS account',
        ),
    ],
)
def test_variable_that_cannot_be_is_told(name, text, sentence, test_environment):
    with pytest.raises(EnvironmentFileError) as caught:
        load("staging", test_environment, {name: text})

    assert str(caught.value) == sentence


ALL = sorted({key.path for key in keys()} - NEVER)


def refused(key, path):
    """Return what is said where a variable sets this key of the production."""
    with pytest.raises(EnvironmentFileError) as caught:
        load("prod", path, {variable(key): "1"})
    return str(caught.value)


def test_production_environment_is_not_softened_by_a_variable(path):
    told = {key: refused(key, path) for key in ALL if key not in IN_PRODUCTION}

    assert {
        key: sentence
        for key, sentence in told.items()
        if f"cannot set prod.{key}: prod is a production" not in sentence
    } == {}


@pytest.mark.parametrize("key", sorted(IN_PRODUCTION))
def test_production_environment_takes_addresses_and_ids(key, path):
    values = {
        "account": "111122223333",
        "region": "eu-west-1",
        "origin": "https://a.example",
        "alert_email": "on-call@example.jp",
        "line.channel_id": "2009999999",
        "line.liff_id": "2009999999-AbcdEfgh",
        **dict.fromkeys(("line.bot_user_id", "smoke.test_user"), f"U{7:032}"),
    }

    loaded = load("prod", path, {variable(key): values.get(key, "https://a.example")})

    assert list(loaded.overrides) == [variable(key)]


def test_origin_of_a_production_environment_is_no_star_by_variable_either(path):
    with pytest.raises(
        EnvironmentFileError, match=r'^SIGNOFF_ORIGIN is "\*"; write the one origin'
    ):
        load("prod", path, {"SIGNOFF_ORIGIN": "*"})


def test_allowed_keys_are_keys():
    assert set(ALL) >= IN_PRODUCTION


def test_file_is_not_changed_by_overrides(path):
    before = path.read_bytes()

    load("prod", path, {"SIGNOFF_LINE__CHANNEL_ID": "2009999999"})

    assert path.read_bytes() == before
    assert load("prod", path, {}).environment.line.channel_id == "2001234567"


def test_empty_variable_is_as_good_as_none(path):
    loaded = load("prod", path, {"SIGNOFF_ACCOUNT": "", "SIGNOFF_RETENTION_DAYS": ""})

    assert loaded.environment.account == "444455556666"
    assert loaded.overrides == {}
