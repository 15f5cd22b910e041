"""An alias goes back to the release before, or to a named version, and forward again."""

import re
from collections import Counter

import pytest
from botocore.exceptions import ClientError

from aws.change.gate import Declined
from runbook.engine import Refused
from runbook.procedures import rollback_functions
from runbook.rollback.versions import moves
from tests.packages import zipped
from tests.runbook.desk import package, said_in
from tests.runbook.rollback.fault_injection import denied


@pytest.fixture
def bad_release(operator):
    """A broken version of award behind its alias, past the procedures; the good one afterwards."""
    functions, name = operator.client("lambda"), "stamp-rally-prod-award"
    before = operator.versions()["award"]
    functions.update_function_code(FunctionName=name, ZipFile=b"broken")
    version = functions.publish_version(FunctionName=name)["Version"]
    functions.update_alias(FunctionName=name, Name="live", FunctionVersion=version)
    yield version
    functions.update_alias(FunctionName=name, Name="live", FunctionVersion=before)
    operator.run(rollback_functions, only="award", to=before)


def test_a_bad_release_is_left_for_the_recorded_one(operator, bad_release):
    operator.run(rollback_functions)

    assert operator.versions() == dict.fromkeys(operator.versions(), "2")
    assert bad_release not in operator.versions().values()


def test_the_same_command_goes_forward_again(operator):
    first = operator.versions()
    operator.run(rollback_functions)
    back = operator.versions()
    operator.run(rollback_functions)

    assert set(back.values()) == {"1"}
    assert operator.versions() == first


def test_three_calls_a_function_tell_where_it_goes(operator):
    functions, before = len(operator.context().plan.functions), len(operator.desk.aws.calls)
    moves(operator.context())
    made = Counter(call.operation for call in operator.desk.aws.calls[before:])

    calls = ("ListVersionsByFunction", "GetFunctionConfiguration", "GetAlias")
    assert made == dict.fromkeys(calls, functions)


def test_one_function_goes_to_a_named_version(operator):
    operator.run(rollback_functions, only="award", to="1")
    moved = operator.versions()
    operator.run(rollback_functions, only="award", to="2")

    assert [key for key, version in moved.items() if version == "1"] == ["award"]


def test_rehearsing_says_what_is_lost_and_changes_nothing(operator):
    before = operator.versions()
    shown = operator.rehearse(rollback_functions)

    assert {change.field.en for change in shown} >= {"version"}
    assert "stored data: nothing is lost; the newer versions stay" in [
        said_in("en", line) for line in operator.told
    ]
    assert operator.versions() == before


def test_it_measures_and_records_how_long_it_took(operator):
    operator.run(rollback_functions, only="award", to="1")
    record = operator.history("rollback")[0]
    operator.run(rollback_functions, only="award", to="2")

    assert (record["state"], record["after"]) == ("done", {"stamp-rally-prod-award": "1"})
    assert record["seconds"] >= 0


def test_a_run_that_was_killed_half_way_goes_on_to_where_it_was_going(operator):
    """The first alias has moved: "the release before" would be another one now."""
    del operator.desk.evidence.records[3:]  # what provisioning left: earlier tests left more
    calls = []

    def kill(model, **_):
        if model.name == "UpdateAlias":
            calls.append(model.name)
            if len(calls) == 2:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), operator.desk.hooked("before-call", kill):
        operator.run(rollback_functions)
    operator.client("lambda").meta.events.unregister("before-call", kill)
    aliases, name = operator.client("lambda"), "stamp-rally-prod-auth"
    aliases.update_alias(FunctionName=name, Name="live", FunctionVersion="1")  # as after a SIGKILL
    operator.told.clear()
    operator.run(rollback_functions)
    said, back = [said_in("en", one) for one in operator.told], operator.versions()
    operator.run(rollback_functions)

    assert set(back.values()) == {"1"}
    assert [one for one in said if "moved already" in one] == [
        f"{name}: 1 (closed: answers 503 until the first release), moved already"
    ]
    assert not any("1 -> 1" in one for one in said)


def test_a_release_of_two_functions_is_gone_back_from_to_its_end(operator):
    """Five are right already: where the two were going must not be taken for another rollback's."""
    before = operator.versions()
    for key in ("award", "stamps"):
        release_another(operator, key)
    rollback_functions.record_the_release.action(operator.context(go=True))
    released = operator.versions()
    with denied(operator.desk, "UpdateAlias", 2), pytest.raises(ClientError):
        operator.run(rollback_functions)
    stopped = operator.versions()
    operator.run(rollback_functions)

    assert sum(released[key] != version for key, version in before.items()) == 2
    assert sum(stopped[key] != version for key, version in before.items()) == 1
    assert operator.versions() == before


def release_another(operator, key):
    """Put a version live that differs in its description only."""
    functions, name = operator.client("lambda"), f"stamp-rally-prod-{key}"
    functions.update_function_configuration(FunctionName=name, Description="another")
    version = functions.publish_version(FunctionName=name)["Version"]
    functions.update_alias(FunctionName=name, Name="live", FunctionVersion=version)
    functions.update_function_configuration(FunctionName=name, Description="")


def test_a_version_that_reads_another_table_is_asked_about(operator):
    functions, name = operator.client("lambda"), "stamp-rally-prod-stamps"
    live = functions.get_function_configuration(FunctionName=name, Qualifier="live")
    variables = live["Environment"]["Variables"]
    other = {**variables, "TABLE_USERSTAMPS": "UserStamps-before-the-restore"}
    functions.update_function_configuration(FunctionName=name, Environment={"Variables": other})
    version = functions.publish_version(FunctionName=name)["Version"]
    functions.update_function_configuration(FunctionName=name, Environment={"Variables": variables})
    operator.agrees = False
    with pytest.raises(Declined, match="TABLE_USERSTAMPS"):
        operator.run(rollback_functions, only="stamps", to=version)
    operator.agrees = True

    assert operator.versions()["stamps"] == "2"


def test_version_that_is_not_there_is_refused_with_those_that_are(operator):
    with pytest.raises(Refused, match="no published version 99; there are 1, 2"):
        operator.run(rollback_functions, to="99")


@pytest.fixture
def published(operator):
    """Publish a version of stamps, of some code and configuration, that is not live; $LATEST is as before afterwards."""
    functions, name = operator.client("lambda"), "stamp-rally-prod-stamps"
    before = functions.get_function_configuration(FunctionName=name)

    def publish(code, **fields):
        functions.update_function_code(FunctionName=name, ZipFile=code)
        functions.update_function_configuration(FunctionName=name, **fields)
        return functions.publish_version(FunctionName=name)["Version"]

    yield publish
    functions.update_function_code(FunctionName=name, ZipFile=package("stamps"))
    kept = {field: before[field] for field in ("Handler", "Role", "Environment")}
    functions.update_function_configuration(FunctionName=name, **kept)


@pytest.mark.parametrize(
    ("code", "fields", "why"),
    [
        ({"handler.py": "def handler(e, c): ..."}, {"Handler": "app.handler"}, "no file app"),
        ({"handler.py": "def other(e, c): ..."}, {}, "handler.py defines no handler"),
        ({"handler.py": "def handler(e, c) ..."}, {}, "handler.py is no Python"),
        ({"handler.py": "import app\ndef handler(e, c): ..."}, {}, "handler.py:1 imports app"),
        (
            {"handler.py": "from app import handler"},
            {"Role": "arn:aws:iam::777788889999:role/former-role"},
            "its role arn:aws:iam::777788889999:role/former-role does not exist",
        ),
        (
            {"handler.py": "from app import handler"},
            {"Role": "arn:aws:iam::777788889999:role/old/stamp-rally-prod-stamps-role"},
            "role/old/stamp-rally-prod-stamps-role does not exist",
        ),
    ],
    ids=[
        *("another module", "another name", "no Python", "a module is absent", "role is gone"),
        "role has another path by now",
    ],
)
def test_a_version_that_cannot_start_is_refused_with_the_reason(
    operator, published, code, fields, why
):
    version = published(zipped(code), **fields)
    before = len(operator.desk.changing_calls())
    with pytest.raises(Refused, match=re.escape(f"stamp-rally-prod-stamps:{version} cannot start")):
        operator.run(rollback_functions, only="stamps", to=version)
    with pytest.raises(Refused, match=re.escape(why)):
        operator.rehearse(rollback_functions, only="stamps", to=version)

    assert operator.versions()["stamps"] == "2"
    assert operator.desk.changing_calls()[before:] == []


def test_a_version_of_our_code_without_its_variables_is_refused_with_them(operator, published):
    variables = {"TABLE_USERS": "Users-prod"}
    version = published(package("stamps"), Environment={"Variables": variables})
    with pytest.raises(Refused, match=f"stamps:{version} cannot answer: it has no variable TABLE_"):
        operator.run(rollback_functions, only="stamps", to=version)

    assert operator.versions()["stamps"] == "2"


def test_a_version_of_other_code_may_have_other_variables(operator, published):
    app = {"handler.py": "from app import handler", "app.py": "def handler(e, c): ..."}
    version = published(zipped(app), Environment={"Variables": {"OWN": "1"}})
    operator.run(rollback_functions, only="stamps", to=version)
    moved = operator.versions()["stamps"]
    operator.run(rollback_functions, only="stamps", to="2")

    assert moved == version


def test_a_version_of_another_commit_that_starts_is_gone_back_to(operator, published):
    version = published(
        zipped({"handler.py": "from app import handler", "app.py": "def handler(e, c): ..."})
    )
    operator.run(rollback_functions, only="stamps", to=version)
    moved = operator.versions()["stamps"]
    operator.run(rollback_functions, only="stamps", to="2")

    assert moved == version


def test_a_package_that_cannot_be_read_stops_no_rollback(operator, published):
    version = published(zipped({"handler.py": "from app import handler"}))
    with denied(operator.desk, "GetFunction", 1):
        operator.told.clear()
        operator.run(rollback_functions, only="stamps", to=version)
    said = [said_in("en", one) for one in operator.told]
    operator.run(rollback_functions, only="stamps", to="2")

    assert [one for one in said if "not verified that its handler" in one]


def test_function_whose_recorded_version_is_gone_goes_to_the_one_before(operator):
    """ROLL-06 says to delete what would not start: the other functions must not go back alone."""
    first = operator.versions()
    released = [released_and_recorded(operator, "award", "stamps") for _ in "ab"]
    name = "stamp-rally-prod-award"
    operator.client("lambda").delete_function(FunctionName=name, Qualifier=released[0]["award"])
    operator.run(rollback_functions)
    back = operator.versions()
    operator.run(rollback_functions, to=first["award"])

    assert back == {**released[1], "stamps": released[0]["stamps"], "award": first["award"]}


def test_a_function_that_was_repaired_goes_back_with_its_release(operator):
    """Its newest version is on no record: the release is that of the version before, of the same code."""
    first = operator.versions()
    released_and_recorded(operator, "award", "stamps")
    release_another(operator, "award")
    operator.run(rollback_functions)

    assert operator.versions() == first


def released_and_recorded(operator, *keys):
    for key in keys:
        release_another(operator, key)
    rollback_functions.record_the_release.action(operator.context(go=True))
    return operator.versions()
