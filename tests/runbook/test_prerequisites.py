"""What has to be there first: the step says what is missing, and by which command it comes."""

from dataclasses import replace

import pytest

from runbook.engine import Refused
from runbook.procedures import api, encryption, monitoring, throttling

API = "stamp-rally-prod-api"
FIRST = "run `python -m runbook {} --env prod --go` first"


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (
            encryption.encrypt_the_tables,
            (
                f"table Users-prod does not exist: {FIRST.format('tables')}, which creates it encrypted"
                " (the guide speaks of its encryption before it exists)"
            ),
        ),
        (
            throttling.limit_every_method,
            f"stage prod of {API} does not exist: {FIRST.format('api')}",
        ),
        (
            throttling.create_the_usage_plan,
            (
                f"REST API {API} does not exist: {FIRST.format('api')} (the guide sets some of its limits"
                " before it creates it)"
            ),
        ),
    ],
)
def test_a_step_says_what_creates_what_it_needs(step, told, empty):
    with pytest.raises(Refused) as stopped:
        empty.do(step.action)

    assert str(stopped.value) == told


def test_a_usage_plan_needs_the_stage_that_it_names(empty):
    empty.do(api.create_it_closed.action)
    with pytest.raises(Refused) as stopped:
        empty.do(throttling.create_the_usage_plan.action)

    assert str(stopped.value) == (
        f"stage prod of {API} does not exist, and a usage plan names it: {FIRST.format('api')}"
    )


def test_an_environment_that_is_not_production_needs_nobody_who_hears_of_an_alarm(empty):
    dev = replace(empty.environment, alert_email=None, production=False)

    assert empty.do(monitoring.name_who_hears_of_it.action, environment=dev) == ()


def test_an_alarm_needs_somebody_who_hears_of_it(empty):
    with pytest.raises(Refused) as stopped:
        empty.do(
            monitoring.name_who_hears_of_it.action,
            environment=replace(empty.environment, alert_email=None),
        )

    assert str(stopped.value) == (
        "topic stamp-rally-prod-alerts has no subscriber, and the environment names no alert_email: set it"
        " (SIGNOFF_ALERT_EMAIL), then run it again"
    )
