"""What a failing answer follows from: a session that is not accepted, a route that does not work at all, or cannot as it is deployed."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from aws import desired
from aws.access.callers import INVOKED_BY, invocation
from aws.access.keys import key_uses, unusable_for
from aws.access.privileges import LACKING, SECRETS, TABLES, lacking, lacks
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
from aws.section import Broken, Follows, NotTestable, lookup
from aws.words import Words, joined, words_of
from plan import Plan
from plan.edge import source_of, source_of_authorizer
from signoff.judge.drift import KEY_KEPT, NotYet
from signoff.judge.snapshot import Snapshot
from smoke.aws import Clients, live_value
from smoke.calls import LOGIN, Answer, Call
from smoke.contract import contract, rows
from smoke.scenarios import GUIDE, Scenarios

ROWS = rows()
"""Route -> the row that owns it."""
SESSION = "SMOKE-15"
PROBES = ("GET /stamps", "GET /ranking/weekly", "GET /ranking/monthly", "GET /richmenu/list")
"""Reads that show whether a session is accepted: the first 200 proves it."""


def refuse_former(replaced: datetime | None) -> None:
    """Raise NotYet while functions may still use the secret that was replaced then."""
    if replaced and datetime.now(UTC) < (until := replaced + KEY_KEPT):
        former = Words(
            en="the secret was replaced, and functions keep the former one for five minutes",
            ja="シークレットが置き換えられました。関数は以前の値を5分間保持します",
        )
        raise NotYet(former, until)


@dataclass(eq=False)
class RootCauses:
    """Finds the root cause of a failure from calls that are made anyway. A root is (row, why)."""

    scenarios: Callable[[], Scenarios]
    answer: Callable[[Call], Answer]
    configured: Callable[[str], tuple[str, Words] | None] = lambda _: None
    """Route -> the row that says of its configuration why it cannot work, and what that row says."""
    replaced: datetime | None = None
    """When the live key replaced an earlier one, if it did."""
    _probed: Answer | Words | None = field(default=None, init=False)

    def accepted(self) -> Answer:
        """Return the answer that shows the live session accepted; AssertionError if there is none.

        NotYet while functions may still use the key that was replaced.
        """
        if self._probed is None:
            self._probed = self._probe()
        if not isinstance(self._probed, Words):
            return self._probed
        if all(roots := [self.configured(route) for route in PROBES]) and roots[0]:
            raise Follows(*roots[0])
        refuse_former(self.replaced)
        raise Broken(self._probed)

    def _probe(self) -> Answer | Words:
        answers = [self.answer(self.scenarios().success(route)) for route in PROBES]
        served = (answer for answer in answers if answer.status == 200)
        routes = ", ".join(
            f"{answer.call.route}: {answer.status} {answer.error_code or ''}" for answer in answers
        )
        refused = Words(
            en=f"every route refused a session signed with the live key ({routes})",
            ja=f"本番の署名鍵で署名したセッションをすべてのルートが拒否しました（{routes}）",
        )
        return next(served, refused)

    def root(self, route: str) -> tuple[str, Words] | None:
        """Return the row from which trouble on this route follows, and why; None if the route works."""
        if configured := self.configured(route):
            return configured
        return (route != LOGIN and self._session()) or self._route(route) or None

    def _session(self) -> tuple[str, Words] | None:
        try:
            self.accepted()
        except Follows as other:
            return other.root, other.words
        except (Broken, NotTestable) as why:
            return SESSION, words_of(why)
        return None

    def _route(self, route: str) -> tuple[str, Words] | None:
        try:
            scenarios = self.scenarios()
            answer = self.answer(scenarios.success(route))
            flaw = contract().flaw(answer, *scenarios.expected(route))
            if not flaw and route == LOGIN:
                flaw = contract().flaw(self.answer(GUIDE), 401)
        except Follows as other:
            return other.root, other.words
        except NotTestable:
            return None
        return (ROWS[route], flaw) if flaw else None


@dataclass(frozen=True)
class Configured:
    """What was read of the functions and of the API that serves them."""

    snapshot: Snapshot[Plan]
    aws: Clients

    @property
    def sections(self) -> Sections:
        return self.snapshot.inventory.sections

    @property
    def plan(self) -> Plan:
        return self.snapshot.plan

    def root(self, route: str) -> tuple[str, Words] | None:
        """Return the root of a route that cannot be answered as it, its function or its authorizer's is deployed.

        Only of the gravest rows: a row blocks no more than its root does, and a function short of time
        (DEP-12) may answer, or fail for a reason of its own.
        """
        reasons: Mapping[str, Callable[[desired.Function], Words | None]] = {
            "DEP-39": self._closed,
            "DEP-10": self._not_startable,
            "DEP-18": self._switched_off,
            "DEP-13": self._unset,
            "SEC-13": self._denied,
            "SEC-05": partial(self._locked, service=SECRETS),
            "SEC-20": partial(self._locked, service=TABLES),
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
            served = lookup(self.sections.served, self.plan.api.stage)
            method = served.methods.get(route) if served else None
            if method and not self.plan.api.usage_plan.api_key:
                keyed = {KEYED: (method.api_key_required, exactly(False))}
                if why := self._undecided(differences(ROUTE, route, keyed)):
                    return "DEP-21", why
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
        served = lookup(sections.served, self.plan.api.stage)
        if served and PATH in served.paths:
            return CLOSED
        live = lookup(sections.functions, function.name)
        closed = live and is_closed_version(live.code_sha256, live.description, code)
        return _about(function.name, CLOSED) if closed else None

    def _not_startable(self, function: desired.Function) -> Words | None:
        """Say that a function is not there, or that Lambda certainly does not find its handler."""
        if (live := lookup(self.sections.functions, function.name)) is None:
            return _about(function.name, ABSENT)
        contents = lookup(self.sections.packages, live.code_sha256) if live.handler else None
        flaw = contents.flaw_of(live) if contents else None
        return _about(function.name, flaw.words) if flaw and flaw.certain else None

    def _switched_off(self, function: desired.Function) -> Words | None:
        """Say that Lambda runs a function for no call."""
        live = lookup(self.sections.functions, function.name)
        off = live and live.reserved_concurrency == 0
        return _about(function.name, joined((RESERVED, Words.same("0")), ": ")) if off else None

    def _refusing(self, route: str) -> Words | None:
        """Say that a function that a route or its authorizer calls certainly does not allow the API to invoke it."""
        sections, api = self.sections, self.plan.api
        apis, served = lookup(sections.rest_apis, api.name), lookup(sections.served, api.stage)
        if not (apis and served and route in served.calls):
            return None
        environment, id_, planned = self.snapshot.environment, apis[0].id, self.plan.route(route)
        calls = [(planned.function, served.calls[route], source_of(route, id_, environment))]
        if planned.authorized and api.authorizer and (draft := lookup(sections.draft, api.name)):
            for each in draft.authorizers.values():
                source = source_of_authorizer(each.id, id_, environment)
                calls.append((api.authorizer.function, each.uri, source))
        return next(filter(None, (self._refused(*call) for call in calls)), None)

    def _refused(self, want: desired.Function, uri: str, source: str) -> Words | None:
        stage = lookup(self.sections.stages, self.plan.api.stage)
        called = target(uri, stage.variables).arn if stage else None
        if called not in {alias.arn for alias in lookup(self.sections.aliases, want.name) or ()}:
            return None  # another row says so
        policies = lookup(self.sections.function_policies, want.name) or ()
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
        needed = lacking(role, want, arns, self.snapshot.now)
        lost = [lack for lack in needed if not lack.action.startswith("logs:")]
        taken = [lack for lack in lost if lack.taken]
        if not taken and want.judged_for_missing and self._undecided(lacks(role, lost)):
            policies = (lookup(sections.table_policies, table.name) for table in self.plan.tables)
            taken = [] if any(policy and policy.document for policy in policies) else lost
        why = next((_about(role.name, lack.words) for lack in taken), None)
        return why or self._locked(function)

    def _locked(self, function: desired.Function, service: str = "") -> Words | None:
        """Say that a function's role certainly cannot use the decided key of a table or a secret; of a service: the key, where another was decided."""
        sections, want = self.sections, function.role
        if (role := lookup(sections.roles, want.name)) is None:
            return None
        needed = [table for table in self.plan.tables if want.reads(table)]
        secrets = [(each.kms_key, lookup(sections.secrets, each.name)) for each in want.secrets]
        tables = [(each.kms_key, lookup(sections.tables, each.name)) for each in needed]
        for use in key_uses(secrets, tables, sections):
            lost = unusable_for(role, want, [use], sections, self.snapshot.now)
            certain = [e for e in (*use.flaws, *lost) if e.stops_calls or e.fact == LACKING]
            why = self._undecided(use.flaws)
            if certain and why and use.service == service:
                return why
            if not (why or service) and (shut := self._undecided(certain)):
                return shut
        return None

    def _behind(self, route: str) -> tuple[desired.Function, ...]:
        """Return the functions that answer a route: its own, and the authorizer's."""
        planned = self.plan.route(route)
        authorizer = self.plan.api.authorizer if planned.authorized else None
        return planned.function, *([authorizer.function] if authorizer else ())


def _about(name: str, why: Words) -> Words:
    return joined((Words.same(name), why), ": ")
