"""Every step speaks both languages, secrets are asked for without an echo, and rows are judged by the checks."""

import io
import re
import sys
from dataclasses import replace
from types import SimpleNamespace

import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.status import Status

from aws.converge.policy_document import policy_lines
from aws.converge.secret import GIVEN
from aws.converge.stage import THROTTLE_RATE
from aws.converge.table import BILLING
from aws.converge.undo import UNDO
from aws.difference import TAG, fault
from aws.kinds.log_group import LOG_GROUP
from aws.kinds.rest_api import STAGE
from aws.kinds.table import KEY, TABLE
from aws.kinds.table_backups import RECOVERY
from aws.words import Words
from runbook.catalogue import procedures
from runbook.composition import secret_source
from runbook.engine import Change, Refused, Text, difference
from runbook.engine.change_lines import EVIDENCE, lines
from runbook.engine.rehearsal import RehearsedStep
from runbook.engine.screen import ConsoleScreen
from runbook.engine.step import JAPANESE
from runbook.judge import Checks, in_process_of_its_own, undone_by, variables
from runbook.releases import AS_DEPLOYED
from signoff.evidence import kind_of
from signoff.judge.checklist import Checklist, Repair, Severity
from signoff.judge.outcome import Finding, Outcome, RowVerdict
from tests.english import english_in
from tests.runbook import toy
from tests.runbook.changes import change
from tests.runbook.judged_rows import leaving, written

TABLE_A = TABLE.resource("A")
NAMES_OF_AWS = {"SnapStart", "FIFO", "durable execution", "web ACL"}
STEPS = {f"{step.module}.{step.name}": step for step in procedures()["provision"].steps}


def documented(text):
    return SimpleNamespace(__doc__=text, __qualname__="it")


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_every_step_says_what_it_does_in_both_languages(step):
    assert JAPANESE.search(step.text.title["ja"])
    assert not JAPANESE.search(step.text.title["en"] + step.text.body["en"])
    assert len(step.text.title["en"]) < 100


def test_a_docstring_is_a_title_and_prose_in_each_language():
    text = Text.of(
        documented("Do it.\n\nFirst this,\nthen that.\n\n- one\n- two\n\nする。\n\nまず\nこれ。")
    )

    assert (text.title.en, text.title.ja) == ("Do it", "する")
    assert text.body.en == "First this, then that.\n\n- one\n- two"
    assert text.body.ja == "まずこれ。"


@pytest.mark.parametrize("text", ["Only English.", "日本語だけ。", "", "日本語。\n\nEnglish last."])
def test_a_step_that_lacks_a_language_is_no_step(text):
    with pytest.raises(TypeError, match="it: its docstring is its text"):
        Text.of(documented(text))


def _nobody(question, *, hidden=False):
    raise AssertionError(f"asked: {question} {hidden}")


def test_a_token_is_asked_for_without_an_echo():
    ask = secret_source(None, lambda _, *, hidden: "typed" if hidden else "shown")

    assert ask("line_token") == "typed"


def test_a_token_is_read_without_what_an_editor_puts_around_it(tmp_path):
    path = tmp_path / "token"
    path.write_bytes(b"\xef\xbb\xbfeyJh.bGci-_+/==\r\n")

    assert secret_source(path, _nobody)("line_token") == "eyJh.bGci-_+/=="


@pytest.mark.parametrize(
    "text",
    ["\n", "“eyJhbGci”", "eyJh bGci", "eyJh\u200bbGci", '{"token": "eyJhbGci"}', "eyJh\n[prod]"],
)
def test_a_file_without_a_token_alone_is_refused(tmp_path, text):
    path = tmp_path / "token"
    with pytest.raises(Refused, match="be read as UTF-8"):
        secret_source(path, _nobody)("line_token")
    path.write_text(text)

    with pytest.raises(
        Refused, match=r"is empty, or has more than letters, .*copy the token alone"
    ):
        secret_source(path, _nobody)("line_token")


def test_a_file_that_is_not_text_is_refused_without_a_byte_of_it(tmp_path):
    path = tmp_path / "token"
    path.write_bytes(b"\xff\xfes\x00e\x00")

    with pytest.raises(Refused, match=r"be read as UTF-8 text .*: put the token alone into it$"):
        secret_source(path, _nobody)("line_token")


CHECKLIST = Checklist.load()


def judged(row, outcome, why, *findings, **fields):
    """One row as the checks end it; ``fields`` are its own in place of the checklist's."""
    return RowVerdict(
        row=replace(CHECKLIST[row], **fields),
        outcome=Outcome(outcome),
        severity=Severity.BLOCKER,
        findings=findings,
        reason=Words.same(why),
        root=next((finding.root for finding in findings), None),
    )


def rows(*told):
    return written(*(judged(*one) for one in told))


SILENT = "not judged: the checks said nothing of it (exit {}); run pytest --env prod"
ASIDE = "not judged in this environment"


@pytest.mark.parametrize(
    ("code", "told", "red"),
    [
        (0, rows(("SEC-01", "pass", "")), {"SEC-02": ASIDE}),
        (5, None, {"SEC-01": ASIDE, "SEC-02": ASIDE}),
        (
            1,
            rows(("SEC-01", "pass", ""), ("SEC-02", "not testable", "lambda:GetPolicy: denied")),
            {"SEC-02": "lambda:GetPolicy: denied"},
        ),
        (
            1,
            rows(("DEP-01", "fail", "gone")),
            dict.fromkeys(["SEC-01", "SEC-02"], SILENT.format(1)),
        ),
        (3, "Traceback", dict.fromkeys(["SEC-01", "SEC-02"], SILENT.format(3))),
        (4, None, dict.fromkeys(["SEC-01", "SEC-02"], SILENT.format(4))),
        (
            4,
            '{"en": "no answer", "ja": "応答なし"}',
            dict.fromkeys(["SEC-01", "SEC-02"], "not judged: no answer"),
        ),
    ],
)
def test_rows_are_judged_by_the_checks_and_silence_is_red(code, told, red):
    commands = []

    def run(command):
        commands.append(command)
        return leaving(told, code)(command)

    judge = Checks("prod", ["--x"], run).red

    assert {
        row: decision.sentence.en for row, decision in judge(("SEC-01", "SEC-02")).items()
    } == red
    assert commands[0][2:5] == ["pytest", "--env=prod", "--x"]
    assert commands[0][7:] == ["--row=SEC-01", "--row=SEC-02"]


def test_row_that_nobody_judged_is_neither_red_nor_green():
    told = rows(("SEC-31", "excluded", ""), ("SEC-01", "pass", ""))
    found = Checks("prod", [], leaving(told, 0)).red(("SEC-31", "SEC-01", "SMOKE-12"))
    assert {row: (red_row.aside, red_row.sentence.ja) for row, red_row in found.items()} == {
        "SEC-31": (True, "対象外（未設定）"),
        "SMOKE-12": (True, "この環境では判定しません"),
    }


def test_row_that_only_follows_is_told_with_its_root():
    follows = Finding(row="SEC-13", outcome=Outcome.FOLLOWS, root="DEP-01")
    told = written(judged("SEC-13", "follows", "Users-prod does not exist", follows))

    assert Checks("prod", [], leaving(told)).red(("SEC-13",))["SEC-13"].root == "DEP-01"


RELEASED_API = "python -m runbook api --env {env} --go"


@pytest.mark.parametrize(
    ("remedy", "command"),
    [
        (
            ("python -m runbook detach --env {env} --row X --go", RELEASED_API),
            "python -m runbook detach --env prod --row X --go",
        ),
        ((RELEASED_API,), ""),
    ],
)
def test_row_says_which_command_takes_away_what_nobody_planned(remedy, command):
    told = written(judged("SEC-07", "fail", "a tag is a secret", remedy=remedy))

    assert Checks("prod", [], leaving(told)).red(("SEC-07",))["SEC-07"].undone_by == command


REHEARSED = {"unrecorded": Repair(run=("python -m runbook rehearse_rollbacks --env {env} --go",))}


@pytest.mark.parametrize(
    ("remedies", "command"),
    [
        (("unrecorded",), "python -m runbook rehearse_rollbacks --env prod --go"),
        (("unrecorded", "none"), ""),
        (("", "unrecorded"), ""),
    ],
    ids=["unrecorded code alone", "no version as well", "a role that is gone as well"],
)
def test_code_of_before_the_runbook_is_left_to_the_rehearsal_where_nothing_else_is_red(
    remedies, command
):
    words = Words.same("x")
    differences = tuple(fault(words, "award:1", words, None, words, remedy=one) for one in remedies)
    finding = Finding(row="ROLL-06", outcome=Outcome.FAIL, differences=differences)
    row = judged("ROLL-06", "fail", "", finding, remedy=(), remedies=REHEARSED)

    assert undone_by(row, "prod") == command


@pytest.fixture
def paper():
    return io.StringIO()


@pytest.fixture
def screen(paper):
    return ConsoleScreen(Console(file=paper, width=100))


@pytest.fixture
def terminal(paper):
    """A screen of a hundred columns."""
    return ConsoleScreen(Console(file=paper, width=100, force_terminal=True, color_system=None))


def test_the_spinner_rests_while_a_person_types(screen, monkeypatch):
    seen = []
    monkeypatch.setattr(Status, "stop", lambda _: seen.append("stop"))
    monkeypatch.setattr(Status, "start", lambda _: seen.append("start"))
    monkeypatch.setattr("builtins.input", lambda *_: seen.append("typed") or " a token ")
    with screen.working():
        assert screen.typed(Words.same("Token: ")) == "a token"

    assert seen == ["start", "stop", "typed", "start", "stop"]


def test_sentence_is_broken_where_a_line_ends_and_a_setting_to_copy_is_not(screen, paper):
    setting = f'evidence_public_key = "{"M" * 120}"'
    screen.tell(Words.same("word " * 30))
    screen.tell(setting)

    *sentence, copied = paper.getvalue().splitlines()
    assert [len(one) <= 100 for one in sentence] == [True, True]
    assert copied == f"   {setting}"


@pytest.mark.parametrize(
    ("lang", "word", "ends"),
    [("en", "failed", r"( of| which)$"), ("ja", "失敗", r"\S$")],
)
def test_why_a_step_failed_is_broken_between_words_within_the_terminal(paper, lang, word, ends):
    screen = ConsoleScreen(Console(file=paper, width=60, force_terminal=True, no_color=True), lang)
    screen.outcome("failed", toy.look_at_it, Words(en="of which " * 20, ja="理由は不明で、" * 20))

    lines = [re.sub(r"\x1b\[[\d;]*m", "", line) for line in paper.getvalue().splitlines()]
    assert lines[0].startswith(f"   {word}: ")
    assert max(map(cell_len, lines)) <= 60
    assert len(lines) > 3
    assert all(re.search(ends, line) for line in lines)


def test_several_steps_are_asked_for_by_their_numbers_until_the_answer_names_some(
    screen, paper, monkeypatch
):
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n7\n"))
    tried = screen.tried({3: toy.look_at_it, 7: toy.look_at_it})

    assert tried == {7}
    assert "   3. Look at it" in paper.getvalue()
    assert paper.getvalue().count("Which of these") == 2


def test_what_is_new_takes_a_line_and_what_differs_a_line_each(terminal, paper):
    terminal.changes(
        (
            change("table", "A", "key", None, "Id"),
            change("table", "A", "billing", None, "[odd]"),
            change("table", "B", "key", None, "Id"),
            change("table", "B", "billing", "PROVISIONED", "PAY_PER_REQUEST"),
            change("table", "B", "policy", "x", None, destroys=True),
        )
    )

    assert paper.getvalue().splitlines() == [
        "   + table A key Id, billing [odd]",
        "   table B",
        "     + key: Id",
        "     ~ billing: PROVISIONED -> PAY_PER_REQUEST",
        "     - policy: x (after your agreement)",
    ]


def test_what_is_asked_first_reads_as_no_part_of_a_japanese_value():
    renamed = change("item", "A", "name", "東門（仮）", "東門", destroys=True)

    assert "東門 【確認後に実行】" in list(lines((renamed,), "ja"))[-1]


@pytest.mark.parametrize(
    ("typed", "agreed"),
    [
        ("ｙｅｓ\n", True),
        ("y\n", True),
        ("Yes\n", True),
        ("\n", False),
        ("n\n", False),
        ("", False),
    ],
)
def test_only_yes_is_yes(screen, monkeypatch, typed, agreed):
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))

    assert screen.agreed([change("thing", "", "value", 1, None, destroys=True)]) is agreed
    assert screen.confirmed(toy.look_at_it) is False


def test_yes_beforehand_asks_nobody(screen, paper):
    screen.yes = True

    assert screen.agreed([change("thing", "", "value", 1, None, destroys=True)])
    assert "- value: 1" in paper.getvalue()


def test_the_screen_speaks_japanese(screen, paper):
    screen.lang = "ja"
    screen.opened(toy.procedure(), go=False, resumed=False)
    screen.step(1, toy.look_at_it)
    screen.changes(())

    assert paper.getvalue().splitlines() == [
        "toy: 最初のものを設定する",
        "リハーサル: 何も変更しません",
        "",
        "1. 目で確認する (9-2)",
        "   変更はありません",
    ]


@pytest.mark.parametrize(("typed", "agreed"), [("y\n", True), ("", False)])
def test_yes_beforehand_does_not_agree_to_answering_503(screen, paper, monkeypatch, typed, agreed):
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    screen.yes = True
    closing = change("stage", "prod", "every route", "served", "503", destroys=True, closes=True)

    assert screen.agreed([closing]) is agreed
    assert (
        "--yes does not agree to answering 503: only a person at a terminal does"
        in paper.getvalue()
    )


@pytest.mark.parametrize(("kept", "seen"), [(True, "None"), (False, "http://127.0.0.1:1")])
def test_the_judges_process_finds_a_kept_stack_by_itself(tmp_path, monkeypatch, kept, seen):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    write = "pathlib.Path('seen').write_text(str(os.environ.get('AWS_ENDPOINT_URL')))"
    code = f"import os, pathlib, sys; {write}; sys.exit(3)"
    run = in_process_of_its_own(tmp_path, variables(kept=kept))

    assert run([sys.executable, "-c", code]) == 3
    assert (tmp_path / "seen").read_text() == seen


def test_pytest_options_of_the_caller_do_not_reach_the_checks(monkeypatch):
    monkeypatch.setenv("PYTEST_ADDOPTS", "--collect-only")

    assert "PYTEST_ADDOPTS" not in variables(kept=False)


def test_checks_that_never_end_are_ended_and_their_rows_are_red(tmp_path):
    """Also where a process of theirs lives on and holds what they write to."""
    code = "import subprocess, sys, time; subprocess.Popen(['sleep', '5']); time.sleep(60)"
    run = in_process_of_its_own(tmp_path, variables(kept=False), within_s=0.5)
    judge = Checks("prod", [], lambda _: run([sys.executable, "-c", code])).red

    assert set(judge(("SEC-01", "SEC-02"))) == {"SEC-01", "SEC-02"}


def rehearsed(*changes, step=toy.set_the_first, told=()):
    return RehearsedStep(1, step, changes, told)


def test_a_rehearsal_begins_with_its_sums(screen, paper):
    screen.rehearsed(
        [
            rehearsed(*difference(TABLE_A, None, {KEY: "Id", BILLING: "ON_DEMAND"})),
            rehearsed(
                change(
                    "log group", "B", "retention (days)", "never", 30, destroys=True, final=True
                ),
                change("log group", "B", "entries", "older", None, destroys=True, final=True),
                change("secret", "C", "value", None, GIVEN),
                change("policy", "D", "statement", "x", None, destroys=True),
                Change(EVIDENCE, kind_of("release"), None, AS_DEPLOYED),
            ),
            rehearsed(step=toy.look_at_it),
        ],
        whole=True,
    )

    assert paper.getvalue().splitlines()[:7] == [
        "1 to create, 2 to change, 1 to remove, 1 of which cannot be undone",
        "to create: table 1",
        "records of evidence: 1",
        "asked for: your agreement to 3 changes (without a terminal: --yes)",
        "asked for: the value of secret C (without a terminal: --line-token-file FILE)",
        "done by a person, and confirmed at a terminal:",
        "   1. Look at it",
    ]
    assert (
        "     ~ retention (days): never -> 30 (cannot be undone)" in paper.getvalue().splitlines()
    )
    assert "     - statement: x (after your agreement)" in paper.getvalue().splitlines()


def test_a_rehearsal_that_ends_in_503_does_not_offer_to_agree_by_an_option(screen, paper):
    closing = change("stage", "prod", "every route", "served", "503", destroys=True, closes=True)
    screen.rehearsed([rehearsed(closing)], whole=True)

    asked = "asked for: your agreement to 1 change (at a terminal, --yes or not)"
    assert asked in paper.getvalue().splitlines()


def test_a_rehearsal_that_stopped_has_no_sums(screen, paper):
    screen.rehearsed([rehearsed(change("table", "A", "key", "Id", "Name"))], whole=False)

    assert paper.getvalue().splitlines()[1:] == [
        "1. Set the first thing (9-1)",
        "   table A",
        "     ~ key: Id -> Name",
    ]


def test_what_an_earlier_step_changes_is_named_by_its_number(screen, paper):
    again = change("log group", "A", "retention (days)", 3, 30)
    steps = [rehearsed(again), replace(rehearsed(again), number=2)]
    screen.rehearsed(steps, whole=True)

    assert paper.getvalue().splitlines()[-1] == "   what step 1 changes is looked at again here"


def statement(*actions, **more):
    return {"Effect": "Allow", "Action": list(actions), "Resource": "*", **more}


@pytest.mark.parametrize(
    ("before", "after", "differing"),
    [
        (
            {"Statement": [{"Principal": {"AWS": "*"}}], "Version": "1"},
            {"Statement": [{"Principal": {"AWS": "1"}}], "Version": "1"},
            ["~ field.Statement[0].Principal.AWS: * -> 1"],
        ),
        (
            ["Put", "Get"],
            ["Get", "Scan", "List"],
            ["- field: Put", "+ field: Scan", "+ field: List"],
        ),
        ({"a": [1, 2]}, {"a": [2, 1]}, ["~ field.a: 1, 2 -> 2, 1"]),
        ({"a": 1, "b": True}, {"b": False}, ["- field.a: 1", "~ field.b: true -> false"]),
        ("", "told", ['~ field: "" -> told']),
        (list(range(10)), ["x"], [*(f"- field: {n}" for n in range(8)), "… +3"]),
        (
            policy_lines(
                {"Statement": [statement("s3:Get", "s3:Put"), statement("s3:*", Sid="more")]}
            ),
            policy_lines({"Statement": statement("s3:Get", "s3:Put")}),
            ["- field: s3:* on *"],
        ),
        (
            policy_lines({"Statement": statement("s3:Get", Effect="Deny")}),
            policy_lines({"Statement": []}),
            ['- field: {"Action": ["s3:Get"], "Effect": "Deny", "Resource": "*"}'],
        ),
    ],
)
def test_of_two_documents_the_difference_is_shown(terminal, paper, before, after, differing):
    terminal.changes((change("role", "A", "field", before, after),))

    assert paper.getvalue().splitlines() == ["   role A", *(f"     {one}" for one in differing)]


@pytest.mark.parametrize(
    ("lang", "body"),
    [
        ("en", "one `python -m runbook` " * 20),
        ("ja", "本番の`environments.toml`を、直します。" * 20),
    ],
)
def test_what_a_person_does_is_broken_where_no_word_ends_in_the_next_line(
    screen, paper, lang, body
):
    screen.lang = lang
    text = Text(title=Words.same("It"), body=Words(en=body.strip(), ja=body))
    screen.outcome("by hand", replace(toy.look_at_it, text=text))
    _, *broken = paper.getvalue().splitlines()

    assert max(map(cell_len, broken)) in range(90, 101)
    assert {line[:3] for line in broken} == {"   "}
    assert not [line for line in broken if line[3] in "。、"]
    assert "".join(broken).count("environments.toml") == body.count("environments.toml")


def test_of_a_document_the_parts_that_differ_are_shown(screen, paper):
    lambdas = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}
    open_to = {**lambdas, "Principal": {**lambdas["Principal"], "AWS": "arn:aws:iam::1:root"}}
    before, after = ({"Statement": [one]} for one in (open_to, {**lambdas, "Effect": "Deny"}))
    screen.rehearsed(
        [rehearsed(change("role", "R", "trust", before, after, destroys=True))], whole=True
    )

    assert paper.getvalue().splitlines()[-2:] == [
        "     ~ trust.Statement[0].Effect: Allow -> Deny (after your agreement)",
        "     - trust.Statement[0].Principal.AWS: arn:aws:iam::1:root (after your agreement)",
    ]


@pytest.mark.parametrize("text", ["x" * 300, "長い値" * 100, "[bold]" * 40, "two\nlines " * 50])
def test_no_line_of_a_rehearsal_is_wider_than_a_hundred_columns(terminal, paper, text):
    new = {Words.same("one"): text, Words.same("two"): text}
    terminal.rehearsed(
        [
            rehearsed(
                *difference(TABLE_A, None, new),
                change("B", "", "field", text, "short"),
                change("B", "", "other", "short", text),
                change("B", "", "both", text, text),
                change("B", "", "gone", text, None, destroys=True, final=True),
                change(text, "", "field", 1, 2),
            )
        ],
        whole=True,
    )

    assert max(map(cell_len, paper.getvalue().splitlines())) <= 100


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        (
            Change(TABLE_A, RECOVERY, before=False, after=True),
            ["テーブルA", "  [yellow]~ ポイントインタイムリカバリ: 無効 -> 有効[/]"],
        ),
        (
            Change(LOG_GROUP.resource("/aws/x"), TAG.named("Project"), "x", GIVEN),
            ["ロググループ/aws/x", "  [yellow]~ タグProject: x -> 入力された値[/]"],
        ),
        (
            Change(STAGE.resource("prod"), THROTTLE_RATE.of("*/*"), 1, 2),
            ["ステージprod", "  [yellow]~ */* スロットリングのレート: 1 -> 2[/]"],
        ),
        (change("other", "", "own", [1], [2]), ["other", "  [yellow]~ own[0]: 1 -> 2[/]"]),
    ],
)
def test_change_is_shown_in_japanese(change, shown):
    assert [*lines((change,), "ja")] == shown


def test_what_can_be_undone_has_its_names_in_japanese():
    assert {kind.en for kind, _ in UNDO if not JAPANESE.search(kind.ja)} == {"REST API"}
    assert {fact.en for _, fact in UNDO if not JAPANESE.search(fact.ja)} <= NAMES_OF_AWS


def test_rehearsal_of_an_empty_account_is_all_japanese(empty, everything):
    context = empty.context()
    changes = tuple(one for action in everything for one in action(context))

    assert len(changes) > 500
    named = {f"{change.resource.ja} {change.field.ja}" for change in changes}
    assert [left for words in named for left in english_in(words)] == []
