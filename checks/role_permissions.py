"""Least privilege of one role: which row reports what its policies grant beyond the plan, or lack."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from aws import desired
from aws.access.privileges import (
    DETAILS,
    context_of_calls,
    lacking,
    lacks,
    needed_of,
    only_observes,
    pair,
    short,
    split,
    statements,
)
from aws.access.surplus_permissions import (
    READ,
    Gravity,
    NamedSecret,
    Surplus,
    as_differences,
    grouped_differences,
    reaches_more,
    resources_reading,
    surplus,
)
from aws.bounds import described
from aws.difference import Difference
from aws.iam.condition import over_time, since
from aws.iam.evaluation import applies, evaluate_from, is_same
from aws.iam.pattern import TooIntricateError, escape_from, resource_pattern
from aws.iam.permissions import MissingPermission
from aws.iam.statement import Statement, parse
from aws.kinds.role import ROLE, Role
from aws.section import Follows, lookup
from aws.words import Words, joined
from checks.deployed import Deployed
from signoff.judge.decisions import Judge

ROWS = {
    Gravity.UNLIMITED: "SEC-14",
    Gravity.SECRET: "SEC-16",
    Gravity.OUTSIDE: "SEC-15",
    Gravity.UNPLANNED: "SEC-12",
}
"""Gravity -> the one row that reports a surplus of that gravity."""
GRAVER = {
    "SEC-12": frozenset({"SEC-14", "SEC-15"}),
    "SEC-15": frozenset({"SEC-14"}),
}
"""Row -> rows that may report a surplus which makes it untrue as well."""
INVOKE = "lambda:invokefunction"
NEEDED = Words(en="permission that its function needs", ja="関数に必要な権限")
GRANTED = described(
    en="granted under conditions that are always met", ja="確実に成立する条件で許可されていること"
)


@dataclass(frozen=True, slots=True)
class RolePermissions:
    """What the policies of one role grant and lack, compared with what is planned for its function."""

    deployed: Deployed
    want: desired.Role
    judge: Judge
    now: datetime

    @property
    def current(self) -> Role:
        return self.deployed.role(self.want)

    @property
    def secrets(self) -> list[str]:
        """The ARNs of the secrets that its function reads."""
        return [self.deployed.secret(secret).arn for secret in self.want.secrets]

    @property
    def names(self) -> list[NamedSecret]:
        """How its policies name each of these secrets."""
        pairs = [each for statement in statements(self.current) for each in split(statement)]
        return [
            NamedSecret(secret=secret, arn=arn, resources=resources_reading(pairs, secret))
            for secret, arn in zip(self.want.secrets, self.secrets, strict=True)
        ]

    @property
    def _surpluses(self) -> Sequence[Surplus]:
        return surplus(self.current, self.want, self.now)

    def surplus(self, row: str) -> tuple[Difference, ...]:
        reported = (excess for excess in self._surpluses if ROWS[excess.gravity] == row)
        return as_differences(self.current, reported)

    def follow_graver(self, row: str) -> None:
        """Raise Follows if a graver row reports a surplus that makes this row untrue as well."""
        for excess in self._undecided():
            within_own = row == "SEC-15" and self._encloses(excess)
            if ROWS[excess.gravity] in GRAVER[row] and not within_own:
                raise self._follows(excess)

    def follow_names(self) -> None:
        """Raise Follows if SEC-16 reports an ARN by which more than the role's own secret can be read."""
        for excess in self._surpluses:
            wide = any(
                reaches_more(excess.resource, secret, self.deployed.secret_names)
                for secret in self.want.secrets
            )
            if excess.gravity is Gravity.SECRET and wide:
                raise self._follows(excess)

    def follow_invoking(self) -> None:
        """Raise Follows if a surplus lets the role invoke one of our functions."""
        functions = self.deployed.plan.functions
        arns = [arn for function in functions for arn in (function.arn, function.alias_arn)]
        context = since(context_of_calls(self.want), self.now)
        for excess in self._undecided():
            if any(applies(excess.pair, INVOKE, arn, context) is True for arn in arns):
                raise self._follows(excess)

    def follow_unnamed(self) -> None:
        """Raise Follows if no policy names a secret: another row reports that it is lacking, or granted too widely."""
        for name in self.names:
            if name.resources:
                continue
            owner = self._row_of(name.arn)
            lost = lacking(self.current, self.want, self.secrets, self.now)
            is_lacking = owner == "SEC-13"
            differences = lacks(self.current, lost) if is_lacking else self.surplus(owner)
            self.judge.follow(owner, differences, unnamed(name.secret))

    def missing(self) -> list[MissingPermission]:
        """Return what its own policies lack, except for what a table's policy grants to it by name.

        In one account that is enough, but not for a bounded role.
        """
        role, times = self.current, over_time(needed_of(self.want, self.current), self.now)

        def granted(lack: MissingPermission) -> bool:
            granting = self._granting(lack.resource)
            return evaluate_from(granting, lack.action, lack.resource, times).allowed

        return [
            lack
            for lack in short(role, self.want, self.secrets, self.now)
            if role.boundary or lack.taken or lack.unknown or not granted(lack)
        ]

    def surely_needed(self, missing: Iterable[MissingPermission]) -> list[MissingPermission]:
        """Return what is missing for certain, and not only because of how a secret is named; Follows if nothing else is.

        Code of a team's own may do without, unless the role does nothing but write logs.
        """
        all_counts = self.want.judged_for_missing or only_observes(self.current)
        lost = [lack for lack in missing if not lack.unknown and (all_counts or lack.taken)]
        misnamed = {name.arn for name in self.names if name.missed}
        others = [lack for lack in lost if lack.resource not in misnamed]
        if lost and not others:
            raise Follows(
                "SEC-16",
                en=f"the ARN by which a policy names a secret matches none: {lost[0].words.en}",
                ja=f"ポリシーが指定するシークレットのARNに一致するものがありません: {lost[0].words.ja}",
            )
        return others

    def lost_by_boundary(self) -> list[MissingPermission]:
        """Return what the role lacks because of its permissions boundary alone."""
        role, arns = self.current, self.secrets
        if role.boundary is None:
            return []
        alone = lacking(replace(role, boundary=None), self.want, arns, self.now)
        absent = {(lack.action, lack.resource) for lack in alone}
        lacked = lacking(role, self.want, arns, self.now)
        return [lack for lack in lacked if (lack.action, lack.resource) not in absent]

    def _encloses(self, excess: Surplus) -> bool:
        """Whether everything that the Resource matches belongs to this environment, by name."""
        if not excess.resource:
            return False
        own = [resource_pattern(each) for each in self.want.own]
        try:
            return escape_from(own, (resource_pattern(excess.resource),)) is None
        except TooIntricateError:
            return False

    def _undecided(self) -> Iterator[Surplus]:
        """Yield the surplus that no decision allows, as its row reports it."""
        surpluses = self._surpluses
        for gravity in ROWS:
            of_gravity = (excess for excess in surpluses if excess.gravity is gravity)
            for difference, several in grouped_differences(self.current, of_gravity):
                if self.judge.decisions.undecided([difference]):
                    yield from several

    def _follows(self, excess: Surplus) -> Follows:
        name, granted = self.current.name, excess.words
        words = Words(
            en=f"{name} is allowed {granted.en}", ja=f"{name}に{granted.ja}が許可されています"
        )
        return Follows(ROWS[excess.gravity], words)

    def _granting(self, resource: str) -> list[Statement]:
        """Return the statements that name the role, of the policy of the table that a resource is or belongs to."""
        tables, policies = self.deployed.plan.tables, self.deployed.sections.table_policies
        table = next((t for t in tables if f"{resource}/".startswith(f"{t.arn}/")), None)
        policy = table and lookup(policies, table.name)
        if not table or not policy or policy.document is None:
            return []
        return [
            statement
            for statement in parse(policy.document, table.name)
            if any(
                is_same(principal, self.current.arn)
                for kind, principal in statement.principals
                if kind == "AWS"
            )
        ]

    def _row_of(self, arn: str) -> str:
        """Return the row that reports a grant to read a secret without naming it; otherwise the row that reports it lacking."""
        context = since(context_of_calls(self.want), self.now)
        wide = (
            ROWS[excess.gravity]
            for excess in self._surpluses
            if applies(excess.pair, READ, arn, context) is True
        )
        return next(wide, "SEC-13")


def denied_by_boundary(role: Role, lost: Sequence[MissingPermission]) -> Words:
    first = joined(
        pair(Words.same(missing.action), Words.same(missing.resource)) for missing in lost[:1]
    )
    return Words(
        en=f"the boundary of {role.name} denies {first.en}",
        ja=f"{role.name}のアクセス許可の境界が{first.ja}を拒否しています",
    )


def unclear(role: Role, pairs: Iterable[MissingPermission]) -> Iterator[Difference]:
    """Yield the pairs that IAM allows under a condition that cannot be evaluated, or that ends: it counts as not met."""
    for missing in pairs:
        if missing.unknown:
            yield Difference(
                ROLE.words, role.name, NEEDED, missing.words, GRANTED, call=DETAILS, loosens=True
            )


def unnamed(secret: desired.Secret) -> Words:
    return Words(
        en=f"no statement names secret {secret.name}",
        ja=f"シークレット{secret.name}を指定するステートメントがありません",
    )
