"""Faults that strike each kind of changing call once, and what must be so when provisioning came through."""

import threading

from botocore.exceptions import ConnectionClosedError, EndpointConnectionError

from runbook.engine import Procedure, Run, Stopped
from runbook.procedures.provision import ORDER
from tests.runbook.desk import READS
from tests.runbook.toy import WHO, Memory

PROCEDURES = [change for change in map(Procedure.of, ORDER) if change.name != "prepare"]
FEW, MOST = 35, 70
"""Kinds of changing calls that provisioning makes, at least; and runs that may be needed for each."""


class EachOnce:
    """Strikes, once in each run, the first call of a kind that was not struck yet; threads may ask."""

    def __init__(self):
        self.seen = []
        self.armed = False
        self._asking = threading.Lock()

    def arm(self):
        self.armed = True

    def strikes(self, operation):
        with self._asking:
            if not self.armed or operation.startswith(READS) or operation in self.seen:
                return False
            self.seen.append(operation)
            self.armed = False
            return True


class Refusing(EachOnce):
    """A fault of the server: it does not do what it refuses."""

    def __init__(self, refuse):
        super().__init__()
        self.refuse = refuse

    def __call__(self, request):
        return self.refuse(request) if self.strikes(request.operation) else None


class Unanswered(EachOnce):
    """The server has done it, and the answer is lost on its way."""

    def __call__(self, model, **_):
        if self.strikes(model.name):
            raise ConnectionClosedError(endpoint_url="https://aws")


class Unsent(EachOnce):
    """There is no way to the server."""

    def __call__(self, model, **_):
        if self.strikes(model.name):
            raise EndpointConnectionError(endpoint_url="https://aws")


class Killing:
    """Kills at the n-th changing call: what other threads would change after it is not done either."""

    def __init__(self, last):
        self.left = last

    def __call__(self, model, **_):
        if model.name.startswith(READS):
            return
        self.left -= 1
        if self.left <= 0:
            raise KeyboardInterrupt


def run(desk, procedure, journal):
    return Run(
        procedure=procedure,
        context=desk.context(),
        journal=journal,
        screen=Memory(),
        who=WHO,
        unattended=True,
    )


def killed_ever_later(desk, procedure, journal, event):
    """Run until it comes to its end, killed at a changing call one later each time; return how often."""
    for last in range(1, MOST):
        try:
            with desk.hooked(event, Killing(last)):
                run(desk, procedure, journal).perform()
        except KeyboardInterrupt:
            continue
        return last - 1
    return MOST


def stops(desk, journal, fault):
    """Run every procedure again and again until it comes to its end; return how the fault stopped it."""
    said = []
    for procedure in PROCEDURES:
        for _ in range(MOST):
            fault.arm()
            try:
                run(desk, procedure, journal).perform()
            except Stopped as stopped:
                if fault.armed:
                    raise  # something else stopped it
                said.append(str(stopped))
            else:
                break
    return said


def assert_it_came_to_its_end(desk, everything, journal, said):
    """Nothing is left to do, nothing is there twice, and the journal knows of every stop and why."""
    entries = list(journal)
    failed = [entry.detail["error"] for entry in entries if entry.what == "failed"]
    assert [line.split(": ", 1)[1] for line in said] == failed
    ends = [entry.procedure for entry in entries if entry.detail.get("result") == "done"]
    assert ends == [procedure.name for procedure in PROCEDURES]
    assert [change for action in everything for change in desk.do(action)] == []
    assert_nothing_is_there_twice(desk)


def assert_nothing_is_there_twice(desk):
    gateway, functions = desk.client("apigateway"), desk.client("lambda")
    apis = gateway.get_rest_apis()["items"]
    assert len(apis) == len({entry["name"] for entry in apis})
    plans = gateway.get_usage_plans()["items"]
    assert len(plans) == len({plan["name"] for plan in plans})
    for api in apis:
        assert len(gateway.get_deployments(restApiId=api["id"])["items"]) == 2
    for function in functions.list_functions()["Functions"]:
        found = functions.list_versions_by_function(FunctionName=function["FunctionName"])[
            "Versions"
        ]
        assert [version["Version"] for version in found] == ["$LATEST", "1", "2"]
