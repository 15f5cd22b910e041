"""ROLL: the way back is there before it is needed."""

from datetime import timedelta

from signoff.checklist import expectation

FIVE_MINUTES = timedelta(minutes=5)
LAG = timedelta(minutes=1)
"""DynamoDB names a latest restorable time of five minutes ago, give or take this."""


@expectation("ROLL-01")
def test_function_has_an_older_version_behind_its_alias(function, deployed, observe):
    alias = observe(deployed.alias(function), "version")
    numbers = [version.number for version in deployed.versions(function)]
    observe.note(function=function.name, published=numbers)

    others = [number for number in numbers if number != alias.version]
    assert others, f"{function.name} has no published version but {alias.version}"


@expectation("ROLL-02")
def test_api_has_an_earlier_deployment(deployed, observe):
    stage = observe(deployed.stage(), "deployment_id")
    deployments = deployed.deployments()
    observe.note(deployments=[one.id for one in deployments])

    others = [one for one in deployments if one.id != stage.deployment_id]
    assert others, f"{stage.deployment_id} is the only deployment"


@expectation("ROLL-03")
def test_table_can_be_restored_to_five_minutes_ago(table, deployed, now, observe):
    backups = observe(deployed.backups(table), "pitr", "earliest", "latest")

    latest, earliest = backups.latest, backups.earliest
    assert latest and earliest, f"{table.name} has no restorable time"
    assert latest >= now - FIVE_MINUTES - LAG, f"{table.name} can be restored to {latest} at best"
    assert earliest <= latest, f"{table.name} can be restored only from {earliest}"


@expectation("ROLL-04")
def test_previous_front_end_configuration_is_recorded(deployed, observe):
    record = deployed.record("front-end")
    observe.note(at=record.created, caller=record.caller, configuration=record.body)

    assert record.body.get("config"), "the record holds no configuration"
