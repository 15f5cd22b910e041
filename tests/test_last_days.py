"""What ends on a day counts until that day: a certificate that nobody renews, and a runtime."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from aws.kinds.certificate import CERTIFICATE as KIND
from checks.functions import supported_on
from signoff.environment.schema import Season
from tests.foreign.judged import red, red_of
from tests.healthy.edge import CERTIFICATE
from tests.judging import green, judge

ENDS = date(2027, 1, 31)


def with_certificate(**fields):
    snapshot = green()
    sections = snapshot.inventory.sections
    changed = {CERTIFICATE: replace(sections.certificates[CERTIFICATE], **fields)}
    season = Season(begins=date(2026, 12, 1), ends=ENDS)
    return replace(
        snapshot,
        environment=replace(snapshot.environment, season=season),
        inventory=replace(snapshot.inventory, sections=replace(sections, certificates=changed)),
    )


@pytest.mark.parametrize(
    ("fields", "rows"),
    [
        ({"renews": False, "not_after": datetime(2027, 1, 20, tzinfo=UTC)}, {"DEP-41"}),
        ({"renews": False, "not_after": datetime(2027, 2, 3, tzinfo=UTC)}, set()),
        ({"renews": True, "not_after": datetime(2027, 1, 20, tzinfo=UTC)}, set()),
    ],
)
def test_certificate_is_renewed_or_outlives_the_season(fields, rows):
    assert set(red(with_certificate(**fields))) == rows


@pytest.mark.parametrize(("proven", "renews"), [("DNS", True), ("EMAIL", False)])
def test_certificate_whose_names_are_proven_by_mail_is_not_renewed_by_itself(proven, renews):
    names = [{"DomainName": "a.jp", "ValidationMethod": proven}]
    answer = {"CertificateArn": CERTIFICATE, "Status": "ISSUED", "DomainName": "a.jp"}
    told = {**answer, "RenewalEligibility": "ELIGIBLE", "DomainValidationOptions": names}

    assert KIND.decode({"certificate": {"Certificate": told}}, CERTIFICATE).renews is renews


@pytest.mark.parametrize(
    ("runtime", "day", "expected"),
    [
        ("python3.13", date(2029, 6, 30), True),
        ("python3.13", date(2029, 7, 1), False),
        ("python3.11", date(2026, 11, 25), True),
        ("python3.9", date(2026, 11, 25), False),
    ],
)
def test_runtime_is_supported_until_its_last_day(runtime, day, expected):
    assert supported_on(day, runtime).holds(runtime) is expected


@pytest.mark.parametrize(
    ("go_live", "rows"), [(date(2029, 6, 30), set()), (date(2029, 7, 1), {"DEP-11"})]
)
def test_runtime_is_supported_on_the_day_of_the_go_live(go_live, rows):
    later = replace(green(), environment=replace(green().environment, go_live=go_live))

    assert set(red_of(judge(later, ["DEP-11"]))) == rows


@pytest.mark.parametrize(
    ("lang", "says"),
    [
        ("en", "python4.0 is unknown to this release, table of 2026-11"),
        ("ja", "このリリースでは未知"),
    ],
)
def test_what_the_table_does_not_know_is_told_as_that_and_never_as_unsupported(lang, says):
    bound = supported_on(date(2026, 11, 25), "python4.0")

    assert not bound.holds("python4.0")
    assert says in bound.words[lang]


def test_container_image_has_no_runtime_that_aws_patches():
    assert not supported_on(date(2026, 11, 25), None).holds(None)
