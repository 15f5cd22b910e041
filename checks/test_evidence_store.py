"""PREP-09, PREP-11: the records, how they are kept, and who may sign them."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

import pytest

from aws.bounds import NONE, described, exactly, within
from aws.difference import Difference, differences, fault
from aws.iam.evaluation import account_names, is_same, names_action
from aws.iam.statement import Statement, of_resource, only, parse
from aws.kind.description import STATE
from aws.section import NotTestable, Unread
from aws.words import Words
from signoff.environment import Environment, where
from signoff.evidence import Records
from signoff.evidence.keys import KeyCustody
from signoff.evidence.record import Custody
from signoff.judge.checklist import expectation
from signoff.judge.decisions import Judge
from signoff.judge.staleness import believed

STORE = Words(en="evidence store", ja="証跡ストア")
RECORDS = Words(en="records", ja="記録")
KEY = Words(en="signing key", ja="署名鍵")
IN_KMS = described(
    en="a KMS key, whose policy says who may sign (`python -m runbook evidence` creates it)",
    ja="署名者をポリシーで定めたKMSキー（`python -m runbook evidence`で作成）",
)
SIGNERS = Words(en="signers beyond evidence_signers", ja="evidence_signers以外の署名者")
APPOINTERS = Words(
    en="others who may change its policy", ja="ポリシーを変更できるその他のプリンシパル"
)
ERASERS = Words(
    en="others whom the bucket's policy lets delete versions",
    ja="バケットポリシーでバージョンを削除できるその他のプリンシパル",
)
ERASING = (
    *("s3:DeleteObjectVersion", "s3:PutBucketVersioning", "s3:PutLifecycleConfiguration"),
    *("s3:PutBucketPolicy", "s3:DeleteBucketPolicy", "s3:BypassGovernanceRetention"),
)
"""Actions that can erase a record without a trace, or allow a principal to."""
SIGNING = ("kms:Sign", "kms:CreateGrant")
APPOINTING = ("kms:PutKeyPolicy",)
"""Actions that decide who may sign. Administrators of the account may always take them, which SEC-24 judges."""
ARCHIVING = Words(en="rules that move records to S3 Glacier", ja="S3 Glacierに移すルール")
HISTORY = Words(en="history of versions", ja="変更履歴の保存")
VERSIONED = described(
    en="s3:// with versioning, so that nothing overwritten or deleted is lost",
    ja="上書きや削除が失われないよう、バージョニングを有効にしたs3://",
)
STATES = {
    "folder": Words(en="a folder, without a history", ja="フォルダ（履歴なし）"),
    "none": NONE,
}


@pytest.fixture
def store(records: Records) -> Custody:
    """Return how the store is kept; NotTestable where it could not be read."""
    if records.custody is None:
        believed(records)
        raise NotTestable(en="the evidence store was not read", ja="証跡ストアを読み取っていません")
    return records.custody


def kept_for_good(store: Custody) -> bool:
    """Whether the store keeps what is overwritten or deleted; NotTestable if AWS does not say."""
    if why := store.history.unread:
        raise Unread(why.behind(store.location))
    return store.in_s3 and store.history.kept


def damaged(store: Custody, records: Records) -> tuple[Difference, ...]:
    if not records.problem:
        return ()
    expected = Words(en="unbroken, every record signed", ja="欠けがなく、すべて署名済み")
    return (fault(STORE, store.location, RECORDS, None, expected, sentence=records.words),)


def forgeable(store: Custody) -> tuple[Difference, ...]:
    """Return a difference if the key is a file: every reader of a file can sign with it."""
    about = {"decided_in": where("evidence_key"), "decidable": False}
    compared = {KEY: (store.key, IN_KMS)}
    return () if store.in_kms else differences(STORE, store.location, compared, **about)


def key_of(store: Custody) -> KeyCustody:
    """Return how the signing key is kept; NotTestable if AWS does not say."""
    key = store.of_key
    if key is None:
        raise NotTestable(
            en=f"the state and policy of {store.key} are unknown",
            ja=f"{store.key}の状態とポリシーが不明です",
        )
    if key.unread:
        raise Unread(key.unread.behind(store.key))
    return key


def unusable(store: Custody, key: KeyCustody) -> tuple[Difference, ...]:
    """Return a difference if the key can no longer sign."""
    about = {"decided_in": where("evidence_key"), "decidable": False, "remedy": "key_state"}
    return differences(KEY, store.key, {STATE: (key.state, exactly("Enabled"))}, **about)


def signing(store: Custody, key: KeyCustody, environment: Environment) -> tuple[Difference, ...]:
    """Return who may sign, or decide who may, besides those whom the environment file names; principals of other accounts included.

    Conditions and denies are not evaluated: the policy that ``runbook evidence`` makes needs none.
    """
    signers, account = environment.evidence_signers, environment.account
    statements = only("Allow", parse(key.policy, store.key))
    sign = {*_allowed_by(statements, SIGNING, signers), *(set(key.grantees) - {*signers})}
    appoint = {*_allowed_by(statements, APPOINTING, (*signers, *environment.administrators))}
    compared = {
        SIGNERS: (sorted(sign), within(())),
        APPOINTERS: (sorted(appoint - account_names(account)), within(())),
    }
    return differences(KEY, store.key, compared, decided_in=where("evidence_signers"), loosens=True)


def _allowed_by(
    statements: Iterable[Statement], actions: Iterable[str], planned: Iterable[str]
) -> Iterator[str]:
    """Yield the principals, besides the planned ones, whom statements allow one of the actions."""
    for statement in statements:
        if any(names_action(statement, action) for action in actions):
            principals = (("AWS", "*"),) if statement.not_principals else statement.principals
            for _, principal in principals:
                if not any(
                    is_same(principal, other) or fnmatchcase(principal, other) for other in planned
                ):
                    yield principal


def erasable(store: Custody, environment: Environment) -> tuple[Difference, ...]:
    """Return whom the bucket's own policy allows to delete old versions; what IAM allows is SEC-24's."""
    if store.history.policy is None:
        raise NotTestable(
            en=f"{store.location} is a bucket of another account, which does not show its policy",
            ja=f"{store.location}は別アカウントのバケットのため、ポリシーを読み取れません",
        )
    allowing = only("Allow", of_resource(store.history.policy, store.location))
    erasers = {*_allowed_by(allowing, ERASING, environment.administrators)} - account_names(
        environment.account
    )
    about = {"decided_in": where("administrators"), "loosens": True}
    return differences(STORE, store.location, {ERASERS: (sorted(erasers), within(()))}, **about)


def lossy(store: Custody) -> tuple[Difference, ...]:
    """Return a difference if what is overwritten or deleted in the store is lost."""
    about = {"decided_in": where("evidence"), "decidable": False}
    compared = {HISTORY: (STATES.get(store.history.state, store.history.state), VERSIONED)}
    return differences(STORE, store.location, compared, **about)


@expectation("PREP-09", ja="すべての記録が署名され、欠けがない")
def test_every_record_is_signed_and_none_is_missing(
    store: Custody, records: Records, judge: Judge
) -> None:
    judge.observe.note(store=store.location, key=store.key, signed=store.signed)

    judge(damaged(store, records))


@expectation("PREP-11", ja="本番の記録はポリシーで署名者を定めた鍵で署名する")
def test_production_signs_by_a_key_whose_policy_says_who_may(
    store: Custody, environment: Environment, judge: Judge
) -> None:
    judge.observe.note(key=store.key)

    judge(forgeable(store) if environment.production else ())


@expectation("PREP-11", ja="本番の署名鍵が有効で、指定した者だけが署名できる")
def test_key_of_production_signs_for_the_named_alone(
    store: Custody, environment: Environment, judge: Judge
) -> None:
    judge.observe.note(key=store.key, signers=sorted(environment.evidence_signers))

    key = key_of(store) if environment.production and store.in_kms else None
    judge((*unusable(store, key), *signing(store, key, environment)) if key else ())


@expectation("PREP-11", ja="本番の記録は全バージョンを保存する")
def test_production_keeps_every_version_of_its_records(
    store: Custody, environment: Environment, judge: Judge
) -> None:
    judge.observe.note(store=store.location, history=store.history.state)

    for_good = kept_for_good(store)
    lost = () if for_good else lossy(store)
    archiving = {ARCHIVING: (store.history.archiving, within(()))}
    moved = differences(STORE, store.location, archiving, loosens=True)
    judge((*lost, *erasable(store, environment), *moved) if environment.production else ())
