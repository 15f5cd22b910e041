"""PREP-09, PREP-11: the records, how they are kept, and who may sign them."""

from checks.evidence_store import (
    custody,
    damaged,
    erasable,
    forgeable,
    kept_for_good,
    key_of,
    lossy,
    signing,
    unusable,
)
from signoff.environment import Environment
from signoff.evidence import Records
from signoff.judge.checklist import expectation
from signoff.judge.decisions import Judge


@expectation("PREP-09", ja="すべての記録が署名され、欠けがない")
def test_every_record_is_signed_and_none_is_missing(records: Records, judge: Judge) -> None:
    store = custody(records)
    judge.observe.note(store=store.location, key=store.key, signed=store.signed)

    judge(damaged(store, records))


@expectation("PREP-11", ja="本番の記録はポリシーで署名者を定めた鍵で署名する")
def test_production_signs_by_a_key_whose_policy_says_who_may(
    records: Records, environment: Environment, judge: Judge
) -> None:
    store = custody(records)
    judge.observe.note(key=store.key)

    judge(forgeable(store) if environment.production else ())


@expectation("PREP-11", ja="本番の署名鍵が有効で、指定した者だけが署名できる")
def test_key_of_production_signs_for_the_named_alone(
    records: Records, environment: Environment, judge: Judge
) -> None:
    store = custody(records)
    judge.observe.note(key=store.key, signers=sorted(environment.evidence_signers))

    key = key_of(store) if environment.production and store.in_kms else None
    judge((*unusable(store, key), *signing(store, key, environment)) if key else ())


@expectation("PREP-11", ja="本番の記録は全バージョンを保存する")
def test_production_keeps_every_version_of_its_records(
    records: Records, environment: Environment, judge: Judge
) -> None:
    store = custody(records)
    judge.observe.note(store=store.location, history=store.history.state)

    for_good = kept_for_good(store)
    lost = () if for_good else lossy(store)
    judge((*lost, *erasable(store, environment)) if environment.production else ())
