"""Whether the target of a rollback would run, judged by the same facts as what is live."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from aws import desired
from aws.api import cors
from aws.api.document import ApiDocument, Method
from aws.api.integration import target
from aws.api.recorded import LEFT_OUT
from aws.api.surplus import MAPPED, REQUEST_TEMPLATES
from aws.api.unplanned import of_document
from aws.bounds import at_least, exactly
from aws.difference import Certainty, Difference, Differences, differences, fault, unallowed
from aws.kind.description import POLICY
from aws.kinds.function import CODE, FUNCTION, MEMORY, RUNTIME, TIMEOUT, VERSION, Function
from aws.kinds.log_group import LOG_GROUP
from aws.kinds.rest_api import REST_API
from aws.kinds.role import ROLE
from aws.kinds.usage_plan import API_KEY
from aws.ledgers import ROUTE
from aws.release import CLOSED, CLOSED_VERSION, PATH, is_closed
from aws.section import NotTestable, lookup
from aws.way_back import DeploymentBack
from aws.words import Words
from checks import functions
from checks.authorizers import authorizer_differences
from checks.deployed import Deployed, answering
from checks.encryption import function_key_flaws
from checks.releases import packed
from checks.throttling import WAITS
from checks.uncallable import A_CHOICE, GET_DEPLOYMENT, THERE, uncallable
from checks.unplanned_in_api import barring
from checks.variables import DEFAULTS, Variables, hijacking
from plan import Plan
from signoff.environment import where
from signoff.judge.snapshot import Snapshot, releases_of

VERSION_BACK = Words(en="version to go back to", ja="戻し先のバージョン")
DEPLOYMENT_BACK = Words(en="deployment to go back to", ja="戻し先のデプロイ")
OTHER_CODE = Words(en="an older version with other code", ja="別のコードを持つ以前のバージョン")
OTHER_DRAFT = Words(en="an earlier deployment of another draft", ja="内容の異なる以前のデプロイ")
ON_RECORD = Words(
    en="code that a release record names, or that this commit builds",
    ja="リリース記録にあるか、このコミットがビルドするコード",
)
EXPORTED = Words(
    en="one whose export a release record has, made while the stage served it",
    ja="提供中のエクスポートがリリース記録にあるもの",
)
AUTHORIZATION = Words(en="authorization", ja="認可")
METHOD = Words(en="method", ja="メソッド")
SERVING = Words(en="one that serves planned routes", ja="計画したルートを提供するもの")
AS_LIVE = Words(en="one, as in what is live", ja="稼働中のものと同じくあること")
GUARDED = Words(
    en="one: what is live does not serve this route", ja="求めること（稼働中のものにないルート）"
)
KEY = {
    True: Words(en="asked for", ja="要求あり"),
    False: Words(en="not asked for", ja="要求なし"),
}
ONLY_WAY = Words(
    en=f"no earlier release is there: the only way back is {CLOSED.en}",
    ja=f"以前のリリースがないため、戻し先は{CLOSED.ja}のみ",
)
OPEN_WAY = Words(en="another open release", ja="公開版の別のリリース")
GIVEN = frozenset({MAPPED, REQUEST_TEMPLATES})
"""Facts whose texts a record leaves out."""
NO_VERSION = {"call": "lambda:ListFunctions", "remedy": "none"}
GET_FUNCTION = {"call": "lambda:GetFunction"}
LOOSENING = {**GET_FUNCTION, "loosens": True}
_GUESS = {"decidable": True, "certainty": Certainty.GUESSED, "remedy": "unrecorded"}
OF_CODE, OF_DEPLOYMENT = {**GET_FUNCTION, **_GUESS}, {"call": GET_DEPLOYMENT, **_GUESS}
"""Of a way back that is on no record."""


def as_live(words: Words) -> Words:
    return Words(en=f"{words.en}, as in what is live", ja=f"稼働中のものと同じく{words.ja}")


def _only_then(
    back: DeploymentBack, then: Iterable[Difference], live: Iterable[Difference]
) -> Iterator[Difference]:
    """Yield the differences that going back would make; what is so in what is live is judged there."""
    now = {(each.name, each.fact, each.actual) for each in live}
    for each in then:
        if (each.name, each.fact, each.actual) not in now:
            yield replace(each, name=back.its(each.name), call=GET_DEPLOYMENT, stops_calls=False)


def _authorization(method: Method) -> str:
    """Return the authorization type of a method, as API Gateway summarizes it."""
    guard = method.authorizer or "NONE"
    if guard.startswith("COGNITO:"):
        return "COGNITO_USER_POOLS"
    return guard if guard in {"NONE", "AWS_IAM"} else "CUSTOM"


@dataclass(frozen=True, slots=True)
class WayBack:
    """What a rollback would take, and why it would not run."""

    snapshot: Snapshot[Plan]
    deployed: Deployed

    def version(self, want: desired.Function) -> Function | None:
        """Return the version that a rollback of a function takes; follows where its alias does not exist."""
        self.deployed.alias(want)
        return lookup(self.deployed.sections.versions_back, want.name)

    def is_closed(self, back: Function) -> bool:
        """Whether it is this commit's closed release, or an earlier one's: a description alone can be on any version."""
        closed = packed(self.snapshot.scope).closed.code_sha256
        if back.code_sha256 == closed or back.description != CLOSED_VERSION:
            return back.code_sha256 == closed
        contents = lookup(self.deployed.sections.packages, back.code_sha256)
        return contents is not None and contents.calls_nothing

    def summary(self, back: Function | None) -> Mapping[str, Any]:
        """Return what a signer reads of it: the version, and that it is the closed one."""
        if back is None:
            return {"version": None}
        way = ONLY_WAY if self.is_closed(back) else OPEN_WAY
        return {"version": back.version, "code_sha256": back.code_sha256, "way_back": way}

    def version_flaws(
        self, want: desired.Function, back: Function | None
    ) -> tuple[Difference, ...]:
        """Return why a version would not start, or would not work as the live one does.

        The closed release reads no variables, and its code is known.
        """
        if back is None:
            return (fault(FUNCTION.words, want.name, VERSION_BACK, None, OTHER_CODE, **NO_VERSION),)
        qualified = replace(back, name=f"{back.name}:{back.version}")
        sections = self.deployed.sections
        starts = (
            *FUNCTION.differences(qualified.name, qualified, functions.ACTIVE, decidable=False),
            *self._role(want, qualified),
            # The key of its variables stops no call while another version is live.
            *(replace(each, stops_calls=False) for each in function_key_flaws(qualified, sections)),
            *functions.handler_flaws(qualified, sections),
        )
        if self.is_closed(back):
            return starts
        supported = functions.supported_on(self.snapshot.today, back.runtime)
        return (
            *starts,
            *self._fits(want, qualified),
            *FUNCTION.differences(qualified.name, qualified, {RUNTIME: supported}, loosens=True),
            *self._beside_the_plan(want, qualified),
            *self._unlike_live(want, qualified),
            *self._unknown(qualified),
        )

    @staticmethod
    def _fits(want: desired.Function, back: Function) -> Differences:
        """Return a difference if it has less time or memory than planned; more of either is fine."""
        bounds = {fact: at_least(want.bounds[fact].keeping(0)) for fact in (TIMEOUT, MEMORY)}
        decided_in = where("functions", "timeout_s", "memory_mb")
        return FUNCTION.differences(back.name, back, bounds, decided_in=decided_in, loosens=True)

    def _role(self, want: desired.Function, back: Function) -> Iterator[Difference]:
        """Yield a role that is gone, which no version can start without; another one than planned has to be known."""
        environment = self.snapshot.environment
        if functions.role_is_gone(back.role_arn, want.role, self.deployed, environment):
            yield fault(FUNCTION.words, back.name, ROLE.words, back.role_arn, THERE, **GET_FUNCTION)
        elif back.role_arn.rpartition("/")[2] != want.role.name:
            compared = {ROLE.words: (back.role_arn, exactly(want.role.arn))}
            yield from differences(FUNCTION.words, back.name, compared, **LOOSENING)

    def _beside_the_plan(self, want: desired.Function, back: Function) -> tuple[Difference, ...]:
        """Return what is set beside the plan, but not in what is live, where it is judged: a network, a queue."""
        if not back.unplanned:
            return ()
        attached = self.deployed.function_attachments(want)
        live = {(each.fact, each.found, each.terms) for each in attached}
        return unallowed(
            replace(each, kind=VERSION, loosens=True)
            for each in back.unplanned
            if (each.fact, each.found, each.terms) not in live
        )

    def _unlike_live(self, want: desired.Function, back: Function) -> Iterator[Difference]:
        """Yield what of its variables and code is not as planned; what is so in what is live too is judged there."""
        if flaws := self._misled(want, back):
            live = self._misled(want, self.deployed.function(want))
            judged = [(each.fact, each.actual) for each in live]
            yield from (each for each in flaws if (each.fact, each.actual) not in judged)

    def _misled(self, want: desired.Function, version: Function) -> tuple[Difference, ...]:
        """Return by what a version would call, trust, run or write down otherwise than planned.

        A variable that has a default may differ between releases; LINE's endpoint is judged by ``past_line``. Alarms count what is in the planned log group.
        """
        variables = Variables(self.snapshot)
        reported = DEFAULTS.keys() | variables.astray(version).keys()
        names = {name: text for name, text in want.environment.items() if name not in reported}
        planned = replace(want, environment=names)
        logs = {LOG_GROUP.words: (version.log_group, exactly(want.log_group))}
        return (
            *variables.foreign(version, want),
            *variables.differing(version, planned),
            *variables.diverting(version),
            *variables.past_line(version),
            *variables.logging_requests(version),
            *hijacking(version),
            *differences(VERSION, version.name, logs, **LOOSENING),
        )

    def _unknown(self, back: Function) -> Iterator[Difference]:
        """Yield code that is not recorded: a person who knows it has to say what it is."""
        recorded = {
            code
            for release in self.snapshot.scope.releases
            for _, code in release.functions.values()
        } | {function.code_sha256 for function in packed(self.snapshot.scope).functions.values()}
        if back.code_sha256 not in recorded:
            yield fault(FUNCTION.words, back.name, CODE, back.code_sha256, ON_RECORD, **OF_CODE)

    def deployment(self) -> DeploymentBack | None:
        """Return the deployment that a rollback of the API takes."""
        self.deployed.stage()
        return lookup(self.deployed.sections.deployments_back, self.deployed.rest_api().name)

    def deployment_flaws(self, back: DeploymentBack | None) -> tuple[Difference, ...]:
        """Return why a deployment would not serve requests as the live one does."""
        if back is None:
            name = self.deployed.rest_api().name
            about = {"call": "apigateway:GetDeployments", "remedy": "none"}
            return (fault(REST_API.words, name, DEPLOYMENT_BACK, None, OTHER_DRAFT, **about),)
        # What is described as closed serves the closed path alone.
        alone = all(id_.endswith(f" {PATH}") for id_ in back.authorization or {})
        if alone and is_closed(back.deployment.description):
            return ()
        if back.authorization is None:
            raise NotTestable(
                en=f"API Gateway does not say what deployment {back.deployment.id} serves",
                ja=f"デプロイ{back.deployment.id}の内容をAPI Gatewayが示しません",
            )
        return (
            *self._asking(back, back.authorization),
            *self._opened(back, back.authorization),
            *self._keyed(back),
            *self._served_otherwise(back),
            *self._absent(back, back.authorization),
            *uncallable(self.snapshot, self.deployed, back),
            *self._unrecorded(back),
        )

    def _unrecorded(self, back: DeploymentBack) -> Iterator[Difference]:
        """Yield a deployment of which only the authorization is known: a person has to say where its routes lead."""
        if back.document is None:
            name, id_ = self.deployed.rest_api().name, back.deployment.id
            yield fault(REST_API.words, name, DEPLOYMENT_BACK, id_, EXPORTED, **OF_DEPLOYMENT)

    def _asking(
        self, back: DeploymentBack, authorization: Mapping[str, str]
    ) -> Iterator[Difference]:
        """Yield the routes and preflights that would ask for another authorization than in what is live, or for none."""
        for id_, method in self.deployed.served().methods.items():
            asked, then = _authorization(method), answering(id_, authorization)
            planned = "NONE" if id_ in self._planned_open() else "CUSTOM"
            opened = planned != then == "NONE" != asked
            if opened or (asked == planned and then not in {None, asked}):
                expected = as_live(Words.same(asked))
                yield fault(
                    ROUTE, back.its(id_), AUTHORIZATION, then, expected, call=GET_DEPLOYMENT
                )

    def _opened(
        self, back: DeploymentBack, authorization: Mapping[str, str]
    ) -> Iterator[Difference]:
        """Yield the routes that what is live does not serve, and that would lead callers on without authorization.

        A preflight carries no session, and a route that is on record as calling nothing opens nothing.
        """
        served = self.deployed.served().methods
        for id_ in sorted(authorization.keys() - served.keys() - self._planned_open()):
            live = answering(id_, served)
            calls = back.calls is None or id_ in back.calls
            opened = authorization[id_] == "NONE" and (live is None or live.authorizer)
            if calls and opened and not id_.startswith("OPTIONS "):
                yield fault(ROUTE, back.its(id_), AUTHORIZATION, "NONE", GUARDED, **A_CHOICE)

    def _keyed(self, back: DeploymentBack) -> Iterator[Difference]:
        """Yield the routes that would ask for an API key, and do not in what is live, or the other way round."""
        routes = {route.id for route in self.snapshot.plan.api.routes}
        for id_, method in self.deployed.served().methods.items():
            then, asked = answering(id_, back.keys), method.api_key_required
            planned = self.snapshot.environment.api_key and id_ in routes
            if asked == planned and then not in {None, asked}:
                about = {"call": GET_DEPLOYMENT, "decidable": not then, "loosens": True}
                actual, expected = KEY[then], as_live(KEY[not then])
                yield fault(ROUTE, back.its(id_), API_KEY.words, actual, expected, **about)

    def _served_otherwise(self, back: DeploymentBack) -> Iterator[Difference]:
        """Yield what it would serve otherwise than planned, as far as its export is on record."""
        if back.document is not None:
            live = self._unplanned(self.deployed.served())
            yield from _only_then(back, self._unplanned(back.document), live)

    def _unplanned(self, document: ApiDocument) -> Iterator[Difference]:
        """Yield what rows on what is served tell of a document; whom it lets in and what it calls is told by the others here."""
        api, rest_api = self.snapshot.plan.api, self.deployed.rest_api()
        methods, stage = document.methods, self.deployed.stage()
        served = [(route, answering(route.id, methods)) for route in api.routes]
        for route, method in served:
            behind = method.integration if method else None
            if behind and target(behind.uri, stage.variables).function == route.function.arn:
                waits = {WAITS: (behind.timeout_ms, at_least(route.waits_ms, " ms"))}
                form = {cors.INTEGRATED: (behind.form, exactly(cors.PROXIED))}
                yield from differences(
                    ROUTE, route.id, waits, decided_in=where("routes"), loosens=True
                )
                yield from differences(ROUTE, route.id, form, loosens=True)
        its = replace(api, routes=tuple(route for route, method in served if method))
        for path in its.paths:
            preflight = methods.get(f"OPTIONS {path}")
            integration = preflight.integration if preflight else None
            if integration and integration.kind != cors.BY_FUNCTION:
                yield from cors.answer_differences(path, integration, its)
        if api.authorizer:
            yield from authorizer_differences(tuple(document.authorizers.values()), api.authorizer)
        yield from cors.without_origin(document, api)
        yield from cors.misleading_statuses(document)
        yield from cors.forbidden_sessions(document)
        more = of_document(document, rest_api.name, GET_DEPLOYMENT)
        policy = replace(rest_api, policy=document.surplus.get(POLICY.en))
        for each in (
            *(each for each in more if each.fact != POLICY),
            *barring(policy, self.snapshot),
        ):
            shown = LEFT_OUT if each.fact in GIVEN else each.actual
            yield replace(each, kind=DEPLOYMENT_BACK, actual=shown, loosens=True)

    def _absent(
        self, back: DeploymentBack, authorization: Mapping[str, str]
    ) -> Iterator[Difference]:
        """Yield the planned routes and preflights that what is live serves, and the deployment does not.

        A recorded release from before a route is a way back, unless it has none of the routes.
        """
        routes = {route.id for route in self.snapshot.plan.api.routes}
        served = self.deployed.served().methods
        live = {id_ for id_ in routes | self._planned_open() if answering(id_, served)}
        there = {id_ for id_ in live if answering(id_, authorization)}
        if live and there.isdisjoint(routes):
            name, about = self.deployed.rest_api().name, {"call": GET_DEPLOYMENT}
            yield fault(REST_API.words, name, DEPLOYMENT_BACK, back.deployment.id, SERVING, **about)
            return
        for id_ in sorted(live - there):
            if not self._added_since(back, id_):
                yield fault(ROUTE, back.its(id_), METHOD, None, AS_LIVE, **A_CHOICE)

    def _added_since(self, back: DeploymentBack, id_: str) -> bool:
        """Whether the release that a deployment was is on record, and had not that route."""
        releases = releases_of(self.snapshot.records)
        if back.calls is None or back.deployment.id not in {each.deployment for each in releases}:
            return False
        verb, _, path = id_.partition(" ")
        if verb == "OPTIONS":
            return path not in {by.partition(" ")[2] for by in back.calls}
        return answering(id_, back.calls) is None

    def _planned_open(self) -> frozenset[str]:
        """Return what must not require a session: login and preflights. A live deployment that requires one is wrong."""
        api = self.snapshot.plan.api
        logins = {route.id for route in api.routes if not route.authorized}
        return frozenset(logins | {f"OPTIONS {path}" for path in api.paths})
