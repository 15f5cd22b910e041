"""The cut-over changes two settings of the front end's own file; what else stands there, stays or is asked for."""

from dataclasses import replace

import pytest

from runbook.cutover import front_end
from runbook.cutover.front_end import write, writing
from runbook.engine import Refused
from runbook.procedures import cutover
from runbook.rollback.drill import temporary_front_end
from signoff.environment.schema import FrontEnd
from tests.runbook.desk import said_in

SERVED = """\
const CONFIG = {
    API_BASE_URL: 'https://olddevapi1.execute-api.us-east-1.amazonaws.com/dev',
    LIFF_ID: window.LIFF_ID || '1111111111-aaaaaaaa',
    MAP_ZOOM: 15,
};
"""
NEWER = SERVED.replace("    MAP_ZOOM: 15,\n", "    MAP_ZOOM: 15,\n    NEW_IN_THIS_RELEASE: true,\n")


@pytest.fixture
def switch(empty, tmp_path):
    """A front end that serves a configuration, and a folder of its files that another stands in."""
    told = []
    with temporary_front_end() as (there, folder):
        at = folder / there.config_path
        at.parent.mkdir(parents=True)
        at.write_text(SERVED)
        path = tmp_path / there.config_path
        path.parent.mkdir()
        environment = replace(empty.environment, front_end=there)

        def switch(step=cutover.write_the_configuration, **more):
            chosen = {"site": str(tmp_path)}
            made = empty.context(environment=environment, chosen=chosen, tell=told.append, **more)
            return step.action(made)

        switch.path, switch.served, switch.told = path, at, told
        yield switch


def test_path_from_the_root_of_the_host_is_one_in_the_folder_and_on_the_host(empty, tmp_path):
    rooted = FrontEnd(url="https://a.jp/app", config_path="/js/config.js")
    environment = replace(empty.environment, front_end=rooted)
    context = empty.context(environment=environment, folder=tmp_path)

    assert rooted.config_url == "https://a.jp/js/config.js"
    assert front_end.file_of(context) == tmp_path / "front-end" / "js" / "config.js"


def test_without_a_site_the_file_lies_beside_the_reports(empty, tmp_path):
    with temporary_front_end() as (there, _):
        environment = replace(empty.environment, front_end=there)
        context = empty.context(environment=environment, folder=tmp_path)

        path = front_end.file_of(context)

    assert path == tmp_path / "front-end" / there.config_path


def test_a_setting_that_is_only_in_the_repository_stays(switch):
    switch.path.write_text(NEWER)
    made = switch(go=True)

    assert "NEW_IN_THIS_RELEASE: true" in switch.path.read_text()
    assert "API_BASE_URL: 'https://api.rally.example.jp'" in switch.path.read_text()
    assert [(change.field.en, change.destroys) for change in made] == [
        ("API_BASE_URL", False),
        ("LIFF_ID", False),
    ]


def test_a_setting_that_is_only_served_is_told(switch):
    switch.served.write_text(NEWER)
    switch.path.write_text(SERVED)
    switch()
    (line,) = [said_in("en", one) for one in switch.told]

    assert "NEW_IN_THIS_RELEASE: true" in line


def test_without_a_file_it_is_made_of_what_is_served(switch):
    made = switch(go=True)

    assert "MAP_ZOOM: 15" in switch.path.read_text()
    assert [change.field.en for change in made] == ["API_BASE_URL", "LIFF_ID", "content"]


def test_without_a_file_and_with_nothing_served_the_bare_one_is_told(switch):
    switch.served.unlink()
    switch()
    (line,) = [said_in("en", one) for one in switch.told]

    assert "a minimal one is written" in line


def test_it_is_done_once_the_file_is_served(switch):
    switch.path.write_text(NEWER)
    switch(go=True)
    switch.served.write_bytes(switch.path.read_bytes())

    assert switch() == ()
    assert switch(cutover.see_the_configuration_served, go=True) == ()


def test_a_file_keeps_its_line_ends(switch):
    switch.path.write_bytes(NEWER.replace("\n", "\r\n").encode())
    switch(go=True)
    lines = switch.path.read_bytes().split(b"\n")

    assert all(line.endswith(b"\r") for line in lines[:-1])


def test_what_else_would_go_is_shown_and_asked_for(tmp_path):
    path = tmp_path / "config.js"
    path.write_text(NEWER)
    (lost,) = writing(path, SERVED)

    assert (lost.field.en, lost.destroys) == ("content", True)
    assert (lost.before.strip(), lost.after) == ("NEW_IN_THIS_RELEASE: true,", None)


def test_another_quoting_alone_is_a_change_that_loses_nothing(tmp_path):
    path = tmp_path / "config.js"
    path.write_text(SERVED.replace("'", '"'))
    (change,) = writing(path, SERVED)
    write(path, SERVED)

    assert (change.field.en, change.destroys) == ("content", False)
    assert writing(path, SERVED) == ()


def test_a_file_that_is_too_long_to_be_a_configuration_is_refused(switch):
    switch.served.write_text(SERVED + "/" * front_end.LONGEST)
    with pytest.raises(Refused, match=r"of at most 100,000 bytes, .* config_path"):
        switch()


def test_a_file_that_is_no_text_is_refused(switch):
    switch.served.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Refused, match=r"is not UTF-8 text of .* config_path"):
        switch()
