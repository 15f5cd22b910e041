"""A log group is created, or its retention limited; what is lost by that is agreed to first, and its class never changes."""

from dataclasses import replace

import pytest

from aws.change.gate import ChangeContext, Refused
from aws.converge import log_group
from aws.desired import LogGroup

NAME = "/aws/lambda/stamp-rally-prod-award"
WANT = LogGroup(name=NAME, tags={"Project": "CC"}, retention_days=30, counted=True)


class LogGroupClient:
    """CloudWatch Logs with one group, or none: answers and records as boto3's client does."""

    def __init__(self, *groups):
        self.groups, self.made = groups, []

    def get_paginator(self, operation):
        assert operation == "describe_log_groups"
        return self

    def paginate(self, **asked):
        assert asked == {"logGroupNamePrefix": NAME}
        return [{"logGroups": [{"logGroupName": f"{NAME}-2"}, *self.groups]}]

    def __getattr__(self, method):
        return lambda **asked: self.made.append((method, asked))


def having(**members):
    return LogGroupClient({"logGroupName": NAME, **members})


def converged(logs, *, agreed=True, **more):
    context = ChangeContext(
        clients=lambda _: logs,
        permit=lambda _: agreed,
        public=lambda _: True,
        sleep=lambda _: None,
        **{"go": True, **more},
    )
    return log_group.converge(context, WANT)


LIMITED = ("put_retention_policy", {"logGroupName": NAME, "retentionInDays": 30})


def test_retention_below_its_bound_is_raised_to_it():
    logs = having(retentionInDays=7)
    (change,) = converged(logs, agreed=False)

    assert (change.resource.en, change.field.en) == (f"log group {NAME}", "retention (days)")
    assert (change.before, change.after, change.destroys) == (7, 30, False)
    assert logs.made == [LIMITED]


def test_longer_retention_is_left_alone():
    logs = having(retentionInDays=90)

    assert converged(logs) == ()
    assert logs.made == []


@pytest.mark.parametrize(("stored", "lost"), [(7, True), (0, False)])
def test_limit_that_deletes_older_lines_is_agreed_to_first(stored, lost):
    (change,) = converged(having(storedBytes=stored))

    assert (str(change.before), change.destroys, change.final) == ("unlimited", lost, lost)


def test_rehearsal_shows_the_change_and_makes_none():
    logs = having(retentionInDays=7)

    assert [change.after for change in converged(logs, go=False)] == [30]
    assert logs.made == []


def test_absent_group_is_created_with_its_tags_and_then_limited():
    logs = LogGroupClient()

    assert [(change.field.en, change.after, change.creates) for change in converged(logs)] == [
        ("retention (days)", 30, True),
        ("tag Project", "CC", True),
    ]
    assert logs.made == [
        ("create_log_group", {"logGroupName": NAME, "tags": {"Project": "CC"}}),
        LIMITED,
    ]


def test_class_without_metrics_is_left_to_a_person_after_what_can_be_repaired():
    logs = having(retentionInDays=7, logGroupClass="INFREQUENT_ACCESS")

    with pytest.raises(Refused, match="is of class INFREQUENT_ACCESS, which makes no metrics"):
        converged(logs)
    assert logs.made == [LIMITED]


def test_class_is_free_where_no_metrics_are_made_of_the_lines():
    logs = having(retentionInDays=30, logGroupClass="INFREQUENT_ACCESS")
    context = ChangeContext(clients=lambda _: logs, go=True)

    assert log_group.converge(context, replace(WANT, counted=False)) == ()
