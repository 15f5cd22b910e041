"""Packages: the same bytes from the same source, all that the function needs, and no more."""

import base64
import hashlib
import io
import json
import runpy
import shutil
import subprocess
import zipfile
from importlib.metadata import distribution

import pytest

from aws.release import code_sha256
from lambdas import packing
from lambdas.packing import CLOSED, described, pack
from signoff import ROOT
from tests.copied_interpreter import interpreter
from tests.lambdas.contract import MODULES

RUNTIME = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six.py")
STARTS = """
import json, os, sys
sys.path.insert(0, sys.argv[1])
import handler
assert callable(handler.handler), handler
assert handler.handler.action, "warm() hides what keeps the function from starting"
outside = {m.__file__ for m in list(sys.modules.values()) if "site-packages" in (getattr(m, "__file__", "") or "")}
assert not outside, outside
ours = (m.__file__ for name, m in list(sys.modules.items()) if name.partition(".")[0] == "lambdas")
print(json.dumps(sorted(os.path.relpath(path, sys.argv[1]) for path in ours)))
"""
VARIABLES = {
    "AWS_REGION": "ap-northeast-1",
    "AWS_DEFAULT_REGION": "ap-northeast-1",
    "TABLE_USERS": "u",
    "TABLE_USERSTAMPS": "s",
    "TABLE_STAMPMASTERS": "m",
    "SECRET_NAME_TOKEN_KEY": "k",
    "SECRET_NAME_LINE_TOKEN": "l",
    "LINE_CHANNEL_ID": "1",
    "NOTIFY_FUNCTION": "notify:live",
}


@pytest.fixture(scope="module")
def runtime(tmp_path_factory):
    """Give an interpreter that has what Lambda's runtime brings, and nothing else, and has imported boto3."""
    folder = tmp_path_factory.mktemp("runtime")
    site = distribution("boto3").locate_file("")
    for name in RUNTIME:
        (folder / name).symlink_to(f"{site}/{name}")
    brought = f"sys.path.insert(0, {str(folder)!r})\nimport boto3"
    with interpreter(brought, "-I", "-S", "-B") as started:
        yield started


def names(function):
    return zipfile.ZipFile(io.BytesIO(pack(function))).namelist()


def test_functions_are_those_of_the_contract():
    assert set(described()) == set(MODULES)


@pytest.mark.parametrize("function", described())
def test_package_starts_beside_the_runtime_alone_and_loads_all_that_it_holds_of_ours(
    function, runtime, tmp_path
):
    zipfile.ZipFile(io.BytesIO(pack(function))).extractall(tmp_path)
    started = runtime.run(STARTS, [str(tmp_path)], VARIABLES, tmp_path)

    assert started.returncode == 0, started.stderr
    assert json.loads(started.stdout) == [n for n in names(function) if n.startswith("lambdas/")]


@pytest.mark.parametrize("function", described())
def test_same_source_is_packed_to_the_same_bytes(function):
    assert pack(function) == pack(function)


def test_checkout_with_windows_line_ends_is_packed_to_the_same_bytes():
    """Git's core.autocrlf would write CRLF: other packages than those that are live."""
    written = subprocess.run(
        ["git", "-c", "core.autocrlf=true", "archive", "--worktree-attributes", "HEAD", "lambdas"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout

    assert b"def handler" in written
    assert b"\r\n" not in written


def test_entries_have_one_time_no_compression_and_sorted_names():
    entries = zipfile.ZipFile(io.BytesIO(pack("auth"))).infolist()

    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.compress_type for entry in entries} == {zipfile.ZIP_STORED}
    assert {entry.external_attr >> 16 for entry in entries} == {0o644}
    assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)


def test_what_only_some_functions_share_changes_their_packages_alone():
    sharing = {function for function in described() if "lambdas/rally/line.py" in names(function)}

    assert sharing == {"auth", "notify", "richmenu"}


@pytest.mark.parametrize("function", described())
def test_package_holds_source_of_its_own_function_only(function):
    packed = names(function)
    folders = {name.split("/")[1] for name in packed if name.count("/") > 1 and "lambdas/" in name}

    assert folders == {function.replace("-", "_"), "rally"}
    assert all(name.endswith(".py") for name in packed)


def test_packed_distributions_are_the_installed_ones():
    package = zipfile.ZipFile(io.BytesIO(pack("auth")))
    installed = distribution("pyjwt").locate_file("jwt/api_jwt.py")

    assert package.read("jwt/api_jwt.py") == installed.read_bytes()


def test_identity_is_the_sha_256_in_base64():
    assert code_sha256(b"zip") == base64.b64encode(hashlib.sha256(b"zip").digest()).decode()


def test_unknown_function_is_refused_with_the_known_ones():
    with pytest.raises(
        ValueError, match=r"reward is no function; there are auth, award, gps-verify"
    ):
        pack("reward")


def test_distribution_that_lists_no_files_is_refused(tmp_path, monkeypatch):
    (tmp_path / "app.toml").write_text("[functions.a]\ndistributions = ['bare']\n")
    (tmp_path / "lambdas").mkdir()
    (tmp_path / "lambdas/__init__.py").touch()
    (tmp_path / "bare-1.dist-info").mkdir()
    (tmp_path / "bare-1.dist-info/METADATA").write_text("Name: bare\nVersion: 1\n")
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(ValueError, match="bare lists no files; install it by pip"):
        pack("a", tmp_path)


def test_folders_below_a_functions_own_are_in_its_package(tmp_path):
    (tmp_path / "app.toml").write_text("[functions.a]\n")
    (tmp_path / "lambdas/a/rules").mkdir(parents=True)
    for module in ("__init__", "a/handler", "a/rules/seasons"):
        (tmp_path / f"lambdas/{module}.py").touch()

    package = zipfile.ZipFile(io.BytesIO(pack("a", tmp_path)))
    assert {"lambdas/a/handler.py", "lambdas/a/rules/seasons.py"} <= {*package.namelist()}


def test_plain_function_is_a_handler_too(runtime, tmp_path):
    (tmp_path / "app.toml").write_text("[functions.a]\n")
    (tmp_path / "lambdas/a").mkdir(parents=True)
    (tmp_path / "lambdas/a/handler.py").write_text("def handler(event, context): return 'called'\n")
    for package in ("lambdas", "lambdas/a"):
        (tmp_path / package / "__init__.py").touch()
    unpacked = tmp_path / "unpacked"
    zipfile.ZipFile(io.BytesIO(pack("a", tmp_path))).extractall(unpacked)
    called = (
        "import sys; sys.path.insert(0, sys.argv[1]); import handler; print(handler.handler({}, 0))"
    )

    started = runtime.run(called, [str(unpacked)], {}, tmp_path)
    assert (started.stdout.strip(), started.stderr) == ("called", "")


def test_import_reads_no_file_so_that_a_broken_one_is_said_in_a_sentence(tmp_path):
    alone = shutil.copy(packing.__file__, tmp_path)

    assert runpy.run_path(alone)["CLOSED"] == CLOSED
