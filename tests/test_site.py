"""The site of the documents: its pages are those of the repository, but for links that lead out of the site."""

import importlib.util
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def hooks():
    spec = importlib.util.spec_from_file_location("hooks", ROOT / "docs/site/hooks.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def shown(hooks, text, at="docs/judging.md"):
    files = [SimpleNamespace(src_uri=uri) for uri in ("README.md", at, "docs/words.md")]
    return hooks.on_page_markdown(text, page=SimpleNamespace(file=files[1]), files=files)


@pytest.mark.parametrize(
    ("link", "on_the_site"),
    [
        ("[words](words.md)", "[words](words.md)"),
        ("[the workflows](../.github/workflows)", "the workflows"),
        ("[licence](../LICENSE)", "licence"),
        ("[gone](gone.md)", "[gone](gone.md)"),
        ("[a key](words.md#row)", "[a key](words.md#row)"),
        ("[AWS](https://aws.amazon.com)", "[AWS](https://aws.amazon.com)"),
    ],
)
def test_link_that_leads_out_of_the_site_is_text_and_a_broken_one_stays_for_the_build_to_refuse(
    link, on_the_site, hooks
):
    assert shown(hooks, f"See {link}.") == f"See {on_the_site}."


def test_line_that_leads_to_the_other_language_is_left_to_the_site_s_switch(hooks):
    text = "# T\n\n[日本語](judging.ja.md) · [Back to the README](../README.md)\n\nText\n"

    assert shown(hooks, text) == "# T\n\n\nText\n"
