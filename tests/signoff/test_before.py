"""The environment before production has whatever name its table has."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from signoff.environment import EnvironmentFileError, load
from signoff.evidence import StoreSettings, open_store
from signoff.gather import _dev_records
from tests.healthy import healthy

FILE = """
[dev]
evidence = "dev"
account = "111122223333"

[staging]
evidence = "staging"
account = "111122223333"
"""


def no_client(service):
    """Fail where a folder store would ask AWS."""
    raise AssertionError(f"{service} was asked")


@pytest.fixture
def choice(tmp_path):
    """Make a choice of an environment whose file has two others, each with a run."""
    file = tmp_path / "environments.toml"
    file.write_text(FILE, encoding="utf-8")
    for name in ("dev", "staging"):
        settings = StoreSettings(environment=name, location=name, account="111122223333")
        store = open_store(settings, client=no_client, root=tmp_path)
        store.append("run", {"of": name}, caller="arn:aws:iam::1:user/x", release=None)

    def made(**fields):
        environment = replace(healthy().environment, **fields)
        options = SimpleNamespace(environments=file, root=tmp_path)
        return SimpleNamespace(environment=environment, options=options)

    return made


@pytest.mark.parametrize("name", ["dev", "staging"])
def test_newest_run_is_that_of_the_environment_that_the_file_names(choice, name):
    records = _dev_records(choice(before=name), SimpleNamespace(client=no_client))

    assert records.newest("run").body == {"of": name}


@pytest.mark.parametrize("fields", [{"before": "qa"}, {"name": "staging", "before": "staging"}])
def test_no_other_environment_stands_in_for_it(choice, fields):
    assert _dev_records(choice(**fields), SimpleNamespace(client=no_client)).newest("run") is None


@pytest.mark.parametrize("name", ["local", "prod"])
def test_stack_of_our_own_and_production_prove_nothing_beforehand(tmp_path, name):
    file = tmp_path / "environments.toml"
    file.write_text(f'[qa]\nbefore = "{name}"\n', encoding="utf-8")

    with pytest.raises(EnvironmentFileError, match=f"{name} proves nothing"):
        load("qa", file, {})
