"""A secret that stands anywhere in an answer goes no further than the door, and is told with its place."""

import base64
import json

import pytest

from aws.redaction.leak import Search
from aws.redaction.secret_text import spellings

KEY = "0f1e2d3c4b5a69788796a5b4c3d2e1f0" * 2
NEEDLES = {"token": spellings([KEY])}
MARK = "[the value of secret token]"


@pytest.fixture
def search():
    return Search(NEEDLES)


@pytest.mark.parametrize(
    "hidden",
    [
        KEY,
        f"Bearer {KEY}",
        base64.b64encode(KEY.encode()).decode(),
        base64.b64encode(bytes.fromhex(KEY)).decode(),
        KEY.encode().hex(),
        json.dumps({"authorization": f"key={KEY}"}),
    ],
)
def test_secret_is_replaced_in_any_spelling_and_told(search, hidden):
    answer = {"items": [{"id": "1", "responseTemplates": {"application/json": hidden}}]}

    cleaned = search.clean("apigateway:GetGatewayResponses", {"restApiId": "abc"}, answer)

    assert KEY not in str(cleaned)
    assert hidden not in str(cleaned)
    assert MARK in cleaned["items"][0]["responseTemplates"]["application/json"]
    (leak,) = search.leaks
    assert (leak.secret, leak.call) == ("token", "apigateway:GetGatewayResponses")
    assert leak.place == "abc items[1].responseTemplates.application/json"


def test_what_stands_around_it_stays_so_that_a_policy_can_still_be_judged(search):
    policy = json.dumps({"Condition": {"StringEquals": {"aws:Referer": KEY}}})

    cleaned = search.clean("lambda:GetPolicy", {"FunctionName": "auth"}, {"Policy": policy})

    assert json.loads(cleaned["Policy"]) == {"Condition": {"StringEquals": {"aws:Referer": MARK}}}


def test_secret_that_is_a_name_is_replaced_too(search):
    cleaned = search.clean("logs:ListTags", {}, {"labels": {KEY: {KEY: KEY}}})

    assert cleaned == {"labels": {MARK: {MARK: MARK}}}
    assert KEY not in str(search.leaks)


def test_variable_and_tag_are_no_exception_whoever_they_belong_to(search):
    answer = {"Environment": {"Variables": {"KEY": KEY}}, "Tags": [{"Key": "a", "Value": KEY}]}

    cleaned = search.clean("lambda:ListFunctions", {}, answer)

    assert cleaned == {
        "Environment": {"Variables": {"KEY": MARK}},
        "Tags": [{"Key": "a", "Value": MARK}],
    }
    places = [leak.place for leak in search.leaks]
    assert places == ["Environment.Variables.KEY", "Tags[a].Value"]


def test_of_a_text_with_half_of_a_secret_nothing_is_kept(search):
    cleaned = search.clean("any:Call", {}, {"note": f"first half: {KEY[:32]}"})

    assert cleaned == {"note": MARK}


def test_answer_without_a_secret_is_the_same(search):
    answer = {"a": ["text that is long enough", 1, None, {"b": b"bytes"}]}

    assert search.clean("any:Call", {}, answer) == answer
    assert search.leaks == ()


def test_place_is_found_by_the_name_of_its_element_and_never_shows_the_secret(search):
    alarms = [{"AlarmName": "errors", "AlarmDescription": KEY}, {"AlarmName": KEY, "Unit": KEY}]

    search.clean("cloudwatch:DescribeAlarms", {"Prefix": KEY}, {"MetricAlarms": alarms})

    places = [leak.place for leak in search.leaks]
    assert f"{MARK} MetricAlarms[errors].AlarmDescription" in places
    assert KEY not in str(places)
