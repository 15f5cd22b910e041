"""Installed packages of other versions than locked, and files that are not as they were installed, are named."""

import base64
import hashlib
import sys
from pathlib import Path
from types import ModuleType

import pytest

from signoff.judge import installed
from signoff.judge.installed import (
    changed_packages,
    foreign_start_files,
    lacking,
    other_versions,
)

ROOT = Path(__file__).parents[3]
RECORDED = "hooked.pth,sha256=zAUSmjNv4mIE6kGxiu2MgeC3ZTMWEQqJ781u7gq6tWE,8"
"""As the RECORD of a package lists a file that holds ``import a``."""


@pytest.fixture
def packages(tmp_path):
    """A folder of packages in which the locked package ``hooked`` put a .pth file."""
    (tmp_path / "requirements.lock").write_text("hooked==1.0 \\\n    --hash=sha256:00\n")
    (tmp_path / "hooked-1.0.dist-info").mkdir()
    (tmp_path / "hooked-1.0.dist-info" / "RECORD").write_text(f"{RECORDED}\nhooked.py,,\n")
    (tmp_path / "hooked.pth").write_text("import a")
    return tmp_path


@pytest.mark.parametrize(
    ("module", "extra"),
    [("moto.core", "local"), ("jsonschema_rs", "load"), ("boto3", None), ("signoff.x", None)],
)
def test_module_that_is_not_installed_is_told_with_the_extra_that_brings_it(module, extra):
    told = lacking(module)

    assert (told and f"which the extra {extra} brings" in told.en) == (True if extra else None)


def test_module_that_is_not_installed_has_no_extra_where_this_project_is_not_installed(monkeypatch):
    monkeypatch.setattr(installed, "PROJECT", "not-installed")

    assert lacking("moto") is None


def start_files(packages):
    return [file.words.en for file in foreign_start_files(packages, packages)]


def test_start_file_of_a_locked_package_is_no_condition(packages):
    assert start_files(packages) == []


@pytest.mark.parametrize("text", ["import b", "import a\nimport b"])
def test_start_file_that_was_changed_is_named(packages, text):
    (packages / "hooked.pth").write_text(text)

    (condition,) = start_files(packages)

    assert condition.startswith("judged with hooked.pth (")


def test_start_file_that_no_package_recorded_is_named(packages):
    (packages / "zz_loosened.pth").write_text("import b")

    (condition,) = start_files(packages)

    assert condition.startswith("judged with zz_loosened.pth (")


def test_start_file_of_a_package_that_is_not_locked_is_named(packages):
    (packages / "requirements.lock").write_text("")

    (condition,) = start_files(packages)

    assert condition.startswith("judged with hooked.pth (")


@pytest.fixture
def versions(tmp_path):
    """Return what is said of packages by whose folders Python knows them; the lock has three, one by the Python."""
    locked = (
        "botocore==1.43.1 \\",
        "two==1.0 ; python_version < '3.12'",
        "two==2.0 ; python_version >= '3.12'",
    )
    (tmp_path / "requirements.lock").write_text("\n".join((*locked, "Under_Score==3.0.post1 \\")))

    def said(*installed):
        for package in installed:
            (tmp_path / f"{package}.dist-info").mkdir(parents=True)
        folders = dict.fromkeys(
            str(tmp_path / package.partition("/")[0]) for package in installed if "/" in package
        )
        return [one.words.en for one in other_versions(tmp_path, [*folders, str(tmp_path)])]

    return said


@pytest.mark.parametrize(
    "installed",
    [
        ("botocore-1.43.1", "two-1.0", "under_score-3.0.post1"),
        ("two-2.0", "a_tool_of_mine-0.1"),
        ("first/botocore-1.43.1", "botocore-1.29.0"),
    ],
    ids=["as locked", "beside what is locked", "another one that is never imported"],
)
def test_packages_as_locked_are_no_condition(versions, installed):
    assert versions(*installed) == []


def test_packages_of_another_version_than_the_lock_has_are_named_in_one_sentence(versions):
    assert versions("botocore-1.43.2", "two-3.0", "under_score-3.0.post1") == [
        "judged with botocore 1.43.2, two 3.0, of which requirements.lock has another version: install what it has"
    ]


def test_package_that_hides_the_locked_one_is_named(versions):
    (said,) = versions("first/botocore-1.43.2", "botocore-1.43.1")

    assert said.startswith("judged with botocore 1.43.2, of which")


def test_this_interpreter_has_the_versions_of_the_lock():
    assert list(other_versions(ROOT, sys.path)) == []


FILES = {
    "client/__init__.py": "import client.calls",
    "client/calls.py": "retries = 3",
    "client/data/service-2.json": "{}",
    "client/cacert.pem": "theirs",
    "idle/__init__.py": "",
    "alone.py": "a = 1",
}


def line_of(name, text):
    digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
    return f"{name},sha256={digest},{len(text)}"


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.fixture
def site(tmp_path):
    """A folder of three packages, as pip leaves them."""
    folder = tmp_path / "site-packages"
    for name, text in FILES.items():
        write(folder / name, text)
    lines = [
        *(line_of(name, text) for name, text in FILES.items()),
        "client/calls.pyc,,",
        "../bin/c.py,,",
    ]
    write(folder / "client-1.0.dist-info/RECORD", "\n".join(lines))
    return folder


def changed(site, *more):
    """Return what is said of the packages when two of the three, and more, are imported."""
    modules = []
    for name in ("client/__init__.py", "client/calls.py", "alone.py", *more):
        module = ModuleType(name)
        module.__file__ = str(site / name)
        modules.append(module)
    return [one.words.en for one in changed_packages([str(site), str(site)], modules)]


def test_packages_as_they_were_installed_are_no_condition(site):
    write(site / "client/__pycache__/calls.cpython-313.pyc", "compiled")
    write(site / "idle/__init__.py", "not imported")

    assert changed(site) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("client/calls.py", "retries = 9"),
        ("client/calls.py", "retries = 3\nskip = True"),
        ("client/patch.py", ""),
        ("client/data/service-3.json", "{}"),
        ("client/data/service-2.json", "[]"),
        ("alone.py", "a = 2"),
    ],
    ids=[
        "of the same size",
        "of another size",
        "added",
        "added data",
        "data",
        "a module",
    ],
)
def test_file_of_an_imported_package_that_is_not_as_installed_is_named(site, name, text):
    write(site / name, text)

    (said,) = changed(site)
    assert said.startswith(f"judged with {name} in {site}, not as a package's RECORD lists it: ")


def test_certificate_that_a_company_adds_is_signed_for_apart_from_code(site):
    write(site / "client/cacert.pem", "theirs and a company's")
    write(site / "alone.py", "a = 2")

    code, verified = changed(site)
    assert "client/cacert.pem" not in code
    assert f"the certificates in {site}/client/cacert.pem, which" in verified
    assert verified.endswith("or sign for it")


def test_file_that_is_gone_is_named(site):
    (site / "client/data/service-2.json").unlink()

    (said,) = changed(site)
    assert said.startswith("judged with client/data/service-2.json in ")


def test_package_that_a_function_brings_is_compared_though_nothing_imports_it(site):
    write(site / "idle/__init__.py", "changed")

    (said,) = changed_packages([str(site)], [], {"client"})
    assert said.words.en.startswith(f"judged with idle/__init__.py in {site}, not as ")


def test_package_without_a_record_is_named_as_a_whole(site):
    write(site / "copied/__init__.py", "")
    write(site / "copied/calls.py", "")

    (said,) = changed(site, "copied/__init__.py")
    assert said.startswith("judged with copied in ")


def test_module_of_a_start_file_is_named_with_that_file_alone(site):
    write(site / "_virtualenv.py", "")
    write(site / "_virtualenv.pth", "import _virtualenv")

    assert changed(site, "_virtualenv.py") == []


def test_of_many_files_some_are_named(site):
    for number in range(7):
        write(site / f"client/n{number}.py", "")

    (said,) = changed(site)
    assert "client/n4.py and 2 more in " in said


def test_this_interpreter_runs_packages_as_they_were_installed():
    # A network that opens TLS adds its certificate to certifi's: named rightly in a run, and no fault of this checkout.
    loaded = [module for name, module in sys.modules.items() if not name.startswith("certifi")]

    assert list(changed_packages(sys.path, loaded)) == []
