"""A build is proven by the functions' own tests and an embedded run; what failed is recorded, too, and says why."""

from pathlib import Path

import pytest

from aws.release import code_sha256
from aws.words import Words
from lambdas.packing import described
from runbook.composition import proof_run_of
from runbook.engine import Refused
from runbook.engine.step_context import ProofRun
from runbook.judge import Checks, apart_from_aws
from runbook.procedures.prove import PASSED, prove_the_build
from signoff.judge.checklist import Checklist, Severity
from signoff.judge.outcome import Outcome, RowVerdict
from tests.runbook.desk import package
from tests.runbook.judged_rows import written

ROOT = Path(__file__).parents[2]
BUILT = {key: code_sha256(package(key)) for key in described()}
WHY = Words(en="the functions' own tests failed", ja="関数自身のテストが不合格です")


def packed():
    return BUILT


LIVE = ("DEP-38", "pass")
CHECKLIST = Checklist.load()


def judged_as(outcomes):
    """The rows with these outcomes, as a run leaves them."""
    rows = (
        RowVerdict(row=CHECKLIST[id_], outcome=Outcome(outcome), severity=Severity.BLOCKER)
        for id_, outcome in outcomes
    )
    return written(*rows)


class Commands:
    """Stands in for the processes: notes their commands, and lets the judged run end with these rows."""

    def __init__(self, *rows, tests=0, judged=0, failed=None):
        self.rows, self.codes, self.given, self.failed = rows, [judged, tests], [], failed

    def __call__(self, command):
        self.given.append(command)
        for name in command:
            if self.failed and name.startswith("--junit-xml="):
                Path(name.removeprefix("--junit-xml=")).write_text(self.failed)
            if name.startswith("--json="):
                Path(name.removeprefix("--json=")).write_text(judged_as(self.rows))
        return self.codes.pop()


@pytest.fixture
def proofs(finished):
    """The records of the desk, left as they were."""
    before = list(finished.evidence.records)
    yield finished.evidence.records
    finished.evidence.records[:] = before


def trial(results=PASSED, built=BUILT, **more):
    return ProofRun(results=results, commit="0123456789ab", built=built, **more)


def proven(desk, trial):
    return desk.do(prove_the_build.action, proof_run=lambda: trial)


def test_a_proof_names_the_packages_that_were_tried_and_is_not_repeated(finished, proofs):
    made = proven(finished, trial())
    again = proven(finished, None)

    kind, body = proofs[-1]
    assert (kind, body["tests"], body["embedded"]) == ("proof", "passed", "GO")
    assert body["functions"]["stamp-rally-prod-award"] == BUILT["award"]
    assert [change.resource.en for change in made] == ["evidence"]
    assert again == ()


def test_a_build_that_failed_is_recorded_and_tried_again(finished, proofs):
    failed = trial(results={**PASSED, "tests": "failed"}, why=WHY)
    with pytest.raises(Refused, match="own tests failed"):
        proven(finished, failed)
    said = [body["tests"] for kind, body in proofs if kind == "proof"]
    proven(finished, trial())

    assert said == ["failed"]
    assert proofs[-1][1]["tests"] == "passed"


def test_functions_that_change_while_they_are_tested_prove_nothing(finished, proofs):
    count = len(proofs)
    with pytest.raises(Refused, match="changed while"):
        proven(finished, trial(built={**BUILT, "award": "another"}))

    assert len(proofs) == count


def test_a_rehearsal_tries_nothing(finished):
    shown = prove_the_build.action(finished.context())

    assert [change.resource.en for change in shown] == ["evidence"]


@pytest.mark.parametrize(
    ("commands", "results", "why"),
    [
        (Commands(LIVE, ("SEC-01", "pass")), PASSED, ""),
        (Commands(LIVE, ("PREP-03", "not verifiable here")), PASSED, ""),
        (Commands(LIVE, tests=1), {**PASSED, "tests": "failed"}, "pytest tests/lambdas"),
        (Commands(LIVE, tests=124), {**PASSED, "tests": "failed"}, "pytest tests/lambdas"),
        (Commands(LIVE, ("SEC-01", "fail"), judged=1), {**PASSED, "embedded": "NO-GO"}, "SEC-01"),
        (Commands(LIVE, ("DEP-07", "fail")), {**PASSED, "embedded": "NO-GO"}, "DEP-07"),
        (Commands(("DEP-38", "excluded")), {**PASSED, "embedded": "NO-GO"}, "DEP-38"),
        (Commands(judged=0), {**PASSED, "embedded": "NO-GO"}, "DEP-38"),
        (Commands(LIVE, judged=1), {**PASSED, "embedded": "NO-GO"}, "DEP-38"),
    ],
    ids=lambda one: None if isinstance(one, str | dict) else str(one.rows) + str(one.codes),
)
def test_tests_and_run_are_each_judged_by_how_they_end(commands, results, why):
    tried = proof_run_of(ROOT, commands, packed, commit=lambda _: "0123456789ab")

    assert tried.results == results
    assert why in tried.why.en
    assert tried.built == BUILT
    assert [one[3] for one in commands.given] == ["tests/lambdas", "--env=local"]
    assert "--ignore-glob=*/deep/*" in commands.given[0]


def test_tests_that_failed_are_named():
    cases = (
        '<testcase classname="tests.lambdas.test_award" name="test_one_wins"><failure/></testcase>',
        '<testcase classname="tests.lambdas.test_auth" name="test_key"/>',
        '<testcase classname="tests.lambdas.test_line" name="test_tls"><error/></testcase>',
    )
    listed = f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>"

    tried = proof_run_of(
        ROOT, Commands(LIVE, tests=1, failed=listed), packed, commit=lambda _: "0123456789ab"
    )

    assert tried.why.en == (
        "the functions' own tests failed (tests.lambdas.test_award.test_one_wins,"
        " tests.lambdas.test_line.test_tls), which `python -m pytest tests/lambdas` shows"
    )


def test_an_installation_without_the_tests_is_refused(tmp_path):
    with pytest.raises(Refused, match="in a checkout that has them"):
        proof_run_of(tmp_path, Commands(LIVE), packed)


def test_other_application_is_judged_by_its_own_file(tmp_path):
    (tmp_path / "tests" / "lambdas").mkdir(parents=True)
    tests, judged = Commands(), Commands(("DEP-07", "fail"))
    embedded = Checks("local", ["--environments=/a b.toml"], judged)

    tried = proof_run_of(tmp_path, tests, packed, commit=lambda _: "0123", embedded=embedded)

    assert ("tests/lambdas" in tests.given[0], len(tests.given)) == (True, 1)
    assert "--environments=/a b.toml" in judged.given[0]
    assert "`pytest --env local '--environments=/a b.toml'` shows" in tried.why.en


def test_a_checkout_with_changes_is_not_tried():
    commands = Commands(LIVE)
    with pytest.raises(Refused, match="not those of its commit"):
        proof_run_of(ROOT, commands, packed, commit=lambda _: "0123456789ab+changes")

    assert commands.given == []


def test_no_variable_of_an_environment_or_of_pytest_reaches_the_trial(monkeypatch):
    monkeypatch.setenv("SIGNOFF_ACCOUNT", "444455556666")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-k nothing")
    monkeypatch.setenv("PYTHONOPTIMIZE", "1")

    assert not [name for name in apart_from_aws() if name.startswith(("SIGNOFF_", "AWS_", "PYT"))]
