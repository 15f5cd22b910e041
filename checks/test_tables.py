"""DEP-01 to DEP-08: the tables are there, shaped, scaled and protected as decided."""

from datetime import datetime

from aws import desired
from aws.bounds import ABSENT, exactly, within
from aws.difference import EXISTENCE, differences
from aws.kind.description import STATUS, TIME_TO_LIVE
from aws.kinds.table import EXPIRING, INDEXES, KEY, PROTECTION, STREAM, TABLE
from aws.kinds.table_backups import WINDOW
from aws.kinds.table_scaling import SCALING, scales, without_scaling
from aws.section import lookup
from checks.deployed import Deployed
from checks.labels import tags_differing
from checks.resource_policies import denials
from checks.table_shape import DESCRIBE, index_flaws, index_names, unrecoverable
from plan import Plan
from signoff.environment import Environment, where
from signoff.judge.checklist import expectation
from signoff.judge.decisions import Judge

OF_BACKUPS = {"call": "dynamodb:DescribeContinuousBackups"}


@expectation("DEP-01", ja="テーブルがACTIVEである")
def test_table_is_active(table: desired.Table, deployed: Deployed, judge: Judge) -> None:
    active = {STATUS: exactly("ACTIVE")}
    judge.hold(TABLE, deployed.table(table), active, "arn", decidable=False)


@expectation("DEP-02", ja="テーブルのキーが計画どおりである")
def test_table_has_the_planned_key(table: desired.Table, deployed: Deployed, judge: Judge) -> None:
    current = judge.observe(
        deployed.table(table), "hash_key", "range_key", "attribute_types", "key"
    )

    about = {"call": DESCRIBE, "decidable": False, "remedy": "key"}
    judge.compare(TABLE.words, current.name, {KEY: (current.key, table.bounds[KEY])}, **about)


@expectation("DEP-02", ja="テーブルのインデックスとストリームが計画どおりである")
def test_table_has_the_planned_indexes_and_stream(
    table: desired.Table, deployed: Deployed, judge: Judge
) -> None:
    current = judge.observe(deployed.table(table), "indexes")
    attached = {entry.fact for entry in deployed.table_attachments(table)} if table.stream else ()
    judge.observe.note(decided_stream=table.stream, there=STREAM in attached)

    lacks = table.stream and STREAM not in attached
    absent = {EXISTENCE: (ABSENT, exactly(table.stream))} if lacks else {}
    about = {"call": DESCRIBE, "decided_in": where("table_settings"), "loosens": True}
    judge((*index_flaws(current, table), *differences(STREAM, table.name, absent, **about)))


@expectation("DEP-03", ja="テーブルが自動でスケールする")
def test_table_scales_by_itself(table: desired.Table, deployed: Deployed, judge: Judge) -> None:
    current = judge.observe(deployed.table(table), "billing_mode", "caps")
    targets, demand = deployed.scalable_targets(table), table.demand
    judge.observe.note(table=current.name, targets=targets, demand=demand)

    about = {
        "call": DESCRIBE,
        "decided_in": where("table_settings", "billing", "target_rate"),
        "loosens": True,
    }
    compared = {SCALING: (without_scaling(current, targets, demand), scales(demand))}
    judge.compare(TABLE.words, current.name, compared, **about)


@expectation("DEP-04", ja="テーブルのポイントインタイムリカバリが有効である")
def test_table_has_point_in_time_recovery(
    table: desired.Table, deployed: Deployed, judge: Judge
) -> None:
    backups = deployed.backups(table)
    judge.observe.note(table=table.name, pitr=backups.pitr)

    judge(unrecoverable(table, backups))


@expectation("DEP-05", ja="テーブルを決定した期間だけ復元できる")
def test_table_can_be_restored_for_as_long_as_decided(
    table: desired.Table, deployed: Deployed, judge: Judge
) -> None:
    backups = deployed.backups(table)
    judge.observe.note(table=table.name, days=backups.window_days, earliest=backups.earliest)

    judge.follow("DEP-04", unrecoverable(table, backups))
    about = {**OF_BACKUPS, "decided_in": where("pitr_days", "table_settings"), "loosens": True}
    compared = {WINDOW: (backups.days, table.bounds[WINDOW])} if backups.pitr else {}
    judge.compare(TABLE.words, table.name, compared, **about)


@expectation("DEP-06", ja="テーブルのタグが計画どおりである")
def test_table_has_the_planned_tags(
    table: desired.Table, deployed: Deployed, plan: Plan, judge: Judge
) -> None:
    tags = deployed.table_tags(table).tags
    judge.observe.note(table=table.name, tags=tags)

    call = "dynamodb:ListTagsOfResource"
    judge(tags_differing(TABLE.words, table.name, tags, plan.tags, call=call))


@expectation("DEP-07", ja="テーブルが削除から保護されている")
def test_table_is_protected_from_deletion(
    table: desired.Table, deployed: Deployed, judge: Judge
) -> None:
    protected = {PROTECTION: exactly(True)} if table.deletion_protection else {}
    about = {"decided_in": where("deletion_protection"), "loosens": True}
    judge.hold(TABLE, deployed.table(table), protected, "deletion_protection", **about)


@expectation("DEP-08", ja="テーブルに計画外の設定がない")
def test_nothing_unplanned_is_attached_to_the_table(
    table: desired.Table, deployed: Deployed, judge: Judge
) -> None:
    judge.attached(deployed.table_attachments(table), table.allows, table=table.name)


@expectation("DEP-08", ja="開催中に期限が切れて削除される項目がない")
def test_no_item_expires_before_the_rally_ends(
    table: desired.Table, deployed: Deployed, judge: Judge
) -> None:
    attached, attribute = deployed.table_attachments(table), table.ttl_attribute
    expires = any((entry.fact, entry.found) == (TIME_TO_LIVE, attribute) for entry in attached)
    scan = lookup(deployed.sections.key_scans, table.name) if expires else None
    judge.observe.note(table=table.name, time_to_live=expires, scanned=bool(scan))

    compared = {EXPIRING: (scan.expiring, exactly(0))} if scan else {}
    about = {"call": "dynamodb:Scan", "loosens": True, "ids": (attribute,)}
    judge.compare(TABLE.words, table.name, compared, **about)


@expectation("DEP-08", ja="テーブルのポリシーが関数の操作を拒否していない")
def test_policy_of_the_table_denies_our_functions_nothing(
    table: desired.Table, deployed: Deployed, judge: Judge, now: datetime
) -> None:
    policy, roles = deployed.table_policy(table), deployed.roles()
    judge.observe.note(table=table.name, policy=policy.document)

    judge(denials(TABLE.words, table.name, table.arn, policy.document, roles, now))


@expectation("DEP-08", ja="テーブルに計画外のインデックスがない")
def test_table_has_no_unplanned_index(
    table: desired.Table, deployed: Deployed, environment: Environment, judge: Judge
) -> None:
    current = judge.observe(deployed.table(table), "indexes")

    # Code of your own may use the indexes of app.toml, too.
    planned = environment.application.tables[table.key].indexes
    compared = {INDEXES: (index_names(current, table), within(planned))}
    judge.compare(TABLE.words, current.name, compared, call=DESCRIBE)
