"""How an API and its stage are named in a URL, and what is live without a deployment."""

from types import SimpleNamespace

import requests
from moto.apigateway.models import Stage

from tests.local.gateway.stand_ins import API, STAGE, limited, method, plane, snapshot


def get(url):
    return requests.get(url, timeout=60)


def test_stage_that_one_api_owns_needs_no_api_id(serve):
    gateway = serve(snapshot(method())).gateway

    assert get(f"http://127.0.0.1:{gateway.port}/{API}/prod/stamps").status_code == 200
    assert get(f"http://127.0.0.1:{gateway.port}/prod/stamps").status_code == 200


def test_stage_that_two_apis_own_is_named_with_its_api(serve):
    both = plane()
    both.apis["other"] = SimpleNamespace(id="other", stages={STAGE: Stage(STAGE, "d1")})
    gateway = serve(snapshot(method()), plane=both).gateway

    assert get(f"http://127.0.0.1:{gateway.port}/{API}/prod/stamps").status_code == 200
    assert get(f"http://127.0.0.1:{gateway.port}/prod/stamps").status_code == 403


def test_unknown_stage_is_forbidden_with_no_gateway_response_of_any_api(serve):
    gateway = serve(snapshot(method())).gateway

    refused = get(f"http://127.0.0.1:{gateway.port}/{API}/dev/stamps")

    assert (refused.status_code, refused.json()) == (403, {"message": "Forbidden"})
    assert refused.headers["x-amzn-RequestId"]


def test_changed_setting_is_live_at_once(serve):
    stage = serve(snapshot(method()))
    before = stage.call().status_code

    stage.moto.plane = plane(limited(**{"*/*": (0, 0)}))

    assert (before, stage.call().status_code) == (200, 429)


def test_stage_moved_to_another_deployment_serves_that_one(serve):
    stage = serve(snapshot(method()))
    before = stage.call().status_code
    stage.moto.deployments[API, "d2"] = snapshot(method("/elsewhere"))

    stage.moto.plane = plane(Stage(STAGE, "d2"))

    assert (before, stage.call().status_code) == (200, 403)
    assert stage.call(path="/elsewhere").status_code == 200


def test_stage_that_is_being_deployed_is_read_when_that_is_done(serve):
    stage = serve(snapshot(method()), plane=plane(Stage(STAGE, "d2")))

    stage.moto.under_way = lambda: stage.moto.deployments.update({(API, "d2"): snapshot(method())})

    assert stage.call().status_code == 200
