"""GET /richmenu/list, POST /richmenu/set, DELETE /richmenu/unset: menus at LINE."""

from signoff.checklist import expectation


@expectation("SMOKE-08")
def test_rich_menus_are_listed(trial):
    answer = trial.success("GET /richmenu/list")

    flaw = trial.flaw(answer, 200)
    assert not flaw, flaw


@expectation("SMOKE-09")
def test_rich_menu_is_linked_to_the_person_who_agreed(trial):
    answer = trial.success("POST /richmenu/set")

    flaw = trial.flaw(answer, 200)
    assert not flaw, flaw


@expectation("SMOKE-10")
def test_rich_menu_is_unlinked_from_the_person_who_agreed(trial):
    trial.success("POST /richmenu/set")  # first, or the menu would stay linked
    answer = trial.success("DELETE /richmenu/unset")

    flaw = trial.flaw(answer, 200)
    assert not flaw, flaw
