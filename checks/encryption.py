"""Whether stored data is encrypted under the decided key, and whether that key can be used."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import NamedTuple

from aws import desired
from aws.access import privileges
from aws.access.callers import encrypts_lines, shows_images
from aws.bounds import described, exactly
from aws.difference import Difference
from aws.iam.condition import Context, Unknown, over_time
from aws.iam.evaluation import EvalDecision, denied, denied_by, evaluate_from, is_same, names
from aws.iam.permissions import MissingPermission, missing_by
from aws.iam.statement import Statement, of_resource, only
from aws.inventory import Sections
from aws.kind.description import ENCRYPTION_KEY
from aws.kinds.bucket import BUCKET, BY_KMS, ENCRYPTION, Bucket, cdns
from aws.kinds.function import FUNCTION, Function
from aws.kinds.key import GRANTS, SECRETS_DEFAULT, Key, same_key
from aws.kinds.key import KEY as KMS_KEY
from aws.kinds.log_group import LOG_GROUP, LogGroup
from aws.kinds.role import Role
from aws.kinds.secret import SECRET, Secret
from aws.kinds.table import ENCRYPTION_STATUS, TABLE, Table
from aws.ledger import Unplanned
from aws.section import lookup
from aws.words import SILENCE, Words, joined
from checks.deployed import Deployed
from checks.role_permissions import unclear
from plan.data import key_of
from signoff.environment import Environment, where
from signoff.judge.decisions import Decisions

AWS_ALIAS = "alias/aws/"
"""Beginning of the aliases of AWS managed keys: their ARNs differ in every account."""
DECIDED_KEY = "decided_key"
BY_KEY = "key"
"""Remedy of a key that can't be used, at rows whose procedure does not decide on keys."""
NOT_ALLOWED = Words(en="not allowed", ja="許可なし")
PERHAPS_BY_GRANT = Words(en="allowed by a grant alone", ja="グラントによる許可のみ")
"""Its constraints are not evaluated: a person who knows the grant decides."""
FOR_CDN = described(
    en="one of your own whose policy allows it to CloudFront's origin access control, which shows no image under another",
    ja="CloudFrontのオリジンアクセスコントロールに許可したカスタマー管理型のキー（他のキーの画像は表示されない）",
)
AWS_OWNED = Words(en="the AWS owned key", ja="AWS所有のキー")


def secret_key_flaws(
    secret: Secret, environment: Environment, sections: Sections
) -> tuple[Difference, ...]:
    """Return what is wrong with the key of a secret; one that names none has the AWS managed key."""
    key, decided = secret.kms_key or SECRETS_DEFAULT, environment.secret_key or SECRETS_DEFAULT
    of = partial(
        Difference, SECRET.words, secret.name, call="secretsmanager:DescribeSecret", loosens=True
    )
    return _of_key(of, key, decided, "secret_key", sections)


def table_key_flaws(
    table: Table, decided: str | None, sections: Sections
) -> tuple[Difference, ...]:
    """Return what is wrong with the key of a table. Without a description it has the AWS owned key.

    That is encryption as well: it can't be switched off, and there is no key to look at.
    """
    key = table.sse_key_arn
    of = partial(Difference, TABLE.words, table.name, call="dynamodb:DescribeTable", loosens=True)
    if key is None:
        owned = of(ENCRYPTION, AWS_OWNED, exactly(decided), decided_in=where("table_key"))
        return (owned,) if decided else ()
    if table.sse_status != "ENABLED":
        return (of(ENCRYPTION_STATUS, table.sse_status, exactly("ENABLED"), decidable=False),)
    return _of_key(of, key, decided, "table_key", sections)


class KeyUse(NamedTuple):
    """A key of something that a role reads."""

    name: str
    """By which a table or a secret refers to it."""
    key: Key
    service: str
    """The service that uses the key for the role."""
    planned: bool
    """Whether the environment file names the key; otherwise a decision allows it."""


def keys_of(
    role: desired.Role, deployed: Deployed, environment: Environment, decisions: Decisions
) -> list[KeyUse]:
    """Return the keys of what a role reads, except for the one that DynamoDB owns.

    Neither a plan nor a decision lets a role use a key: the key's own policy has to.
    """
    sections = deployed.sections
    read = {permission.resource.partition("/index/")[0] for permission in role.required}
    tables = [(table, deployed.table(table)) for table in deployed.plan.tables if table.arn in read]
    flaws = [
        *(
            (
                secret.kms_key or SECRETS_DEFAULT,
                privileges.SECRETS,
                secret_key_flaws(secret, environment, sections),
            )
            for secret in map(deployed.secret, role.secrets)
        ),
        *(
            (
                secured.sse_key_arn,
                privileges.TABLES,
                table_key_flaws(secured, key_of(environment, table.key), sections),
            )
            for table, secured in tables
        ),
    ]
    uses = dict.fromkeys(
        (name, service, not wrong)
        for name, service, wrong in flaws
        if name and not decisions.undecided(wrong)
    )
    return [
        KeyUse(name, key, service, planned)
        for name, service, planned in uses
        if (key := lookup(sections.keys, name))
    ]


def unusable_for(
    role: Role, want: desired.Role, keys: Iterable[KeyUse], sections: Sections, now: datetime
) -> tuple[Difference, ...]:
    """Return the customer managed keys that a role may not use: by the key's policy, or, where that leaves it to IAM, by its own.

    If its own policies lack a planned key, that is judged with the other permissions that the plan requires.
    """
    limits = [boundary] if (boundary := privileges.boundary_of(role)) is not None else []
    lost: list[MissingPermission] = []
    shut: list[Difference] = []
    for name, key, service, planned in (each for each in keys if each.key.manager != "AWS"):
        times = over_time(privileges.needed_of(want, role, via=service), now)
        attached = partial(lookup, sections.key_attachments, name)
        if refusals := [*_refusals(role, key, times, attached)]:
            shut += refusals
        elif not planned:
            by_name = [entry for entry in _allowing(key, role) if _names(entry, role.arn)]
            result = evaluate_from(
                [*privileges.statements(role), *by_name], privileges.DECRYPT, key.arn, times, limits
            )
            lost += () if result.allowed else (missing_by(result, privileges.DECRYPT, key.arn),)
    lacking = (replace(lack, remedy=DECIDED_KEY) for lack in privileges.lacks(role, lost))
    return (*shut, *lacking)


def denied_keys(
    role: Role, want: desired.Role, keys: Iterable[KeyUse], now: datetime
) -> tuple[Difference, ...]:
    """Return the AWS managed keys of what the role reads that its own policies or boundary deny it."""
    answers = {
        key.arn: privileges.uses(role, want, key.arn, service, now)
        for _, key, service, _ in keys
        if key.manager == "AWS"
    }
    missing = [
        missing_by(result, privileges.DECRYPT, key)
        for key, result in answers.items()
        if not result.allowed  # of what AWS's own key grants to all, only a Deny takes some away
    ]
    lost = (each for each in missing if not each.unknown)
    return (*privileges.lacks(role, lost), *unclear(role, missing))


def _refusals(
    role: Role,
    key: Key,
    times: tuple[Context, Context],
    attached: Callable[[], Iterable[Unplanned] | None],
) -> Iterator[Difference]:
    """Yield why a key's policy does not let a role decrypt, or may not: none names the role, or one denies it."""
    by_key = evaluate_from(_allowing(key, role), privileges.DECRYPT, key.arn, times)
    if not by_key.allowed:
        unknown = by_key.outcome is EvalDecision.UNKNOWN
        by_grant = any(role.arn in each.values for each in attached() or () if each.fact == GRANTS)
        reason = by_key.reason if by_key.taken or unknown else NOT_ALLOWED
        reason = PERHAPS_BY_GRANT if by_grant else reason
        yield _undecryptable(role.name, key, reason, decidable=unknown or by_grant)
    policy, needed = of_resource(key.policy, key.arn), [(privileges.DECRYPT, key.arn)]
    bounded = role.boundary is not None
    for _, deny, answer in denied(policy, role.arn, needed, times, bounded=bounded):
        unclear = answer.reason if isinstance(answer, Unknown) else SILENCE
        yield _undecryptable(role.name, key, unclear or denied_by(deny), decidable=bool(unclear))


def _allowing(key: Key, role: Role) -> list[Statement]:
    return [
        entry for entry in only("Allow", of_resource(key.policy, key.arn)) if names(entry, role.arn)
    ]


def _undecryptable(role: str, key: Key, reason: Words, *, decidable: bool = False) -> Difference:
    """Return that a role can't decrypt; a decision answers it only where that is not known."""
    return Difference(
        KMS_KEY.words,
        key.arn,
        Words(en=f"{privileges.DECRYPT} for {role}", ja=f"{role}の{privileges.DECRYPT}"),
        reason,
        described(
            en="allowed by the key's policy to the role, or to its account",
            ja="キーポリシーでロールまたはアカウントに許可されていること",
        ),
        call="kms:GetKeyPolicy",
        loosens=decidable,
        decidable=decidable,
        stops_calls=not decidable,
        remedy=BY_KEY,
    )


def _names(statement: Statement, arn: str) -> bool:
    """Whether a statement names a role or all principals; a condition may narrow them to the account."""
    return any(principal == "*" or is_same(principal, arn) for _, principal in statement.principals)


def bucket_key_flaws(bucket: Bucket, sections: Sections, now: datetime) -> tuple[Difference, ...]:
    """Return what is wrong with the default encryption; if it names no key, S3 uses the AWS managed one."""
    of = partial(Difference, BUCKET.words, bucket.name, call="s3:GetBucketEncryption", loosens=True)
    remedy = "cdn" if cdns(bucket.policy, "s3:GetObject") else ""
    if not BY_KMS.holds(bucket.encryption):
        return (of(ENCRYPTION, bucket.encryption, exactly("aws:kms"), remedy=remedy),)
    if bucket.kms_key and (unusable := _unusable(of, bucket.kms_key, sections)):
        return unusable
    key = lookup(sections.keys, bucket.kms_key) if bucket.kms_key else None
    if shows_images(key, bucket.policy, now):
        return ()
    return (of(ENCRYPTION_KEY, bucket.kms_key or "alias/aws/s3", FOR_CDN, remedy=remedy),)


def function_key_flaws(function: Function, sections: Sections) -> tuple[Difference, ...]:
    """Return what is wrong with a customer managed key of the variables: without it no invocation starts.

    Lambda holds a grant for the role, which nothing but a Deny takes away.
    """
    of = partial(Difference, FUNCTION.words, function.name, call="lambda:GetFunction")
    if not function.kms_key_arn:
        return ()
    key, role = lookup(sections.keys, function.kms_key_arn), function.role_arn
    if key is None or key.state != "Enabled":
        return _unusable(of, function.kms_key_arn, sections)
    policy, needed = of_resource(key.policy, key.arn), [(privileges.DECRYPT, key.arn)]
    return tuple(
        _undecryptable(role.rpartition("/")[2], key, denied_by(deny))
        for _, deny, answer in denied(policy, role, needed, ({}, {}), bounded=False)
        if answer is True
    )


def log_key_flaws(group: LogGroup, sections: Sections, now: datetime) -> tuple[Difference, ...]:
    """Return why no line is written: the group's key is deleted or disabled, or does not allow CloudWatch Logs."""
    of = partial(
        Difference, LOG_GROUP.words, group.name, call="logs:DescribeLogGroups", loosens=True
    )
    if not group.kms_key:
        return ()
    if unusable := _unusable(of, group.kms_key, sections):
        return unusable
    key = lookup(sections.keys, group.kms_key)
    if key is None or key.policy is None or (may := encrypts_lines(key, group.arn, now)).allowed:
        return ()
    expected = described(
        en="a key whose policy allows CloudWatch Logs to encrypt lines of this group",
        ja="CloudWatch Logsによるこのグループの暗号化を許可したキー",
    )
    actual = joined(filter(None, (Words.same(group.kms_key), may.unknown)), ": ")
    unclear = may.unknown is not None
    return (of(ENCRYPTION_KEY, actual, expected, decidable=unclear, remedy=BY_KEY),)


def _of_key(
    of: Callable[..., Difference],
    key: str,
    decided: str | None,
    decided_in: str,
    sections: Sections,
) -> tuple[Difference, ...]:
    """Return that a key can't be used, or is not the decided one.

    An alias of AWS is judged by who manages the key.
    """
    if unusable := _unusable(of, key, sections):
        return unusable
    there = lookup(sections.keys, key)
    # No decided key means AWS's own, which may or may not be visible in the account.
    may_be_aws = decided is None or decided.startswith(AWS_ALIAS)
    managed = may_be_aws and there is not None and there.manager == "AWS"
    if managed or (decided and same_key(decided, key)):
        return ()
    return (of(ENCRYPTION_KEY, key, exactly(decided or AWS_OWNED), decided_in=where(decided_in)),)


def _unusable(
    of: Callable[..., Difference], reference: str, sections: Sections
) -> tuple[Difference, ...]:
    """Return a difference if the key is deleted or disabled: then nothing that it encrypted can be read."""
    key = lookup(sections.keys, reference)
    state = key.state if key else Words(en="deleted or never created", ja="存在しない")
    if state == "Enabled":
        return ()
    fact = Words(en=f"state of key {reference}", ja=f"キー{reference}の状態")
    about = {"decidable": False, "remedy": BY_KEY, "stops_calls": True}
    return (of(fact, state, exactly("Enabled"), **about),)
