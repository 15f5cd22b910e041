"""``signoff compare``: what is newly red, newly green, and which facts changed."""

import json

import pytest

from signoff.__main__ import main
from signoff.verify import RESULT


def row(id_, outcome, **facts):
    evidence = [{"resource": "table Users-prod", **facts}]
    return {"row": {"id": id_}, "outcome": outcome, "findings": [{"evidence": evidence}]}


@pytest.fixture
def run(tmp_path):
    def saved(name, *rows):
        folder = tmp_path / name
        folder.mkdir()
        text = json.dumps({"verdict": {"rows": rows}})
        (folder / RESULT).write_text(text, encoding="utf-8")
        return str(folder)

    return saved


@pytest.mark.parametrize(
    ("lang", "red", "green", "unset"),
    [
        ("en", "Newly red", "Newly green", "not set"),
        ("ja", "新たに不合格", "新たに合格", "未設定"),
    ],
)
def test_what_changed_is_told_and_a_new_red_row_is_the_exit_code(
    lang, red, green, unset, run, capsys
):
    before = run("a", row("DEP-01", "pass", ttl=None), row("DEP-02", "fail"))
    after = run("b", row("DEP-01", "fail", ttl="CollectedAt"), row("DEP-02", "pass"))

    assert main(["compare", before, after, "--lang", lang]) == 1

    said = capsys.readouterr().out
    assert f"**{red}** (1): DEP-01" in said
    assert f"**{green}** (1): DEP-02" in said
    assert f"| DEP-01 | table Users-prod | ttl | {unset} | CollectedAt |" in said


def test_equal_runs_differ_in_nothing(run, capsys):
    before, after = (run(name, row("DEP-01", "pass", ttl=None)) for name in "ab")

    assert main(["compare", before, after, "--lang", "en"]) == 0

    assert capsys.readouterr().out == "Nothing that was judged differs.\n"


def test_ids_of_requests_are_no_changed_facts(run, capsys):
    before, after = (run(name, row("MON-14", "pass", searched=name, lines=1)) for name in "ab")

    assert main(["compare", before, after, "--lang", "en"]) == 0

    assert capsys.readouterr().out == "Nothing that was judged differs.\n"


def test_folder_of_no_run_is_one_sentence(run, tmp_path, capsys):
    after = run("b", row("DEP-01", "pass"))

    assert main(["compare", str(tmp_path / "none"), after, "--lang", "en"]) == 2

    err = capsys.readouterr().err
    assert "none can't be read as the result of a run (No such file or directory); give" in err
    assert err.count("\n") == 1


def test_of_a_list_that_changed_what_came_and_went_is_shown(run, capsys):
    before = run("a", row("SEC-24", "pass", principals=["role/a", "role/b"], ttl=1))
    after = run("b", row("SEC-24", "pass", principals=["role/b", "user/intern"], ttl=2))

    assert main(["compare", before, after, "--lang", "en"]) == 0

    assert "| SEC-24 | table Users-prod | principals | role/a | user/intern |" in (
        capsys.readouterr().out.replace("principals that may act", "principals")
    )
