"""Defects of the API itself and of its routes: DEP-20 to DEP-24."""

from dataclasses import replace

from aws.api.document import Integration
from aws.api.integration import StaticAnswer
from aws.kinds.function_invocation import FunctionUrl
from signoff.evidence import Records
from signoff.judge.outcome import Outcome
from signoff.judge.snapshot import Snapshot
from tests.defects import following
from tests.defects.changes import absent, added, both, edited, item
from tests.defects.defect import Break, Defect
from tests.defects.documents import (
    document,
    drafted,
    integrated,
    one_more,
    with_method,
    without_method,
)
from tests.healthy.api_document import uri
from tests.healthy.edge import API, stages
from tests.second_opinion import ROUTES

STAGED = ("stages", "served")


def _dev_routes(*routes: str) -> Break:
    """Let dev's newest run have found these routes; none if it could not read them."""

    def broken(snapshot: Snapshot) -> Snapshot:
        entries = [
            replace(entry, body={**entry.body, "routes": list(routes) or None})
            for entry in snapshot.dev.entries
        ]
        return replace(snapshot, dev=Records(tuple(entries)))

    return broken


NO_API = both(
    absent("rest_apis", API),
    absent("deployments", API),
    absent("draft", API),
    *(absent(section, "prod") for section in STAGED),
)
URL = FunctionUrl(
    arn="arn:aws:lambda:ap-northeast-1:444455556666:function:stamp-rally-prod-stamps",
    url="https://x7q2mk.lambda-url.ap-northeast-1.on.aws/",
    auth_type="NONE",
)
EXISTENCE = (
    Defect(id="DEP-20:no-api", breaks=NO_API, follows=following.THE_API),
    Defect(
        id="DEP-20:function-url-in-its-place",
        breaks=both(NO_API, added("function_urls", "stamp-rally-prod-stamps", (URL,))),
        follows=following.THE_API,
        also=frozenset({"SEC-18"}),
    ),
    Defect(
        id="DEP-20:no-stage",
        breaks=both(*(absent(section, "prod") for section in STAGED)),
        follows=following.A_STAGE,
    ),
    Defect(
        id="DEP-20:stage-in-upper-case",
        breaks=both(
            *(absent(section, "prod") for section in STAGED),
            added("stages", "Prod", replace(stages()["prod"], name="Prod")),
        ),
        follows=following.A_STAGE,
    ),
    Defect(
        id="DEP-20:no-address-at-all",
        breaks=both(
            edited("rest_apis", API, lambda one: (replace(one[0], execute_api_disabled=True),)),
            lambda snapshot: replace(
                snapshot,
                environment=replace(snapshot.environment, domain=None),
                plan=replace(snapshot.plan, domain=None),
            ),
        ),
        # A run leaves the rows of a part that is not configured out; here they lack their ground.
        unknown=frozenset({"DEP-40", "DEP-41", "DEP-42", "DEP-43"}),
    ),
    Defect(
        id="DEP-20:private",
        breaks=edited(
            "rest_apis", API, lambda one: (replace(one[0], endpoint_types=("PRIVATE",)),)
        ),
    ),
)
ROUTED = (
    Defect(
        id="DEP-21:route-absent",
        breaks=document(without_method("DELETE /richmenu/unset")),
        follows=following.A_ROUTE,
    ),
    Defect(
        id="DEP-21:not-integrated",
        breaks=document(with_method("GET /stamps", integration=None)),
        follows=following.AN_INTEGRATION,
    ),
    Defect(id="DEP-21:not-by-proxy", breaks=integrated("GET /stamps", kind="AWS")),
    Defect(id="DEP-21:mocked", breaks=integrated("POST /notify", kind="MOCK", http_method="")),
    Defect(id="DEP-21:invoked-by-get", breaks=integrated("GET /stamps", http_method="GET")),
    Defect(
        id="DEP-21:another-function", breaks=integrated("GET /ranking/weekly", uri=uri("stamps"))
    ),
    Defect(
        id="DEP-21:function-of-dev",
        breaks=integrated(
            "GET /stamps",
            uri=uri("stamps").replace("stamp-rally-prod-", "stamp-rally-"),
        ),
    ),
    Defect(
        id="DEP-21:function-of-another-region",
        breaks=integrated("GET /stamps", uri=uri("stamps").replace("ap-northeast-1", "us-east-1")),
    ),
    *(
        Defect(
            id=f"DEP-21:by-{what}",
            breaks=integrated("GET /stamps", uri=uri("stamps").replace(right, wrong)),
            also=frozenset({"DEP-44"}),
        )
        for what, right, wrong in (
            ("the-lambda-of-another-region", "ap-northeast-1:lambda", "us-east-1:lambda"),
            ("another-version-of-lambda", "2015-03-31", "2015-03-13"),
        )
    ),
    Defect(
        id="DEP-22:older-deployment",
        grade="major",
        breaks=item("stages", "prod", deployment_id="m4x8c1"),
    ),
    Defect(
        id="DEP-22:route-not-deployed",
        breaks=drafted(one_more("GET /stamps", "GET", "/stamps/{id}")),
    ),
    Defect(
        id="DEP-22:cors-not-deployed",
        breaks=drafted(
            lambda api: replace(
                api,
                gateway_responses={**api.gateway_responses, "DEFAULT_4XX": StaticAnswer(status="")},
            )
        ),
    ),
    Defect(
        id="DEP-22:alias-not-deployed",
        breaks=drafted(
            with_method(
                "POST /notify",
                integration=Integration(
                    kind="AWS_PROXY", uri=uri("notify", ""), http_method="POST"
                ),
            )
        ),
    ),
    Defect(
        id="DEP-23:dev-has-more",
        grade="major",
        breaks=_dev_routes(*ROUTES, "GET /stamps/{stampId}"),
        leaves_a_go=True,
    ),
    Defect(id="DEP-23:dev-has-less", breaks=_dev_routes(*list(ROUTES)[:-1]), leaves_a_go=True),
    Defect(
        id="DEP-23:dev-could-not-read-its-api",
        breaks=_dev_routes(),
        outcome=Outcome.NOT_TESTABLE,
    ),
    Defect(id="DEP-24:debug-route", breaks=document(one_more("GET /stamps", "GET", "/debug"))),
    Defect(id="DEP-24:one-more-verb", breaks=document(one_more("GET /stamps", "PUT", "/stamps"))),
    Defect(
        id="DEP-24:any-verb",
        breaks=document(
            lambda api: without_method("GET /stamps")(
                one_more("GET /stamps", "ANY", "/stamps")(api)
            )
        ),
    ),
    Defect(id="DEP-24:greedy-path", breaks=document(one_more("GET /stamps", "ANY", "/{proxy+}"))),
    Defect(
        id="DEP-24:options-to-a-function",
        breaks=document(one_more("GET /stamps", "OPTIONS", "/debug")),
    ),
)
DEFECTS: tuple[Defect, ...] = (*EXISTENCE, *ROUTED)
SOUND: dict[str, Break] = {
    "own address closed, domain there": edited(
        "rest_apis", API, lambda one: (replace(one[0], execute_api_disabled=True),)
    ),
}
"""Other ways to be right: nothing may turn red."""
