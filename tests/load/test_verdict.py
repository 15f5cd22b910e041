"""The verdict is described by a schema, and can be read back completely."""

import json
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest

import load
from aws.words import Words
from load.engine.admission import LoadRefused
from load.engine.verdict import LoadVerdict, sentence
from load.evidence import body, window
from tests.load.measurements import CONDITIONS, SHORT, seen

SCHEMA = json.loads((Path(load.__file__).parent / "verdict.schema.json").read_text())
ABOUT = {
    "run": "5eed5eed5eed5eed",
    "environment": "prod",
    "release": "0123456789abcdef",
    "host": "https://a.example/prod",
    "target_rate": 200,
}


def verdict(conditions=CONDITIONS, measurement=None, **about):
    return LoadVerdict(
        conditions=conditions,
        measurement=measurement or seen(),
        about=ABOUT | about,
        began=datetime(2026, 11, 25, 10, 0, tzinfo=UTC),
        ended=datetime(2026, 11, 25, 10, 3, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    "measurement", [seen(), seen(answered=3), seen(interrupted=Words.same("stopped"))]
)
def test_record_is_as_its_schema_says(measurement):
    record = json.loads(json.dumps(verdict(measurement=measurement).to_json(), allow_nan=False))

    jsonschema.Draft202012Validator(SCHEMA).validate(record)


def test_record_says_what_it_is_of_and_until_when():
    record = verdict().to_json()

    assert record["kind"] == "load"
    assert record["plan"] == "test"
    assert record["release"] == "0123456789abcdef"
    assert record["created"] == "2026-11-25T10:03:00+00:00"
    assert record["expires"] == "2026-12-09T10:03:00+00:00"


def test_verdict_is_the_same_when_it_is_read_back(tmp_path):
    path = verdict().write(tmp_path)
    again = LoadVerdict.from_json(json.loads(path.read_text()))

    assert again.to_json() == verdict().to_json()


def test_record_of_another_kind_is_refused():
    with pytest.raises(ValueError, match="not a load verdict of schema 3, but kind 'run'"):
        LoadVerdict.from_json({"kind": "run", "schema": 1})


def test_sentence_says_verdict_plan_place_and_why():
    assert sentence(verdict()).en == (
        "PASS: test on prod, 2000 requests answered, slowest p95 10 ms (GET /stamps)"
    )
    assert sentence(verdict(measurement=seen(ms=1200.0))).en == (
        "FAIL: test on prod, 2000 requests answered; step hold, GET /stamps: p95 1200 ms, "
        "at most 500 ms (and 1 more)"
    )


def test_what_is_no_verdict_is_refused_by_its_name(tmp_path):
    (tmp_path / "notes.txt").write_text("nothing")

    with pytest.raises(LoadRefused, match=r"notes\.txt is not a load verdict"):
        LoadVerdict.read(tmp_path / "notes.txt")


def test_record_says_all_that_the_performance_row_asks():
    told = body(verdict(), "report/prod/load/x/locust.html")

    assert told["plan"] == "test"
    assert told["verdict"] == "pass"
    assert told["percentiles"] is True
    assert told["target_rate"] == 200
    assert told["window"] == ["2026-11-25T10:00:00+00:00", "2026-11-25T10:03:00+00:00"]
    assert told["sentence"]["en"].startswith("PASS: test on prod")
    assert told["sentence"]["ja"].startswith("PASS: prodのtest")
    assert told["page"] == "report/prod/load/x/locust.html"
    assert all(
        svg.startswith("<svg")
        for picture in told["exhibit"]["pictures"]
        for svg in picture.values()
    )


def test_record_of_smoke_says_that_it_had_no_percentile_gate():
    assert body(verdict(SHORT), "x")["percentiles"] is False


def test_window_of_a_run_explains_an_alarm():
    assert window(verdict()) == {
        "what": "load",
        "begin": "2026-11-25T10:00:00+00:00",
        "end": "2026-11-25T10:03:00+00:00",
    }


@pytest.mark.parametrize(
    "gap",
    [
        {"lost": ("a",)},
        {"late": ("a",)},
        {"strangers": ("a",)},
        {"unheard": ("a",)},
        {"interrupted": Words.same("stopped")},
        {"dead": Words.same("no answer")},
    ],
    ids=lambda gap: next(iter(gap)),
)
def test_used_pairs_are_all_listed_unless_a_part_of_the_run_is_missing(gap):
    assert seen().listed
    assert not seen(**gap).listed
