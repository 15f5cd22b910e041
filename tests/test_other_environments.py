"""Which addresses of pictures name another environment, and which do not."""

from dataclasses import replace

import pytest

from checks.other_environments import foreign_resources, named_by
from tests.healthy import healthy

ENVIRONMENT = replace(healthy().environment, bucket="stamp-rally-prod-images")


@pytest.mark.parametrize(
    "address",
    [
        "https://stamp-rally-prod-images.s3.ap-northeast-1.amazonaws.com/gate.png",
        "https://rally.dev/gate.png",
        "https://images.example.test/gate.png",
        "https://cdn.example.jp/stations/local.png",
        "/images/gate-test.png",
        "gate.png",
        "",
    ],
)
def test_own_address_names_no_other_environment(address):
    assert named_by(address, ENVIRONMENT) is None


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("https://stamp-rally-dev-images.s3.ap-northeast-1.amazonaws.com/a.png", "stamp-rally-dev-images"),
        ("https://STAMP-RALLY-DEV-IMAGES.s3-accelerate.amazonaws.com/a.png", "stamp-rally-dev-images"),
        ("https://s3.ap-northeast-1.amazonaws.com/stamp-rally-images/a.png", "stamp-rally-images"),
        ("https://dev.rally.example.jp/a.png", "dev"),
        ("https://cdn.example.jp/staging/2026/a.png", "staging"),
        ("/qa/a.png", "qa"),
    ],
)  # fmt: skip
def test_address_of_another_environment_is_named(address, named):
    assert named_by(address, ENVIRONMENT) == named


def test_page_of_the_rally_is_its_own_wherever_it_lies():
    beside = replace(ENVIRONMENT, origin="https://dev.rally.example.jp")

    assert named_by("https://dev.rally.example.jp/a.png", beside) is None


@pytest.mark.parametrize(
    ("table", "others"),
    [("Users", {"Users-dev"}), ("Users-prod", {"Users-dev", "Users"}), ("prod-Users", {"prod-Users-dev"})],
)  # fmt: skip
def test_table_of_another_environment_is_named_by_what_ours_lacks_or_has(table, others):
    tables = dict.fromkeys(ENVIRONMENT.tables, table)

    assert others <= foreign_resources(replace(ENVIRONMENT, tables=tables))


def test_name_of_the_product_is_nobody_elses():
    ours = replace(ENVIRONMENT, prefix="local-food-prod", bucket=None)

    assert named_by("https://img.local-food.example.jp/a.png", ours) is None
