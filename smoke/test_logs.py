"""Logs: what this run asked is found where people will look for it."""

from signoff.checklist import expectation
from smoke.logged import arrived, asked_of


@expectation("MON-14")
def test_own_request_is_found_in_the_log(log_group, trial):
    answer = asked_of(trial, log_group)

    assert arrived(trial, log_group, answer), (
        f"{log_group.name} has no line of request {answer.request_id} ({answer}) "
        f"{trial.suite.patience_s:g} s after the answer"
    )
