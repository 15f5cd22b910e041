"""No command reaches production unless its name was typed: not by default, not by --yes, not by another option."""

import pytest

from runbook.__main__ import main
from runbook.catalogue import procedures
from tests.runbook.desk import PROD

CARRIES = ("migrate_masters", "migrate_users")
"""Procedures that migrate from one environment to another: their --to names an environment."""
GOING = ("--yes", "--go", f"--environments={PROD}")
"""The file has nothing but prod: what does not go there finds no environment at all."""
DECIDED = {"migrate_users": ("--by=Hanako Sato",)}
"""Who decided that people may be copied: without that name it ends before it goes anywhere."""
LEADS_BACK = [
    name
    for name, procedure in procedures().items()
    if name not in CARRIES and "--to" in {option.flag for option in procedure.options}
]


@pytest.mark.parametrize("name", procedures())
def test_without_a_name_it_is_local(capsys, name):
    assert main([name, *GOING]) == 2

    assert "has no environment local; it has prod" in capsys.readouterr().err


@pytest.mark.parametrize("name", LEADS_BACK)
def test_what_goes_back_to_something_called_prod_is_local_still(capsys, name):
    assert main([name, "--to=prod", *GOING]) == 2

    assert "has no environment local; it has prod" in capsys.readouterr().err


@pytest.mark.parametrize(
    "name", [procedure for procedure in procedures() if procedure not in (*CARRIES, *LEADS_BACK)]
)
def test_what_goes_to_nothing_refuses_a_prod_that_it_is_to_go_to(capsys, name):
    assert main([name, "--to=prod", *GOING]) == 2

    assert f"runbook {name} does not take --to" in capsys.readouterr().err


@pytest.mark.parametrize("name", CARRIES)
@pytest.mark.parametrize("typed", ["--to=prod", "--env=prod"])
def test_items_go_to_prod_where_either_option_names_it(monkeypatch, capsys, name, typed):
    """A migration names both of its ends, and ``--to`` is one of them: that is prod typed out."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for file in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(file, "/nonexistent")
    assert main([name, typed, *DECIDED.get(name, ()), *GOING]) == 4

    assert capsys.readouterr().err.startswith("runbook: prod needs credentials")


@pytest.mark.parametrize("name", CARRIES)
def test_two_names_of_environments_are_one_too_many(capsys, name):
    assert main([name, "--to=prod", "--env=dev", *GOING]) == 2

    assert "--to prod and --env dev name two environments: name one" in capsys.readouterr().err
