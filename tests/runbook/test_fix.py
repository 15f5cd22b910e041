"""``runbook fix`` walks through the red rows: shows each remedy, asks, runs it, and judges its rows anew."""

import io
import os
import pty
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from threading import Timer, get_ident

import pytest
from rich.console import Console

from aws.words import Words
from runbook.engine import Journal
from runbook.fix import RepairSession, at_a_terminal, groups, ran_since
from runbook.judge import ENDPOINT, Checks, in_process_of_its_own
from signoff import ROOT
from signoff.judge.checklist import Checklist
from signoff.judge.exit_codes import Exit
from signoff.judge.outcome import Finding, Outcome, row_verdict
from signoff.judge.result import Result
from signoff.judge.verdict import Verdict, VerdictWord
from tests.provenance import PROVENANCE
from tests.runbook.judged_rows import leaving, written

CHECKLIST = Checklist.load()
WRONG = Words(en="is not as planned", ja="計画と異なります")


def judged(row, outcome):
    words = Words.same("") if outcome is Outcome.PASS else WRONG
    return row_verdict(CHECKLIST[row], [Finding(row=row, outcome=outcome, words=words)])


def told(**outcomes):
    rows = tuple(judged(row.replace("_", "-"), outcome) for row, outcome in outcomes.items())
    return Result(provenance=PROVENANCE, verdict=Verdict(decision=VerdictWord.NO_GO, rows=rows))


def saying(**outcomes):
    """Judge as the checks do, in their own process: leave these rows where ``--json`` says."""

    def run(command):
        asked = {name.removeprefix("--row=") for name in command if name.startswith("--row=")}
        rows = {row.replace("_", "-"): outcome for row, outcome in outcomes.items()}
        found = {row: end for row, end in rows.items() if row in asked}
        told = written(*(judged(row, end) for row, end in found.items()))
        return leaving(told, int(any(end.red for end in found.values())))(command)

    return run


class Walker:
    """Whoever walks: answers in order, and notes what was run; every row is green after that.

    ``exits`` are the exit codes of the commands, ``judges`` what judges the rows after them.
    """

    def __init__(self, found, *answers, exits=(), judges=lambda _: 0, ran_since=()):
        self.ran, self.asked, self._answers, self._exits = [], [], list(answers), list(exits)
        self.out = io.StringIO()
        self.walk = RepairSession(
            result=found,
            console=Console(file=self.out, width=200),
            lang="en",
            checks=Checks("prod", [], judges),
            run=self._run,
            ask=self._ask if answers else None,
            ran_since=ran_since,
        )
        self.code = self.walk.walk()

    def _ask(self, question):
        self.asked.append(question)
        return self._answers.pop(0)

    def _run(self, arguments):
        self.ran.append(list(arguments))
        return self._exits.pop(0) if self._exits else 0


def test_rows_come_by_harm_then_in_the_order_in_which_procedures_work_and_the_unknown_last():
    found = told(
        PREP_05=Outcome.FAIL,  # a leftover: the first procedure, and the least harm
        MON_01=Outcome.FAIL,
        DEP_06=Outcome.FAIL,
        SEC_10=Outcome.NOT_TESTABLE,
        DEP_20=Outcome.FAIL,  # routes: the fourth procedure, and callers fail
        DEP_04=Outcome.FAIL,
        DEP_01=Outcome.PASS,
    )

    assert [group.ids for group in groups(found)] == [
        *(("DEP-04",), ("DEP-20",), ("MON-01",), ("DEP-06",), ("PREP-05",), ("SEC-10",))
    ]


def test_what_smoke_calls_fail_by_comes_before_what_may_be_lost_later():
    found = told(DEP_04=Outcome.FAIL, DEP_18=Outcome.FAIL, SEC_10=Outcome.NOT_TESTABLE)
    failing = (
        row_verdict(
            CHECKLIST[row], [Finding(row=row, outcome=Outcome.FOLLOWS, words=WRONG, root=root)]
        )
        for row, root in {"SMOKE-06": "DEP-18", "SMOKE-07": "SEC-10"}.items()
    )
    verdict = replace(found.verdict, rows=(*found.verdict.rows, *failing))

    assert [group.ids for group in groups(replace(found, verdict=verdict))] == [
        *(("DEP-18",), ("DEP-04",), ("SEC-10",))
    ]


def test_rows_of_one_remedy_are_one_group():
    found = told(MON_01=Outcome.FAIL, MON_02=Outcome.FAIL)

    assert [group.ids for group in groups(found)] == [("MON-01", "MON-02")]


def test_what_is_agreed_to_is_run_as_printed_and_its_rows_are_judged():
    desk = Walker(told(MON_01=Outcome.FAIL), "y")

    assert desk.code == Exit.DONE
    assert desk.ran == [[sys.executable, "-m", "runbook", "monitoring", "--env", "prod", "--go"]]
    assert "MON-01: green" in desk.out.getvalue()


def test_what_a_repair_before_has_mended_is_not_asked_about():
    desk = Walker(told(DEP_13=Outcome.FAIL, SMOKE_06=Outcome.FAIL), "y")

    assert [one[3] for one in desk.ran] == ["functions"]
    assert len(desk.asked) == 1
    assert "SMOKE-06: green" in desk.out.getvalue()
    assert desk.code == Exit.DONE


def test_going_back_to_the_record_comes_before_a_release_which_it_may_spare():
    desk = Walker(told(DEP_10=Outcome.FAIL, DEP_39=Outcome.FAIL), "y")

    assert [one[3] for one in desk.ran] == ["roll_forward"]
    assert "DEP-10: green" in desk.out.getvalue()
    assert desk.code == Exit.DONE


def test_same_command_is_not_run_again_for_a_row_that_asks_for_more_beside_it():
    found = told(SEC_01=Outcome.FAIL, SEC_02=Outcome.FAIL)
    desk = Walker(found, "y")

    assert len(groups(found)) == 2
    assert [one[3] for one in desk.ran] == ["secrets"]
    assert {"SEC-01: green", "SEC-02: green"} <= {*map(str.strip, desk.out.getvalue().splitlines())}


def test_another_command_of_the_same_procedure_is_run():
    desk = Walker(told(DEP_19=Outcome.FAIL, MON_15=Outcome.FAIL), "y", "y")

    assert [one[3] for one in desk.ran] == ["detach", "detach"]


def test_report_that_is_older_than_a_procedure_s_run_is_not_taken_for_what_stands():
    judges = saying(DEP_04=Outcome.PASS, MON_01=Outcome.FAIL)
    found = told(DEP_04=Outcome.FAIL, MON_01=Outcome.FAIL)
    run = replace(found.provenance, elsewhere=("--environments ours.toml",))
    found = replace(found, provenance=run)
    desk = Walker(found, "s", judges=judges, ran_since=("tables",))
    said = desk.out.getvalue()

    assert "tables ran after that report, so each row is judged again" in said
    assert "DEP-04: green" in said
    assert (
        "1 of 2 rows are green now. Judge everything: pytest --env prod --environments ours" in said
    )
    assert len(desk.asked) == 1


def test_row_of_a_team_s_own_is_judged_and_told_with_its_folder(tmp_path):
    row = '[TEAM-01]\npromise = { en = "p", ja = "p" }\nwhy = { en = "w", ja = "w" }\n'
    (tmp_path / "checklist.toml").write_text(row, encoding="utf-8")
    found = told(MON_01=Outcome.FAIL)
    team = row_verdict(
        CHECKLIST.with_own(tmp_path)["TEAM-01"],
        [Finding(row="TEAM-01", outcome=Outcome.FAIL, words=WRONG)],
    )
    rows = replace(found.verdict, rows=(team,))
    run = replace(found.provenance, checks=str(tmp_path))

    commands = []

    def judges(command):
        commands.append(command)
        return 4

    desk = Walker(Result(provenance=run, verdict=rows), "y", judges=judges)
    said = desk.out.getvalue()

    assert {f"--checks={tmp_path}", "--row=TEAM-01"} <= {*commands[0]}
    assert "still red: TEAM-01" in said
    assert f"Judge everything: pytest --env prod --checks {tmp_path}" in said


def test_procedures_that_ran_since_a_report_are_those_of_its_environment_and_after_its_reading(
    tmp_path,
):
    hours = iter(range(-1, 3))
    read_at = PROVENANCE.read_at
    journal = Journal(
        tmp_path / "journal.jsonl", now=lambda: read_at + timedelta(hours=next(hours))
    )
    for environment, procedure in (
        ("prod", "api"),
        ("prod", "x"),
        ("dev", "y"),
        ("prod", "tables"),
    ):
        facts = {"who": "a", "environment": environment, "procedure": procedure, "run": "1"}
        journal.write(**facts, what="begin")

    assert ran_since(told(MON_01=Outcome.FAIL), journal) == ("tables",)


def test_rehearsal_comes_first_where_it_is_asked_for():
    desk = Walker(told(MON_01=Outcome.FAIL), "r", "s")

    assert desk.ran == [[sys.executable, "-m", "runbook", "monitoring", "--env", "prod"]]
    assert desk.code == Exit.NO


def test_skipped_and_quit_change_nothing():
    desk = Walker(told(DEP_04=Outcome.FAIL, MON_01=Outcome.FAIL), "s", "q")

    assert desk.ran == []
    assert "0 of 2 rows are green now" in desk.out.getvalue()


def test_refusal_leaves_its_rows_as_they_are_and_goes_on_to_the_next():
    desk = Walker(told(DEP_04=Outcome.FAIL, MON_01=Outcome.FAIL), "n", "y")

    assert [one[3] for one in desk.ran] == ["monitoring"]
    assert "left as it is: DEP-04" in desk.out.getvalue()
    assert "still red: DEP-04" in desk.out.getvalue()
    assert desk.code == Exit.NO


def test_command_that_stops_is_told_and_what_stands_is_judged():
    left = saying(DEP_04=Outcome.FAIL)
    desk = Walker(told(DEP_04=Outcome.FAIL), "y", exits=[1], judges=left)

    assert "stopped with exit code 1" in desk.out.getvalue()
    assert "DEP-04: is not as planned" in desk.out.getvalue()
    assert desk.code == Exit.NO


def test_row_of_which_the_checks_say_nothing_is_not_green():
    desk = Walker(told(DEP_04=Outcome.FAIL), "y", judges=lambda _: 2)

    assert "the checks said nothing of it (exit 2)" in desk.out.getvalue()
    assert desk.code == Exit.NO


def test_what_followed_and_is_red_by_itself_comes_next():
    found = told(MON_01=Outcome.FAIL)
    follower = row_verdict(
        CHECKLIST["MON-07"],
        [Finding(row="MON-07", outcome=Outcome.FOLLOWS, words=WRONG, root="MON-01")],
    )
    rows = (*found.verdict.rows, follower)
    found = Result(provenance=PROVENANCE, verdict=Verdict(decision=VerdictWord.NO_GO, rows=rows))
    desk = Walker(found, "y", "s", judges=saying(MON_01=Outcome.PASS, MON_07=Outcome.FAIL))

    assert "MON-07 followed from these" in desk.out.getvalue()
    assert "1 of 2 rows are green now" in desk.out.getvalue()
    assert desk.code == Exit.NO


@pytest.mark.parametrize("code", [Exit.INTERRUPTED, -signal.SIGTERM, -signal.SIGHUP])
def test_command_that_was_interrupted_ends_the_walk_with_what_stands(code):
    """A signal that comes before the command listens to it ends it at once."""
    found = told(DEP_04=Outcome.FAIL, MON_01=Outcome.FAIL, SEC_32=Outcome.FAIL)
    desk = Walker(found, "y", "y", exits=[0, code])
    said = desk.out.getvalue()

    assert desk.code == Exit.INTERRUPTED
    assert "1 of 3 rows are green now" in said
    assert "interrupted; what was done remains" in said
    assert len(desk.ran) == 2


def test_command_for_a_kept_stack_finds_that_by_itself(monkeypatch, tmp_path):
    """Told an endpoint it would take the stack for AWS: another LINE, and records of no stack."""
    monkeypatch.setenv(ENDPOINT, "http://127.0.0.1:1")
    told = [sys.executable, "-c", f"import os, sys; sys.exit({ENDPOINT!r} in os.environ)"]

    assert at_a_terminal(tmp_path, kept=True)(told) == 0
    assert at_a_terminal(tmp_path)(told) == 1


def test_command_speaks_the_language_of_the_walk(tmp_path):
    spoken = [sys.executable, "-c", "import sys; sys.exit(sys.argv[1:] != ['--lang=ja'])"]

    assert at_a_terminal(tmp_path, lang="ja")(spoken) == 0


@pytest.mark.parametrize("printed", [[], ["--environments", "ours.toml"]], ids=["plain", "printed"])
def test_command_reads_the_file_of_environments_of_the_walk_and_names_it_once(tmp_path, printed):
    file = tmp_path / "ours.toml"
    told = ["--go", "--lang=en", f"--environments={file}"]
    spoken = [sys.executable, "-c", f"import sys; sys.exit(sys.argv[1:] != {told!r})"]

    assert at_a_terminal(tmp_path, environments=file)([*spoken, *printed, "--go"]) == 0


COMMAND = """
import os, signal, sys, time
def end(*_):
    time.sleep(0.6)
    os.write(1, b"noted where it resumes\\n")
    sys.exit(130)
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, end)
os.write(1, b"working\\n")  # unbuffered: a signal may come while it is being written
time.sleep(30)
"""
TERMINAL = f"""
import signal, sys
from pathlib import Path
from runbook.fix import at_a_terminal
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # these tests may run under nohup
print("ended with", at_a_terminal(Path.cwd())([sys.executable, "-c", {COMMAND!r}]), flush=True)
"""


def test_ctrl_c_at_the_terminal_is_left_to_the_command_which_ends_what_it_began():
    child, terminal = at_a_terminal_of_its_own("-c", TERMINAL)
    said = until(terminal, b"working")
    os.write(terminal, b"\x03")
    said += until(terminal, b"ended with 130")
    os.waitpid(child, 0)

    assert b"noted where it resumes" in said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signal_to_the_walk_alone_ends_its_command_as_well(number):
    child, terminal = at_a_terminal_of_its_own("-c", TERMINAL)
    said = until(terminal, b"working")
    os.kill(child, number)
    said += until(terminal, b"ended with 130")
    os.waitpid(child, 0)

    assert b"noted where it resumes\r\nended with 130" in said


@pytest.mark.parametrize("when", ["started", "waited for"])
def test_signal_before_the_walk_waits_for_its_command_ends_it_as_well(monkeypatch, tmp_path, when):
    """What another thread receives does not wake the main one, like a signal just before its wait."""
    terminal = at_a_terminal(tmp_path)
    popen = subprocess.Popen

    def begun(*args, **options):
        process = popen(*args, **options)
        if when == "started":
            signal.raise_signal(signal.SIGTERM)
        else:
            Timer(0.5, lambda: signal.pthread_kill(get_ident(), signal.SIGTERM)).start()
        return process

    monkeypatch.setattr(subprocess, "Popen", begun)

    assert terminal([sys.executable, "-c", "import time; time.sleep(20)"]) == -signal.SIGTERM


CHECKS = """
import signal, sys, time
from pathlib import Path
def end(*_):
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # another one kills them
    time.sleep(0.6)
    Path("cleaned").touch()
    sys.exit(1)
signal.signal(signal.SIGTERM, end)
Path("begun").touch()
time.sleep(30)
"""
JUDGING = f"""
import os, sys
from pathlib import Path
from runbook.judge import in_process_of_its_own
from signoff.commands.frame import terminated_as_interrupted
with terminated_as_interrupted():
    in_process_of_its_own(Path.cwd(), os.environ)([sys.executable, "-c", {CHECKS!r}])
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_checks_under_way_end_by_themselves_before_an_interrupted_run_does(number, tmp_path):
    """Smoke deletes what it wrote; killed, it would leave it."""
    run = subprocess.Popen(
        [sys.executable, "-c", JUDGING], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    until_written(tmp_path / "begun", run)
    run.send_signal(number)
    run.wait()

    assert (tmp_path / "cleaned").exists()


def test_interruption_while_the_checks_are_started_ends_them_as_well(monkeypatch, tmp_path):
    """They have a session of their own, in which a terminal's Ctrl-C or hang-up would never reach them."""
    begun, popen = [], subprocess.Popen

    def begins(*args, **options):
        begun.append(popen(*args, **options))
        until_written(tmp_path / "begun", begun[0])
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGTERM)  # as pipelines do
        return begun[0]

    monkeypatch.setattr(subprocess, "Popen", begins)
    checks = in_process_of_its_own(tmp_path, os.environ)
    with pytest.raises(KeyboardInterrupt):
        checks([sys.executable, "-c", CHECKS])
    code = begun[0].poll()
    begun[0].kill()

    assert code == 1
    assert (tmp_path / "cleaned").exists()


def until_written(file, process):
    """Wait until a process that goes on has written a file."""
    while not file.exists():
        assert process.poll() is None


def at_a_terminal_of_its_own(*arguments):
    """Start Python with a terminal; return its process and the other end of that."""
    child, terminal = pty.fork()
    if not child:
        os.execv(sys.executable, [sys.executable, *arguments])  # noqa: S606 - this interpreter
    return child, terminal


def until(terminal, text):
    """Read what a terminal shows until this text is there, or the program has ended."""
    said = b""
    with suppress(OSError):  # Linux: the program has ended
        while text not in said:
            said += os.read(terminal, 4096)
    return said


def test_without_a_terminal_everything_is_shown_and_nothing_is_run():
    desk = Walker(told(MON_01=Outcome.FAIL))

    assert desk.code == Exit.NO
    assert desk.ran == []
    assert "$ python -m runbook monitoring --env prod --go" in desk.out.getvalue()
    assert "There is no terminal to ask at" in desk.out.getvalue()


def test_without_a_terminal_no_command_is_left_to_anyone_where_all_is_green_since():
    desk = Walker(told(MON_01=Outcome.FAIL), judges=saying(MON_01=Outcome.PASS), ran_since=("api",))

    assert desk.code == Exit.DONE
    assert "There is no terminal" not in desk.out.getvalue()


@pytest.mark.parametrize("outcome", [Outcome.PASS, Outcome.FAIL])
def test_what_forbids_a_go_and_is_no_row_is_left_to_a_person(outcome):
    found = told(DEP_01=outcome)
    stale = Words(en="waiver of DEP-07: delete it {now}", ja="DEP-07の免除: 削除してください")
    desk = Walker(replace(found, verdict=replace(found.verdict, problems=(stale,))), "y")

    assert desk.code == Exit.NO
    assert "by hand: waiver of DEP-07: delete it {now}" in desk.out.getvalue()


def test_green_report_has_nothing_to_fix():
    desk = Walker(told(DEP_01=Outcome.PASS), "y")

    assert desk.code == Exit.DONE
    assert desk.asked == []
    assert "no red row. It is of 20" in desk.out.getvalue()
    assert ": pytest --env prod" in desk.out.getvalue()
