"""ROLL: the way back is there before it is needed."""

from datetime import datetime, timedelta

from aws import desired
from checks.deployed import Deployed
from checks.releases import drafts, other_code, other_drafts
from signoff.checklist import expectation
from signoff.observations import Observations

FIVE_MINUTES = timedelta(minutes=5)
LAG = timedelta(minutes=1)
"""DynamoDB names a latest restorable time of five minutes ago, give or take this."""


@expectation("ROLL-01", ja="関数に戻し先のバージョンがある")
def test_function_has_another_version_behind_its_alias(
    function: desired.Function, deployed: Deployed, observe: Observations
) -> None:
    alias = observe(deployed.alias(function), "version")
    versions = deployed.versions(function)
    observe.note(function=function.name, published={v.number: v.code_sha256 for v in versions})

    others = [version.number for version in versions if version.number != alias.version]
    assert others, f"{function.name} has no published version but {alias.version}"
    assert other_code(versions, alias.version), (
        f"{function.name} has the same code in every version: going back changes nothing"
    )


@expectation("ROLL-02", ja="APIに戻し先のデプロイがある")
def test_api_has_another_deployment(deployed: Deployed, observe: Observations) -> None:
    stage = observe(deployed.stage(), "deployment_id")
    digests = drafts(deployed.deployments())
    observe.note(
        draft_of_each=digests, not_compared=[id_ for id_, one in digests.items() if not one]
    )

    assert set(digests) - {stage.deployment_id}, f"{stage.deployment_id} is the only deployment"
    assert other_drafts(digests, stage.deployment_id), (
        f"every deployment is of the same draft as {stage.deployment_id}: going back changes nothing"
    )


@expectation("ROLL-03", ja="テーブルを5分前の状態に復元できる")
def test_table_can_be_restored_to_five_minutes_ago(
    table: desired.Table, deployed: Deployed, now: datetime, observe: Observations
) -> None:
    backups = observe(deployed.backups(table), "pitr", "earliest", "latest")

    latest, earliest = backups.latest, backups.earliest
    assert latest and earliest, f"{table.name} has no restorable time"
    assert latest >= now - FIVE_MINUTES - LAG, f"{table.name} can be restored to {latest} at best"
    assert earliest <= latest, f"{table.name} can be restored only from {earliest}"


@expectation("ROLL-04", ja="以前のフロントエンド設定が記録されている")
def test_previous_front_end_configuration_is_recorded(
    deployed: Deployed, observe: Observations
) -> None:
    record = deployed.record("front-end")
    observe.note(at=record.created, caller=record.caller, configuration=record.body)

    assert record.body.get("config"), "the record holds no configuration"
