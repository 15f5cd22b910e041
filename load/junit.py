"""The verdict for machines that read JUnit: one case per limit, and one for the soundness of the run."""

from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree as ET

from load.engine.judge import Check
from load.engine.verdict import LoadVerdict

FILE_NAME = "junit.xml"


def junit(verdict: LoadVerdict) -> str:
    """Return the XML: failures for limits, an error where the run is invalid or cannot tell."""
    judged, about = verdict.judgement, verdict.about
    name = f"load.{about.get('environment') or 'target'}.{verdict.conditions.plan.name}"
    seconds = (verdict.ended - verdict.began).total_seconds()
    suite = ET.Element("testsuite", name=name, time=f"{seconds:.0f}")
    sound = ET.SubElement(suite, "testcase", classname=name, name="the run is sound")
    if judged.outcome == "invalid":
        _tell(sound, "error", "invalid", "\n".join(judged.reasons))
    for check in judged.checks:
        _case(suite, name, check)
    for said, trace in _traces(verdict.cleanup or {}):
        case = ET.SubElement(suite, "testcase", classname=name, name=said)
        if trace:
            _tell(case, "failure", "fail", trace)
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(len(suite.findall(f"testcase/{tag}"))))
    suite.set("tests", str(len(suite.findall("testcase"))))
    ET.indent(suite)
    return ET.tostring(suite, encoding="unicode", xml_declaration=True)


def _traces(cleanup: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what should be so after a run, and what is there instead."""
    if cleanup:
        left, calls = cleanup["left"], cleanup["line_calls"]
        yield "nothing is left", f"{left} items are still in the table" if left else ""
        said = f"LINE was called {calls} times for synthetic users"
        yield "LINE is not called", said if calls else ""


def _case(suite: ET.Element, name: str, check: Check) -> None:
    case = ET.SubElement(
        suite,
        "testcase",
        classname=f"{name}.{check.step}",
        name=f"{check.endpoint} {check.criterion}",
    )
    tags = {"fail": "failure", "inconclusive": "error", "not judged": "skipped"}
    if tag := tags.get(check.outcome):
        _tell(case, tag, check.outcome, str(check))


def _tell(case: ET.Element, tag: str, kind: str, message: str) -> None:
    ET.SubElement(case, tag, type=kind, message=message)
