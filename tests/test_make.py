"""The first `make` on a new machine: it heals at the second try, and says in one sentence what is missing."""

import hashlib
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAKE = shutil.which("make") or "make"
OLDEST = shutil.which("python3.11") or "python3"
"""The oldest Python that is supported, with the oldest pip."""
CLOSED = "http://127.0.0.1:9/simple"
PROJECT = """
[project]
name = "rally"
version = "1.0"
[build-system]
requires = []
build-backend = "tiny"
"""
BACKEND = """
import pathlib, zipfile

def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    with zipfile.ZipFile(pathlib.Path(wheel_directory) / "rally-1.0-py3-none-any.whl", "w") as package:
        package.writestr("rally-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: rally\\nVersion: 1.0\\n")
        package.writestr("rally-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nTag: py3-none-any\\n")
        package.writestr("rally-1.0.dist-info/RECORD", "")
    return "rally-1.0-py3-none-any.whl"
"""
"""The one package of the lock builds the project, which is installed in place."""


@pytest.fixture
def clone(tmp_path):
    """Return a folder with only what `make .venv/finished` needs; its lock names two small wheels, one with an extra of the other, which is not the newest."""
    folder = tmp_path / "clone"
    (folder / ".ci").mkdir(parents=True)
    shutil.copy(ROOT / "Makefile", folder)
    shutil.copy(ROOT / ".ci/prepare", folder / ".ci")
    shutil.copy(ROOT / ".ci/registry", folder / ".ci")
    (folder / "wheels").mkdir()
    (folder / "pyproject.toml").write_text(PROJECT)
    locked = [
        wheel(folder, "tiny", "Requires-Dist: small[fast]", BACKEND),
        wheel(folder, "small", "Provides-Extra: fast"),
    ]
    wheel(folder, "small", "Provides-Extra: fast", version="1.1")
    (folder / "requirements.lock").write_text("".join(locked))
    return folder


def wheel(clone, name, about, code="", version="1.0"):
    """Put a wheel there, and return its line of the lock."""
    info = f"{name}-{version}.dist-info"
    file = clone / f"wheels/{name}-{version}-py3-none-any.whl"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{about}\n"
    with zipfile.ZipFile(file, "w") as package:
        package.writestr(f"{name}.py", code)
        package.writestr(f"{info}/METADATA", metadata)
        package.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        package.writestr(f"{info}/RECORD", "")
    return f"{name}=={version} --hash=sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}\n"


def outside():
    """Return the environment without what a make that runs these tests, pip or uv put there."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "MAKE", "UV_"))}


def python(clone, name, *, can_make_environments):
    """Put an interpreter there that is too old."""
    shim, makes = clone / name, "exit 0" if can_make_environments else "exit 1"
    shim.write_text(
        f'#!/bin/sh\ncase "$*" in -V) echo Python 3.9.18;; *ensurepip*) {makes};; *) exit 1;; esac\n'
    )
    shim.chmod(0o755)
    return shim


def make(clone, *arguments, **environment):
    ours = {"PIP_CONFIG_FILE": os.devnull, "MAKEFLAGS": "", "ARGS": ""}  # not those of `make test`
    return subprocess.run(
        [MAKE, ".venv/finished", *arguments],
        cwd=clone,
        env=outside() | ours | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_first_make_without_network_says_what_to_do_and_the_second_heals(clone):
    failed = make(clone, PIP_INDEX_URL=CLOSED)
    assert failed.returncode == 2
    sentence = failed.stderr.splitlines()[0]
    assert sentence.startswith("The packages of requirements.lock could not be installed: ERROR: ")
    assert "Check the network (or PIP_INDEX_URL, if you use a mirror)" in sentence
    assert not (clone / ".venv/finished").exists()

    (clone / ".venv/bin/python").unlink()
    oldest, wheels = f"PYTHON={OLDEST}", str(clone / "wheels")
    healed = make(clone, oldest, PIP_NO_INDEX="1", PIP_FIND_LINKS=wheels)
    assert healed.returncode == 0, healed.stderr
    assert list(clone.glob(".venv/lib/python*/site-packages/tiny.py"))
    assert "up to date" in make(clone).stdout


def test_a_python_that_is_too_old_is_one_sentence(clone):
    shim = python(clone, "python3", can_make_environments=False)

    refused = make(clone, f"PYTHON={shim}")
    assert refused.returncode == 2
    assert refused.stderr.splitlines()[0] == (
        f"Python 3.11 or newer is needed, and {shim} is Python 3.9.18. "
        "Install a newer one, or name it: make PYTHON=python3.13"
    )


@pytest.mark.parametrize(
    ("whole", "taken"), [(True, "python3.13"), (False, "python3")], ids=["whole", "without venv"]
)
def test_the_python_of_the_functions_is_taken_where_it_can_make_an_environment(clone, whole, taken):
    python(clone, "python3.13", can_make_environments=whole)
    python(clone, "python3", can_make_environments=True)

    refused = make(clone, PATH=f"{clone}:{os.environ['PATH']}")
    assert f"is needed, and {taken} is Python 3.9.18" in refused.stderr


def test_a_python_that_is_not_there_is_one_sentence(clone):
    refused = make(clone, "PYTHON=python3.99")

    assert refused.stderr.startswith("There is no python3.99 on this machine. Install Python 3.11")


def test_every_verb_explains_itself():
    listed = subprocess.run(
        [MAKE, "help"], cwd=ROOT, env=outside(), capture_output=True, text=True, check=True
    )
    declared = next(
        line for line in (ROOT / "Makefile").read_text().splitlines() if line.startswith(".PHONY")
    )

    assert {line.split()[1] for line in listed.stdout.splitlines()} == (
        set(declared.split()[1:]) - {"again"}
    )


@pytest.mark.parametrize(
    ("page", "more", "ends"),
    [(False, "", 2), (True, "", 0), (False, "--row=DEP-01 --part", 0)],
    ids=["ended before a verdict", "judged", "a part, which leaves the latest page alone"],
)
def test_run_that_ends_without_a_verdict_is_no_success(clone, page, more, ends):
    latest = clone / "report/local/latest"
    latest.mkdir(parents=True)
    (latest / ("signoff.html" if page else "summary.md")).touch()
    ended = make(clone, "check", "-o", ".venv/finished", "PY=true", f"ARGS={more}", LC_ALL="C")

    assert ended.returncode == ends
    assert ("NO VERDICT" in ended.stderr) == (ends == 2)


@pytest.mark.parametrize(
    ("locale", "says"),
    [
        ({"LC_ALL": "", "LC_MESSAGES": "", "LANG": "ja_JP.UTF-8"}, "判定なし: "),
        ({"LC_ALL": "C", "LANG": "ja_JP.UTF-8"}, "NO VERDICT: "),
    ],
    ids=["ja", "another for all"],
)
def test_run_without_a_verdict_says_so_in_the_language_of_the_locale(clone, locale, says):
    ended = make(clone, "check", "-o", ".venv/finished", "PY=true", **locale)

    assert ended.stderr.startswith(says)
