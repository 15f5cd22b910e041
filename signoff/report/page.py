"""The sign-off page: one self-contained file that the go-live meeting reads and signs."""

import base64
import json
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from signoff.checklist import Row
from signoff.environment.calendar import JST
from signoff.outcome import Finding, Outcome
from signoff.remedy import remedy
from signoff.result import Result
from signoff.verdict import RowVerdict

HERE = Path(__file__).parent
SVG = "http://www.w3.org/2000/svg"


def page(
    result: Result,
    lang: str,
    plots: Mapping[str, Sequence[str]],
    files: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Return the HTML. ``plots`` are row id -> SVG, shown as pictures, in which no script can run.

    ``files`` are the digests of the files beside the page, by name.
    """
    template = _templates().get_template("signoff.html.j2")
    return template.render(
        result=result,
        p=result.provenance,
        remedy=remedy,
        verdict=result.verdict,
        w=words()[lang],
        lang=lang,
        sections=_sections(result),
        tally=Counter(one.outcome for one in result.verdict.rows),
        plots={row: [_picture(svg) for svg in drawn] for row, drawn in plots.items()},
        Outcome=Outcome,
        files=files,
    )


@cache
def words() -> dict[str, Any]:
    """Load the words of the page, language -> name -> text."""
    return tomllib.loads((HERE / "words.toml").read_text(encoding="utf-8"))


@cache
def guide() -> dict[str, Any]:
    """Load the lines of the guide, id -> line number and our words for it."""
    path = HERE.parent.parent / "checks" / "guide.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "moment": _moment,
        "facts": _facts,
        "cited": _cited,
        "proofs": _proofs,
    }
    return environment


def _sections(result: Result) -> list[tuple[str, list[RowVerdict]]]:
    by_section: dict[str, list[RowVerdict]] = {}
    for one in result.verdict.rows:
        by_section.setdefault(one.row.section, []).append(one)
    return list(by_section.items())


def _moment(at: datetime) -> str:
    return f"{at.astimezone(JST):%Y-%m-%d %H:%M:%S} JST"


def _facts(evidence: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield name and value of what was seen, values as short as JSON allows."""
    for name, value in evidence.items():
        yield name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _proofs(findings: Iterable[Finding], lang: str) -> Mapping[str, Sequence[tuple[str, Finding]]]:
    """Group findings by their test, whose name is a sentence: sentence -> (what was looked at, finding).

    ``test_route_is_proxied[GET /stamps]`` -> ``route is proxied``, ``GET /stamps``.
    """
    by_test: dict[str, list[tuple[str, Finding]]] = {}
    for one in findings:
        test, _, looked_at = one.subject.removesuffix("]").partition("[")
        sentence = one.proof[lang] or test.removeprefix("test_").replace("_", " ")
        by_test.setdefault(sentence, []).append((looked_at, one))
    return by_test


def _cited(row: Row, lang: str) -> str:
    """Cite the guide by step and line number."""
    lines = (guide()[one] | {"id": one} for one in row.guide)
    return ", ".join(f"{one['where'][lang]} (L{one['line']})" for one in lines)


def _picture(svg: str) -> str:
    """Return a data URL; as a picture, unlike inline, an SVG is shown only with its namespace."""
    if "xmlns=" not in svg:
        svg = svg.replace("<svg", f'<svg xmlns="{SVG}"', 1)
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
