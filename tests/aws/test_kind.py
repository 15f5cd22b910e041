"""The engine of kinds, with a toy: a queue of two calls, of which one is refused in turn."""

from dataclasses import dataclass

import botocore.session
import pytest
from botocore.exceptions import ClientError

from aws.bounds import at_most, exactly
from aws.change.gate import ChangeContext
from aws.change.undo import EACH, THIS, UndoTarget, calling
from aws.door.failures import Gone, ReadFailure
from aws.kind.description import (
    BY_NAME,
    NAME,
    PLANNED_BY,
    LeftOut,
    Part,
    ReadCall,
    fact,
    partly,
    unread_facts,
    value_of,
)
from aws.kind.engine import Kind
from aws.kinds.log_group import FOREVER, expiring
from aws.ledger import JUDGED, Closed, Harmless, by_parameter
from aws.section import NotTestable
from aws.words import Words
from tests.aws.closed_world import Coverage, undecided
from tests.unread import refused

DAYS, COLOUR = Words(en="days", ja="日数"), Words(en="colour", ja="色")
MARK = Words(en="mark", ja="印")
DENIED = refused("toy:GetColour: AccessDenied")


@dataclass(frozen=True, slots=True, kw_only=True)
class Toy:
    name: str = fact(NAME, BY_NAME, part=PLANNED_BY)
    days: int | None = fact(
        DAYS,
        "Spec.Days",
        absent=None,
        none=FOREVER,
        write=lambda days: {"Days": days},
    )
    state: str = fact(
        Words(en="state", ja="状態"), "State", part=LeftOut("moves by itself", moves=True)
    )
    colour: str = fact(
        COLOUR,
        "Colour",
        call="colour",
        part=Part.DATA,
    )


TOY = Kind[Toy](
    words=Words(en="toy", ja="玩具"),
    service="toy",
    section="toys",
    attached_section="toy_attachments",
    type=Toy,
    calls={
        "toy": ReadCall(
            operation="DescribeToy",
            asks={"Name": "{name}"},
            under="Toy",
            named=by_parameter("Name"),
            members={"Mark": Closed(MARK), "Spec.Full": Harmless("how full it is")},
            outside={"Page": Harmless("one page")},
        ),
        "colour": ReadCall(
            operation="GetColour",
            asks={"Name": "{name}", "Owner": "{account}"},
            empty_on=frozenset({"NoColour"}),
        ),
    },
)
RED, WHOLE = {"Colour": "red"}, {"Toy": {"State": "READY", "Spec": {"Days": 3}}}


class ToyDoor:
    """Answers as the door does, or raises."""

    def __init__(self, **answers):
        self.answers, self.asked = answers, []

    def call(self, service, method, **parameters):
        del parameters["empty_on"]
        self.asked.append((service, method, parameters))
        answer = self.answers[method]
        if isinstance(answer, Exception):
            raise answer
        return answer


class ToyClient:
    """Answers and records as boto3's client does."""

    def __init__(self, **answers):
        self.answers, self.made = answers, []

    def __getattr__(self, method):
        def call(**parameters):
            self.made.append((method, parameters))
            answer = self.answers.get(method, {})
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call


def door(**changed):
    return ToyDoor(**{"describe_toy": WHOLE, "get_colour": RED, **changed})


def changing(client, **more):
    return ChangeContext(
        clients=lambda _: client, go=True, permit=lambda _: True, sleep=lambda _: None, **more
    )


def test_facts_are_read_where_their_paths_lead():
    asked_at = door()

    assert TOY.read(asked_at, "a", account="1") == Toy(
        name="a", days=3, state="READY", colour="red"
    )
    assert asked_at.asked == [
        ("toy", "describe_toy", {"Name": "a"}),
        ("toy", "get_colour", {"Name": "a", "Owner": "1"}),
    ]


def test_absent_fact_has_the_value_that_its_absence_means():
    assert TOY.read(door(describe_toy={"Toy": {"State": "READY"}}), "a", account="1").days is None


def test_refused_call_makes_its_own_facts_unknown_and_no_more():
    toy = TOY.read(door(get_colour=ReadFailure(DENIED)), "a", account="1")

    assert (toy.name, toy.days, toy.state) == ("a", 3, "READY")
    assert list(unread_facts(toy)) == [("colour", DENIED)]
    assert list(unread_facts((toy, toy))) == [("colour", DENIED)] * 2
    with pytest.raises(NotTestable, match="AccessDenied"):
        _ = toy.colour


def test_needed_fact_that_the_answer_lacks_is_unknown_and_named():
    toy = TOY.read(door(describe_toy={"Toy": {"Spec": {}}}), "a", account="1")

    assert value_of(toy, "state").words.en == "toy:DescribeToy: the answer has no Toy.State"


@pytest.mark.parametrize("text", ["words", ["a"], 7])
def test_structure_that_is_none_is_no_absence(text):
    toy = TOY.read(door(describe_toy={"Toy": {"State": "READY", "Spec": text}}), "a", account="1")

    assert [name for name, _ in unread_facts(toy)] == ["days"]


def test_resource_of_which_no_call_is_answered_is_unknown():
    with pytest.raises(ReadFailure, match="GetColour"):
        TOY.read(
            door(describe_toy=ReadFailure(DENIED), get_colour=ReadFailure(DENIED)), "a", account="1"
        )


def test_resource_that_is_gone_is_absent_whatever_else_was_answered():
    gone = Gone.of("toy:DescribeToy", "no such toy", "ありません")

    with pytest.raises(Gone):
        TOY.read(door(describe_toy=gone), "a", account="1")


def test_call_that_finds_nothing_of_a_resource_that_is_there_makes_its_own_facts_unknown():
    gone = Gone.of("toy:GetColour", "no such toy", "ありません")
    toy = TOY.read(door(get_colour=gone), "a", account="1")

    assert list(unread_facts(toy)) == [("colour", gone.why)]


def test_resource_of_which_one_call_is_refused_and_the_other_finds_nothing_is_absent():
    gone = Gone.of("toy:GetColour", "no such toy", "ありません")

    with pytest.raises(Gone):
        TOY.read(door(describe_toy=ReadFailure(DENIED), get_colour=gone), "a", account="1")


def test_item_with_an_unknown_fact_is_compared_and_shown_without_raising():
    values = {"name": "a", "days": 3, "state": "READY", "colour": DENIED}
    known = Toy(name="a", days=3, state="READY", colour="red")

    assert partly(Toy, values) == partly(Toy, values)
    assert partly(Toy, values) != known
    assert partly(Toy, values) != partly(Toy, {**values, "days": 4})
    assert isinstance(partly(Toy, values), Toy)
    assert "AccessDenied" in repr(partly(Toy, values))


def test_difference_on_an_unknown_fact_is_not_testable():
    toy = TOY.read(door(get_colour=ReadFailure(DENIED)), "a", account="1")

    with pytest.raises(NotTestable):
        TOY.differences("a", toy, {COLOUR: exactly("red")})
    assert TOY.differences("a", toy, {DAYS: exactly(3)}) == ()


def test_difference_names_the_kind_the_fact_and_the_call():
    endless = Toy(name="a", days=None, state="READY", colour="red")
    (difference,) = TOY.differences("a", endless, {DAYS: exactly(3)}, loosens=True)

    assert difference.words.en == "toy a: days: found unlimited (toy:DescribeToy), expected 3"
    assert (difference.words.ja, difference.loosens) == (
        "玩具a: 日数は無期限（toy:DescribeToy）。期待値: 3",
        True,
    )


@pytest.mark.parametrize("value", [(), "", {}, frozenset()])
def test_bound_of_nothing_has_words(value):
    assert (exactly(value).words.en, exactly(value).words.ja) == ("none", "なし")


def test_ledger_follows_from_facts_and_from_what_is_closed_or_harmless():
    ledger = TOY.ledger

    assert ledger["toy:DescribeToy"].members == {
        "Toy.Spec.Days": JUDGED,
        "Toy.State": JUDGED,
        "Toy.Mark": TOY.calls["toy"].members["Mark"],
        "Toy.Spec.Full": Harmless("how full it is"),
        "Page": Harmless("one page"),
    }
    assert ledger["toy:GetColour"].members == {"Colour": JUDGED}
    assert [*ledger["toy:DescribeToy"].resources] == ["Toy"]
    assert ledger["toy:GetColour"].resources == {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Misspelt:
    days: int = fact(DAYS, "retentionInDay", absent=0)


def test_wrong_path_cannot_hide_in_its_default():
    """Held against botocore's model it is a member that AWS does not have, as in test_ledgers.py."""
    kind = Kind[Misspelt](
        words=DAYS,
        service="logs",
        section="",
        type=Misspelt,
        calls={
            "group": ReadCall(operation="DescribeLogGroups", under="logGroups", pages="logGroups")
        },
    )
    model = botocore.session.get_session().get_service_model("logs")
    left = [*undecided(model, kind.ledger, Coverage())]

    assert any("logGroups.retentionInDay is in the ledger, but AWS has no" in one for one in left)
    assert any("logGroups.retentionInDays is neither judged" in one for one in left)


def test_each_fact_has_its_part_or_the_reason_why_it_has_none():
    assert TOY.parts == {
        "name": PLANNED_BY,
        "days": Part.CONFIGURATION,
        "state": LeftOut("moves by itself", moves=True),
        "colour": Part.DATA,
    }


def test_fact_outside_its_bound_is_brought_to_the_nearest_value_within_it():
    endless = Toy(name="a", days=None, state="READY", colour="red")
    (change,) = TOY.repairs("a", endless, {DAYS: expiring(7), COLOUR: exactly("red")})

    assert (change.resource.en, change.field.en) == ("toy a", "days")
    assert (str(change.before), change.after, change.creates) == ("unlimited", 7, False)
    assert TOY.members({DAYS: 7}) == {"Days": 7}


def test_absent_resource_gets_every_fact():
    changes = TOY.repairs("a", None, {DAYS: expiring(7), COLOUR: exactly("red")})

    assert [(change.field.en, change.after, change.creates) for change in changes] == [
        ("days", 7, True),
        ("colour", "red", True),
    ]


def undone(ids, **answers):
    client = ToyClient(**answers)
    call = calling("toy", "remove_mark", Toy=THIS, Mark=EACH, Force=True)
    call(UndoTarget(context=changing(client), name="a: b, c", ids=ids))
    return [parameters for _, parameters in client.made]


@pytest.mark.parametrize(
    "mark", ["Nightly: maintenance", "a, b", "「夜間」", 'it\'s "x"', "{name}"]
)
def test_undoing_acts_on_the_thing_that_was_found_whatever_its_name(mark):
    """S1: a name that has our separators in it is one name."""
    assert undone((mark, "other")) == [
        {"Toy": "a: b, c", "Mark": mark, "Force": True},
        {"Toy": "a: b, c", "Mark": "other", "Force": True},
    ]


def test_what_is_gone_already_stays_gone():
    gone = ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "RemoveMark")

    assert len(undone(("one", "two"), remove_mark=gone)) == 2


@pytest.mark.parametrize(
    ("unit", "words"),
    {" s": "5秒以下", " ms": "5ミリ秒以下", " days": "5日以下", "/s": "5件/秒以下"}.items(),
)
def test_bound_writes_its_unit_as_japan_does(unit, words):
    assert at_most(5, unit).words == Words(f"at most 5{unit}", words)
