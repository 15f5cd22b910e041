"""Nothing is sent unless every rule passes; each refusal says what was asked, what was found, what to do."""

from dataclasses import replace
from pathlib import Path

import pytest

from load.engine.admission import LoadRefused, admit
from load.engine.session_pool import SessionPool, SyntheticUser
from load.plans import plans
from load.pool_builder import read_pool
from load.prepare import pool_suffices, require_allowed
from signoff.judge.snapshot import Live, live_of
from tests.defects.functions import RELEASES
from tests.healthy import healthy
from tests.load.fake_aws import HOST, PROD, target
from tests.load.runs import SPOT, only, plan, step

ROOT = Path(__file__).parents[2]
CLOSED_NOW = ("release-of-an-earlier-commit", "stage-went-back-to-closed")
CLOSED = [defect for defect in RELEASES if defect.id.endswith(CLOSED_NOW)]
PLANS = plans(replace(PROD, target_rate=200))


def check(**more):
    made = {"target": target(), "plan": PLANS["baseline"], "spent": 0, "unlock": HOST}
    require_allowed(**(made | more))


def test_baseline_of_an_unlocked_production_may_run():
    check()


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "is not the address of an API"),
        ("ftp://api.example.jp", "is not the address of an API"),
        ("https://[", "is not the address of an API"),
        (f"https://{HOST}:stage/", "is not the address of an API"),
        ("http://api.example.jp/prod", "is not https; only loopback may be called without TLS"),
        ("https://api.example.com/prod", "is not this environment's; it has api.example.jp"),
        ("https://api.example.jp.evil.test/prod", "is not this environment's"),
        ("http://127.0.0.1:8080/local", "is not this environment's"),
        ("https://user:secret@api.example.jp/", "carries more than host and path"),
        ("https://api.line.me/oauth2", "is LINE's, which forbids load tests"),
        ("https://LINE.me/", "is LINE's, which forbids load tests"),
    ],
)
def test_host_that_is_not_the_environment_s_is_refused(url, why):
    with pytest.raises(LoadRefused, match=why):
        admit(url, [HOST])


def test_line_is_refused_even_where_it_is_allowed():
    with pytest.raises(LoadRefused, match="LINE's"):
        admit("https://api.line.me", ["api.line.me"])


@pytest.mark.parametrize("unlock", [None, "prod", "https://api.example.jp"])
def test_production_is_refused_until_its_host_is_typed(unlock):
    with pytest.raises(LoadRefused, match=r"then add --unlock api\.example\.jp"):
        check(unlock=unlock)


def test_closed_release_is_refused_before_all_else_with_the_way_forward():
    closed = replace(target(), live=Live(release="r1", closed=True))
    with pytest.raises(LoadRefused, match=r"every route answers 503.*roll_forward --env prod"):
        check(target=closed, unlock=None)


@pytest.mark.parametrize("defect", CLOSED, ids=lambda defect: defect.id)
def test_stage_or_function_that_serves_the_closed_release_is_known_to_be_closed(defect):
    broken = defect.breaks(healthy())
    live = live_of(broken.inventory, broken.scope, (), embedded=False)

    assert live.closed


def test_other_environments_need_no_unlocking():
    check(target=target(production=False), unlock=None)


def test_rate_over_twice_the_throttle_is_refused():
    with pytest.raises(LoadRefused, match="asks for 2001 requests a second, over the cap of 2000"):
        check(plan=plan(step("peak", 1, 2001, only())))


def test_plan_over_two_hours_is_refused():
    with pytest.raises(LoadRefused, match="takes 7201 s, over the cap of 7200 s"):
        check(plan=plan(step("long", 7201, 1)))


def test_price_over_what_is_left_of_the_day_is_refused():
    left = 80_000 - PLANS["baseline"].requests
    check(spent=left)

    with pytest.raises(LoadRefused, match=r"load may use 80000 \(80% of 100000\)"):
        check(spent=left + 1)


def test_sessions_in_the_repository_are_refused():
    with pytest.raises(LoadRefused, match="move it out of the repository"):
        read_pool(ROOT / "README.md")


def test_sessions_that_others_can_read_are_refused(tmp_path):
    file = tmp_path / "pool.json"
    file.write_text("{}")
    file.chmod(0o644)

    with pytest.raises(LoadRefused, match="chmod 600"):
        read_pool(file)


def test_pool_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(LoadRefused, match=r"missing\.json can't be read \(No such file"):
        read_pool(tmp_path / "missing.json")


def users(count):
    return SessionPool(
        tuple(SyntheticUser(f"Uload-{number}", "session") for number in range(count)), (SPOT,)
    )


def suffices(pool, *, workers=1):
    """Judge it for a plan of 200 awards."""
    made = plan(step(seconds=20, rate=50))
    assert made.awards == 200
    pool_suffices(pool, made, workers=workers)


def test_pool_with_a_real_person_is_refused():
    real = SessionPool((SyntheticUser("U" + "0123456789abcdef" * 2, "session"),), (SPOT,))

    with pytest.raises(LoadRefused, match="ids like real people's"):
        suffices(real)


def test_pool_without_a_spot_is_refused():
    with pytest.raises(LoadRefused, match="the pool has no spots"):
        suffices(SessionPool(users(1).visitors, ()))


@pytest.mark.parametrize(
    ("needed", "shared"),
    [
        (200 * 1.1 + 50 + 1, {}),
        (200 * 1.1 + 2 * 50 + 2, {"workers": 2}),
    ],
    ids=["alone", "workers"],
)
def test_pool_given_by_hand_must_be_as_large_as_a_minted_one(needed, shared):
    suffices(users(round(needed)), **shared)

    with pytest.raises(LoadRefused, match="put more users into it"):
        suffices(users(round(needed) - 1), **shared)


@pytest.mark.parametrize("name", ["smoke", "baseline", "step", "spike", "soak"])
def test_every_plan_of_the_guide_s_throttle_can_be_paid_from_one_day(name):
    check(plan=PLANS[name])


@pytest.mark.parametrize("name", ["baseline", "step", "spike"])
def test_judged_steps_have_samples_enough_for_their_rarest_endpoint(name):
    judged = [step for step in PLANS[name].steps if step.judged]
    fewest = min(min(PLANS[name].planned(one).values()) for one in judged)

    assert fewest >= 381, "p99 would have no upper end"


def test_step_is_longer_where_an_endpoint_is_rare():
    rare = replace(PROD.application.demand, shares={"GET /stamps": 0.98, "POST /notify": 0.02})
    slow = replace(PROD, target_rate=20, application=replace(PROD.application, demand=rare))

    assert plans(slow)["baseline"].planned(plans(slow)["baseline"].steps[-1])["POST /notify"] >= 381


def test_step_plan_ends_past_the_bucket_of_one_method():
    predicted = target().throttle.predicted(PLANS["step"])
    refused = {index for (index, _), ratio in predicted.items() if ratio > 0}

    assert refused == {len(PLANS["step"].steps) - 1}


def test_target_rate_decides_what_the_baseline_holds():
    slow = plans(replace(PROD, target_rate=10))["baseline"].steps[-1]

    assert slow.rate == 10
    assert slow.arrivals >= 4000


def test_message_names_the_numbers_of_the_target():
    small = target(daily_quota=1000)

    with pytest.raises(LoadRefused, match=r"load may use 800 \(80% of 1000\)"):
        check(target=small)
