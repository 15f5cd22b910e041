"""Defects that were found by attacking the gate: each was green once."""

import json
from dataclasses import replace
from datetime import timedelta

from aws.kinds.alarm import Alarm
from aws.redaction.secret_text import masked
from tests.defects.changes import added, edited, item
from tests.defects.defect import Defect
from tests.healthy import SALTS
from tests.healthy.watch import TOPIC

AUTH = "stamp-rally-prod-auth"
ERRORS = f"{AUTH}-errors-alarm"
OFFICE = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "execute-api:Invoke",
    "Resource": "*",
    "Condition": {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
}
EVERYBODY = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "*"}
PUBLISH = {
    "Effect": "Allow",
    "Principal": {"Service": "cloudwatch.amazonaws.com"},
    "Action": "sns:Publish",
    "Resource": TOPIC,
}


def _policy(*statements: dict[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def _topic(id_: str, *statements: dict[str, object]) -> Defect:
    return Defect(id=id_, breaks=item("topics", TOPIC, policy=_policy(*statements)))


def _api(document: str):
    return edited("rest_apis", "stamp-rally-prod-api", lambda f: (replace(f[0], policy=document),))


def _variable(name: str):
    value = masked("/opt/wrapper", public=(), salts=SALTS.values())
    return edited(
        "functions", AUTH, lambda f: replace(f, environment={**f.environment, name: value})
    )


def _other_alarm(alarm: Alarm) -> Alarm:
    return replace(alarm, name="stamp-rally-prod-extra", state="ALARM", state_since=None)


def _extra():
    def broken(snapshot):
        alarm = snapshot.inventory.sections.alarms[ERRORS]
        return added("alarms", "stamp-rally-prod-extra", _other_alarm(alarm))(snapshot)

    return broken


DEFECTS = (
    Defect(id="DEP-20:only-the-office-gets-in", breaks=_api(_policy(EVERYBODY, OFFICE))),
    Defect(
        id="DEP-03:on-demand-with-a-cap",
        breaks=item("tables", "Users-prod", caps={"Users-prod": 1}),
    ),
    Defect(
        id="PREP-06:table-is-copied-abroad",
        breaks=item("tables", "Users-prod", replicas=("us-west-2",)),
    ),
    Defect(
        id="PREP-06:secret-is-copied-abroad",
        breaks=item("secrets", "stamp-rally-prod/token-secret-key", replicas=("us-west-2",)),
    ),
    Defect(id="DEP-17:exec-wrapper", breaks=_variable("AWS_LAMBDA_EXEC_WRAPPER")),
    Defect(id="MON-01:wrong-unit", breaks=item("alarms", ERRORS, unit="Seconds")),
    Defect(
        id="MON-05:logs-of-a-class-without-metrics",
        grade="major",
        breaks=item("log_groups", f"/aws/lambda/{AUTH}", log_class="INFREQUENT_ACCESS"),
    ),
    _topic("MON-06:denied-after-all", PUBLISH, PUBLISH | {"Effect": "Deny"}),
    _topic(
        "MON-06:deny-by-exclusion",
        PUBLISH,
        {"Effect": "Deny", "Principal": "*", "NotAction": "sns:Subscribe", "Resource": "*"},
    ),
    _topic("MON-06:policy-of-another-topic", PUBLISH | {"Resource": f"{TOPIC}-old"}),
    _topic(
        "MON-06:policy-for-another-account",
        PUBLISH | {"Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"}}},
    ),
    Defect(
        id="MON-06:only-a-queue-listens",
        also=frozenset({"MON-16"}),
        breaks=edited(
            "topics",
            TOPIC,
            lambda t: replace(t, subscriptions=(replace(t.subscriptions[0], protocol="sqs"),)),
        ),
        leaves_a_go=True,
    ),
    Defect(id="MON-07:another-alarm-of-ours", breaks=_extra()),
    Defect(
        id="PREP-01:of-the-future",
        breaks=lambda snapshot: replace(
            snapshot,
            dev=replace(
                snapshot.dev,
                entries=tuple(
                    replace(entry, created=entry.created + timedelta(days=400))
                    for entry in snapshot.dev.entries
                ),
            ),
        ),
    ),
    Defect(
        id="PREP-01:one-row-only",
        breaks=lambda snapshot: replace(
            snapshot,
            dev=replace(
                snapshot.dev,
                entries=tuple(
                    replace(entry, body={**entry.body, "rows": {"SMOKE-02": "pass"}})
                    for entry in snapshot.dev.entries
                ),
            ),
        ),
    ),
)
