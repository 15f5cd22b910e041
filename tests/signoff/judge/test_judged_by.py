"""What judges production: code, packages and addresses that are not the commit's are named."""

import py_compile
import subprocess
import sys
import sysconfig
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from signoff.judge.judged_by import (
    UNKNOWN,
    addresses,
    commit_of_run,
    contract_elsewhere,
    folders_of_imports,
    foreign,
    judged_by,
    models,
    of_the_commit,
    start_up_code,
    unchecked_caches,
)
from signoff.judge.result import provenance_of_run
from signoff.judge.run import CHOICE
from tests.healthy import healthy
from tests.signoff.checkout import committed, git

ROOT = Path(__file__).parents[3]


@pytest.fixture
def checkout(tmp_path):
    return committed(tmp_path / "checkout")


def judging(checkout, home, checks=None):
    stash = {CHOICE: SimpleNamespace(options=SimpleNamespace(root=home))}
    return SimpleNamespace(rootpath=checkout, stash=stash, option=SimpleNamespace(checks=checks))


@pytest.mark.parametrize("file", ["app.toml", "checklist.toml"])
def test_folder_of_another_application_or_of_rows_has_to_be_a_commit_as_well(
    file, checkout, tmp_path
):
    beside = committed(tmp_path / "beside")
    (beside / file).touch()
    folders = {"app.toml": (beside, None), "checklist.toml": (checkout, beside)}

    first = next(judged_by(judging(checkout, *folders[file])))

    assert first.what == "uncommitted changes"


@pytest.mark.parametrize(
    ("contract", "named"),
    [("../api/openapi.yaml", True), ("openapi.yaml", False), ("../checkout/judge.py", False)],
    ids=["beside the folder", "in it", "in another commit"],
)
def test_contract_has_to_be_in_a_commit(contract, named, checkout):
    folder = checkout.with_name("application")
    folder.mkdir()

    conditions = [*contract_elsewhere(folder / contract, (ROOT, folder))]

    assert bool(conditions) is named


def test_contract_that_git_ignores_is_in_no_commit(checkout):
    (checkout / ".git/info/exclude").write_text("*\n")
    (checkout / "build").mkdir()
    (checkout / "build/openapi.json").touch()

    (condition,) = contract_elsewhere(checkout / "build/openapi.json", (checkout, checkout))

    assert "build/openapi.json, which is in no commit" in condition.words.en


def test_run_of_another_application_names_the_commits_of_both(checkout):
    snapshot = healthy()
    given = dict.fromkeys(("phase", "replay", "elsewhere", "own_file", "checks"))
    choice = SimpleNamespace(
        options=SimpleNamespace(root=checkout, **given),
        **dict.fromkeys(("overrides", "derived", "embedded")),
        environment=snapshot.environment,
        started=snapshot.now,
    )

    provenance = provenance_of_run(choice, snapshot)

    assert provenance.commit == f"{commit_of_run(ROOT)}, {commit_of_run(checkout)}"


def module(name, path, monkeypatch):
    """Import a module of this name from a file, as a plugin or a conftest is."""
    made = ModuleType(name)
    made.__file__ = path and str(path)
    monkeypatch.setitem(sys.modules, name, made)
    return made


def config(*plugins, dist=""):
    """Return what pytest says of its plugins; ``dist`` is the package that brought the last one."""
    package = SimpleNamespace(metadata={"Name": dist})
    installed = [(plugins[-1], package)] if dist else []
    manager = SimpleNamespace(
        get_plugins=lambda: {pytest.Session, *plugins}, list_plugin_distinfo=lambda: installed
    )
    return SimpleNamespace(pluginmanager=manager)


@pytest.fixture
def told(checkout, monkeypatch):
    """Return which modules are told, run from a checkout whose lock has one plugin."""
    (checkout / "requirements.lock").write_text("pytest-html==4.2.0 \\\n    --hash=sha256:00\n")
    (checkout / "checks").mkdir()
    (checkout / "checks" / "conftest.py").write_text("")
    git(checkout, "add", ".")
    git(checkout, "commit", "--quiet", "--message", "checks")

    def look(name, path, dist=""):
        plugin = module(name, path, monkeypatch)
        said = [finding.words.en for finding in foreign(config(plugin, dist=dist), checkout)]
        return [one for one in said if f" {name} " in one]

    return look


def test_plugins_of_the_commit_of_pytest_and_of_the_lock_are_nobodys_business(told, checkout):
    assert told("elsewhere.conftest", checkout / "checks" / "conftest.py") == []
    assert told("_pytest.skipping", "/usr/lib/_pytest/skipping.py") == []
    assert told("pytest_html.plugin", "/usr/lib/pytest_html/plugin.py", dist="pytest_html") == []


@pytest.mark.parametrize(
    ("name", "path", "dist"),
    [
        ("loosened", "/srv/loosened.py", ""),
        ("loosened", None, ""),
        ("loosened.plugin", "/usr/lib/loosened/plugin.py", "pytest-loosened"),
        ("checks.sub.conftest", "{}/checks/sub/conftest.py", ""),
        ("conftest", "{}/conftest.py", ""),
        ("checks.needs", "/srv/checks/needs.py", ""),
    ],
)
def test_what_no_commit_and_no_lock_has_is_told(told, checkout, name, path, dist):
    (said,) = told(name, path and path.format(checkout), dist)

    assert said.endswith("run without it")


def test_clean_commit_is_no_condition():
    assert list(of_the_commit("0123456789ab", ROOT)) == []


@pytest.mark.parametrize(
    ("commit", "says"),
    [
        ("unknown", "which commit judged this is unknown"),
        ("01+changes", "judged by 01+changes: commit the changes of judge.py, notes/メ モ.txt, or"),
    ],
)
def test_judge_that_is_no_commit_is_a_condition(commit, says, checkout):
    git(checkout, "update-index", "--assume-unchanged", "judge.py")
    (checkout / "judge.py").write_text("STRICT = False\n")
    (checkout / "notes").mkdir()
    (checkout / "notes" / "メ モ.txt").touch()
    git(checkout, "add", "notes")

    (condition,) = of_the_commit(commit, checkout)

    assert condition.words.en.startswith(says)


def test_this_interpreter_starts_without_code_from_elsewhere():
    assert [finding.words.en for finding in start_up_code(ROOT)] == []


@pytest.mark.parametrize("name", ["sitecustomize", "usercustomize"])
def test_start_up_module_from_elsewhere_is_named(name, monkeypatch):
    module(name, "/srv/tools/sitecustomize.py", monkeypatch)

    (condition,) = start_up_code(ROOT)

    assert condition.words.en.startswith(f"judged with {name} (/srv/tools/sitecustomize.py), which")


def test_program_from_elsewhere_that_starts_the_run_is_named(monkeypatch):
    module("__main__", "/srv/ci/judge.py", monkeypatch)

    (condition,) = start_up_code(ROOT)

    assert condition.words.en.startswith("judged with __main__ (/srv/ci/judge.py), which")


def test_link_to_an_installed_command_is_that_command(tmp_path, monkeypatch):
    link = tmp_path / "pytest"
    link.symlink_to(f"{sys.prefix}/bin/pytest")
    module("__main__", str(link), monkeypatch)

    assert list(start_up_code(ROOT)) == []


def test_start_up_module_of_the_interpreter_itself_is_no_condition(monkeypatch):
    """Debian and Ubuntu ship a sitecustomize in Python's own library."""
    module("sitecustomize", f"{sysconfig.get_path('stdlib')}/sitecustomize.py", monkeypatch)

    assert list(start_up_code(ROOT)) == []


@pytest.mark.parametrize(
    "inside", ["lib", "judge/build/lib", "judge/.deps", "judge/lambdas/.deps", "prefix/lib"]
)
def test_folder_of_imports_beside_packages_and_what_is_compared_is_named(
    inside, tmp_path, monkeypatch
):
    folder = tmp_path / inside
    folder.mkdir(parents=True)
    monkeypatch.setattr(sys, "path", [str(folder), *sys.path])
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "prefix"))

    said = [condition.words.en for condition in folders_of_imports(tmp_path / "judge")]

    assert f"imports may come from {folder}, which is neither" in said[0]


def test_folders_of_the_checkout_and_those_that_do_not_exist_are_no_condition(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(sys, "path", ["", str(ROOT / "tests"), str(tmp_path / "no"), *sys.path])

    assert list(folders_of_imports(ROOT)) == []


@pytest.mark.parametrize("home", [".applications/ours", "report/ours"])
def test_application_has_to_be_a_commit_in_a_folder_where_no_code_is_looked_for(home, checkout):
    (checkout / ".git/info/exclude").write_text("*\n")
    folder = checkout / home
    folder.mkdir(parents=True)
    (folder / "app.toml").touch()

    condition = next(judged_by(judging(checkout, folder)))

    assert condition.what == "uncommitted changes"


@pytest.fixture
def compiled(tmp_path, monkeypatch):
    """Return a module and what it prints, compiled of other code than its source has."""

    def module_of(mode, cache=None):
        monkeypatch.setattr(sys, "pycache_prefix", cache and str(cache))
        source = tmp_path / "rally.py"
        source.write_text("print('forged')\n")
        py_compile.compile(str(source), invalidation_mode=mode)
        source.write_text("print('of the commit')\n")
        monkeypatch.syspath_prepend(str(tmp_path))
        put = [f"-Xpycache_prefix={cache}"] if cache else []
        call = [sys.executable, *put, "-Bc", "import rally"]
        ran = subprocess.check_output(call, cwd=tmp_path, text=True)
        return SimpleNamespace(__spec__=find_spec("rally")), ran

    return module_of


MODES = py_compile.PycInvalidationMode


@pytest.mark.parametrize(
    ("mode", "named", "prints"),
    [
        (MODES.UNCHECKED_HASH, ["__pycache__"], "forged\n"),
        (MODES.CHECKED_HASH, [], "of the commit\n"),
        (MODES.TIMESTAMP, [], "of the commit\n"),
    ],
)
def test_compiled_code_is_named_where_python_runs_it_in_place_of_its_source(
    mode, named, prints, tmp_path, compiled
):
    loaded, ran = compiled(mode)

    conditions = unchecked_caches(tmp_path, [loaded])

    assert [Path(condition.what).parts[0] for condition in conditions] == named
    assert ran == prints


def test_compiled_code_is_named_in_a_folder_of_caches_elsewhere(
    tmp_path, tmp_path_factory, compiled
):
    loaded, ran = compiled(MODES.UNCHECKED_HASH, cache=tmp_path_factory.mktemp("caches"))

    (condition,) = unchecked_caches(tmp_path, [loaded])
    assert "/caches0/" in condition.what
    assert ran == "forged\n"


@pytest.mark.parametrize(
    ("file", "conditions"),
    [
        ("dynamodb/2012-08-10/service-2.json", 1),
        ("endpoints.json", 1),
        ("dynamodb/2012-08-10/README", 0),
    ],
    ids=["a service", "the hosts of all", "no model"],
)
def test_models_of_services_beside_those_of_botocore_are_named(
    file, conditions, monkeypatch, tmp_path
):
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text("{}")
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))

    told = [condition.words.en for condition in models() if condition.what == str(tmp_path)]

    assert len(told) == conditions
    assert all("which are not botocore's: move them away" in words for words in told)


def test_plugin_of_the_clients_of_aws_is_named(monkeypatch):
    monkeypatch.setenv("BOTOCORE_EXPERIMENTAL__PLUGINS", "kind=loosened.clients")

    assert "(kind=loosened.clients)" in next(models()).words.en


@pytest.fixture
def environ(monkeypatch, tmp_path):
    """Return what is said with these variables alone, and a configuration of AWS's client."""

    def said(config="", **variables):
        (tmp_path / "config").write_text(config)
        monkeypatch.setattr(
            "os.environ", {"AWS_CONFIG_FILE": str(tmp_path / "config"), **variables}
        )
        return [address.words.en for address in addresses()]

    return said


def test_no_proxy_and_no_certificates_are_no_condition(environ):
    assert environ(NO_PROXY="localhost", HTTPS_PROXY="", PROXY_ADMIN="me") == []


def test_proxy_is_named_with_its_variables_and_without_its_password(environ):
    proxy = "http://me:secret@proxy.example.jp:3128"

    (condition,) = environ(HTTPS_PROXY=proxy, https_proxy=proxy)

    assert condition.startswith(
        "calls go through the proxy proxy.example.jp:3128 (HTTPS_PROXY, https_proxy)"
    )


@pytest.mark.parametrize(
    "name",
    ["AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"],
)
def test_certificates_of_a_variable_are_named(environ, name):
    (condition,) = environ(**{name: "/etc/ca.pem"})

    assert condition.startswith(
        f"AWS and the API are verified against the certificates in /etc/ca.pem ({name})"
    )


def test_certificates_of_the_profile_in_force_are_named(environ):
    config = "[profile ops]\nca_bundle = /etc/ops.pem\n[profile other]\nca_bundle = /etc/no.pem\n"

    (condition,) = environ(config, AWS_PROFILE="ops")

    assert "in /etc/ops.pem (ca_bundle (~/.aws/config))" in condition


def test_command_for_a_checkout_of_another_user_can_be_pasted_where_its_path_has_a_space():
    (condition,) = of_the_commit(UNKNOWN, Path("/srv/our rally"))

    assert "--add safe.directory '/srv/our rally'`" in condition.words.en
