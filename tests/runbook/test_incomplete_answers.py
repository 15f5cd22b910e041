"""AWS's models require next to nothing of an answer: a procedure that misses a member says which, in one sentence.

``deep/test_incomplete_answers.py`` leaves each member of each answer out in turn.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from aws.change.gate import Refused
from aws.door.failures import ReadFailure, lacking_member
from runbook.engine import Stopped
from runbook.procedures import api, functions
from signoff.judge.errors import EXPECTED, sentence
from tests.runbook import toy
from tests.runbook.toy import Memory, Thing

OTHERS = {"apigateway:GetRestApis": "name", "apigateway:GetUsagePlans": "name"}
"""Listings of everybody's, and the member that says whose an entry is: another team's without it is none of ours."""


@contextmanager
def lacking(desk, call, *path) -> Iterator[None]:
    """Answer a call without one member, wherever it stands at that path."""
    service, _, operation = call.partition(":")

    def drop(parsed, **_):
        for one in at(parsed, path[:-1]):
            one.pop(path[-1], None)

    with desk.hooked(f"after-call.{service}.{operation}", drop):
        yield


def at(value, path):
    """Return every structure at a path, in which lists are transparent."""
    if isinstance(value, list):
        return [found for one in value for found in at(one, path)]
    if not isinstance(value, dict):
        return []
    return at(value.get(path[0], []), path[1:]) if path else [value]


def test_authorizer_without_a_name_is_no_authorizer_of_the_plan(finished):
    with lacking(finished, "apigateway:GetAuthorizers", "items", "name"):
        changes = api.draw_up_the_api.action(finished.context(go=False))

    assert "authorizer" in " ".join(change.resource.en for change in changes)


@pytest.mark.parametrize("call", OTHERS)
def test_entry_of_somebody_else_without_a_name_stops_nobody(finished, everything, call):
    with lacking(finished, call, "items", OTHERS[call]):
        ended = [rehearsed(finished, action) for action in everything]

    assert set(ended) <= {"", "Refused"}


def rehearsed(desk, action):
    """Return how a step's rehearsal ends: by itself, or by what it raises."""
    try:
        action(desk.context(go=False))
    except (Refused, ReadFailure) as error:
        return type(error).__name__
    return ""


def test_missing_member_is_named_in_both_languages(finished):
    def step(context):
        return context.client("lambda").get_account_settings()["AccountLimit"]["Nothing"]

    with pytest.raises(ReadFailure) as missed:
        step(finished.context())

    said = sentence(missed.value)
    assert "lambda:GetAccountSettings: the answer has no AccountLimit.Nothing" in said.en
    assert "lambda:GetAccountSettings: 応答にAccountLimit.Nothingがありません" in said.ja


def test_fact_that_a_kind_misses_is_named_in_both_languages(finished):
    """A kind decodes for the checks as well, to whom it is not testable: in a step it is the same sentence."""
    of_the_code = ("lambda:GetFunction", "Configuration", "CodeSha256")
    with lacking(finished, *of_the_code), pytest.raises(EXPECTED) as missed:
        functions.upload_the_functions.action(finished.context(go=False))

    said = sentence(missed.value)
    why = "(lambda:GetFunction: the answer has no Configuration.CodeSha256)"
    assert said.en.startswith(f"AWS answered incompletely {why}: run it again")
    assert said.ja.startswith("AWSの応答が不完全です（lambda:GetFunction: ")


def test_run_stops_at_the_step_that_misses_a_member(tmp_path, monkeypatch):
    missed = lacking_member("lambda:ListAliases", "Aliases.Name")
    monkeypatch.setattr(toy, "set_to", lambda *_: (_ for _ in ()).throw(missed))

    with pytest.raises(Stopped, match=r"the answer has no Aliases\.Name"):
        toy.run(Thing(), tmp_path / "journal.jsonl", Memory()).perform()
