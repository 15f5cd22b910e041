"""Which addresses of pictures are the front end's or the bucket's, and which a stranger can hold."""

from dataclasses import replace

import pytest

from checks.spot_layout import foreign_hosts
from tests.healthy import healthy

SNAPSHOT = healthy()
ENVIRONMENT = replace(SNAPSHOT.environment, bucket="stamp-rally-prod-images")
TABLE = SNAPSHOT.plan.table("stampmasters")
MASTER = SNAPSHOT.inventory.sections.contents[TABLE.name].items[0]
CLOSED = SNAPSHOT.inventory.sections
OPEN = replace(
    CLOSED,
    buckets={
        name: replace(bucket, public_access_blocked=False, encryption="AES256")
        for name, bucket in CLOSED.buckets.items()
    },
)


def found(address, sections=OPEN):
    masters = [{**MASTER, "ImageUrl": {"S": address}}]
    return [one.actual for one in foreign_hosts(TABLE, masters, ENVIRONMENT, sections)]


@pytest.mark.parametrize(
    "address",
    [
        "https://stamp-rally-prod-images.s3.amazonaws.com/a.png",
        "https://stamp-rally-prod-images.s3.ap-northeast-1.amazonaws.com/a.png",
        "https://STAMP-RALLY-PROD-IMAGES.S3.AP-NORTHEAST-1.AMAZONAWS.COM/a.png",
        "https://stamp-rally-prod-images.s3-ap-northeast-1.amazonaws.com/a.png",
        "https://stamp-rally-prod-images.s3.dualstack.ap-northeast-1.amazonaws.com/a.png",
        "https://stamp-rally-prod-images.s3-accelerate.amazonaws.com/a.png",
        "https://s3.ap-northeast-1.amazonaws.com/stamp-rally-prod-images/a.png",
        "https://s3-ap-northeast-1.amazonaws.com/stamp-rally-prod-images/2026/a.png",
        "https://rally.example.jp/a.png",
        "https://img.rally.example.jp/a.png",
        "/a.png",
    ],
)
def test_picture_of_the_front_end_or_of_the_bucket_is_green(address):
    assert found(address) == []


@pytest.mark.parametrize("fact", ["public_access_blocked", "encryption"])
def test_host_of_s3_is_named_where_the_bucket_is_closed_or_under_kms(fact):
    name, host = ENVIRONMENT.bucket, f"{ENVIRONMENT.bucket}.s3.amazonaws.com"
    planned = {fact: getattr(CLOSED.buckets[name], fact)}
    sections = replace(OPEN, buckets={name: replace(OPEN.buckets[name], **planned)})

    assert found(f"https://{host}/a.png", sections) == [[host]]


@pytest.mark.parametrize(
    "host",
    [
        "stamp-rally-prod-images.s3evil.example.com",
        "stamp-rally-prod-images.s3.evil.com",
        "stamp-rally-prod-images.s3.ap-northeast-1.amazonaws.com.evil.com",
        "stamp-rally-prod-images.s3.evil.amazonaws.com",
        "stamp-rally-prod-images.s3.cn-north-1.amazonaws.com.cn",
        "stamp-rally-prod-images.example.com",
        "other.stamp-rally-prod-images.s3.amazonaws.com",
        "rally.example.jp.evil.com",
        "evilrally.example.jp",
    ],
)
def test_host_that_only_looks_like_ours_is_named(host):
    assert found(f"https://{host}/stamp-rally-prod-images/a.png") == [[host]]


@pytest.mark.parametrize(
    ("path", "bucket"),
    [
        ("pictures/a.png", "/pictures"),
        ("stamp-rally-prod-images2/a.png", "/stamp-rally-prod-images2"),
        ("stamp-rally-prod-images", ""),
        ("stamp-rally-prod-images/../pictures/a.png", "/pictures"),
        ("/stamp-rally-prod-images/a.png", "/"),
        ("stamp-rally-prod-images/%2E%2e/pictures/a.png", "/pictures"),
        ("stamp-rally-prod-images/..\\pictures/a.png", "/pictures"),
        ("x.rally.example.jp/a.png", "/x.rally.example.jp"),
    ],
)
def test_bucket_that_an_address_of_s3_names_is_named_if_it_is_not_ours(path, bucket):
    host = "s3.ap-northeast-1.amazonaws.com"

    assert found(f"https://{host}/{path}") == [[f"{host}{bucket}"]]


@pytest.mark.parametrize("slashes", ["https://", "//", "\\\\"])
def test_host_before_a_backslash_is_the_one_that_a_browser_asks(slashes):
    behind = "@stamp-rally-prod-images.s3.amazonaws.com/a.png"

    assert found(f"{slashes}evil.com\\{behind}") == [["evil.com"]]
