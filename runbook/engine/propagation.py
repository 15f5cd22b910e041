"""A change is done when AWS shows it: until then, the next step and the checks would read the state before it.

Reads of IAM, of tags and of listings lag behind writes by seconds (``tests/local/late/documented.py`` has AWS's own
words). After a change, a step therefore reads again, as a rehearsal would, until AWS shows everything that it made. It also
reads again if AWS says that a resource already exists which the first read did not show. A red row is judged again for as
long as its own reads may lag.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from fnmatch import fnmatchcase

from botocore.exceptions import ClientError

from aws.change.gate import Change, Changes, Refused, nothing
from aws.change.waiting import stale
from aws.words import Words, first_of
from runbook.engine.change_lines import EVIDENCE
from runbook.engine.step_context import StepContext

Action = Callable[[StepContext], Changes]
"""Returns what differs; with ``context.go``, after changing it. Called again, it finds nothing."""
EVERY_S, WITHIN_S = 2, 90
"""IAM takes some 20 s. ListSecrets takes up to five minutes, but only checks read it."""
NAMED = 3
"""Resources that a progress line names."""


def until_shown(action: Action) -> Action:
    """Return the action, which after a change waits until AWS shows what was changed."""

    def do(context: StepContext) -> Changes:
        if not context.go:
            return action(context)
        made = _done(context, action)
        if made and context.late:
            _wait(context, action, made)
        return made

    return do


def _done(context: StepContext, action: Action) -> Changes:
    """Make the change; if AWS already has a resource that it did not show, read until it does, and go on."""
    try:
        return action(context)
    except ClientError as error:
        if not stale(error):
            raise
        conflict = error
    shown: list[Changes] = []

    def again() -> bool:
        try:
            shown.append(action(context))
        except ClientError as error:
            if not stale(error):
                raise
            return False
        return True

    awaited = Words(
        en=f"AWS shows what {conflict.operation_name} found to be there",
        ja=f"{conflict.operation_name}が既存と答えたリソースがAWSの応答に現れること",
    )
    context.wait(again, until=awaited, every_s=EVERY_S, within_s=WITHIN_S)
    return shown[-1]


def _wait(context: StepContext, action: Action, made: Changes) -> None:
    looking = replace(context, go=False, rehearsed=False, tell=nothing, waiting=nothing)
    ours = {_identity(change) for change in made if change.resource != EVIDENCE}

    def shown() -> bool:
        try:
            differing = action(looking)
        except Refused:  # something that is there is not shown yet
            return False
        return ours.isdisjoint(map(_identity, differing))

    if ours:
        context.wait(shown, until=_shown_changes(made), every_s=EVERY_S, within_s=WITHIN_S)


def _shown_changes(made: Changes) -> Words:
    resources = first_of(dict.fromkeys(change.resource for change in made), NAMED)
    return Words(
        en=f"AWS shows the changes of {resources.en}",
        ja=f"{resources.ja}の変更がAWSの応答に現れること",
    )


def _identity(change: Change) -> str:
    """Identify a change by its result, since a later read may find another value before it."""
    return repr((change.resource, change.field, change.after))


SETTLES_WITHIN_S = (
    (
        "secretsmanager:ListSecrets",
        600.0,
    ),  # botocore: "might not reflect changes from the last five minutes"
    ("iam:*", 60.0),  # IAM User Guide, Troubleshooting: changes are not always immediately visible
    ("kms:*", 60.0),  # KMS Developer Guide, Eventual consistency
    (
        "cloudwatch:*Dashboard*",
        60.0,
    ),  # botocore, GetDashboard: a delay while dashboard data propagates
    ("dynamodb:*", 20.0),  # botocore, TagResource, DescribeTable: after a few seconds
    ("*:*Tags*", 20.0),
    ("*:List*", 20.0),
    ("*:Describe*", 20.0),
    ("sns:*", 20.0),
    ("apigateway:GetRestApis", 20.0),  # and other listings of API Gateway, which promise nothing
    ("apigateway:GetUsagePlans", 20.0),
    ("apigateway:GetApiKeys", 20.0),
    ("lambda:Get*", 20.0),  # found by every provider that creates functions
    ("secretsmanager:*", 20.0),  # botocore, ListSecrets: all operations are eventually consistent
)
"""``service:Operation`` -> seconds until a read shows a change; the first that matches counts.

Twice what AWS's documents say, since they say "usually" and "a few": trying a red proof again costs seconds,
giving up too early costs a morning.
"""


def settles_within(calls: Iterable[str]) -> float:
    """Return the seconds after which these reads surely show a change; 0 if they are consistent."""
    first = (
        next((s for form, s in SETTLES_WITHIN_S if fnmatchcase(call, form)), 0.0) for call in calls
    )
    return max(first, default=0.0)
