"""A file of environments that is right, to be changed in one place at a time."""

from textwrap import dedent

import pytest

from signoff.environment.application import application

TABLES = ", ".join(f'{key} = "{table.name}-prod"' for key, table in application().tables.items())
"""Named in full: an environment may be called what no table may."""
COMPLETE = dedent(
    """
    [dev]
    origin = "*"

    [prod]
    production = true
    account = "444455556666"
    region = "ap-northeast-1"
    prefix = "rally-prod"
    stage = "prod"
    tables = { TABLES }
    secrets = { token_key = "rally/token", line_token = "rally/line" }
    tags = { Environment = "prod", Project = "CC" }
    origin = "https://rally.example.jp"
    throttle = { rate = 1000, burst = 2000, daily_quota = 100000 }
    alarms = { function_errors = 5, api_4xx = 10, api_5xx = 10, throttles = 1, period_s = 300 }
    retention_days = 30
    evidence = "report/prod/evidence"
    load_plan = "baseline"
    target_rate = 200
    go_live = 2026-12-01
    line = { channel_id = "2001234567" }
    """
).replace("TABLES", TABLES)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "environments.toml"
    path.write_text(COMPLETE, encoding="utf-8")
    return path


@pytest.fixture
def changed(path):
    """Replace one piece of the file."""

    def change(old, new):
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old} is not in the file"
        path.write_text(text.replace(old, new), encoding="utf-8")
        return path

    return change


@pytest.fixture
def test_environment(changed):
    """The same environment, but not a production one: one named prod always is."""
    return changed("[prod]\nproduction = true", "[staging]\nproduction = false")
