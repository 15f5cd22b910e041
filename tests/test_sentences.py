"""What every sentence of the judge is held against finds each fault that it is for; `tests/test_defects.py` applies it to all defects."""

import pytest

from aws.words import Words
from tests.sentences import flaws_of

RIGHT = Words(
    en="table Users-prod: read capacity: found 1/s (dynamodb:DescribeTable), expected at least 200; guide step 2-4",
    ja="テーブルUsers-prod: 読み込みキャパシティは毎秒1（dynamodb:DescribeTable）。期待値: 200以上（手順書のステップ2-4）",
)


def test_sentence_that_says_the_same_in_both_languages_has_no_flaw():
    assert [*flaws_of(RIGHT)] == []


@pytest.mark.parametrize(
    ("right", "wrong", "flaw"),
    [
        ("1/s", "None", "'None' in"),
        ("1/s", "frozenset({1})", "'frozenset(' in"),
        ("1/s", "Index(name=1)", "'x(name=' in"),
        ("(dynamodb:DescribeTable)", "()", "'()' in"),
        ("found 1/s", "found ", "'  ' in"),
        ("; guide step 2-4", "; ", "'; ' in"),
        ("at least", "at at least", "'at at' in"),
        ("Users-prod", "Users-dev", "Users-dev is not in"),
        ("200", "2000", "2000 is not in"),
        ("dynamodb:DescribeTable", "dynamodb:Scan", "dynamodb:Scan is not in"),
    ],
)
def test_flaw_of_the_english_sentence_is_told(right, wrong, flaw):
    flaws = [*flaws_of(Words(en=RIGHT.en.replace(right, wrong), ja=RIGHT.ja))]

    assert [each for each in flaws if each.startswith(flaw)], flaws


def test_language_that_is_missing_is_told():
    assert "one of its languages is missing" in [*flaws_of(Words(en=RIGHT.en, ja=""))]
