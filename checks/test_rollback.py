"""ROLL: the way back is there before it is needed."""

from datetime import datetime

from aws import desired
from aws.bounds import at_least
from aws.difference import differences
from aws.ledgers.apigateway import STAGE
from aws.ledgers.lambda_ import FUNCTION
from aws.words import Words
from checks.deployed import Deployed
from checks.releases import drafts, other_code, other_drafts, restorable_flaws
from checks.table_shape import unrecoverable
from signoff.checklist import expectation
from signoff.decisions import Judge

OTHER_VERSIONS = Words(en="other versions with other code", ja="別のコードを持つ別バージョン")
OTHER_DEPLOYMENTS = Words(en="other deployments of another draft", ja="内容の異なる別デプロイ")
RECORD = Words(en="record", ja="記録")
CONFIGURATION = Words(en="recorded configuration", ja="記録された設定")


@expectation("ROLL-01", ja="関数に戻し先のバージョンがある")
def test_function_has_another_version_behind_its_alias(
    function: desired.Function, deployed: Deployed, judge: Judge
) -> None:
    alias = judge.observe(deployed.alias(function), "version")
    versions = deployed.versions(function)
    judge.observe.note(
        function=function.name, published={v.number: v.code_sha256 for v in versions}
    )

    facts = {OTHER_VERSIONS: len(other_code(versions, alias.version))}
    about = {"call": "lambda:ListFunctions", "decidable": False}
    judge(differences(FUNCTION, function.name, facts, {OTHER_VERSIONS: at_least(1)}, **about))


@expectation("ROLL-02", ja="APIに戻し先のデプロイがある")
def test_api_has_another_deployment(deployed: Deployed, judge: Judge) -> None:
    stage = judge.observe(deployed.stage(), "deployment_id")
    digests = drafts(deployed.deployments())
    judge.observe.note(
        draft_of_each=digests, not_compared=[id_ for id_, one in digests.items() if not one]
    )

    facts = {OTHER_DEPLOYMENTS: len(other_drafts(digests, stage.deployment_id))}
    about = {"call": "apigateway:GetDeployments", "decidable": False}
    judge(differences(STAGE, stage.name, facts, {OTHER_DEPLOYMENTS: at_least(1)}, **about))


@expectation("ROLL-03", ja="テーブルを5分前の状態に復元できる")
def test_table_can_be_restored_to_five_minutes_ago(
    table: desired.Table, deployed: Deployed, now: datetime, judge: Judge
) -> None:
    backups = judge.observe(deployed.backups(table), "pitr", "earliest", "latest")

    judge.follow("DEP-04", unrecoverable(table, backups))
    judge(restorable_flaws(table, backups, now) if backups.pitr else ())


@expectation("ROLL-04", ja="以前のフロントエンド設定が記録されている")
def test_previous_front_end_configuration_is_recorded(deployed: Deployed, judge: Judge) -> None:
    record = deployed.record("front-end")
    judge.observe.note(at=record.created, caller=record.caller, configuration=record.body)

    facts = {CONFIGURATION: len(record.body.get("config") or ())}
    bounds = {CONFIGURATION: at_least(1)}
    judge(differences(RECORD, record.kind, facts, bounds, decidable=False))
