"""The sign-off page in a real Chromium, driven by Playwright: as a signer meets it, on a screen, a phone and paper."""

import shutil
from functools import cache, partial

import pytest

from signoff.report.page import page as rendered
from tests.signoff.report.pages import all_red, result, shortened, shown, supporting

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)
"""Without them Chromium looks up hosts of its own at every start."""


@pytest.fixture(scope="session")
def chromium():
    if CHROMIUM is None:
        pytest.skip("left out, no Chromium here: apt install chromium, then run this again")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where Chromium is

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    """Return the file of a page: of a judged run by its verdict, or of the worst run there can be."""
    folder = tmp_path_factory.mktemp("pages")

    def file(verdict, lang="en"):
        path = folder / f"{verdict}-{lang}.html"
        if not path.exists():
            path.write_text(pages[verdict](lang), encoding="utf-8")
        return path

    def short(name, lang):
        return rendered(shortened(result(name), 8), lang, {}, supporting(name, folder))

    def worst(lang):
        return rendered(all_red(result("NO-GO")), lang, {}, supporting("NO-GO", folder))

    pages = {name: partial(shown, name, folder=folder) for name in ("GO", "CONDITIONAL", "NO-GO")}
    pages |= {f"short {name}": partial(short, name) for name in ("GO", "CONDITIONAL", "NO-GO")}
    pages["every row red"] = worst
    return file


@pytest.fixture(scope="session")
def context(chromium):
    """Return Playwright's context of some options: one for all tests, with a tab that stays, halves what a page costs."""

    @cache
    def kept(**options):
        context = chromium.new_context(**options)
        context.new_page()
        return context

    return kept


@pytest.fixture
def opened(context, files):
    """Open a page; ``size`` is (width, height), the other options are Playwright's, as ``color_scheme="dark"``.

    The browser prefers the language of the run that wrote the page, unless ``locale`` says otherwise.
    """
    tabs = []

    def open_page(verdict, lang="en", *, size=(1280, 900), anchor="", **options):
        tab = context(**{"locale": lang, **options}).new_page()
        tabs.append(tab)
        tab.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
        tab.goto(f"{files(verdict, lang).as_uri()}{anchor}")
        return tab

    yield open_page
    for tab in tabs:
        tab.evaluate("localStorage.clear()")
        tab.close()


@pytest.fixture(scope="session")
def phone(context, files):
    """Return a page on a phone of a width, for tests that only look at it: it is opened once, which takes a second."""

    @cache
    def page(verdict):
        tab = context(locale="en").new_page()
        tab.set_viewport_size({"width": 390, "height": 844})
        tab.goto(files(verdict).as_uri())
        return tab

    def look(verdict, width=390):
        tab = page(verdict)
        tab.set_viewport_size({"width": width, "height": 844})
        return tab

    return look
