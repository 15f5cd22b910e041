"""Pages are fresh, complete in both languages, and every command and link in them leads somewhere."""

import re
import shlex
from pathlib import Path

import pytest

from plan import plan_for
from runbook.catalogue import procedures
from runbook.command_line import RUN
from runbook.engine.step import JAPANESE
from runbook.pages import FOLDER, LANGUAGES, console, pages, production
from runbook.rights import declared
from signoff.environment import load
from signoff.judge.checklist import Checklist
from signoff.report.remedy import all_of
from tests.command_lines import parsed
from tests.provenance import PROD_RUN

COMMAND = re.compile(r"python -m runbook(?: [^`\n]*)?")
LINK = re.compile(r"\]\(([^)#]+)(?:#([^)]+))?\)")
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
BY_HAND = {f"alarms.{lang}.md" for lang in LANGUAGES}


@pytest.fixture(scope="module")
def generated():
    return pages()


@pytest.mark.parametrize("name", sorted(TEXTS.keys() - BY_HAND))
def test_a_page_is_as_generated(name, generated):
    assert TEXTS[name] == generated[name], "run `make docs`"


def test_every_procedure_has_its_pages_and_none_is_left_of_one_that_is_gone(generated):
    assert set(TEXTS) == set(generated) | BY_HAND


def test_help_and_completion_offer_every_procedure_and_nothing_else():
    assert {*RUN.list_commands(None)} == {*procedures(), "fix"}


@pytest.mark.parametrize("name", TEXTS)
def test_every_command_in_a_page_parses(name):
    for command in COMMAND.findall(TEXTS[name]):
        words = shlex.split(command)[3:]
        assert parsed(words, RUN), command


@pytest.mark.parametrize("name", TEXTS)
def test_every_link_in_a_page_leads_somewhere(name):
    for file, anchor in LINK.findall(TEXTS[name]):
        assert (FOLDER / file).exists()
        assert not anchor or f"\n## {anchor}\n" in TEXTS[file]


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


def test_every_remedy_names_a_procedure_that_there_is():
    commands = [one.command for row in Checklist.load() for one in all_of(row, PROD_RUN)]
    named = {shlex.split(match[0])[3] for told in commands for match in COMMAND.finditer(told)}

    assert named <= set(procedures())


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
PLACES = [(name, step) for name, steps in console().items() for step in steps]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", procedures())
def test_a_page_shows_the_console_places_of_its_own_steps_alone(name, lang):
    shown = re.findall(
        r"^(?:In the console|コンソールでの場所): (.+)$", TEXTS[f"{name}.{lang}.md"], re.MULTILINE
    )
    steps = [(step.module.rpartition(".")[2], step.name) for step in procedures()[name].steps]
    places = {(of, step): one for of, steps in console().items() for step, one in steps.items()}

    assert shown == [places[step][lang] for step in steps if step in places]
    assert {place for place in places if place[0] == name} <= {*steps}


@pytest.mark.parametrize(("name", "step"), [place for place in PLACES if place[0] != "prepare"])
def test_a_console_place_is_one_of_a_service_that_the_procedure_calls(name, step):
    console_of = console()[name][step].en.partition(" > ")[0]
    called = {action.partition(":")[0] for each in declared()[name].values() for action in each}

    assert SERVICES[console_of] & called
