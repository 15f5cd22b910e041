"""The rows that say of what is deployed why a route cannot work: what smoke finds wrong there follows from them."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from aws import desired
from aws.access.callers import INVOKED_BY, invocation
from aws.access.keys import KeyUse, key_flaws, unusable_for
from aws.access.privileges import SECRETS, TABLES, lacking, lacks
from aws.api.cors import KEYED
from aws.api.integration import target
from aws.bounds import ABSENT, NONE, exactly
from aws.difference import Difference, differences
from aws.iam.evaluation import EvalDecision
from aws.iam.statement import PolicySyntaxError
from aws.inventory import Sections
from aws.kinds.function import RESERVED
from aws.ledgers import ROUTE
from aws.release import CLOSED, PATH, is_closed_version
from aws.section import Follows, NotTestable, lookup
from aws.words import Words, joined
from plan import Plan
from plan.edge import source_of, source_of_authorizer
from signoff.judge.snapshot import Snapshot
from smoke.aws import Clients, live_value

ENCRYPTED = {SECRETS: "SEC-05", TABLES: "SEC-20"}
"""Service -> the row that says under which key its data is encrypted."""


@dataclass(frozen=True)
class Configured:
    """What was read of the functions and of the API that serves them."""

    snapshot: Snapshot[Plan]
    aws: Clients

    @property
    def sections(self) -> Sections:
        return self.snapshot.inventory.sections

    def root(self, route: str) -> tuple[str, Words] | None:
        """Return the root of a route that cannot be answered as it, its function or its authorizer's is deployed.

        Only of the gravest rows: a row blocks no more than its root does, and a function short of time
        (DEP-12) may answer, or fail for a reason of its own.
        """
        reasons = {
            "DEP-39": self._closed,
            "DEP-10": self._not_startable,
            "DEP-18": self._switched_off,
            "DEP-13": self._unset,
            "SEC-13": self._denied,
        }
        for row, reason in reasons.items():
            with suppress(NotTestable, PolicySyntaxError):
                for function in self._behind(route):
                    if why := reason(function):
                        return row, why
        with suppress(NotTestable, PolicySyntaxError):
            if why := self._refusing(route):
                return "DEP-16", why
        with suppress(NotTestable):
            served = lookup(self.sections.served, self.snapshot.plan.api.stage)
            method = served.methods.get(route) if served else None
            if method and not self.snapshot.plan.api.usage_plan.api_key:
                keyed = {KEYED: (method.api_key_required, exactly(False))}
                if why := self._undecided(differences(ROUTE, route, keyed)):
                    return "DEP-21", why
        for function in self._behind(route):
            with suppress(NotTestable, PolicySyntaxError):
                if root := self._locked(function):
                    return root
        return self._broken_secret(route)

    def _broken_secret(self, route: str) -> tuple[str, Words] | None:
        """Return the row of a secret that has no value, or not its field."""
        for function in self._behind(route):
            holder = None if self.snapshot.environment.production else function.name
            for secret in function.role.secrets:
                try:
                    live_value(self.aws, secret, holder)
                except NotTestable as unread:
                    if isinstance(unread, Follows):
                        return unread.root, unread.words
        return None

    def _closed(self, function: desired.Function) -> Words | None:
        sections, builds = self.sections, self.snapshot.scope.builds
        code = builds.closed.code_sha256 if builds else ""
        served = lookup(sections.served, self.snapshot.plan.api.stage)
        if served and PATH in served.paths:
            return CLOSED
        live = lookup(sections.functions, function.name)
        closed = live and is_closed_version(live.code_sha256, live.description, code)
        return _about(function.name, CLOSED) if closed else None

    def _not_startable(self, function: desired.Function) -> Words | None:
        """Say that a function is not there, or that Lambda certainly does not find its handler."""
        sections = self.sections
        if (live := lookup(sections.functions, function.name)) is None:
            return _about(function.name, ABSENT)
        contents = lookup(sections.packages, live.code_sha256) if live.handler else None
        flaw = contents.flaw_of(live) if contents else None
        return _about(function.name, flaw.words) if flaw and flaw.certain else None

    def _switched_off(self, function: desired.Function) -> Words | None:
        """Say that Lambda runs a function for no call."""
        live = lookup(self.sections.functions, function.name)
        off = live and live.reserved_concurrency == 0
        return _about(function.name, joined((RESERVED, Words.same("0")), ": ")) if off else None

    def _refusing(self, route: str) -> Words | None:
        """Say that a function that a route or its authorizer calls certainly does not allow the API to invoke it."""
        sections, api = self.sections, self.snapshot.plan.api
        apis, served = lookup(sections.rest_apis, api.name), lookup(sections.served, api.stage)
        if not (apis and served and route in served.calls):
            return None
        api_id, planned = apis[0].id, self.snapshot.plan.route(route)
        source = source_of(route, api_id, self.snapshot.environment)
        if why := self._refused(planned.function, served.calls[route], source):
            return why
        if not (planned.authorized and api.authorizer):
            return None
        draft = lookup(sections.draft, api.name)
        for each in draft.authorizers.values() if draft else ():
            source = source_of_authorizer(each.id, api_id, self.snapshot.environment)
            if why := self._refused(api.authorizer.function, each.uri, source):
                return why
        return None

    def _refused(self, want: desired.Function, uri: str, source: str) -> Words | None:
        sections = self.sections
        stage = lookup(sections.stages, self.snapshot.plan.api.stage)
        called = target(uri, stage.variables).arn if stage else None
        if called not in {alias.arn for alias in lookup(sections.aliases, want.name) or ()}:
            return None  # another row says so
        policies = lookup(sections.function_policies, want.name) or ()
        decided = invocation(policies, called, source, self.snapshot.now)
        allowed = decided.allowed or decided.outcome is EvalDecision.UNKNOWN
        return None if allowed else _about(want.name, joined((INVOKED_BY, NONE), ": "))

    def _undecided(self, flaws: Iterable[Difference]) -> Words | None:
        """Return what a row says where it is surely red: no decision is about any of it."""
        differences, decided = [*flaws], {made.what for made in self.snapshot.environment.decisions}
        if decided.intersection(difference.what for difference in differences):
            return None
        return next((difference.words for difference in differences), None)

    def _unset(self, function: desired.Function) -> Words | None:
        """Say which variable our code answers nothing without and does not have."""
        live = lookup(self.sections.functions, function.name)
        if live is None or self.snapshot.environment.own_code:
            return None
        absent = sorted(function.indispensable - live.environment.keys())
        return _about(function.name, _about(absent[0], ABSENT)) if absent else None

    def _denied(self, function: desired.Function) -> Words | None:
        """Say what a function's role needs and lacks: what is taken away, or what no policy grants, of a table neither."""
        sections, want = self.sections, function.role
        if (role := lookup(sections.roles, want.name)) is None:
            return None
        secrets = [lookup(sections.secrets, secret.name) for secret in want.secrets]
        arns = [secret.arn for secret in secrets if secret]
        lost = [
            lack
            for lack in lacking(role, want, arns, self.snapshot.now)
            if not lack.action.startswith("logs:")
        ]
        taken = [lack for lack in lost if lack.taken]
        if not taken and want.judged_for_missing and self._undecided(lacks(role, lost)):
            policies = (
                lookup(sections.table_policies, table.name) for table in self.snapshot.plan.tables
            )
            taken = [] if any(policy and policy.document for policy in policies) else lost
        return next((_about(role.name, lack.words) for lack in taken), None)

    def _locked(self, function: desired.Function) -> tuple[str, Words] | None:
        """Return the row of a table or a secret under a key that the function's role cannot use."""
        sections, want = self.sections, function.role
        if (role := lookup(sections.roles, want.name)) is None:
            return None
        secrets = [
            (each.kms_key, secret)
            for each in want.secrets
            if (secret := lookup(sections.secrets, each.name))
        ]
        tables = [
            (each.kms_key, table)
            for each in self.snapshot.plan.tables
            if want.reads(each) and (table := lookup(sections.tables, each.name))
        ]
        for name, service, flaws in key_flaws(secrets, tables, sections):
            key, why = lookup(sections.keys, name), self._undecided(flaws)
            use = [KeyUse(name, key, service, planned=not flaws)] if key else []
            shut = self._undecided(unusable_for(role, want, use, sections, self.snapshot.now))
            if why and (shut or not key or key.state != "Enabled"):
                return ENCRYPTED[service], why
            if shut:
                return "SEC-13", shut
        return None

    def _behind(self, route: str) -> tuple[desired.Function, ...]:
        """Return the functions that answer a route: its own, and the authorizer's."""
        planned = self.snapshot.plan.route(route)
        authorizer = self.snapshot.plan.api.authorizer if planned.authorized else None
        return planned.function, *([authorizer.function] if authorizer else ())


def _about(name: str, why: Words) -> Words:
    return joined((Words.same(name), why), ": ")
