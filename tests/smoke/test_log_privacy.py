"""Of a run's requests as many are looked for in the logs as some calls can take, those of every kind first."""

import pytest

from smoke.calls import get, send
from smoke.logs import LONGEST, patterns, varied
from smoke.test_logs import USER, PrivateText
from tests.smoke.answers import LIVE, answer

IDS = [f"{number:08x}-0000-4000-8000-000000000000" for number in range(100)]


def test_every_kind_of_answer_comes_before_any_comes_twice():
    stamps, award = get("/stamps", LIVE), send("POST /stamps/award", LIVE)
    asked = [answer(stamps), answer(stamps), answer(stamps, 400), answer(award), answer(award)]

    kinds = [(answer.call.route, answer.status) for answer in varied(asked)]
    assert kinds == [
        ("GET /stamps", 200),
        ("GET /stamps", 400),
        ("POST /stamps/award", 200),
        ("GET /stamps", 200),
        ("POST /stamps/award", 200),
    ]


def test_pattern_holds_as_many_terms_as_logs_take_and_no_more():
    found = patterns(IDS, 2)

    assert [len(one) <= LONGEST for one in found] == [True, True]
    assert found[0].startswith(f'?"{IDS[0]}" ?"{IDS[1]}"')
    assert len(found[0]) + len(f' ?"{IDS[0]}"') > LONGEST
    assert sum(name.count("?") for name in found) == 50


def test_answer_without_an_id_is_not_looked_for():
    assert patterns(["", "a"], 2) == ['?"a"']


@pytest.mark.parametrize(
    ("line", "held"),
    [
        ('{"user": "Usmoke-1"}', True),
        ('{"event": "{\\"user\\": \\"Usmoke-1\\"}"}', True),
        ('{"user": "Usmoke-2"}', False),
    ],
)
def test_private_text_is_found_however_the_line_is_written(line, held):
    assert PrivateText("Usmoke-1", USER, answer(get("/stamps", LIVE))).in_lines(line) == held


def test_body_is_found_inside_a_text_of_json():
    body = '{"user_id": "Usmoke-1"}'
    line = '["{\\"user_id\\": \\"Usmoke-1\\"}", "id-1"]'

    assert PrivateText(body, USER, answer(get("/stamps", LIVE))).in_lines(line)
