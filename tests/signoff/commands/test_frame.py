"""The frame of the command lines: one sentence and an exit code, whatever a command raises."""

import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError

from aws.words import Words
from load.engine.judge import ExitCode as LoadExit
from signoff.__main__ import main
from signoff.commands.early import joined
from signoff.commands.frame import framed, terminated_as_interrupted
from signoff.environment import EnvironmentFileError
from signoff.environment.guard import GuardError
from signoff.judge.errors import fault
from signoff.judge.exit_codes import EXIT_CODES, Exit

ROOT = Path(__file__).parents[3]
DENIED = ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "ListTables")


def raising(error):
    def command():
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (EnvironmentFileError([Words.same("prod.origin is missing")]), 2, "prod.origin is missing"),
        (GuardError(Words.same("prod is account 4")), 4, "prod is account 4"),
        (NoCredentialsError(), 4, "run aws login or aws sso login"),
        (DENIED, 4, "ListTables was denied to these credentials: allow it"),
        (EndpointConnectionError(endpoint_url="https://x"), 4, "did not answer at https://x"),
        (PermissionError(13, "Permission denied", "/report"), 4, "/report can't be used"),
        (ModuleNotFoundError(name="moto.core"), 4, "which the extra local brings"),
        (KeyboardInterrupt(), 130, "interrupted"),
    ],
    ids=lambda one: type(one).__name__,
)
def test_what_a_command_raises_is_one_sentence_and_its_exit_code(error, code, says, capsys):
    assert framed("load", raising(error)) == code

    out, err = capsys.readouterr()
    assert err.startswith("load: ")
    assert says in err
    assert (out, err.count("\n")) == ("", 1)


def test_several_problems_of_a_file_stand_on_one_line(capsys):
    framed("load", raising(EnvironmentFileError([Words.same("a is b"), Words.same("c is d")])))

    assert capsys.readouterr().err == "load: a is b; c is d\n"


PRESSED = """
import signal, sys, time
from signoff.commands.frame import framed
from signoff.commands.interrupts import quiet_until_framed

def press(*_):
    signal.raise_signal(signal.SIGINT)

def in_a_destructor():
    type("Response", (), {"__del__": press})()
    time.sleep(20)

def where_another_error_follows():
    try:
        press()
    finally:
        raise ValueError("Semaphore released too many times")

def again_in_the_report():
    sys.stderr = type("Stderr", (), {"write": press, "isatty": bool})()
    press()

quiet_until_framed()
sys.exit(framed("load", globals()[sys.argv[1]]))
"""


@pytest.mark.parametrize(
    ("moment", "ends"),
    [
        ("in_a_destructor", (130, "load: interrupted\n")),
        ("where_another_error_follows", (130, "load: interrupted\n")),
        ("again_in_the_report", (-signal.SIGINT, "")),
    ],
)
def test_ctrl_c_at_a_bad_moment_shows_no_traceback(moment, ends):
    done = subprocess.run(
        [sys.executable, "-c", PRESSED, moment],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == ends


PAGE = {"en": ROOT / "docs/judging.md", "ja": ROOT / "docs/judging.ja.md"}


@pytest.mark.parametrize("lang", PAGE)
def test_exit_codes_are_one_table_in_code_page_and_help(lang, capsys):
    table = [f"| {code:d} | {words[lang]} |" for code, words in EXIT_CODES.items()]
    listed = [f"  {code:<4}{words[lang]}" for code, words in EXIT_CODES.items()]

    assert set(EXIT_CODES) == set(Exit)
    assert "\n".join(table) in PAGE[lang].read_text(encoding="utf-8")
    assert main(["--lang", lang]) == 0
    assert "\n".join(listed) in capsys.readouterr().out


def test_exit_codes_of_a_load_test_are_of_the_same_table():
    assert {code.value for code in LoadExit} <= {code.value for code in Exit}


@pytest.mark.parametrize(
    ("command", "unbuffered"), [("needs --env local", ""), ("--help", ""), ("--help", "1")]
)
def test_reader_that_goes_away_ends_a_command_without_a_word(command, unbuffered):
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "signoff", *command.split()],
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )
    os.close(write)

    assert (done.returncode, done.stderr) == (Exit.INTERRUPTED, "")


@pytest.mark.parametrize("command", ["signoff --help", "pytest --env nowhere"])
def test_full_disk_in_place_of_a_terminal_ends_a_command_without_a_traceback(command):
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-m", *command.split()],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )

    assert done.returncode == Exit.REFUSED
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_letter_that_the_terminal_lacks_is_an_escape_and_no_fault():
    done = subprocess.run(
        [sys.executable, "-m", "signoff", "--lang=ja"],
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stderr) == (Exit.DONE, "")
    assert r"\u8a3c\u8de1" in done.stdout


@pytest.mark.parametrize(
    "command",
    [
        "-m signoff policy reader --env local >&-",
        "-m pytest --markers --noconftest >&-",
        "-c \"from signoff.__main__ import main, sys; main(['--help']); sys.stdin.read()\" <&-",
        "-c \"from signoff.__main__ import main, sys; main(['--help']); sys.stderr.flush()\" 2>&-",
    ],
    ids=["output", "output of pytest", "input", "errors"],
)
def test_command_works_though_its_stream_is_closed(command):
    done = subprocess.run(
        ["/bin/sh", "-c", f"{sys.executable} {command}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stderr) == (Exit.DONE, "")


def test_command_that_ends_well_keeps_its_exit_code(capsys):
    assert framed("load", lambda: 3) == 3

    assert capsys.readouterr() == ("", "")


def test_fault_of_ours_leaves_its_traceback_in_a_file(tmp_path):
    with pytest.raises(ZeroDivisionError) as caught:
        raising(ZeroDivisionError("division by zero\nand more"))()

    sentence = fault(caught.value, tmp_path / "report").en

    (file,) = (tmp_path / "report").iterdir()
    kind, end = "ZeroDivisionError: division by zero", f"please report it with {file}"
    place = r"tests/signoff/commands/test_frame\.py:\d+"
    assert re.fullmatch(
        rf"a fault of this software \({place}: {kind}\); {re.escape(end)}", sentence
    )
    assert "test_fault_of_ours" in file.read_text(encoding="utf-8")


def test_fault_that_can_leave_no_file_says_so(tmp_path):
    (tmp_path / "report").write_text("a file where a folder should be", encoding="utf-8")

    assert "its traceback could not be written" in fault(ValueError("x"), tmp_path / "report").en


@pytest.mark.parametrize(
    ("arguments", "anew"),
    [
        (["--replay", "/home/a b.json", "-q"], ["--replay=/home/a b.json", "-q"]),
        (["--environments", "mine.toml"], ["--environments=/here/mine.toml"]),
        (["--replay=/home/a.json"], ["--replay=/home/a.json"]),
        (["--env", "prod", "--row", "DEP-01"], ["--env", "prod", "--row", "DEP-01"]),
        (["--replay"], ["--replay"]),
    ],
    ids=["blank", "relative", "joined", "others", "no value"],
)
def test_option_with_a_file_is_joined_with_its_value(arguments, anew):
    assert list(joined(arguments, Path("/here"))) == anew


def test_replay_of_a_file_that_is_not_there_says_that(capsys, tmp_path):
    assert main(["replay", str(tmp_path / "inventory.json")]) == 2
    assert "inventory.json; give the" in capsys.readouterr().err


def test_command_in_the_tests_process_leaves_what_ctrl_c_does_there(capsys):
    before = signal.getsignal(signal.SIGINT), sys.unraisablehook

    assert main(["verify", "nothing"]) == 2
    assert "nothing/signoff.json" in capsys.readouterr().err
    assert (signal.getsignal(signal.SIGINT), sys.unraisablehook) == before


def test_a_termination_interrupts_as_a_person_would():
    """So that a drill puts back what it broke."""
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt), terminated_as_interrupted():
        signal.raise_signal(signal.SIGTERM)

    assert signal.getsignal(signal.SIGTERM) is before


WORKS_IN_A_TERMINAL = """
import contextlib, pathlib, signal, sys
from signoff.commands.frame import framed, terminated_as_interrupted

def work():
    try:
        with terminated_as_interrupted():
            print("works", flush=True)
            {work}
    finally:
        print("cleaning up", flush=True)
        print("cleaning up", file=sys.stderr, flush=True)
        pathlib.Path(sys.argv[1]).write_text("clean")
    return 0

signal.signal(signal.SIGHUP, signal.SIG_DFL)  # these tests may run under nohup
sys.exit(framed("load", work))
"""


@pytest.mark.parametrize(
    ("work", "hang_up", "code"),
    [
        ("while True: print(end='.', flush=True)", signal.SIGHUP, Exit.INTERRUPTED),
        ("with contextlib.suppress(OSError): sys.stdin.read()", signal.SIGCONT, Exit.DONE),
    ],
    ids=["prints all the time", "is sent no hang-up"],
)
def test_terminal_that_goes_away_hinders_no_clean_up(work, hang_up, code, tmp_path):
    """Writing fails as soon as the terminal is gone; the shell's hang-up comes later, or never."""
    inner, outer = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", WORKS_IN_A_TERMINAL.format(work=work), tmp_path / "left"],
        cwd=ROOT,
        stdin=outer,
        stdout=outer,
        stderr=outer,
        start_new_session=True,
    )
    os.close(outer)
    began = os.read(inner, 8)
    os.close(inner)
    process.send_signal(hang_up)

    assert began.startswith(b"works")
    assert process.wait(timeout=60) == code
    assert (tmp_path / "left").read_text() == "clean"


def test_second_hang_up_ends_no_clean_up():
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # these tests may run under nohup
    with pytest.raises(KeyboardInterrupt), terminated_as_interrupted():
        signal.raise_signal(signal.SIGHUP)
    heard_by = signal.signal(signal.SIGHUP, before)

    assert heard_by is signal.SIG_IGN


def test_hang_up_that_is_ignored_stays_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with terminated_as_interrupted():
        signal.raise_signal(signal.SIGHUP)
        heard_by = signal.getsignal(signal.SIGHUP)
    signal.signal(signal.SIGHUP, before)

    assert heard_by is signal.SIG_IGN
