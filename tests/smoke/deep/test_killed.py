"""What a run left that was killed while it cleaned is gone, too; ``tests/smoke/test_leftovers.py`` kills earlier."""

import signal

from smoke.leftovers import cleaned_up
from tests.smoke.killed import killed
from tests.smoke.test_leftovers import held


def test_what_a_run_left_that_was_killed_while_it_cleaned_is_gone(rally, tmp_path):
    before = held(rally)
    code = killed(rally.environment, rally.api, tmp_path, "DeleteItem", 2)
    left = held(rally)

    assert code == -signal.SIGKILL
    assert left != before
    with cleaned_up(rally.environment, tmp_path) as told:
        assert held(rally) == before
        assert not told
