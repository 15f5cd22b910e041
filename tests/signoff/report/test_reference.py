"""The reference of the environment file is fresh, complete and true."""

import tomllib
from pathlib import Path

import pytest

from aws.difference import where
from aws.words import LANGUAGES
from signoff.environment.accountability import Decision, Waiver
from signoff.environment.overrides import described_keys, keys, meanings
from signoff.judge.checklist import Checklist
from signoff.report.reference import PAGES, environments

ROOT = Path(__file__).parents[3]
REFERENCES = {key.path: meanings()[key.path] for key in described_keys()}


@pytest.mark.parametrize("page", PAGES)
def test_page_is_fresh(page):
    assert (ROOT / page).read_text(encoding="utf-8") == PAGES[page](), (
        "run python -m signoff.report.reference"
    )


def test_every_key_has_its_meaning_and_every_meaning_its_key():
    known = [key.path for key in keys()]

    assert [reference for reference in REFERENCES if ".NAME." not in reference] == known
    assert sorted(meanings()) == sorted(REFERENCES)


def test_rows_of_each_key_exist():
    named = {(path, row) for path, reference in REFERENCES.items() for row in reference["rows"]}

    assert named
    assert [one for one in sorted(named) if one[1] not in Checklist.load().rows] == []


def test_every_example_is_toml():
    tables = {"waivers", "decisions", "signers", "accepted"}
    shown = {path: reference for path, reference in REFERENCES.items() if path not in tables}

    assert shown
    assert [
        path for path, value in shown.items() if not is_toml(f"value = {value['example']}")
    ] == []


def is_toml(text):
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


@pytest.mark.parametrize("lang", LANGUAGES)
def test_examples_of_decision_and_waiver_are_taken_by_the_types(lang):
    text = environments(lang).split("```toml\n")[1:]
    decision, *waivers = (tomllib.loads(name.split("```")[0])["prod"] for name in text)

    assert Decision(**decision["decisions"][0])
    assert len([Waiver(**waiver["waivers"][0]) for waiver in waivers]) == 2


@pytest.mark.parametrize("lang", LANGUAGES)
def test_sentence_that_names_a_key_links_to_its_place(lang):
    shown = environments(lang)
    linked = {path: where(path).reference[lang].rpartition("#")[2] for path in REFERENCES}

    assert [path for path, anchor in linked.items() if f'<a id="{anchor}">' not in shown] == []
