"""Both README files say the same, and what any page names is there."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = ("README.md", "README.ja.md")
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
LINK = re.compile(r"\]\(([^)#:]+)\)")


def _commands(name: str) -> list[str]:
    """Return the lines of the code blocks, without their comments."""
    blocks = re.findall(
        r"^```\n(.*?)^```", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    return [line.partition("#")[0].strip() for line in "".join(blocks).splitlines()]


def _options(name: str) -> list[str]:
    return re.findall(r"^\| `(--?[a-z-]+|[A-Z_]+)", (ROOT / name).read_text("utf-8"), re.MULTILINE)


def test_both_languages_give_the_same_commands_and_options():
    assert _commands(FILES[0]) == _commands(FILES[1]) != []
    assert _options(FILES[0]) == _options(FILES[1]) != []


def test_both_languages_have_the_same_sections():
    levels = [
        re.findall(r"^(#+) ", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)
        for name in FILES
    ]
    assert levels[0] == levels[1]


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


@pytest.mark.parametrize("option", [one for one in _options(FILES[0]) if one.startswith("--")])
def test_every_option_is_one_of_the_run(option, pytestconfig):
    pytestconfig.getoption(option)  # raises ValueError where there is none


def test_the_python_that_is_named_is_the_one_that_is_required():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = re.search(r"Python (3\.\d+)", (ROOT / FILES[0]).read_text(encoding="utf-8"))
    assert named
    assert project["requires-python"] == f">={named[1]}"


def test_changelog_has_the_version_of_the_project():
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert re.findall(r"^## (\d+\.\d+\.\d+) - \d{4}-\d\d-\d\d$", changes, re.MULTILINE)[:1] == [
        project["version"]
    ]
