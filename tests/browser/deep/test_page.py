"""What ``tests/browser/test_page.py`` looks at and prints in one look of a verdict, in the others."""

import pytest

from tests.browser.test_page import sheets, violations


@pytest.mark.parametrize(
    ("verdict", "look"),
    [("CONDITIONAL", "dark phone, Japanese"), ("GO", "screen"), ("NO-GO", "screen")],
)
def test_axe_finds_no_violation(opened, verdict, look):
    assert violations(opened, verdict, look) == []


@pytest.mark.parametrize(
    ("verdict", "lang", "most"),
    [("GO", "ja", 8), ("CONDITIONAL", "en", 8), ("NO-GO", "ja", 15)],
)
def test_paper_has_few_sheets(opened, verdict, lang, most):
    assert 1 < sheets(opened(verdict, lang)) <= most
