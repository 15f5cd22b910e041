"""The wire: keep-alive, odd requests, sizes, many callers at once, and an end that leaves nothing."""

import http.client
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from local.gateway.gateway import LARGEST_REQUEST_BYTES
from tests.local.gateway.stand_ins import (
    OK,
    STAMPS,
    answer,
    answered,
    declared,
    method,
    mock,
    snapshot,
    with_cors,
)

BOTH = snapshot(method(), method(verb="POST"), responses=with_cors("DEFAULT_4XX"))


def echo(event):
    return answered({"statusCode": 200, "body": event["body"]})


def raw(stage, text):
    """Send bytes as they are, and read until the gateway closes."""
    with socket.create_connection(("127.0.0.1", stage.gateway.port), timeout=60) as connection:
        connection.sendall(text)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


def test_gateway_listens_on_loopback_alone(serve):
    port = serve(BOTH).gateway.port

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", port), timeout=1)


def test_one_connection_carries_many_requests(serve):
    connection = http.client.HTTPConnection("127.0.0.1", serve(BOTH).gateway.port, timeout=60)
    connection.connect()
    opened = connection.sock
    for verb, body in [("GET", None), ("POST", "{}"), ("PUT", "x"), ("GET", None)]:
        connection.request(verb, "/prod/stamps", body)
        connection.getresponse().read()

    assert connection.sock is opened
    connection.close()


def test_caller_may_ask_to_close(serve):
    reply = raw(serve(BOTH), b"GET /prod/stamps HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")

    assert reply.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\nConnection: close\r\n" in reply


def test_body_of_ten_megabytes_is_not_refused_for_its_length(serve):
    # A MOCK, for no function takes an event of that size.
    static = mock('{"statusCode": 200}', {"200": answer("200")})
    posting = method(verb="POST", integration=static, responses=declared(_200=()))
    stage = serve(snapshot(posting))

    assert stage.call("POST", data=bytes(LARGEST_REQUEST_BYTES)).status_code == 200


def test_body_beyond_ten_megabytes_is_a_413_with_the_gateway_response_of_the_api(serve):
    refused = serve(BOTH).call("POST", data=bytes(LARGEST_REQUEST_BYTES + 1))

    assert (refused.status_code, refused.json()) == (413, {"message": "Request Too Long"})
    assert refused.headers["x-amzn-ErrorType"] == "RequestTooLargeException"
    assert refused.headers["Access-Control-Allow-Origin"]


def test_event_beyond_six_megabytes_is_a_413_and_no_invocation(serve):
    stage = serve(BOTH)

    refused = stage.call("POST", data=b"x" * (6 * 1024 * 1024))

    assert refused.status_code == 413
    assert not stage.functions.events


def test_body_of_five_megabytes_passes_unharmed(serve):
    body = b"x" * (5 * 1024 * 1024)

    assert serve(BOTH, handlers={STAMPS: echo}).call("POST", data=body).content == body


def test_body_that_is_not_utf8_reaches_the_function_as_text(serve):
    assert (
        serve(BOTH, handlers={STAMPS: echo}).call("POST", data=b"\xff\xfe").text == "\ufffd\ufffd"
    )


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (b"Content-Length: many", b"400"),
        (b"Content-Length: -1", b"400"),
        (b"Transfer-Encoding: chunked", b"411"),
    ],
)
def test_body_of_unknown_length_is_refused(serve, header, status):
    reply = raw(serve(BOTH), b"POST /prod/stamps HTTP/1.1\r\nHost: x\r\n" + header + b"\r\n\r\n")

    assert reply.split(b" ")[1] == status


def test_request_that_is_no_http_is_a_400(serve):
    assert raw(serve(BOTH), b"what is this\r\n\r\n").startswith(b"HTTP/1.1 400 Bad Request\r\n")


def test_caller_that_hangs_up_harms_nobody_else(serve):
    stage = serve(BOTH)

    raw(stage, b"POST /prod/stamps HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")

    assert stage.call().status_code == 200


def test_bug_of_the_gateway_is_a_500_that_names_the_gateway(serve, caplog):
    def broken(_):
        raise RuntimeError("the stand-in broke")

    stage = serve(BOTH, handlers={STAMPS: broken})

    reply = stage.call()

    assert (reply.status_code, reply.content) == (500, b"")
    assert reply.headers["x-amzn-ErrorType"] == "LocalGatewayFailure"
    assert "the stand-in broke" in caplog.text


def test_callers_do_not_wait_for_each_other(serve):
    all_there = threading.Barrier(20)

    def together(_):
        all_there.wait(60)
        return OK

    stage = serve(BOTH, handlers={STAMPS: together})
    url = f"http://127.0.0.1:{stage.gateway.port}/prod/stamps"
    with ThreadPoolExecutor(20) as callers:
        replies = list(callers.map(lambda _: requests.get(url, timeout=60), range(20)))

    assert {reply.status_code for reply in replies} == {200}
    assert len({reply.headers["x-amzn-RequestId"] for reply in replies}) == 20


def test_gateway_that_ended_refuses_connections_and_leaves_no_server_thread(serve):
    before = {thread.ident for thread in threading.enumerate()}
    stage = serve(BOTH)
    port = stage.gateway.port
    stage.call()

    stage.gateway.__exit__()

    with pytest.raises(requests.ConnectionError):
        requests.get(f"http://127.0.0.1:{port}/prod/stamps", timeout=60)
    left = [thread for thread in threading.enumerate() if thread.ident not in before]
    assert "gateway-access-log" not in {thread.name for thread in left}
