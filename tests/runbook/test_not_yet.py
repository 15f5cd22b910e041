"""Whichever call AWS says comes too early is made again, without any step having to think of it; a proof outlasts the lateness of its reads."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from botocore.retries.standard import ThrottledRetryableChecker, TransientRetryableChecker

from aws.change.waiting import EXISTS, NOT_FOUND_YET, TRANSIENT, WAITS_S
from local.aws.request import refusal
from runbook.engine.propagation import settles_within
from runbook.procedures import least_privilege
from tests.local.late.documented import SHOWS_AFTER
from tests.runbook.calls_in_source import operations_in
from tests.runbook.desk import READS

ROOT = Path(__file__).parents[2]
BUSY = {
    "apigateway": (
        "ConflictException",
        "Unable to complete operation due to concurrent modification. Please try again later.",
    ),
    "application-autoscaling": (
        "ConcurrentUpdateException",
        "You already have a pending update to an Auto Scaling resource.",
    ),
    "cloudwatch": ("ConcurrentModificationException", "The alarm is being modified."),
    "dynamodb": (
        "ResourceInUseException",
        "Attempt to change a resource which is still in use: Table is being updated: Users-prod",
    ),
    "iam": (
        "ConcurrentModification",
        "Too many concurrent modifications of the role; wait, and submit your request again",
    ),
    "kms": ("DependencyTimeoutException", "The request can be retried."),
    "lambda": (
        "ResourceConflictException",
        "The function could not be updated due to a concurrent update operation.",
    ),
    "logs": (
        "OperationAbortedException",
        "A conflicting operation is currently in progress against this resource. Please try again.",
    ),
    "s3": (
        "OperationAborted",
        "A conflicting conditional operation is currently in progress against this resource.",
    ),
    "sns": ("ConcurrentAccess", "Can't perform multiple operations on a tag simultaneously."),
}
"""Service -> what it answers while it is busy with what is to be changed, as AWS words it."""
UNBUSY = {"secretsmanager", "sts"}
"""Services that have no such answer."""
PASSING = re.compile(
    r"concurren|simultaneous|in progress|conflict|try |retry|wait|in use|being (?:crea|dele|upda)",
    re.IGNORECASE,
)
FOR_GOOD = {
    "BucketAlreadyExists": "another account has the name",
    "ReplayLimitExceeded": "replays of messages, of which no procedure makes any",
    "ResourceConflict": "alarms on queries, of which no procedure makes any",
    "TableInUseException": "restore_tables looks whose table it is",
    "TagPolicy": "the organization's rule on tags",
    "TooManyTagsException": "a limit",
}
"""Errors whose words speak of waiting or retrying though the same call would fail again, and why."""


class Busy:
    """Refuses the first call of each operation that changes something, as its service does while it is busy."""

    def __init__(self):
        self.refused = set()

    def __call__(self, request):
        name = f"{request.service}:{request.operation}"
        if request.operation.startswith(READS) or request.service in UNBUSY or name in self.refused:
            return None
        self.refused.add(name)
        return refusal(request, *BUSY[request.service], 409)


def test_each_changing_call_is_made_again_where_its_service_is_busy(empty, everything):
    busy = Busy()
    empty.aws.faults.append(busy)
    for action in everything:
        empty.do(action)
    changing = {call for call in empty.changing_calls() if call.partition(":")[0] not in UNBUSY}

    assert [change for action in everything for change in empty.do(action)] == []
    assert busy.refused == changing
    assert len(busy.refused) > 30


def test_a_service_that_stays_busy_is_told_as_it_says(empty):
    code, message = BUSY["iam"]
    empty.aws.faults.append(
        lambda request: (
            refusal(request, code, message, 409) if request.operation == "CreateRole" else None
        )
    )
    waited = []
    with pytest.raises(ClientError, match="ConcurrentModification"):
        empty.do(least_privilege.give_each_function_its_role.action, waiting=waited.append)

    calls = [call for call in empty.aws.calls if call.operation == "CreateRole"]
    assert len(calls) % (len(WAITS_S) + 1) == 0
    assert {words.en for words in waited} == {
        "AWS has finished something else with the same resource (at most 76 s)"
    }


def modelled_errors() -> Iterator[tuple[str, str]]:
    """Yield code and documentation of each error of botocore's models, of all operations that a procedure names."""
    for folder in ("aws/converge", "aws/kinds", "runbook"):
        for path in (ROOT / folder).rglob("*.py"):
            for model in operations_in(path):
                if not model.name.startswith((*READS, "Invoke")):
                    for shape in model.error_shapes:
                        error = shape.metadata.get("error") or {}
                        if error.get("httpStatusCode", 400) < 500:
                            yield error.get("code") or shape.name, shape.documentation


def test_no_error_of_aws_that_passes_by_itself_is_unknown_here():
    """Held against botocore's models: a new error of a new botocore fails here, not in somebody's first run."""
    known = {code for exist in (*TRANSIENT, NOT_FOUND_YET, *EXISTS) for code in exist.codes}
    retried_by_the_client = {
        *ThrottledRetryableChecker._THROTTLED_ERROR_CODES,  # noqa: SLF001 - botocore's list
        *TransientRetryableChecker._TRANSIENT_ERROR_CODES,  # noqa: SLF001 - botocore's own list
    }
    passing = {code for code, words in modelled_errors() if PASSING.search(f"{code} {words}")}

    assert passing - known - retried_by_the_client == FOR_GOOD.keys()


LATE = [(call, one.seconds) for one in SHOWS_AFTER for call in one.operations]


@pytest.mark.parametrize(("call", "seconds"), LATE)
def test_a_proof_outlasts_the_lateness_of_what_it_reads(call, seconds):
    assert settles_within(["apigateway:GetStage", call]) >= 2 * seconds


def test_what_is_not_late_is_not_waited_for():
    assert settles_within(["apigateway:GetStage"]) == 0
    assert settles_within([]) == 0
