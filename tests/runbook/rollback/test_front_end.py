"""The front end's configuration is recorded before the switch, rendered for the environment, and given back."""

from dataclasses import replace
from io import BytesIO

import pytest

from runbook.cutover import front_end
from runbook.engine import Refused
from runbook.procedures import cutover, rollback_frontend
from runbook.rollback.drill import temporary_front_end
from tests.runbook.desk import EvidenceInMemory

OLD = """\
const CONFIG = {
    // of the development environment
    API_BASE_URL: 'https://olddevapi1.execute-api.us-east-1.amazonaws.com/dev',
    LIFF_ID: window.LIFF_ID || '1111111111-aaaaaaaa',
    MAP_ZOOM: 15,
};
"""


@pytest.fixture
def site(operator):
    """A front end on loopback that serves the old configuration."""
    with temporary_front_end() as (there, folder):
        operator.desk.evidence = EvidenceInMemory()
        path = folder / there.config_path
        path.parent.mkdir(parents=True)
        path.write_text(OLD)
        environment = replace(operator.desk.environment, front_end=there)
        chosen = {"environment": environment, "site": str(folder)}
        yield path, chosen


def test_the_previous_configuration_is_recorded_before_the_switch(operator, site):
    _, chosen = site
    cutover.record_the_previous_configuration.action(operator.context(go=True, **chosen))
    (record,) = operator.history("front-end")

    assert record["config"] == OLD
    assert record["url"].endswith("/js/config.js")


def test_the_new_one_names_this_api_and_keeps_every_other_setting(operator, site):
    path, chosen = site
    cutover.write_the_configuration.action(operator.context(go=True, **chosen))
    written = path.read_text()

    assert "API_BASE_URL: 'https://api.rally.example.jp'," in written
    assert "LIFF_ID: window.LIFF_ID || '2001234567-AbCdEfGh'," in written
    assert "MAP_ZOOM: 15" in written


def test_rehearsing_writes_no_file(operator, site):
    path, chosen = site
    shown = cutover.write_the_configuration.action(operator.context(**chosen))

    assert [change.field.en for change in shown] == ["API_BASE_URL", "LIFF_ID"]
    assert path.read_text() == OLD


def test_the_switched_configuration_is_not_recorded_as_the_previous_one(operator, site):
    _, chosen = site
    cutover.write_the_configuration.action(operator.context(go=True, **chosen))

    record = cutover.record_the_previous_configuration.action
    assert record(operator.context(go=True, **chosen)) == ()


def test_a_rollback_gives_the_recorded_one_back_byte_for_byte(operator, site):
    path, chosen = site
    cutover.record_the_previous_configuration.action(operator.context(go=True, **chosen))
    cutover.write_the_configuration.action(operator.context(go=True, **chosen))
    operator.run(rollback_frontend, **chosen)

    assert path.read_text() == OLD


def test_a_rehearsed_rollback_shows_what_comes_back_and_writes_no_file(operator, site):
    path, chosen = site
    cutover.record_the_previous_configuration.action(operator.context(go=True, **chosen))
    cutover.write_the_configuration.action(operator.context(go=True, **chosen))
    new = path.read_text()
    shown = operator.rehearse(rollback_frontend, **chosen)

    assert {change.field.en for change in shown} == {"API_BASE_URL", "LIFF_ID"}
    assert path.read_text() == new != OLD


def test_it_is_not_done_before_the_front_end_serves_it(operator, site):
    path, chosen = site
    cutover.record_the_previous_configuration.action(operator.context(go=True, **chosen))
    path.write_text("const CONFIG = { API_BASE_URL: 'https://wrong.example.jp', LIFF_ID: 'x' };")
    with pytest.raises(Refused, match="does not serve the previous configuration yet"):
        rollback_frontend.see_it_served.action(operator.context(go=True, **chosen))


def test_without_a_record_there_is_nothing_to_go_back_to(operator, site):
    _, chosen = site
    with pytest.raises(Refused, match="no previous configuration of the front end is recorded"):
        operator.run(rollback_frontend, **chosen)


@pytest.mark.parametrize(
    "text", ["const CONFIG = {};", "const A = { API_BASE_URL: '', API_BASE_URL: '' };"]
)
def test_a_file_that_has_no_one_place_for_a_setting_is_left_to_people(operator, text):
    with pytest.raises(Refused, match=r"API_BASE_URL \d times, not once"):
        front_end.rendered(text, operator.desk.environment, "https://api.example.jp")


def test_a_front_end_without_tls_is_refused():
    with pytest.raises(Refused, match="not an https address"):
        front_end.served("http://rally.example.jp/js/config.js")


def test_address_in_japanese_is_asked_for_as_a_browser_does():
    asked = []

    def opening(request, timeout):  # noqa: ARG001 - as urlopen is called
        asked.append(request.full_url)
        return BytesIO(b"const CONFIG = {};")

    front_end.served("https://ラリー.example.jp/js/設定.js", opening)

    assert asked == ["https://xn--dekc8c.example.jp/js/%E8%A8%AD%E5%AE%9A.js"]
