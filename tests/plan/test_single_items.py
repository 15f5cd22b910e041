"""Single functions, tables and routes may differ from what all have, by their key in the environment file."""

from dataclasses import replace

import pytest

from aws.converge.stage import narrower
from aws.kinds.function import TIMEOUT
from aws.kinds.rest_api import MethodSetting
from aws.kinds.table import STREAM
from plan import plan_for
from signoff.environment import ENVIRONMENTS, EnvironmentFileError, load
from signoff.environment.schema import FunctionSettings, RouteSettings, TableSettings
from tests.defects.changes import edited, item, whole
from tests.healthy import healthy
from tests.judging import green, judge

LOCAL = load("local", ENVIRONMENTS, {}).environment
PROD = healthy().environment
KEY = "arn:aws:kms:ap-northeast-1:444455556666:key/9c2f7d10-5e3a-4b81-8f6d-0a1b2c3d4e5f"
AWARD = "POST /stamps/award"


def planned(**fields):
    return plan_for(replace(PROD, **fields))


def red(row, changed=lambda snapshot: snapshot, **fields):
    """Return what is red of a row on the healthy production, under other keys of its environment."""
    environment = replace(PROD, **fields)
    snapshot = replace(green(), environment=environment, plan=plan_for(environment))
    return [finding.words.en for finding in judge(changed(snapshot), [row]) if finding.outcome.red]


def one_table(**own):
    return {"table_settings": {"users": TableSettings(**own)}}


def one_route(**own):
    return {"routes": {AWARD: RouteSettings(**own)}}


def throttled(**own):
    """Limit one route by itself."""
    settings = {"stamps/award/POST": MethodSetting(**own)}
    return edited("stages", "prod", lambda one: replace(one, settings={**one.settings, **settings}))


def test_function_has_its_own_memory_and_the_timeout_of_all():
    own = replace(LOCAL, functions={"award": FunctionSettings(memory_mb=512)})

    award, stamps = (
        next(function for function in plan_for(own).functions if function.key == key)
        for key in ("award", "stamps")
    )

    assert (award.memory_mb, award.timeout_s) == (512, 30)
    assert (stamps.memory_mb, stamps.timeout_s) == (256, 30)


@pytest.mark.parametrize(
    ("seconds", "said", "holds"), [(3, "10", 10), (10, "10", 10), (30, "10 to 30", 30)]
)
def test_timeout_that_is_too_short_to_be_kept_to_is_expected_as_long_as_it_must_be(
    seconds, said, holds
):
    own = replace(LOCAL, functions={"award": FunctionSettings(timeout_s=seconds)})
    bound = plan_for(own).function("award").bounds[TIMEOUT]

    assert (bound.words.en, bound.prefers) == (said, holds)
    assert bound.holds(bound.prefers)
    assert not bound.holds(bound.prefers + 1)


@pytest.mark.parametrize(
    ("table", "misspelt"),
    [
        ("functions.awards]\nmemory_mb = 512", "awards"),
        ("table_settings.user]\ncapacity = 5", "user"),
        ('routes."GET /stamp"]\nrate = 5', "GET /stamp"),
        ('names]\nstamp-role = "X"', "stamp-role"),
    ],
)
def test_item_that_there_is_not_is_refused(tmp_path, table, misspelt):
    file = tmp_path / "environments.toml"
    text = ENVIRONMENTS.read_text(encoding="utf-8")
    file.write_text(f"{text}\n[local.{table}\n", encoding="utf-8")

    with pytest.raises(EnvironmentFileError, match=f"{misspelt} is not among"):
        load("local", file, {})


def test_table_has_its_own_values_and_else_those_of_all():
    users, stamps = planned(**one_table(pitr_days=7, deletion_protection=False)).tables[:2]

    assert (users.recovery_days, users.deletion_protection) == (7, False)
    assert (stamps.recovery_days, stamps.deletion_protection) == (35, True)


def test_own_window_of_a_table_is_the_bound_of_its_row():
    week = item("backups", "Users-prod", window_days=7)

    assert red("DEP-05", week)
    assert not red("DEP-05", week, **one_table(pitr_days=7))


def test_own_capacity_of_a_table_is_the_bound_of_its_row():
    capped = item("tables", "Users-prod", caps={"Users-prod": 300})

    assert not red("DEP-03", capped)
    assert red("DEP-03", capped, **one_table(capacity=400))


def test_table_that_may_be_deleted_by_decision_is_green_by_it():
    off = item("tables", "Users-prod", deletion_protection=False)

    assert red("DEP-07", off)
    assert not red("DEP-07", off, **one_table(deletion_protection=False))


def test_own_key_of_a_table_is_used_by_those_alone_who_read_it():
    may = {
        role.function
        for role in planned(**one_table(key=KEY)).roles
        if any(each.resource == KEY for each in role.required)
    }

    assert may == {"auth", "ranking"}
    assert red("SEC-20", **one_table(key=KEY))


def test_replica_is_allowed_in_the_regions_of_its_key_alone():
    copied = item("tables", "Users-prod", replicas=("ap-northeast-3",))

    assert red("PREP-06", copied)
    assert not red("PREP-06", copied, **one_table(replicas=("ap-northeast-3",)))


def test_stream_is_allowed_by_its_view_type():
    assert not planned().tables[0].allows
    allowed = planned(**one_table(stream="NEW_IMAGE")).tables[0].allows[STREAM]

    assert allowed.holds("NEW_IMAGE")
    assert not allowed.holds("KEYS_ONLY")


def test_own_throttle_of_a_route_is_the_bound_of_its_row():
    assert red("SEC-32", **one_route(rate=100, burst=200))
    assert not red("SEC-32", throttled(rate=100.0, burst=200), **one_route(rate=100, burst=200))
    assert not red("DEP-37", throttled(rate=100.0, burst=200), **one_route(rate=100, burst=200))


@pytest.mark.parametrize(
    ("every", "made"), [(1000.0, [900, 2000]), (10_000.0, [900, 2000]), (800.0, [])]
)
def test_procedure_limits_a_route_by_itself_unless_the_stage_is_stricter(every, made):
    stage = replace(
        healthy().inventory.sections.stages["prod"],
        settings={"*/*": MethodSetting(rate=every, burst=2000)},
    )

    changes = [
        change
        for change, _ in narrower("stage prod", planned(**one_route(rate=900)).api, stage.settings)
    ]

    assert [change.after for change in changes] == made


def test_procedure_sends_a_burst_as_the_whole_number_that_aws_wants():
    stage = replace(healthy().inventory.sections.stages["prod"], settings={"*/*": MethodSetting()})

    changes = [
        change
        for change, _ in narrower(
            "stage prod", planned(**one_route(rate=20, burst=200)).api, stage.settings
        )
    ]

    assert [
        (change.field.en, str(change.after)) for change in changes if "burst" in change.field.en
    ] == [("stamps/award/POST throttle burst", "200")]


def test_procedure_limits_no_route_by_itself_where_the_stage_alone_is_too_wide():
    stage = replace(
        healthy().inventory.sections.stages["prod"],
        settings={"*/*": MethodSetting(rate=10_000.0, burst=2000)},
    )

    assert [change for change, _ in narrower("stage prod", planned().api, stage.settings)] == []


def test_own_timeout_of_a_route_is_the_bound_of_its_row():
    assert not red("DEP-37", **one_route(timeout_ms=29_000))


def test_preflight_is_kept_no_longer_than_decided():
    assert not red("DEP-25", cors_max_age_s=600)


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        (one_table(pitr=False), "table_settings.users.pitr"),
        (one_table(pitr_days=7), "table_settings.users.pitr_days"),
        (one_table(deletion_protection=False), "table_settings.users.deletion_protection"),
        (one_table(capacity=1), "table_settings.users.capacity"),
        (one_table(stream="NEW_IMAGE"), "table_settings.users.stream"),
        (one_table(replicas=("us-east-1",)), "table_settings.users.replicas"),
        (one_route(rate=5000), f"routes.{AWARD}.rate"),
        (one_route(rate=1), f"routes.{AWARD}.rate"),
        (one_route(burst=5000), f"routes.{AWARD}.burst"),
        (one_route(timeout_ms=500), f"routes.{AWARD}.timeout_ms"),
    ],
)
def test_own_value_beyond_the_guide_is_told_by_its_key(fields, key):
    (told,) = red("PREP-07", **fields)

    assert told.startswith(f"environment prod: {key}: found ")
    assert "docs/environments.md#" in told


OTHER = "Rally-1A2B"
NAMES = {"stamps-role": "RallyStack-StampsRole1A2B3C4D", "auth": "Rally-Auth-5E6F"}


def test_name_that_a_tool_made_up_is_that_of_the_resource_and_of_all_that_follows_from_it():
    plan = planned(names=NAMES)
    auth, stamps = plan.function("auth"), plan.function("stamps")

    assert stamps.role.name == NAMES["stamps-role"]
    assert stamps.role.arn.endswith(f":role/{NAMES['stamps-role']}")
    assert stamps.name == "stamp-rally-prod-stamps"
    assert auth.alias_arn.endswith(f":function:{NAMES['auth']}:live")
    assert {f"/aws/lambda/{NAMES['auth']}"} <= {group.name for group in plan.log_groups}


def test_functions_and_api_may_write_into_a_log_group_of_another_name():
    ours, shared = "/rally/auth", "RallyStack-Logs1A2B3C4D"
    plan = planned(names={"auth-logs": ours, "stamps-logs": shared, "api-logs": shared})
    names = [group.name for group in plan.log_groups]

    assert (plan.function("auth").log_group, plan.api.access_log_group) == (ours, shared)
    assert [names.count(one) for one in (ours, shared)] == [1, 1]
    assert {
        f"log-group:{ours}:*" in change.resource for change in plan.function("auth").role.required
    } == {True, False}


@pytest.mark.parametrize(
    ("row", "section", "name", "key"),
    [
        ("MON-10", "dashboards", "stamp-rally-prod-dashboard", "dashboard"),
        ("SEC-30", "usage_plans", "stamp-rally-prod-usage-plan", "usage-plan"),
        ("SEC-31", "api_keys", "stamp-rally-prod-api-key", "api-key"),
    ],
)
def test_resource_of_another_name_is_found_once_the_environment_says_so(row, section, name, key):
    def moved(items):
        return {OTHER: replace(items[name], name=OTHER)}

    renamed = whole(section, moved)
    (told, *_) = red(row, renamed)

    assert "does not exist; if it has another name, say so in environments.toml, key names" in told
    assert red(row, renamed, names={key: OTHER}) == []
