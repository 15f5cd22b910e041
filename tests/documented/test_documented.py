"""Answers in the bytes that AWS's documentation shows are read whole: protocols, nulls, errors, what is left out."""

import json

import pytest
from botocore.session import get_session

from aws.composite import alarms_in
from aws.inventory import on_demand, read_all
from tests.aws.answers import SCOPE, TOPIC
from tests.aws.fake_aws import CALLER, HEALTHY, OPTIONS, session_with
from tests.aws.unread import readable
from tests.documented.session import (
    ANSWERS,
    CBOR,
    FOLDER,
    VARIANTS,
    Documentation,
    Speaking,
    in_seconds,
)

EVERY = {**{f"{answer['call']} {n}": answer for n, answer in enumerate(ANSWERS)}, **VARIANTS}
LINKS = "_links"
"""What HAL adds to each of API Gateway's answers, and no client reads."""


@pytest.fixture(scope="module")
def models():
    return get_session().get_component("data_loader")


@pytest.fixture
def documentation(models):
    def documentation(*variants, protocol="json"):
        session = session_with(Speaking(models, protocol))
        return Documentation(session, [VARIANTS[variant] for variant in variants])

    return documentation


@pytest.fixture
def sections(documentation):
    """Read, section by section, with the variants of these names instead of the account's own answers."""

    def sections(*variants, protocol="json"):
        session = documentation(*variants, protocol=protocol)
        return on_demand(session, SCOPE, caller=CALLER, options=OPTIONS).sections

    return sections


@pytest.fixture(scope="module")
def whole(models):
    """The whole account, by what CloudWatch speaks: what was read, and what was asked."""
    read_over = {}
    for protocol in ("json", CBOR):
        account = Documentation(session_with(Speaking(models, protocol)))
        inventory = read_all(on_demand(account, SCOPE, caller=CALLER, options=OPTIONS))
        read_over[protocol] = inventory, set(account.asked)
    return read_over


def test_every_answer_names_its_source():
    unsourced = [
        name
        for name, value in EVERY.items()
        if not value["source"].startswith(("https://docs.aws.amazon.com/", "not documented: "))
    ]

    assert not unsourced


def test_every_operation_that_is_read_has_a_documented_answer(whole):
    _, asked = whole["json"]

    assert asked == {answer["call"] for answer in ANSWERS} == set(HEALTHY)


def test_documented_members_are_those_of_the_pinned_models():
    session = get_session()
    unknown = [
        f"{call}: {member}"
        for call, value in EVERY.items()
        if value.get("status", 200) == 200
        and (text := value.get("data", value.get("body")))[0] == "{"
        for member in unmodelled(session, value["call"], text)
    ]

    assert not unknown


def unmodelled(session, call, text):
    service, _, operation = call.partition(":")
    shape = session.get_service_model(service).operation_model(operation).output_shape
    if "payload" in shape.serialization:
        return []
    return list(strangers(in_seconds(json.loads(text)), shape, ""))


def strangers(value, shape, path):
    """Yield the members of an answer that its shape has not, at any depth."""
    if shape.type_name == "structure" and isinstance(value, dict):
        known = {
            member.serialization.get("name", name): member for name, member in shape.members.items()
        }
        for name, one in value.items():
            if name == LINKS:
                continue
            if name in known:
                yield from strangers(one, known[name], f"{path}/{name}")
            else:
                yield f"{path}/{name}"
    elif shape.type_name == "list" and isinstance(value, list):
        for one in value:
            yield from strangers(one, shape.member, path)
    elif shape.type_name == "map" and isinstance(value, dict):
        for one in value.values():
            yield from strangers(one, shape.value, path)


def test_whole_account_is_readable(whole):
    assert readable(whole["json"][0])


def test_cloudwatch_is_the_same_in_json_and_in_cbor(whole):
    assert whole[CBOR][0].sections == whole["json"][0].sections


def test_member_that_is_null_is_no_value(whole):
    inventory, _ = whole["json"]
    function = inventory.sections.functions["rally-auth"]

    assert (function.layers, function.kms_key_arn, function.memory_mb) == ((), None, 256)


def test_rule_schedule_and_pipe_that_act_on_ours_are_read(whole):
    found = whole["json"][0].sections.automations

    assert {name: [act.on for act in automation.acts] for name, automation in found.items()} == {
        "event rule default/ping": [("rally-auth",)],
        "pipe orders": [("rally-notify",)],
        "schedule ops/nightly": [("rally-notify",)],
    }


def test_error_of_every_protocol_is_known_as_what_it_is(whole):
    sections = whole["json"][0].sections

    assert sections.buckets["rally-images"].policy is None  # XML: <Code>
    assert (
        sections.table_policies["Users-prod"].document is None
    )  # JSON: __type behind its namespace
    assert [
        function_policy.qualifier
        for function_policy in sections.function_policies["rally-auth"]
        if function_policy.document
    ] == ["live"]  # REST: a header


def test_document_is_the_default_version_even_where_its_statement_is_no_list(whole):
    (policy,) = whole["json"][0].sections.roles["rally-notify-role"].policies

    assert json.loads(policy.document)["Statement"]["Action"] == [
        "logs:CreateLogStream",
        "logs:PutLogEvents",
    ]


def test_alarm_that_was_just_made_has_insufficient_data(whole):
    alarm = whole["json"][0].sections.alarms["rally-errors"]

    assert (alarm.state, alarm.period_s, alarm.threshold) == ("INSUFFICIENT_DATA", 300, 5.0)


def test_composite_alarm_names_its_children(whole):
    assert alarms_in(whole["json"][0].sections.alarms["rally-any"].rule) == {"rally-errors"}


def test_subscription_that_nobody_confirmed_is_pending(whole):
    subscriptions = whole["json"][0].sections.topics[TOPIC].subscriptions

    assert [subscription.confirmed for subscription in subscriptions] == [True, False]


def test_table_that_is_being_deleted_is_read_as_such(sections):
    assert sections("deleting").tables["Users-prod"].status == "DELETING"


def test_policy_of_a_function_may_have_no_sid_and_one_statement(sections):
    (policy,) = [
        one for one in sections("json_policy").function_policies["rally-auth"] if one.document
    ]

    assert "111122223333" in str(policy.document)


@pytest.mark.parametrize("protocol", ["json", CBOR])
def test_promql_alarm_of_somebody_else_hides_no_other(sections, protocol):
    alarms = sections("promql", protocol=protocol).alarms

    assert list(alarms) == ["rally-errors"]


@pytest.mark.parametrize("protocol", ["json", CBOR])
def test_lists_of_other_types_of_alarms_may_be_left_out(sections, protocol):
    assert list(sections("no_composite_alarms", protocol=protocol).alarms) == ["rally-errors"]


@pytest.mark.parametrize("protocol", ["json", CBOR])
def test_answer_with_nothing_in_it_is_not_no_alarms(sections, protocol):
    found = sections("nothing_at_all", protocol=protocol).alarms

    assert found.words.en == "cloudwatch:DescribeAlarms: the answer has no MetricAlarms"


def test_alarms_and_their_history_are_the_same_in_xml(sections):
    alarm = sections("alarms_in_xml", "history_in_xml", protocol="query").alarms["rally-errors"]

    assert (alarm.metric, alarm.alarm_actions, alarm.threshold) == ("Errors", (TOPIC,), 5.0)
    assert alarm.failed_action.startswith("Failed to execute action")


def test_key_without_a_name_hides_no_other(sections):
    assert "rally-key" in {key.name for key in sections("nameless_key").api_keys.values()}


def test_secret_is_held_by_its_own_region_and_by_those_of_its_replicas(sections):
    secret = sections("replicated_secret").secrets["rally/token"]

    assert secret.replicas == ("ap-northeast-1", "us-west-2")


def test_bucket_of_the_oldest_region_names_none(sections):
    assert sections("bucket_of_the_oldest_region").buckets["rally-images"].region == "us-east-1"


def test_bucket_of_the_second_region_has_it_under_its_name_of_today(sections):
    assert sections("bucket_of_the_second_region").buckets["rally-images"].region == "eu-west-1"


def test_listing_of_domains_without_the_configured_one_is_not_the_whole(sections):
    found = sections("no_domains").api_mappings

    assert found.words.en.startswith(f"apigateway:GetDomainNames: {SCOPE.domain} is not among")


def test_mappings_that_the_first_api_leaves_out_are_told_by_the_second(sections):
    found = sections("no_mappings").domains[SCOPE.domain]

    assert [mapping.api_id for mapping in found.mappings] == ["abc123"]


def test_variants_are_all_read():
    source = (FOLDER.parent / "test_documented.py").read_text(encoding="utf-8")

    assert [name for name in VARIANTS if f'"{name}"' not in source] == []
