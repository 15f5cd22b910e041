"""A record is stale when a fact of a part that it rests on has changed, and names that fact; else it stands."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from typing import Any, get_args, get_origin, get_type_hints

import pytest

from aws.access.principals import Principal, Reach
from aws.api.integration import StaticAnswer
from aws.inventory import Sections
from aws.kinds import ATTACHED, BY_SECTION, KINDS
from aws.kinds.alarm_actions import MuteRule
from aws.kinds.domain import BasePath
from aws.kinds.function_invocation import FunctionUrl
from aws.kinds.role import PolicyDocument
from aws.kinds.table_scaling import ScalableTarget
from aws.ledger import Unplanned
from aws.redaction.secret_text import MaskedValue
from aws.section import Missing, NotTestable
from aws.words import Words
from checks.deployed import Deployed
from checks.records import RowRecords
from signoff.evidence import Record
from signoff.evidence.facts import PartFact, digest_of, from_body, to_body
from signoff.evidence.parts import ASSIGNED, LEFT_OUT, OF_SECTIONS, PARTS, WHOLE, Part, labels
from signoff.judge.checklist import Checklist
from signoff.judge.staleness import NAMED, ChangedFact, NotSigned, Stale, changes, signed
from tests.defects.changes import absent, added, edited, item, unread, without_records
from tests.folder_store import store_in
from tests.healthy import healthy
from tests.healthy.identity import READER
from tests.healthy.store import CALLER

WORLD = healthy()
CHECKLIST = Checklist.load()
RESTING = {row.id: row for row in CHECKLIST if row.rests_on}
KEPT = {"PREP-02": "load", "ROLL-05": "rehearsal", "DATA-05": "recount"}
"""Rows whose records a check reads -> their kind; all others rest on a signature."""
AWARD, AUTH = "stamp-rally-prod-award", "stamp-rally-prod-auth"
API, ALARM = "stamp-rally-prod-api", "stamp-rally-prod-api-4xx-alarm"
TOPIC = "arn:aws:sns:ap-northeast-1:444455556666:stamp-rally-prod-alerts"
SECRET = "stamp-rally-prod/token-secret-key"
DOMAIN, PLAN = "api.rally.example.jp", "stamp-rally-prod-usage-plan"
ACCOUNT = "arn:aws:iam::444455556666"
OPEN = '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}'


def withheld(text: str) -> MaskedValue:
    return MaskedValue(
        text=None, length=9, shape="word", digests={"parts of prod in 444455556666": text}
    )


def first(section, name, **changed):
    """Change the first of several items of one name."""
    return edited(section, name, lambda found: (replace(found[0], **changed), *found[1:]))


def served(**changed):
    return item("served", "prod", **changed)


DOCUMENT = WORLD.inventory.sections.served["prod"]
ROUTE, AUTHORIZER = "POST /stamps/award", "stamp-rally-prod-authorizer"


def method(**changed):
    route = DOCUMENT.methods[ROUTE]
    return served(methods={**DOCUMENT.methods, ROUTE: replace(route, **changed)})


def authorizer(**changed):
    found = replace(DOCUMENT.authorizers[AUTHORIZER], **changed)
    return served(authorizers={AUTHORIZER: found})


def variables(**changed):
    before = WORLD.inventory.sections.functions[AWARD].environment
    return item("functions", AWARD, environment={**before, **changed})


def throttle(**changed):
    def changed_in(stage):
        limits = replace(stage.settings["*/*"], **changed)
        return replace(stage, settings={"*/*": limits})

    return edited("stages", "prod", changed_in)


def policies(*more):
    return edited("roles", f"{AWARD}-role", lambda role: replace(role, policies=more))


def attached(section, name, fact):
    one = Unplanned(kind=Words("x", "x"), name=name, fact=Words(fact, fact), found="on", call="x:Y")
    return item_of(section, name, (one,))


def item_of(section, name, new):
    return edited(section, name, lambda _: new)


def policy_of(document):
    return edited(
        "function_policies", AWARD, lambda found: (found[0], replace(found[1], document=document))
    )


def masters(change):
    return edited(
        "contents", "StampMasters-prod", lambda entry: replace(entry, items=change(entry.items))
    )


def key_rotated(value):
    return replace(value, fields={name: withheld("other") for name in value.fields})


CHANGES: Mapping[str, tuple[Part, Any]] = {
    "code": (Part.CODE, item("functions", AWARD, code_sha256="b3RoZXI=")),
    "handler": (Part.CODE, item("functions", AWARD, handler="other.handler")),
    "runtime": (Part.CODE, item("functions", AWARD, runtime="python3.12")),
    "layer": (Part.CODE, item("functions", AUTH, layers=("arn:aws:lambda:x:1:layer:x:1",))),
    "architecture": (Part.CODE, item("functions", AUTH, architectures=("arm64",))),
    "weighted alias": (Part.CODE, first("aliases", AWARD, weights={"1": 0.1})),
    "memory": (Part.CONFIGURATION, item("functions", AWARD, memory_mb=512)),
    "time-out": (Part.CONFIGURATION, item("functions", AWARD, timeout_s=29)),
    "variable": (
        Part.CONFIGURATION,
        variables(MORE=MaskedValue(text="1", length=1, shape="digits")),
    ),
    "withheld variable": (Part.CONFIGURATION, variables(MORE=withheld("a"))),
    "tracing": (Part.CONFIGURATION, item("functions", AWARD, tracing="PassThrough")),
    "attached to a function": (Part.CONFIGURATION, attached("function_attachments", AWARD, "VPC")),
    "key of a table": (
        Part.CONFIGURATION,
        item("tables", "Users-prod", sse_key_arn="arn:aws:kms:x"),
    ),
    "stage variable": (Part.CONFIGURATION, item("stages", "prod", variables={"x": withheld("x")})),
    "access log": (
        Part.CONFIGURATION,
        item("stages", "prod", access_log_format="$context.requestId"),
    ),
    "role of a function": (
        Part.PERMISSIONS,
        item("functions", AWARD, role_arn=f"{ACCOUNT}:role/x"),
    ),
    "policy of a role": (Part.PERMISSIONS, policies(PolicyDocument(name="all", document=OPEN))),
    "trust": (Part.PERMISSIONS, item("roles", f"{AWARD}-role", trust=OPEN)),
    "boundary": (
        Part.PERMISSIONS,
        item("roles", f"{AWARD}-role", boundary=PolicyDocument(name="b", document=OPEN)),
    ),
    "table policy": (Part.PERMISSIONS, item("table_policies", "Users-prod", document=OPEN)),
    "secret's policy": (
        Part.PERMISSIONS,
        item("secrets", SECRET, policy=OPEN),
    ),
    "function policy": (Part.PERMISSIONS, policy_of(OPEN)),
    "function URL": (
        Part.PERMISSIONS,
        item_of("function_urls", AWARD, (FunctionUrl(arn="x", url="https://x", auth_type="NONE"),)),
    ),
    "somebody else": (
        Part.PERMISSIONS,
        added(
            "principals",
            f"{ACCOUNT}:user/x",
            Principal(
                arn=f"{ACCOUNT}:user/x",
                kind="user",
                reach=(Reach(kind="table", name="Users-prod", action="dynamodb:*", by="p"),),
            ),
        ),
    ),
    "somebody who may act on more": (
        Part.PERMISSIONS,
        item(
            "principals",
            READER,
            reach=(Reach(kind="table", name="UserStamps-prod", action="dynamodb:Scan", by="p"),),
        ),
    ),
    "bucket's policy": (Part.PERMISSIONS, item("buckets", "stamp-rally-prod-images", policy=OPEN)),
    "API key off": (Part.PERMISSIONS, item("api_keys", "stamp-rally-prod-api-key", enabled=False)),
    "route's authorizer": (Part.API, method(authorizer=None)),
    "route's model": (Part.API, method(surplus={"requestBody": "maxLength 26"})),
    "authorizer": (Part.API, authorizer(ttl_s=3600)),
    "gateway response": (
        Part.API,
        served(gateway_responses={"DEFAULT_4XX": StaticAnswer(status="200")}),
    ),
    "route gone": (Part.API, served(methods={})),
    "API's policy": (Part.API, first("rest_apis", API, policy=OPEN)),
    "domain's mapping": (
        Part.API,
        item("domains", DOMAIN, mappings=(BasePath(path="", api_id="other", stage="prod"),)),
    ),
    "TLS": (Part.API, item("domains", DOMAIN, security_policy="TLS_1_0")),
    "another domain": (
        Part.API,
        added(
            "api_mappings", "x.example.jp", (BasePath(path="", api_id="k3v9x0q2ma", stage="prod"),)
        ),
    ),
    "cache": (Part.API, item("stages", "prod", cache_enabled=True)),
    "canary": (Part.API, item("stages", "prod", canary_percent=10.0)),
    "range key": (Part.DATA, item("tables", "Users-prod", range_key="Other")),
    "recovery": (Part.DATA, item("backups", "Users-prod", pitr=False)),
    "time to live": (Part.DATA, attached("table_attachments", "UserStamps-prod", "time to live")),
    "replica": (Part.DATA, item("tables", "Users-prod", replicas=("us-east-1",))),
    "master moved": (
        Part.MASTERS,
        masters(lambda items: ({**items[0], "x": {"S": "y"}}, *items[1:])),
    ),
    "master gone": (Part.MASTERS, masters(lambda items: items[1:])),
    "alarm's action": (Part.ALARMS, item("alarms", ALARM, alarm_actions=())),
    "alarm's threshold": (Part.ALARMS, item("alarms", ALARM, threshold=100_000.0)),
    "alarm off": (Part.ALARMS, item("alarms", ALARM, actions_enabled=False)),
    "mute rule": (
        Part.ALARMS,
        added(
            "mute_rules",
            "night",
            MuteRule(name="night", status="ACTIVE", alarms=(ALARM, "other"), schedule="x"),
        ),
    ),
    "subscription": (Part.ALARMS, item("topics", TOPIC, subscriptions=())),
    "dashboard": (Part.ALARMS, item("dashboards", "stamp-rally-prod-dashboard", widgets=())),
    "stage throttle": (Part.CAPACITY, throttle(rate=20.0)),
    "burst": (Part.CAPACITY, throttle(burst=5)),
    "usage plan": (Part.CAPACITY, item("usage_plans", PLAN, rate=1.0)),
    "quota": (Part.CAPACITY, item("usage_plans", PLAN, quota=10)),
    "reservation": (Part.CAPACITY, item("functions", AWARD, reserved_concurrency=1)),
    "account's concurrency": (
        Part.CAPACITY,
        item("lambda_account", "account", concurrent_executions=10),
    ),
    "billing": (Part.CAPACITY, item("tables", "Users-prod", billing_mode="PROVISIONED")),
    "autoscaling": (
        Part.CAPACITY,
        added(
            "scalable_targets",
            "Users-prod",
            (ScalableTarget(resource="table/Users-prod", dimension="x", minimum=1, maximum=2),),
        ),
    ),
    "another token": (
        Part.SECRETS,
        edited("secret_values", "stamp-rally-prod/line-channel-access-token", key_rotated),
    ),
}
LATER = WORLD.now
SAME: Mapping[str, Any] = {
    "published again": item("functions", AWARD, version="9"),
    "alias moved to it": first("aliases", AWARD, version="9"),
    "deployed again": item("stages", "prod", deployment_id="other"),
    "patched runtime": item("functions", AWARD, runtime_version="arn:aws:lambda:x::runtime:y"),
    "update under way": item("functions", AWARD, last_update_status="InProgress"),
    "settings of one method that every method has": edited(
        "stages",
        "prod",
        lambda stage: replace(
            stage, settings={**stage.settings, "stamps/GET": stage.settings["*/*"]}
        ),
    ),
    "text of the stage": item("stages", "prod", description="other"),
    "restorable later": item("backups", "Users-prod", earliest=LATER, latest=LATER),
    "alarm fires": item("alarms", ALARM, state="ALARM", state_since=LATER),
    "text of an alarm": item("alarms", ALARM, description="other"),
    "another team's alarm": added(
        "alarms", "other", replace(WORLD.inventory.sections.alarms[ALARM], name="other")
    ),
    "another team's mute rule": added(
        "mute_rules", "x", MuteRule(name="x", status="ACTIVE", alarms=("other",), schedule="x")
    ),
    "another team's topic": added("topics", "x", WORLD.inventory.sections.topics[TOPIC]),
    "a service of AWS": added(
        "principals",
        f"{ACCOUNT}:role/aws-service-role/x",
        Principal(arn="x", kind="role", reach=()),
    ),
    "tag of a function": item("functions", AWARD, tags={"x": withheld("x")}),
    "tag of a table": item("table_tags", "Users-prod", tags={"x": withheld("x")}),
    "tag of a secret": item("secrets", SECRET, tags={"x": withheld("x")}),
    "tag of a role": item("roles", f"{AWARD}-role", tags={"x": withheld("x")}),
    "tag of the stage": item("stages", "prod", tags={"x": withheld("x")}),
    "tag of the API": first("rest_apis", API, tags={"x": withheld("x")}),
    "deletion protection": item("tables", "Users-prod", deletion_protection=False),
    "retention": item("log_groups", f"/aws/lambda/{AWARD}", retention_days=1),
    "role used": item("roles", f"{AWARD}-role", last_used_in="ap-northeast-1"),
    "concurrency of others": item("lambda_account", "account", unreserved=900),
    "certificate renewed": edited(
        "certificates",
        next(iter(WORLD.inventory.sections.certificates)),
        lambda one: replace(one, not_after=None),
    ),
    "unknown member of AWS": served(unknown=("x-new",)),
}


def vouched(snapshot):
    """Have every step signed, for what is live."""
    steps = {row.signed for row in CHECKLIST if row.signed}
    parts = {part.value: digest_of(snapshot.facts(part)) for part in Part}
    entries = tuple(
        Record(
            kind="signature",
            environment="prod",
            release=snapshot.release,
            caller=CALLER,
            created=snapshot.now,
            expires=snapshot.now.replace(year=2027),
            body={"step": step, "by": "Hanako Sato"},
            parts=parts,
        )
        for step in steps
    )
    kept = tuple(
        replace(
            entries[0], kind="facts", body={"digest": parts[one], **to_body(snapshot.facts(one))}
        )
        for one in Part
    )
    records = replace(snapshot.records, entries=(*snapshot.records.entries, *kept, *entries))
    return replace(snapshot, records=records)


SIGNED = vouched(WORLD)


def held(snapshot, row):
    """Hold the newest record of a row against what is live."""
    if row.signed:
        signed(snapshot, row)
        return
    deployed = Deployed(snapshot.inventory.sections, snapshot.plan, row.id, snapshot.records)
    said = Words("it was recorded", "記録された")
    record = snapshot.records.newest(KEPT[row.id])
    RowRecords(snapshot=snapshot, deployed=deployed, row=row).require_live(record, said)


def stale(snapshot):
    """Return row -> why its record is stale."""
    found = {}
    for row in RESTING.values():
        try:
            held(snapshot, row)
        except Stale as error:
            found[row.id] = error
    return found


def test_records_of_what_is_live_stand():
    assert stale(SIGNED) == {}


@pytest.mark.parametrize("minutes", [1, -30], ids=["later", "by a clock that is slow"])
def test_signature_of_the_cut_over_counts_from_the_newest_rollback_of_the_front_end_on(minutes):
    then = {"part": "front-end", "state": "done"}
    back = replace(
        SIGNED.records.entries[-1],
        kind="rollback",
        created=SIGNED.now + timedelta(minutes=minutes),
        body=then,
    )
    records = replace(SIGNED.records, entries=(*SIGNED.records.entries, back))

    with pytest.raises(NotSigned, match="phone_test is not signed since a rollback"):
        signed(replace(SIGNED, records=records), CHECKLIST["CUT-06"])
    assert signed(replace(SIGNED, records=records), CHECKLIST["PREP-03"])


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"expires": SIGNED.now - timedelta(minutes=1)}, "which has expired"),
        ({"expires": None}, "which has expired"),
        ({"api": "another"}, "for API another, but"),
    ],
)
def test_signature_of_another_day_or_api_is_none(changed, why):
    entries = tuple(replace(entry, **changed) for entry in SIGNED.records.entries)
    records = replace(SIGNED.records, entries=entries)

    with pytest.raises(NotSigned, match=why):
        signed(replace(SIGNED, records=records), CHECKLIST["PREP-03"])


@pytest.mark.parametrize("id_", KEPT)
def test_record_of_another_api_is_none(id_):
    entries = tuple(replace(entry, api="another") for entry in SIGNED.records.entries)
    records = replace(SIGNED.records, entries=entries)

    with pytest.raises(Missing, match="and of API another, but"):
        held(replace(SIGNED, records=records), RESTING[id_])


@pytest.mark.parametrize("change", CHANGES)
def test_record_is_stale_if_and_only_if_it_rests_on_what_changed(change):
    part, breaks = CHANGES[change]

    assert set(stale(breaks(SIGNED))) == {
        id_ for id_, row in RESTING.items() if part in row.rests_on
    }


@pytest.mark.parametrize("change", SAME)
def test_what_moves_by_itself_or_is_others_makes_nothing_stale(change):
    assert stale(SAME[change](SIGNED)) == {}


((DASHBOARD_NAME, DASHBOARD),) = WORLD.inventory.sections.dashboards.items()
OF_ONE_NAME = range(len(DASHBOARD.widgets[0].metrics))
"""Places of metrics of one name, each of another function."""


@pytest.mark.parametrize("place", OF_ONE_NAME)
def test_each_of_several_that_have_one_name_is_a_fact_of_its_own(place):
    first, *others = DASHBOARD.widgets
    metrics = list(first.metrics)
    metrics[place] = replace(metrics[place], statistic="SampleCount")
    widgets = (replace(first, metrics=tuple(metrics)), *others)
    changed = item("dashboards", DASHBOARD_NAME, widgets=widgets)(WORLD)

    assert changed.facts(Part.ALARMS) != WORLD.facts(Part.ALARMS)


def test_every_part_is_changed_above_and_rested_on_by_some_row():
    assert {part for part, _ in CHANGES.values()} == set(Part)
    assert {part for row in RESTING.values() for part in row.rests_on} == set(Part)


def test_records_rest_on_what_they_could_be_wrong_about():
    of = {id_: set(row.rests_on) for id_, row in RESTING.items()}

    assert of["PREP-02"] == {Part.CODE, Part.CONFIGURATION, Part.API, Part.CAPACITY}
    assert of["PREP-03"] == set(Part) - {Part.MASTERS, Part.SECRETS}
    assert of["SMOKE-16"] == {Part.CODE, Part.API, Part.DATA, Part.MASTERS}
    assert of["ROLL-05"] == {Part.CODE, Part.API, Part.DATA}


def test_sentence_names_the_fact_and_both_its_values_in_both_languages():
    error = stale(item("functions", AWARD, memory_mb=512)(SIGNED))["PREP-02"]

    assert error.words.en == (
        f"it was recorded; since then function {AWARD}: memory (MB) changed from 256 to 512"
    )
    assert error.words.ja == f"記録された。その後、関数 {AWARD}: メモリ（MB）が256から512に変わった"


def test_fact_that_is_new_or_gone_is_told_so():
    new = stale(variables(MORE=MaskedValue(text="1", length=1, shape="digits"))(SIGNED))["PREP-02"]
    gone = stale(absent("domains", DOMAIN)(SIGNED))["PREP-02"]

    assert f"function {AWARD}: variables.MORE is new: 1" in new.words.en
    assert f"domain {DOMAIN}: certificate is gone: arn:aws:acm" in gone.words.en
    assert "が消えた: arn:aws:acm" in gone.words.ja


def test_what_is_attached_is_named_in_both_languages_and_its_item_once():
    attaching = attached("function_attachments", AWARD, "network (VPC)")
    error = stale(attaching(SIGNED))["PREP-02"]

    assert f"attachments of function {AWARD}: network (VPC) is new: on" in error.words.en
    assert f"関数の付属設定 {AWARD}: ネットワーク（VPC）が追加された: on" in error.words.ja


def test_withheld_value_is_compared_and_not_told():
    before = vouched(variables(MORE=withheld("a"))(WORLD))
    error = stale(variables(MORE=withheld("b"))(before))["PREP-03"]

    told = f"function {AWARD}: variables.MORE changed from one withheld value to another"
    assert told in error.words.en


@pytest.mark.parametrize(
    ("was", "now", "en", "ja"),
    [
        ("not set", "5", "changed from not set to 5", "が未設定から5に変わった"),
        ("5", "", "changed from 5 to empty", "が5から空の値に変わった"),
        (
            None,
            "withheld (9 characters, hex)",
            "is new: withheld (9 characters, hex)",
            "が追加された: 非表示（9文字、16進数）",
        ),
    ],
)
def test_value_that_is_absent_or_withheld_is_told_in_both_languages(was, now, en, ja):
    fact = "functions x: reserved"
    before, after = (None if text is None else PartFact(text, text) for text in (was, now))
    told = ChangedFact(part=Part.CAPACITY, fact=fact, was=before, now=after).words

    assert told.en.endswith(en)
    assert told.ja.endswith(ja)


def test_fact_is_named_by_its_place_and_not_by_parts_of_its_name():
    place = ("functions", "x", "tags.cost: api")
    before, after = (PartFact(text, text, place=place) for text in "12")
    (change,) = changes(
        Part.CODE, {"functions x: tags.cost: api": before}, {"functions x: tags.cost: api": after}
    )

    assert change.words.en.startswith("function x: ")
    assert change.words.en.endswith("cost: api changed from 1 to 2")


def test_fact_keeps_its_place_in_a_record():
    facts = {"mute_rules a: b: state": PartFact("1", "1", place=("mute_rules", "a: b", "state"))}

    assert from_body(json.loads(json.dumps(to_body(facts)))) == facts


def facts(**values):
    return {f"rest_apis x: {name}": PartFact(text, text) for name, text in values.items()}


def test_long_value_is_shown_where_it_differs():
    old, new = "a" * 200 + "old" + "z" * 200, "a" * 200 + "new" + "z" * 200
    (change,) = changes(Part.API, facts(policy=old), facts(policy=new))

    assert "…aaaa" in change.words.en
    assert "old" in change.words.en
    assert len(change.words.en) < 250


def test_many_changes_are_counted():
    error = stale(served(methods={}, gateway_responses={})(SIGNED))["CUT-01"]

    assert error.words.en.count(";") == NAMED + 1
    assert error.words.en.endswith(" more")


def test_record_that_names_no_part_counts_for_nothing():
    entries = tuple(replace(entry, parts={}) for entry in SIGNED.records.entries)
    bare = replace(SIGNED, records=replace(SIGNED.records, entries=entries))

    assert set(stale(bare)) == set(RESTING)
    assert "it does not name its code" in stale(bare)["PREP-02"].words.en


def test_facts_that_are_not_kept_leave_the_record_as_stale():
    changed = without_records("facts")(item("functions", AWARD, memory_mb=512)(SIGNED))

    assert "configuration changed (the facts of" in stale(changed)["PREP-02"].words.en


def test_stale_record_prints_the_waiver_of_a_day_which_names_what_is_live():
    error = stale(item("functions", AWARD, memory_mb=512)(SIGNED))["PREP-02"]

    assert error.tables == (
        f"""[[prod.waivers]]
row = "PREP-02"
until = 2026-11-26
release = "{error.live}"
by = "…"
reason = "…\"""",
    )


def test_next_change_is_for_another_waiver():
    first_time = stale(item("functions", AWARD, memory_mb=512)(SIGNED))["PREP-02"]
    second_time = stale(item("functions", AWARD, memory_mb=513)(SIGNED))["PREP-02"]

    assert first_time.live != second_time.live


def test_part_that_is_not_read_leaves_its_rows_unknown():
    with pytest.raises(NotTestable, match="not authorized"):
        held(unread("domains")(SIGNED), CHECKLIST["PREP-02"])


def item_types(section: str) -> list[type]:
    """Return the types whose fields a section's facts are, those of a tuple's elements included."""
    hint = get_type_hints(Sections)[section]
    return [one for one in _flat(hint) if is_dataclass(one) and one.__name__ != "Unreadable"]


def _flat(hint: Any) -> list[Any]:
    inner = get_args(hint)
    return [hint] if get_origin(hint) is None else [one for each in inner for one in _flat(each)]


def test_every_section_has_a_part_for_what_nothing_else_names_or_is_left_out_for_a_reason():
    assert set(ASSIGNED) == {field.name for field in fields(Sections)}
    assert {section for section, told in ASSIGNED.items() if WHOLE not in told} == set(BY_SECTION)


@pytest.mark.parametrize("kind", KINDS, ids=lambda row: row.section)
def test_every_fact_of_a_kind_has_a_part_or_is_left_out_for_a_reason(kind):
    assert {field.name for field in fields(kind.type)} <= set(ASSIGNED[kind.section])


def test_every_field_that_is_named_is_one_of_the_section():
    wrong = [
        f"{section}.{name}"
        for section, told in ASSIGNED.items()
        for name in told.keys() - {WHOLE}
        if not any(_has(kind, *name.split(".")) for kind in item_types(section))
    ]

    assert wrong == []


def _has(kind: type, name: str, inner: str = "") -> bool:
    """Whether a type has a field, and that one's type the field ``inner``."""
    hint = get_type_hints(kind).get(name)
    within = [one for one in _flat(hint) if is_dataclass(one)]
    return hint is not None and (not inner or any(_has(one, inner) for one in within))


def test_no_field_is_in_two_parts():
    every = [
        f"{section}.{part}"
        for sections in (*OF_SECTIONS.values(), *LEFT_OUT.values())
        for section, names in sections.items()
        for part in names.split()
    ]

    assert [key for key, times in Counter(every).items() if times > 1] == []


def test_every_kind_of_fact_has_a_name_in_both_languages():
    judged = {section for sections in PARTS.values() for section in sections}

    assert labels()["sections"].keys() >= judged - BY_SECTION.keys() - ATTACHED.keys()


def test_store_keeps_each_state_of_a_part_once(tmp_path):
    store = store_in(tmp_path / "evidence", "prod")
    for step, code in (("a", "1"), ("b", "1"), ("c", "2")):
        parts = {Part.CODE: facts(code=code), Part.ALARMS: {}}
        store.append("signature", {"step": step}, caller=CALLER, release="r", parts=parts)
    records = store.load()

    assert records.problem is None
    assert [entry.kind for entry in records.entries] == [
        *("facts", "facts", "signature", "signature", "facts", "signature")
    ]
    newest = records.newest("signature")
    assert records.facts(newest.parts["code"]) == facts(code="2")


def test_part_of_a_record_can_not_be_changed_afterwards(tmp_path):
    store = store_in(tmp_path / "evidence", "prod")
    store.append("signature", {}, caller=CALLER, release="r", parts={Part.CODE: facts(x="1")})
    file = tmp_path / "evidence" / "000002.json"
    before = digest_of(facts(x="1"))
    file.write_text(file.read_text().replace(before, digest_of(facts(x="2"))))

    assert "000002.json" in store.load().problem.en
