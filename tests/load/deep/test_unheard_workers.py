"""What a worker wrote and could not report any more is cleaned up all the same."""

import signal

from load.engine.plan import AWARD
from load.engine.session_pool import USED_FILE
from load.teardown import Teardown, used_users
from tests.load.fake_aws import EmptyTable, target
from tests.load.runs import Meddler, drive, only, plan, pool, run_against, serving, step


def test_interrupt_of_workers_with_a_slow_target_leaves_no_award_uncleaned(tmp_path):
    """A worker that hears out its answers for 1.5 s is heard no more: its master listens for 0.5 s."""
    slow = plan(step("hold", 60, 40, only(AWARD)))
    table, waited = EmptyTable(), []
    with serving("--delay-ms=1500") as served:
        run = run_against(served.url, tmp_path, plan=slow, pool=pool(400), workers=2, progress=True)
        interrupt = Meddler(1, lambda: signal.raise_signal(signal.SIGINT))
        _, verdict = drive(run, display=interrupt)
        awarded = set(served.times())
    traces = Teardown(run, target(), lambda _: table, tmp_path, print, waited.append)

    traces.remove(verdict)

    assert awarded, "nobody was awarded before the interrupt"
    assert awarded <= set(table.users)
    assert awarded <= set(used_users(tmp_path / USED_FILE)), "a later clean would not find all"
    assert len(waited) == 1, "an award whose answer nobody heard may still be under way"
