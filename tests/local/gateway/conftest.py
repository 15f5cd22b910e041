"""A gateway per test, torn down after it; what it serves is the test's own."""

from contextlib import ExitStack

import pytest
import requests

from local.gateway.gateway import Gateway
from tests.local.gateway.stand_ins import (
    API,
    OK,
    REGION,
    STAGE,
    STAMPS,
    ClockByHand,
    Functions,
    HeldByMoto,
)
from tests.local.gateway.stand_ins import plane as one_stage


class ServedStage:
    """A served stage: its gateway, the stand-ins behind it, and a caller in front."""

    def __init__(self, gateway, functions, moto, session):
        self.gateway = gateway
        self.functions = functions
        self.moto = moto
        self._session = session

    def call(self, verb="GET", path="/stamps", **more):
        url = f"http://127.0.0.1:{self.gateway.port}/{API}/{STAGE}{path}"
        return self._session.request(verb, url, timeout=60, **more)

    def statuses(self, count, verb="GET", path="/stamps", **more):
        return [self.call(verb, path, **more).status_code for _ in range(count)]


@pytest.fixture
def clock():
    return ClockByHand()


@pytest.fixture
def serve(clock):
    """Serve a snapshot: ``serve(snapshot, handlers={arn: handler}, plane=…, **seams of the gateway)``."""
    with ExitStack() as opened:

        def open_stage(served, *, handlers=None, may_invoke=None, plane=None, **seams):
            functions = Functions({STAMPS: lambda _: OK, **(handlers or {})})
            functions.may_invoke = may_invoke or functions.may_invoke
            moto = HeldByMoto(plane or one_stage(), {(API, "d1"): served})
            gateway = Gateway(functions, moto, REGION, **{"now": clock, **seams})
            opened.enter_context(gateway)
            session = opened.enter_context(requests.Session())
            return ServedStage(gateway, functions, moto, session)

        yield open_stage
