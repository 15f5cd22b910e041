"""Which method a path means, and the 403 for what was never deployed."""

import pytest

from tests.local.gateway.stand_ins import STAMPS, answered, method, snapshot

UNKNOWN = {"message": "Missing Authentication Token"}


def resource(event):
    return answered({"statusCode": 200, "body": event["resource"]})


@pytest.fixture
def stage(serve):
    paths = ("/stamps", "/stamps/{id}", "/stamps/award", "/files/{proxy+}")
    served = snapshot(*(method(path) for path in paths), method("/any", "ANY"), method("/"))
    return serve(served, handlers={STAMPS: resource})


@pytest.mark.parametrize(
    ("path", "resource_path"),
    [
        ("/stamps", "/stamps"),
        ("/stamps/", "/stamps"),
        ("/", "/"),
        ("", "/"),
        ("//stamps", "/stamps"),
        ("/stamps/award", "/stamps/award"),
        ("/stamps/7", "/stamps/{id}"),
        ("/files/a/b/c", "/files/{proxy+}"),
        ("/any", "/any"),
    ],
)
def test_path_reaches_the_most_specific_resource(stage, path, resource_path):
    assert stage.call(path=path).text == resource_path


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("GET", "/nothing"),
        ("GET", "/stamps/7/8"),
        ("GET", "/files"),
        ("POST", "/stamps"),
        ("OPTIONS", "/stamps"),
        ("PROPFIND", "/stamps"),
    ],
)
def test_what_was_not_deployed_is_a_403_that_asks_for_a_token(stage, verb, path):
    refused = stage.call(verb, path)

    assert (refused.status_code, refused.json()) == (403, UNKNOWN)
    assert refused.headers["x-amzn-ErrorType"] == "MissingAuthenticationTokenException"
    assert not stage.functions.events


def test_head_is_not_served_from_get(stage):
    refused = stage.call("HEAD")

    assert (refused.status_code, refused.content) == (403, b"")


def test_head_answers_without_a_body_where_it_is_defined(serve):
    stage = serve(snapshot(method(verb="HEAD")))

    answered_head = stage.call("HEAD")

    assert answered_head.status_code == 200
    assert (answered_head.headers["Content-Length"], answered_head.content) == ("12", b"")
