"""A page in two languages says the same in both, and what any page names is there."""

import re
import tomllib
from pathlib import Path

import pytest

from signoff.commands.options import add_options

ROOT = Path(__file__).parent.parent
README, JUDGING = "README.md", "docs/judging.md"
IN_BOTH = {
    README: "README.ja.md",
    JUDGING: "docs/judging.ja.md",
    "docs/meeting.md": "docs/meeting.ja.md",
}
"""A page that people write -> the same in Japanese."""
PAGES = [
    *ROOT.glob("*.md"),
    *ROOT.glob("docs/**/*.md"),
    ROOT / "lambdas/README.md",
    ROOT / "docs/load-on-several-machines.md",
]
NAMED = re.compile(
    r"`((?:aws|bench|checks|docs|lambdas|load|local|plan|runbook|signoff|smoke|tests)/[\w./*-]*)`"
)
"""A path below one of the project's folders, in the type of code."""
DECISIONS = ROOT / "docs/decisions"
STATUS = re.compile(
    r"^\*\*Status\.\*\* (accepted|replaced|withdrawn), \d{4}-\d\d-\d\d", re.MULTILINE
)
CELL = re.compile(r"(?<!\\)\|")
LINK = re.compile(r"\]\(([^)#:]+)\)")


def _commands(name: str) -> list[str]:
    """Return the lines of the code blocks, without their comments."""
    blocks = re.findall(
        r"^```\n(.*?)^```", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    return [line.partition("#")[0].strip() for line in "".join(blocks).splitlines()]


def _options(name: str) -> list[str]:
    return re.findall(r"^\| `(--?[a-z-]+|[A-Z_]+)", (ROOT / name).read_text("utf-8"), re.MULTILINE)


def _shape(name: str) -> list[str]:
    """Return the marks of a page: its headings' levels, and how many columns each line of a table has."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return [
        match[1] or f"{len(re.findall(CELL, match[2]))} cells"
        for match in re.finditer(r"^(#+) |^(\|.*\|)$", text, re.MULTILINE)
    ]


@pytest.mark.parametrize(("english", "japanese"), IN_BOTH.items())
def test_both_languages_give_the_same_commands_and_options(english, japanese):
    assert _commands(english) == _commands(japanese) != []
    assert _options(english) == _options(japanese)


@pytest.mark.parametrize(("english", "japanese"), IN_BOTH.items())
def test_both_languages_have_the_same_sections_and_tables(english, japanese):
    assert _shape(english) == _shape(japanese) != []


def test_what_is_linked_is_there():
    broken = [
        f"{page.relative_to(ROOT)}: {link}"
        for page in PAGES
        for link in LINK.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / link).exists()
    ]

    assert not broken, f"links that lead nowhere: {broken}"


def test_every_path_that_a_page_names_is_there():
    missing = [
        f"{page.relative_to(ROOT)}: {path}"
        for page in PAGES
        for path in NAMED.findall(page.read_text(encoding="utf-8"))
        if not list(ROOT.glob(path))
    ]

    assert not missing, f"paths that are no more: {missing}"


def test_every_decision_has_a_status_and_its_line_in_the_index():
    index = (DECISIONS / "README.md").read_text(encoding="utf-8")
    pages = {page: page.read_text(encoding="utf-8") for page in DECISIONS.glob("0*.md")}
    undated = [page.name for page, text in pages.items() if not STATUS.search(text)]
    unlisted = [page.name for page in pages if f"]({page.name})" not in index]

    assert not undated, f"pages without a line **Status.** accepted, YYYY-MM-DD: {undated}"
    assert not unlisted, f"pages that docs/decisions/README.md does not list: {unlisted}"


class Declared:
    """A parser, and its group, that only notes which options are declared."""

    def __init__(self):
        self.names = set()

    def getgroup(self, *_):
        return self

    def addoption(self, name, **_):
        self.names.add(name)


def test_page_of_options_names_every_option_of_the_run_and_no_other():
    declared = Declared()
    add_options(declared)

    options = {name for name in _options(JUDGING) if name.startswith("--")}
    assert options == declared.names | {"--strict"}  # pytest's own, which judging heeds, too


def test_the_python_that_is_named_is_the_one_that_is_required():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = re.search(r"Python (3\.\d+)", (ROOT / README).read_text(encoding="utf-8"))
    assert named
    assert project["requires-python"] == f">={named[1]}"


def test_changelog_has_the_version_of_the_project():
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert re.findall(r"^## (\d+\.\d+\.\d+) - \d{4}-\d\d-\d\d$", changes, re.MULTILINE)[:1] == [
        project["version"]
    ]
