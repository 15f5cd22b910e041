"""A live package comes from a host of AWS alone, whole, or it is not known."""

from types import SimpleNamespace

import pytest

from aws.door import clients
from aws.door.clients import LARGEST, downloaded
from aws.door.failures import ReadFailure

GET = "lambda:GetFunction"
LAMBDA = "https://lambda.ap-northeast-1.amazonaws.com"
OF_AWS = (
    "https://awslambda-ap-ne-1-tasks.s3.ap-northeast-1.amazonaws.com/snapshots/auth?versionId=1"
)


class PackageHost:
    """Stands in for the transport of a client: answers each request alike, and notes it."""

    def __init__(self, status=200, content=b"package"):
        self.answer, self.sent = SimpleNamespace(status_code=status, content=content), []

    def send(self, request):
        self.sent.append(request)
        return self.answer


def client(store, endpoint=LAMBDA):
    return SimpleNamespace(
        meta=SimpleNamespace(endpoint_url=endpoint), _endpoint=SimpleNamespace(http_session=store)
    )


@pytest.mark.parametrize(
    ("endpoint", "link"),
    [
        (LAMBDA, OF_AWS),
        (LAMBDA, "https://tasks.s3.cn-north-1.amazonaws.com.cn/auth"),
        ("http://127.0.0.1:4566", "http://127.0.0.1:4566/moto-api/code"),
        ("http://127.0.0.1:4566", OF_AWS),
    ],
    ids=["AWS", "AWS China", "the endpoint itself", "AWS, from an endpoint"],
)
def test_package_is_taken_from_aws_or_from_the_endpoint_in_its_place(endpoint, link):
    store = PackageHost()

    assert downloaded(client(store, endpoint), GET, link) == b"package"
    assert store.sent[0].url == link


def test_request_holds_no_credentials():
    store = PackageHost()
    downloaded(client(store), GET, OF_AWS)

    assert not {"authorization", "x-amz-security-token"} & {
        header.lower() for header in store.sent[0].headers
    }


@pytest.mark.parametrize(
    "link",
    [
        "https://example.jp/auth.zip",
        "https://s3.amazonaws.com.example.jp/auth.zip",
        "https://example.jp/.amazonaws.com",
        "https://evilamazonaws.com/auth.zip",
        "https://s3.amazonaws.com@example.jp/auth.zip",
        "http://tasks.s3.ap-northeast-1.amazonaws.com/auth.zip",
        "http://169.254.169.254/latest/meta-data/iam",
        "file:///etc/passwd",
        "",
    ],
)
def test_link_to_any_other_place_is_not_followed(link):
    store = PackageHost()
    with pytest.raises(ReadFailure, match="which is not AWS"):
        downloaded(client(store), GET, link)

    assert store.sent == []


def test_another_port_of_the_endpoints_host_is_another_place():
    store = PackageHost()
    with pytest.raises(ReadFailure, match="which is not AWS"):
        downloaded(client(store, "http://127.0.0.1:4566"), GET, "http://127.0.0.1:22/code")

    assert store.sent == []


@pytest.mark.parametrize("status", [302, 403, 404, 500])
def test_any_answer_but_the_package_is_unknown(status):
    with pytest.raises(ReadFailure, match=f"answers {status}"):
        downloaded(client(PackageHost(status=status)), GET, OF_AWS)


def test_package_that_is_larger_than_lambda_allows_is_unknown():
    class Endless(bytes):
        def __len__(self):
            return LARGEST + 1

    with pytest.raises(ReadFailure, match="larger than Lambda allows"):
        downloaded(client(PackageHost(content=Endless(b"x"))), GET, OF_AWS)


def test_largest_package_is_that_of_the_lambda_quotas():
    assert clients.LARGEST == 250 * 1024 * 1024
