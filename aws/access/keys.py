"""Which KMS key encrypts a table or a secret, and whether a role that reads it can use that key."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import NamedTuple, Protocol

from aws import desired
from aws.access import privileges
from aws.bounds import described, exactly
from aws.difference import Difference, where
from aws.iam.condition import Context, Unknown, over_time
from aws.iam.evaluation import EvalDecision, denied, denied_by, evaluate_from, is_same, names
from aws.iam.permissions import MissingPermission, missing_by
from aws.iam.statement import Statement, of_resource, only
from aws.kind.description import ENCRYPTION_KEY
from aws.kinds.bucket import ENCRYPTION
from aws.kinds.key import GRANTS, SECRETS_DEFAULT, Key, same_key
from aws.kinds.key import KEY as KMS_KEY
from aws.kinds.role import Role
from aws.kinds.secret import SECRET, Secret
from aws.kinds.table import ENCRYPTION_STATUS, TABLE, Table
from aws.ledger import Unplanned
from aws.section import Section, lookup
from aws.words import SILENCE, Words

AWS_ALIAS = "alias/aws/"
"""Beginning of the aliases of AWS managed keys: their ARNs differ in every account."""
DECIDED_KEY = "decided_key"
BY_KEY = "key"
"""Remedy of a key that can't be used, at rows whose procedure does not decide on keys."""
NOT_ALLOWED = Words(en="not allowed", ja="許可なし")
PERHAPS_BY_GRANT = Words(en="allowed by a grant alone", ja="グラントによる許可のみ")
"""Its constraints are not evaluated: a person who knows the grant decides."""
AWS_OWNED = Words(en="the AWS owned key", ja="AWS所有のキー")


class Keys(Protocol):
    """The sections of an inventory that are about keys."""

    @property
    def keys(self) -> Section[Key]: ...
    @property
    def key_attachments(self) -> Section[tuple[Unplanned, ...]]: ...


def secret_key_flaws(secret: Secret, decided: str | None, sections: Keys) -> tuple[Difference, ...]:
    """Return what is wrong with the key of a secret; one that names none has the AWS managed key."""
    key, decided = secret.kms_key or SECRETS_DEFAULT, decided or SECRETS_DEFAULT
    of = partial(
        Difference, SECRET.words, secret.name, call="secretsmanager:DescribeSecret", loosens=True
    )
    return _of_key(of, key, decided, "secret_key", sections)


def table_key_flaws(table: Table, decided: str | None, sections: Keys) -> tuple[Difference, ...]:
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
    """A key by the name with which a table or a secret refers to it, the service that uses it for a role, and why it is not the decided one."""

    name: str
    service: str
    flaws: tuple[Difference, ...]


def key_uses(
    secrets: Iterable[tuple[str | None, Secret | None]],
    tables: Iterable[tuple[str | None, Table | None]],
    sections: Keys,
) -> Iterator[KeyUse]:
    """Yield the keys of secrets and tables, each given with the key that was decided for it, except for those that DynamoDB owns."""
    for decided, secret in secrets:
        if secret:
            flaws = secret_key_flaws(secret, decided, sections)
            yield KeyUse(secret.kms_key or SECRETS_DEFAULT, privileges.SECRETS, flaws)
    for decided, table in tables:
        if table and table.sse_key_arn:
            flaws = table_key_flaws(table, decided, sections)
            yield KeyUse(table.sse_key_arn, privileges.TABLES, flaws)


def unusable_for(
    role: Role, want: desired.Role, uses: Iterable[KeyUse], sections: Keys, now: datetime
) -> tuple[Difference, ...]:
    """Return the customer managed keys that a role may not use: by the key's policy, or, where that leaves it to IAM, by its own.

    If its own policies lack a planned key, that is judged with the other permissions that the plan requires.
    """
    limits = [boundary] if (boundary := privileges.boundary_of(role)) is not None else []
    lost: list[MissingPermission] = []
    shut: list[Difference] = []
    for name, service, flaws in uses:
        if (key := lookup(sections.keys, name)) is None or key.manager == "AWS":
            continue
        times = over_time(privileges.needed_of(want, role, via=service), now)
        attached = partial(lookup, sections.key_attachments, name)
        if refusals := [*_refusals(role, key, times, attached)]:
            shut += refusals
        elif flaws:
            by_name = [entry for entry in _allowing(key, role) if _names(entry, role.arn)]
            result = evaluate_from(
                [*privileges.statements(role), *by_name], privileges.DECRYPT, key.arn, times, limits
            )
            lost += () if result.allowed else (missing_by(result, privileges.DECRYPT, key.arn),)
    lacking = (replace(lack, remedy=DECIDED_KEY) for lack in privileges.lacks(role, lost))
    return (*shut, *lacking)


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
        yield undecryptable(role.name, key, reason, decidable=unknown or by_grant)
    policy, needed = of_resource(key.policy, key.arn), [(privileges.DECRYPT, key.arn)]
    bounded = role.boundary is not None
    for _, deny, answer in denied(policy, role.arn, needed, times, bounded=bounded):
        unclear = answer.reason if isinstance(answer, Unknown) else SILENCE
        yield undecryptable(role.name, key, unclear or denied_by(deny), decidable=bool(unclear))


def _allowing(key: Key, role: Role) -> list[Statement]:
    return [
        entry for entry in only("Allow", of_resource(key.policy, key.arn)) if names(entry, role.arn)
    ]


def undecryptable(role: str, key: Key, reason: Words, *, decidable: bool = False) -> Difference:
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


def _of_key(
    of: Callable[..., Difference],
    key: str,
    decided: str | None,
    decided_in: str,
    sections: Keys,
) -> tuple[Difference, ...]:
    """Return that a key can't be used, or is not the decided one.

    An alias of AWS is judged by who manages the key.
    """
    if unusable := unusable_key(of, key, sections):
        return unusable
    there = lookup(sections.keys, key)
    # No decided key means AWS's own, which may or may not be visible in the account.
    may_be_aws = decided is None or decided.startswith(AWS_ALIAS)
    managed = may_be_aws and there is not None and there.manager == "AWS"
    if managed or (decided and same_key(decided, key)):
        return ()
    return (of(ENCRYPTION_KEY, key, exactly(decided or AWS_OWNED), decided_in=where(decided_in)),)


def unusable_key(
    of: Callable[..., Difference], reference: str, sections: Keys
) -> tuple[Difference, ...]:
    """Return a difference if the key is deleted or disabled: then nothing that it encrypted can be read."""
    key = lookup(sections.keys, reference)
    state = key.state if key else Words(en="deleted or never created", ja="存在しない")
    if state == "Enabled":
        return ()
    fact = Words(en=f"state of key {reference}", ja=f"キー{reference}の状態")
    about = {"decidable": False, "remedy": BY_KEY, "stops_calls": True}
    return (of(fact, state, exactly("Enabled"), **about),)
