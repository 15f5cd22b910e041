"""The server of everything embedded reads a body as each of its clients sends it."""

from http.client import HTTPConnection

import pytest

from local.http import HttpReply, LoopbackServer


@pytest.fixture
def echoing():
    server = LoopbackServer(lambda request: HttpReply(status=200, headers=(), body=request.body))
    server.start()
    yield server
    server.close()


def test_body_in_chunks_is_read_whole(echoing):
    """S3 behind TLS is sent records so: the checksum follows the body."""
    connection = HTTPConnection(*echoing.server_address[:2])
    connection.request("PUT", "/records/1", iter([b"one ", b"record"]), encode_chunked=True)

    assert connection.getresponse().read() == b"one record"
