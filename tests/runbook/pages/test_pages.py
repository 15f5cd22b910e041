"""Pages are fresh, complete in both languages, and every command and link in them leads somewhere."""

import re
from pathlib import Path

import pytest

from plan import plan_for
from runbook.catalogue import procedures
from runbook.command_line import RUN
from runbook.engine.step import JAPANESE
from runbook.pages import FOLDER, LANGUAGES, console, pages, production
from runbook.rights import declared, recorded
from signoff.environment import load
from signoff.judge.checklist import Checklist
from tests.printed import all_of
from tests.provenance import PROD_RUN
from tests.runbook.pages.test_commands import PROSE, SOURCES
from tests.runbook.test_printed_remedies import HELPS, REPAIRS

NAMED = re.compile(r"python -m runbook (?!NAME\b|X\b)(\w+)")
"""Without what stands for a name in the texts."""
KNOWN = {*RUN.list_commands(None), "make"}
TOLD_TO_RUN = re.compile(r"run `(\w+)`|`(\w+)`を実行")
LINK = re.compile(r"\]\(([^)#]+)(?:#([^)]+))?\)")
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
BY_HAND = {f"alarms.{lang}.md" for lang in LANGUAGES}


@pytest.fixture(scope="module")
def generated():
    return pages()


def test_every_page_is_as_generated(generated):
    stale = [name for name in TEXTS.keys() - BY_HAND if TEXTS[name] != generated.get(name)]

    assert not stale, "run `make docs`"


def test_every_procedure_has_its_pages_and_none_is_left_of_one_that_is_gone(generated):
    assert set(TEXTS) == set(generated) | BY_HAND


def test_help_and_completion_offer_every_procedure_and_nothing_else():
    assert {*RUN.list_commands(None)} == {*procedures(), "fix"}


def found_in_pages(pattern):
    """Return what matches, by the page where it stands."""
    found = [(name, match) for name, text in TEXTS.items() for match in pattern.findall(text)]

    assert found
    return found


def leads_somewhere(file, anchor):
    """Whether a file is there, with the place; of a procedure's page, what it leaves has a test of its own."""
    if of_procedure(file):
        return True
    return (FOLDER / file).exists() and (not anchor or f"\n## {anchor}\n" in TEXTS[file])


def of_procedure(file):
    """Return the name of the procedure that a page that is not there was of; nothing of any other file."""
    page = re.fullmatch(r"(\w+)\.(?:en|ja)\.md", file)
    return page[1] if page and not (FOLDER / file).exists() else ""


def test_every_link_in_a_page_leads_somewhere():
    assert [link for link in found_in_pages(LINK) if not leads_somewhere(*link[1])] == []


def test_nothing_names_a_procedure_that_is_not_there():
    """All that is left of one that was taken away, at once: `make docs`, `python -m tests.runbook.recorded_runs`, or by hand."""
    remedies = [(row.id, one.command) for row in Checklist.load() for one in all_of(row, PROD_RUN)]
    texts = [
        (where, text) for place in (PROSE, SOURCES) for where in place for text in place[where]
    ]
    commands = [*texts, *remedies]
    named = [
        *((where, name) for where, text in commands for name in NAMED.findall(text)),
        *((page, name) for page, either in found_in_pages(TOLD_TO_RUN) for name in either if name),
        *((page, name) for page, (file, _) in found_in_pages(LINK) if (name := of_procedure(file))),
        *(("runbook/rights.json", name) for name in recorded()),
        *(("runbook/console.toml", name) for name, _ in PLACES),
        *(("tests/runbook/test_printed_remedies.py", name) for name in [*HELPS, *REPAIRS]),
    ]

    left = sorted({f"{where}: {name}" for where, name in named if name not in KNOWN})
    assert not left, "\n".join(left)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_procedure_is_in_the_index(lang):
    index = TEXTS[f"index.{lang}.md"]

    assert [name for name in procedures() if f"({name}.{lang}.md)" not in index] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_row_is_in_the_index(lang):
    lines = TEXTS[f"index.{lang}.md"].splitlines()
    shown = {line.split()[1]: line.rpartition(": ")[2] for line in lines if line.startswith("- ")}

    assert [row.id for row in Checklist.load() if not shown.get(row.id)] == []


def test_the_first_page_makes_records_after_what_they_rest_on():
    page = TEXTS["index.en.md"]
    order = ["(evidence.en.md)", "pytest --env dev", "(functions.en.md)", "(monitoring.en.md)"]
    order += ["load run", "(rehearse_rollbacks.en.md)", "(recount.en.md)", "(by_hand.en.md): asks"]

    places = [page.index(one) for one in [*order, "(cutover.en.md)"]]
    assert places == sorted(places)


def test_every_kind_of_alarm_has_an_entry_to_which_its_description_links():
    alarms = plan_for(load("prod", Path("tests/prod.toml"), {}).environment).alarms

    for alarm in alarms:
        file, anchor = re.search(r"runbook/pages/(\S+)#(\S+)$", alarm.description).groups()
        assert f"\n## {anchor}\n" in TEXTS[file]


PARTS = {
    "en": ["Meaning", "Impact", "Diagnosis", "Mitigation"],
    "ja": ["意味", "影響", "診断", "対処"],
}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_kind_of_alarm_has_all_parts_of_an_entry_in_both_languages(lang):
    entries = TEXTS[f"alarms.{lang}.md"].split("\n## ")[1:]
    kinds = {alarm.kind for alarm in production().alarms}

    assert {name.partition("\n")[0] for name in entries} == kinds
    for entry in entries:
        assert re.findall(r"(?m)^\*\*(\S+)\*\*: \S", entry) == PARTS[lang]
        assert bool(JAPANESE.search(entry)) == (lang == "ja")


def test_where_the_guide_is_wrong_the_page_says_so():
    assert "its alarm never fires" in TEXTS["monitoring.en.md"]
    assert "https://liff.line.me" in TEXTS["troubleshoot.en.md"]
    assert "hand it to another" in TEXTS["api.en.md"] or "to another" in TEXTS["api.en.md"]


SERVICES = {
    "API Gateway": {"apigateway"},
    "Certificate Manager": {"acm"},
    "CloudWatch": {"cloudwatch", "logs"},
    "DynamoDB": {"dynamodb"},
    "IAM": {"iam"},
    "KMS": {"kms"},
    "Lambda": {"lambda"},
    "Route 53": {"route53"},
    "S3": {"s3"},
    "SNS": {"sns"},
    "Secrets Manager": {"secretsmanager"},
}
"""Console -> services whose calls do what a person does there."""
PLACES = {(name, step): shown for name, steps in console().items() for step, shown in steps.items()}


def steps_of(name):
    return [(step.module.rpartition(".")[2], step.name) for step in procedures()[name].steps]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_page_shows_the_console_places_of_its_own_steps_alone(lang):
    shown = {
        name: re.findall(
            r"^(?:In the console|コンソールでの場所): (.+)$",
            TEXTS[f"{name}.{lang}.md"],
            re.MULTILINE,
        )
        for name in procedures()
    }

    assert shown == {
        name: [PLACES[step][lang] for step in steps_of(name) if step in PLACES] for name in shown
    }


def test_a_console_place_is_one_of_a_step_of_its_procedure():
    there = [place for place in PLACES if place[0] in procedures()]

    assert [place for place in there if place not in steps_of(place[0])] == []


def services_called(name):
    return {action.partition(":")[0] for each in declared()[name].values() for action in each}


def test_a_console_place_is_one_of_a_service_that_the_procedure_calls():
    consoles = {
        place: shown.en.partition(" > ")[0]
        for place, shown in PLACES.items()
        if place[0] != "prepare"
    }

    assert [
        (place, of)
        for place, of in consoles.items()
        if not SERVICES[of] & services_called(place[0])
    ] == []
