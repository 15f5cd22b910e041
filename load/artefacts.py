"""What a finished run leaves in ``report/<environment>/load/<time>-<plan>/``: verdict, JUnit, Locust's report."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from load.engine.objectives import ObjectiveResult
from load.engine.verdict import LoadVerdict

JUNIT = "junit.xml"
LOCUST_REPORT = "locust.html"


@dataclass(frozen=True, slots=True)
class ReportFolders:
    """The load's folders of one environment."""

    root: Path
    environment: str
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    @property
    def home(self) -> Path:
        return self.root / "report" / self.environment / "load"

    @property
    def ledger(self) -> Path:
        return self.home / "ledger.jsonl"

    def new(self, plan: str) -> Path:
        """Name the folder of a run; whoever writes into it first creates it."""
        return self.home / f"{self.now():%Y%m%dT%H%M%S}-{plan}"

    def link(self, folder: Path) -> None:
        """Point ``latest`` at this run; a reader finds the old link or the new one."""
        draft = self.home / "latest.part"
        draft.unlink(missing_ok=True)
        draft.symlink_to(folder.name)
        draft.replace(self.home / "latest")


def publish(verdict: LoadVerdict, folder: Path) -> list[Path]:
    """Write verdict and JUnit into the folder of the run; return the paths of what is in it to read."""
    files = [folder / LOCUST_REPORT, verdict.write(folder), folder / JUNIT]
    (folder / JUNIT).write_text(junit(verdict), encoding="utf-8")
    return [file for file in files if file.exists()]


def junit(verdict: LoadVerdict) -> str:
    """Return the XML: failures for limits, an error where the run is invalid or cannot tell."""
    judged, about = verdict.judgement, verdict.about
    name = f"load.{about.get('environment') or 'target'}.{verdict.conditions.plan.name}"
    seconds = (verdict.ended - verdict.began).total_seconds()
    suite = ET.Element("testsuite", name=name, time=f"{seconds:.0f}")
    sound = ET.SubElement(suite, "testcase", classname=name, name="the run is sound")
    if judged.outcome == "invalid":
        _add_result(sound, "error", "invalid", "\n".join(judged.reasons))
    for check in judged.checks:
        _case(suite, name, check)
    for said, trace in _traces(verdict.cleanup or {}):
        case = ET.SubElement(suite, "testcase", classname=name, name=said)
        if trace:
            _add_result(case, "failure", "fail", trace)
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


def _case(suite: ET.Element, name: str, check: ObjectiveResult) -> None:
    case = ET.SubElement(
        suite,
        "testcase",
        classname=f"{name}.{check.step}",
        name=f"{check.endpoint} {check.criterion}",
    )
    tags = {"fail": "failure", "inconclusive": "error", "not judged": "skipped"}
    if tag := tags.get(check.outcome):
        _add_result(case, tag, check.outcome, str(check))


def _add_result(case: ET.Element, tag: str, kind: str, message: str) -> None:
    ET.SubElement(case, tag, type=kind, message=message)
