"""The page in Chromium: accessible, filtered by a click, in two languages, within its sheets, on a phone.

``deep/`` looks at it, and prints it, in the other verdicts' looks and languages.
"""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

PHONE = (390, 844)
SHEET = re.compile(rb"/Type\s*/Page\b")
LOOKS = {
    "screen": {},
    "dark phone, Japanese": {"size": PHONE, "color_scheme": "dark", "lang": "ja"},
}


def sheets(page):
    """Count the sheets of A4 that the page prints on."""
    return len(SHEET.findall(page.pdf(prefer_css_page_size=True)))


def rows_shown(page, kind=".row"):
    return page.evaluate(
        "(kind) => [...document.querySelectorAll(kind)].filter((row) => row.offsetParent).length",
        kind,
    )


def violations(opened, verdict, look):
    """Return what axe finds on the red rows and a few others: all evidence takes minutes, and its markup is the same."""
    return Axe().run(opened(f"short {verdict}", **LOOKS[look])).response["violations"]


@pytest.mark.parametrize(
    ("verdict", "look"),
    [("CONDITIONAL", "screen"), ("GO", "dark phone, Japanese"), ("NO-GO", "dark phone, Japanese")],
)
def test_axe_finds_no_violation(opened, verdict, look):
    assert violations(opened, verdict, look) == []


@pytest.mark.parametrize(
    ("verdict", "lang", "most"), [("CONDITIONAL", "ja", 8), ("every row red", "en", 15)]
)
def test_paper_has_few_sheets(opened, verdict, lang, most):
    assert 1 < sheets(opened(verdict, lang)) <= most


@pytest.mark.parametrize("verdict", ["GO", "CONDITIONAL", "NO-GO"])
@pytest.mark.parametrize("width", [390, 320])
def test_phone_scrolls_down_only(phone, verdict, width):
    assert phone(verdict, width).evaluate("document.documentElement.scrollWidth") <= width


def test_phone_shows_owner_day_and_reason_of_a_condition_at_once(phone):
    page = phone("CONDITIONAL")
    box = page.locator(".conditions")

    assert box.evaluate("(table) => table.scrollWidth") <= PHONE[0]
    assert box.get_by_text("2026-12-20").is_visible()


def test_count_of_the_first_screen_shows_its_rows(opened):
    page = opened("NO-GO")
    count = page.locator(".numbers a[data-show=blocker]")
    count.click()

    assert rows_shown(page) == int(count.inner_text().split()[0])
    assert rows_shown(page, ".row:not(.red)") == 0
    assert page.locator("#shown").inner_text() == str(rows_shown(page))


def test_search_finds_a_row_by_its_words(opened):
    page = opened("GO")
    page.locator("#f-text").fill("point-in-time recovery")

    assert 0 < rows_shown(page) < 20
    assert page.locator(".row", has_text="DEP-04").first.is_visible()


def test_keyboard_reaches_the_filter_and_uses_it(opened):
    page = opened("NO-GO")
    page.locator("#q-all").focus()
    page.keyboard.press("ArrowRight")

    assert page.locator("#q-red").is_checked()
    assert rows_shown(page, ".row:not(.red)") == 0


@pytest.mark.parametrize(
    ("locale", "run", "heading"),
    [
        ("ja-JP", "en", "移行を妨げている項目"),
        ("en-GB", "ja", "Blockers"),
        ("fr-FR", "ja", "移行を妨げている項目"),
    ],
)
def test_first_sight_is_in_the_language_of_the_browser_or_else_of_the_run(
    opened, locale, run, heading
):
    page = opened("NO-GO", run, locale=locale)

    assert page.locator("#blockers h2").inner_text() == heading


def test_language_is_switched_and_remembered(opened):
    page = opened("NO-GO")
    page.get_by_text("日本語", exact=True).click()

    assert page.locator("#blockers h2").inner_text() == "移行を妨げている項目"
    page.reload()
    assert page.locator("#blockers h2").inner_text() == "移行を妨げている項目"


def test_link_to_a_row_opens_it(opened):
    page = opened("GO", anchor="#DEP-04")

    assert page.locator("#DEP-04").is_visible()
    assert page.locator("#DEP-05").is_hidden()


def copied(page, button):
    """Press a button that copies, and return what it put into the clipboard."""
    page.locator(button).first.click()
    page.wait_for_selector(f"{button}.done")
    return page.evaluate("navigator.clipboard.readText()")


@pytest.fixture
def copying(opened):
    return lambda anchor="": opened(
        "NO-GO", anchor=anchor, permissions=("clipboard-read", "clipboard-write")
    )


def test_red_row_is_copied_as_an_issue(copying):
    text = copied(copying("#DEP-04"), "#DEP-04 .issue")

    assert text.startswith("## DEP-04 Point-in-time recovery is on for every table")
    assert "    python -m runbook tables --env prod --row DEP-04 --go" in text
    assert not re.search(r"[ぁ-ん]", text)


def test_all_remedies_are_copied_at_once(copying):
    page = copying()
    text = copied(page, "#copy-remedies")

    listed = page.locator("#blockers .blocking > li, #lesser .blocking > li").count()
    assert len(re.findall("^# ", text, re.MULTILINE)) == listed
    assert "python -m runbook tables --env prod --row DEP-04 --go" in text


def test_table_is_saved_as_csv_whatever_is_filtered(opened, tmp_path):
    page = opened("NO-GO")
    total = rows_shown(page)
    page.locator("#q-blocker + label").click()
    with page.expect_download() as download:
        page.locator("#save-csv").click()
    download.value.save_as(tmp_path / "table.csv")
    lines = (tmp_path / "table.csv").read_text(encoding="utf-8-sig").splitlines()

    assert len(lines) == total
    assert any(line.startswith('"DEP-04","fail"') for line in lines)


def test_signature_stands_after_what_is_to_be_read(opened):
    page = opened("CONDITIONAL")
    places = page.evaluate(
        "['conditions', 'new', 'notice', 'not-here', 'measured', 'sign'].map("
        "(id) => document.getElementById(id).getBoundingClientRect().top)"
    )

    assert places == sorted(places)
