"""GET /stamps: what a person has collected."""

from signoff.checklist import expectation


@expectation("SMOKE-02")
def test_stamps_are_listed(trial):
    answer = trial.success("GET /stamps")

    flaw = trial.flaw(answer, 200)
    assert not flaw, flaw


@expectation("SMOKE-02")
def test_list_is_of_the_caller_and_counts_itself(trial):
    answer = trial.success("GET /stamps")

    asked = answer.call.session.user_id
    assert answer.member("user_id") == asked, f"{answer}, but lists {answer.member('user_id')}"
    assert answer.member("total") == len(answer.member("stamps") or ()), f"{answer}: wrong total"
