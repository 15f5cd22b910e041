"""What a run left that was killed while it cleaned, or between its awards, is gone, too; ``tests/smoke`` kills earlier."""

import signal

from smoke.leftovers import cleaned_up
from tests.smoke.killed import killed
from tests.smoke.test_leftovers import held
from tests.smoke.test_tester import collected, production
from tests.smoke.test_tester import held as stamps_held

__all__ = ["collected"]


def test_what_a_run_left_that_was_killed_while_it_cleaned_is_gone(rally, tmp_path):
    before = held(rally)
    code = killed(rally.environment, rally.api, tmp_path, "DeleteItem", 2)
    left = held(rally)

    assert code == -signal.SIGKILL
    assert left != before
    with cleaned_up(rally.environment, tmp_path) as told:
        assert held(rally) == before
        assert not told


def test_awards_of_a_run_that_is_killed_between_them_are_taken_back_by_the_next(
    rally, collected, tmp_path
):
    environment = production(rally)
    code = killed(environment, rally.api, tmp_path, "", 90)
    with cleaned_up(environment, tmp_path) as told:
        now = stamps_held(rally)

    assert code == -signal.SIGKILL
    assert now == collected
    assert not told
