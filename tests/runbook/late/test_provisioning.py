"""Everything is made by a late AWS at the first try, and each wait says what it waits for."""


def test_everything_is_made_at_the_first_try(late, everything):
    waited = set()
    for action in everything:
        late.do(action, waiting=waited.add)
    said = {one.en.partition(" (at most")[0] for one in waited}

    assert [change for action in everything for change in action(late.context())] == []
    assert any(one.startswith("AWS shows the changes of ") for one in said)
    assert all(one.ja and one.en != one.ja for one in waited)
