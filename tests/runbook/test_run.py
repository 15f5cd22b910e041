"""A run does each step once, stops where it must, and goes on from there."""

from dataclasses import replace

import pytest

from aws.words import Words
from runbook.engine import Journal, Stopped
from runbook.engine.run import RedRow
from runbook.engine.screen import chosen
from runbook.judge import Checks
from tests.runbook import toy
from tests.runbook.toy import Memory, Thing


@pytest.fixture
def thing():
    return Thing()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "deep" / "journal.jsonl"


def told(path, *what):
    return [
        (entry.step.removeprefix("toy."), entry.what)
        for entry in Journal(path)
        if entry.what in what
    ]


def test_a_rehearsal_shows_everything_and_does_nothing(thing, path):
    screen = Memory()

    changes = toy.run(thing, path, screen).rehearse()

    assert [change.after for change in changes] == ["one", "two"]
    assert (thing.values, screen.asked, path.exists()) == ({}, [], False)


def test_a_run_does_every_step_and_writes_who_did_what_from_what(thing, path):
    toy.run(thing, path, Memory()).perform()

    assert thing.values == {"first": "one", "second": "two"}
    entries = list(Journal(path))
    assert {entry.who for entry in entries} == {toy.WHO}
    assert [entry.what for entry in entries] == (
        ["begin", "change", "done", "confirmed", "change", "done", "end"]
    )
    assert entries[1].detail["changes"] == [
        {
            "resource": "thing first",
            "field": "value",
            "before": None,
            "after": "one",
            "destroys": False,
        }
    ]


def test_a_stopped_run_goes_on_where_it_was(thing, path):
    thing.broken = True
    with pytest.raises(Stopped, match="mend it"):
        toy.run(thing, path, Memory()).perform()
    thing.broken = False
    screen = Memory()
    toy.run(thing, path, screen).perform()

    assert thing.applied == ["first", "second"]
    assert screen.outcomes == [
        ("set_the_first", "held"),
        ("look_at_it", "held"),
        ("set_the_second", "done"),
    ]
    assert screen.asked == []
    assert screen.details[0] == "go=True resumed=True"
    assert toy.WHO in screen.details[1]


def test_step_that_only_says_something_is_done_and_not_as_planned_already(thing, path):
    @toy.step("9-1")
    def say_where_it_goes(context):
        """Say where it goes.

        行き先を示す。
        """
        context.say(en="first: 1 -> 2", ja="first: 1 -> 2")
        return ()

    screen, said = Memory(), []
    saying = replace(toy.procedure(), steps=(say_where_it_goes,))
    toy.run(thing, path, screen, procedure=saying, tell=said.append).perform()

    assert [line.en for line in said] == ["first: 1 -> 2"]
    assert screen.outcomes == [("say_where_it_goes", "done")]


def test_a_step_that_no_longer_holds_is_done_again(thing, path):
    thing.broken = True
    with pytest.raises(Stopped):
        toy.run(thing, path, Memory()).perform()
    thing.broken = False
    thing.values.clear()
    toy.run(thing, path, Memory()).perform()

    assert thing.applied == ["first", "first", "second"]


def test_a_run_after_a_finished_one_asks_people_anew(thing, path):
    toy.run(thing, path, Memory()).perform()
    screen = Memory()
    toy.run(thing, path, screen).perform()

    assert screen.asked == ["look_at_it"]
    assert screen.details[0] == "go=True resumed=False"


def test_a_run_beside_another_of_its_procedure_does_nothing(thing, path):
    run = toy.run(thing, path, Memory())
    with run.journal.held(run.procedure.name, run.context.environment.name):
        with pytest.raises(Stopped, match="is under way on this machine"):
            toy.run(thing, path, Memory()).perform()
        toy.run(Thing(), path, Memory(), environment="other").perform()
    assert thing.values == {}

    run.perform()

    assert thing.values == {"first": "one", "second": "two"}


def test_another_environment_resumes_nothing(thing, path):
    thing.broken = True
    with pytest.raises(Stopped):
        toy.run(thing, path, Memory()).perform()
    screen = Memory()
    with pytest.raises(Stopped):
        toy.run(Thing(broken=True), path, screen, environment="other").perform()

    assert screen.details[0] == "go=True resumed=False"


def test_what_destroys_is_asked_for_and_not_done_unasked(path):
    thing, screen = Thing(values={"first": "zero"}, precious=True), Memory(agrees=False)
    with pytest.raises(Stopped, match="not agreed"):
        toy.run(thing, path, screen).perform()

    assert screen.asked == ["thing first"]
    assert thing.values == {"first": "zero"}
    assert told(path, "declined") == [("set_the_first", "declined")]


def test_what_destroys_only_since_it_was_shown_is_not_done(path):
    """Somebody changes the thing between the question and the deed."""
    thing = Thing(values={"first": "zero"}, precious=True)

    class Interfering(Memory):
        def agreed(self, lost):
            thing.values["first"] = "somebody else's"
            return super().agreed(lost)

    with pytest.raises(Stopped, match="not agreed to, so not done: thing first: value"):
        toy.run(thing, path, Interfering()).perform()

    assert thing.values == {"first": "somebody else's"}


def test_what_a_person_did_not_do_stops_the_run(thing, path):
    with pytest.raises(Stopped, match="not confirmed"):
        toy.run(thing, path, Memory(confirms=False)).perform()

    assert thing.applied == ["first"]


@pytest.mark.parametrize(("done", "asked"), [(True, []), (False, ["look_at_it"])])
def test_a_person_is_not_asked_for_what_is_seen_to_be_done(thing, path, done, asked):
    seen, screen = replace(toy.look_at_it, is_done=lambda _: done), Memory()
    steps = (toy.set_the_first, seen, toy.set_the_second)
    toy.run(thing, path, screen, procedure=replace(toy.procedure(), steps=steps)).perform()

    assert screen.asked == asked
    assert ("look_at_it", "held" if done else "confirmed") in screen.outcomes


def test_what_may_wait_is_left_and_the_run_goes_on(thing, path):
    waiting = replace(toy.look_at_it, may_wait=True)
    steps = (toy.set_the_first, waiting, toy.set_the_second)
    patient, screen = replace(toy.procedure(), steps=steps), Memory(confirms=False)
    toy.run(thing, path, screen, procedure=patient).perform()

    assert thing.applied == ["first", "second"]
    assert told(path, "left", "confirmed", "declined") == [("look_at_it", "left")]
    assert ("look_at_it", "left") in screen.outcomes


def test_what_may_wait_is_asked_once_for_all(thing, path):
    looks = [replace(toy.look_at_it, name=name, may_wait=True) for name in ("look", "hear")]
    steps = (toy.set_the_first, *looks, toy.set_the_second)
    patient, screen = replace(toy.procedure(), steps=steps), Memory()
    toy.run(thing, path, screen, procedure=patient).perform()

    assert screen.asked == ["look, hear"]
    assert told(path, "confirmed") == [("look", "confirmed"), ("hear", "confirmed")]


def test_what_is_done_already_is_not_asked_again(thing, path):
    look, hear = (replace(toy.look_at_it, name=name, may_wait=True) for name in ("look", "hear"))
    procedure = replace(toy.procedure(), steps=(look, hear, toy.set_the_second))
    thing.broken = True
    with pytest.raises(Stopped):
        toy.run(thing, path, OnlyLook(), procedure=procedure).perform()
    thing.broken, screen = False, Memory()
    toy.run(thing, path, screen, procedure=procedure).perform()

    assert screen.asked == ["hear"]


@pytest.mark.parametrize(
    ("answer", "numbers"),
    [
        ("all", {1, 2, 3, 4, 5}),
        ("1, 3-5", {1, 3, 4, 5}),
        ("2 4", {2, 4}),
        ("１、３－４", {1, 3, 4}),
        ("1–2", {1, 2}),
        ("", set()),
        ("6", None),
        ("0", None),
        ("y", None),
        ("2-", None),
        ("1-999", None),
    ],
)
def test_answer_names_the_steps_by_their_numbers(answer, numbers):
    named = chosen(answer, {1, 2, 3, 4, 5})

    assert (named if named is None else {*named}) == numbers


class OnlyLook(Memory):
    """Somebody who has done one thing alone."""

    def tried(self, steps):
        return [number for number in super().tried(steps) if steps[number].name == "look"]


def test_a_disk_that_takes_nothing_more_is_told_and_stops_the_run(thing, path):
    def full(*_):
        raise OSError(28, "No space left on device", "/evidence/000001.json")

    broken = replace(toy.set_the_first, action=full)
    made = replace(toy.procedure(), steps=(broken,))
    with pytest.raises(
        Stopped, match=r"000001\.json can't be used .No space left on device.: check"
    ):
        toy.run(thing, path, Memory(), procedure=made).perform()

    assert told(path, "failed") == [("set_the_first", "failed")]


def test_where_nobody_is_there_a_persons_work_stays_open(thing, path):
    screen = Memory()
    toy.run(thing, path, screen, unattended=True).perform()

    assert screen.asked == []
    assert told(path, "left", "confirmed") == [("look_at_it", "left")]


def test_a_row_is_judged_after_the_last_step_that_it_needs(thing, path):
    judged, screen = [], Memory()
    toy.run(thing, path, screen, judge=lambda rows: judged.append(rows) or {}).perform()

    assert judged == [("ROW-1",), ("ROW-2", "ROW-3")]
    assert [what for _, what in screen.outcomes].count("green") == len(judged)


LATE = RedRow(Words.same("it is not tagged"), settles_s=60)


@pytest.mark.parametrize(
    ("answers", "slept"),
    [
        ([{"ROW-1": LATE}, {"ROW-1": LATE}, {}, {}], [10, 10]),
        ([{"ROW-1": LATE}, {}, {}], [10]),
        ([{}, {}], []),
    ],
)
def test_a_proof_is_asked_again_while_aws_may_not_show_the_change(thing, path, answers, slept):
    left, naps, asked = iter(answers), [], []

    def judge(rows):
        asked.append(rows)
        return next(left)

    toy.run(thing, path, Memory(), judge=judge, sleep=naps.append).perform()

    assert naps == slept
    assert asked == [("ROW-1",)] * (len(answers) - 1) + [("ROW-2", "ROW-3")]


def test_a_proof_that_stays_red_is_given_up_when_aws_must_have_shown_the_change(thing, path):
    naps = []
    run = toy.run(thing, path, Memory(), judge=lambda _: {"ROW-1": LATE}, sleep=naps.append)
    with pytest.raises(Stopped, match="ROW-1 is still red: it is not tagged"):
        run.perform()

    assert sum(naps) == 70


FOLLOWS = {"ROW-1": RedRow(Words.same("a table is absent"), root="ROW-3")}


def test_a_row_that_follows_from_a_later_step_s_is_judged_after_that(thing, path):
    left, asked, lines = iter([FOLLOWS, {}, {}]), [], []
    judge = lambda rows: asked.append(rows) or next(left)  # noqa: E731 - a judge in a line
    toy.run(thing, path, Memory(), judge=judge, tell=lines.append).perform()

    assert asked == [("ROW-1",), ("ROW-2", "ROW-3"), ("ROW-1",)]
    assert [line.en for line in lines] == [
        "ROW-1 follows from ROW-3, and is judged again once that is green"
    ]


def test_a_row_that_follows_from_another_procedure_s_stops_nothing_and_is_not_called_green(
    thing, path
):
    screen, lines = Memory(), []
    elsewhere = {"ROW-1": RedRow(Words.same("a table is absent"), root="DEP-01")}
    left = iter([elsewhere, {}])
    toy.run(thing, path, screen, judge=lambda _: next(left), tell=lines.append).perform()

    assert [line.en for line in lines] == [
        "ROW-1 follows from DEP-01, and is judged again once that is green"
    ]
    assert screen.outcomes.count(("set_the_first", "green")) == 0


def test_a_row_that_nobody_judged_here_is_told_once_and_not_called_green(thing, path):
    screen, lines = Memory(), []
    aside = {"ROW-1": RedRow(Words.same("excluded"), aside=True)}
    toy.run(thing, path, screen, judge=lambda _: aside, tell=lines.append).perform()

    assert [line.en for line in lines] == ["ROW-1: excluded"]
    assert screen.outcomes.count(("set_the_first", "green")) == 0


UNPLANNED = RedRow(
    Words.same("a tag is a secret"),
    undone_by="python -m runbook detach --env local --row ROW-1 --go",
)


def test_what_nobody_planned_is_told_and_keeps_no_later_step_from_its_repair(thing, path):
    screen, lines, left = Memory(), [], iter([{"ROW-1": UNPLANNED}, {}])
    judge = lambda _: next(left)  # noqa: E731 - a judge in a line
    toy.run(thing, path, screen, judge=judge, tell=lines.append).perform()

    (line,) = lines
    assert line.en.endswith(f"stays red until a later procedure has run: {UNPLANNED.undone_by}")
    assert thing.applied == ["first", "second"]
    assert screen.asked == ["look_at_it"]
    assert screen.outcomes.count(("set_the_first", "green")) == 0


def test_what_nobody_planned_is_told_before_a_run_stops_for_another_row(thing, path):
    lines, red = [], {"ROW-1": UNPLANNED, "ROW-2": RedRow(Words.same("it is two"))}
    run = toy.run(thing, path, Memory(), judge=lambda _: red, tell=lines.append)

    with pytest.raises(Stopped, match="ROW-2 is still red: it is two"):
        run.perform()
    assert UNPLANNED.undone_by in lines[0].en


class Signed:
    def proves(self, step):
        return step is toy.look_at_it


def test_what_nobody_planned_stops_a_run_in_which_a_person_signs(thing, path):
    red = {"ROW-1": UNPLANNED}
    run = toy.run(thing, path, Memory(), judge=lambda _: red, signatures=Signed())

    with pytest.raises(Stopped, match="ROW-1 is still red: a tag is a secret"):
        run.perform()


def test_a_row_that_still_follows_when_its_root_is_due_stops_the_run(thing, path):
    left = iter([FOLLOWS, {}, FOLLOWS])
    run = toy.run(thing, path, Memory(), judge=lambda _: next(left), tell=lambda _: None)

    with pytest.raises(Stopped, match="ROW-1 is still red: a table is absent"):
        run.perform()


def test_a_row_that_nothing_late_is_read_for_is_red_at_once(thing, path):
    naps, red = [], {"ROW-1": LATE, "ROW-2": RedRow(Words.same("it is two"))}
    run = toy.run(thing, path, Memory(), judge=lambda _: red, sleep=naps.append)
    with pytest.raises(Stopped, match="ROW-2 is still red"):
        run.perform()

    assert naps == []


def test_where_nothing_was_changed_no_proof_is_asked_again(thing, path):
    thing.values = {"first": "one", "second": "two"}
    naps = []
    run = toy.run(thing, path, Memory(), judge=lambda _: {"ROW-1": LATE}, sleep=naps.append)
    with pytest.raises(Stopped, match="ROW-1 is still red"):
        run.perform()

    assert naps == []


def test_where_nothing_is_judged_nothing_is_called_green(thing, path):
    screen = Memory()
    toy.run(thing, path, screen).perform()

    assert "green" not in [what for _, what in screen.outcomes]


def test_rows_of_a_composed_procedure_are_judged_at_its_end(thing, path):
    judged = []
    composed = toy.procedure(composed=True)
    judge = lambda rows: judged.append((rows, len(thing.applied))) or {}  # noqa: E731 - a judge in a line
    toy.run(thing, path, Memory(), procedure=composed, judge=judge).perform()

    assert judged == [(("ROW-1", "ROW-2", "ROW-3"), 2)]


def test_rows_of_which_nothing_was_said_are_not_called_red(thing, path):
    silent = {
        "procedure": toy.procedure(composed=True),
        "judge": Checks("prod", [], lambda _: 4).red,
    }
    run = toy.run(thing, path, Memory(), **silent)
    with pytest.raises(Stopped) as stopped:
        run.perform()

    why = "the checks said nothing of it (exit 4); run pytest --env prod"
    assert str(stopped.value).partition(": ")[2] == f"applied, but not judged: {why}"


def test_a_red_row_stops_the_run_though_its_step_is_done(thing, path):
    why = "applied, but ROW-1 is still red: it is two, expected one"
    with pytest.raises(Stopped, match=why):
        toy.run(
            thing,
            path,
            Memory(),
            judge=lambda _: {"ROW-1": RedRow(Words.same("it is two, expected one"))},
        ).perform()

    assert thing.applied == ["first"]
    assert told(path, "done", "red", "end") == [
        ("set_the_first", "done"),
        ("set_the_first", "red"),
        ("", "end"),
    ]
