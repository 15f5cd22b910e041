"""JUnit for CI: a test case is a row, not a test function."""

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from signoff.outcome import Outcome
from signoff.result import Result
from signoff.verdict import RowVerdict

SET_ASIDE = {Outcome.EXCLUDED, Outcome.NOT_HERE, Outcome.WAIVED}


def junit(result: Result) -> str:
    """Return the XML text; red rows are failures, rows set aside are skipped with their reason."""
    rows = result.verdict.rows
    suite = Element(
        "testsuite",
        name=f"sign-off {result.provenance.environment}: {result.headline}",
        tests=str(len(rows)),
        failures=str(sum(one.outcome.red for one in rows)),
        skipped=str(sum(one.outcome in SET_ASIDE for one in rows)),
        time=f"{result.provenance.seconds:.3f}",
        timestamp=result.provenance.started.isoformat(timespec="seconds"),
    )
    for one in rows:
        _case(suite, one)
    indent(suite)
    return tostring(suite, encoding="unicode", xml_declaration=True)


def _case(suite: Element, one: RowVerdict) -> None:
    case = SubElement(
        suite, "testcase", classname=one.row.section, name=f"{one.row.id} {one.row.promise.en}"
    )
    if one.outcome.red:
        failure = SubElement(case, "failure", type=one.outcome, message=one.reason)
        failure.text = "\n".join(f.message for f in one.findings if f.outcome.red)
    elif one.outcome in SET_ASIDE:
        SubElement(case, "skipped", message=f"{one.outcome}: {one.reason}")
