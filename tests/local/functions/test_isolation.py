"""A function has its own package, variables and rights, and nothing of whoever runs it here."""

from importlib.metadata import distribution
from types import SimpleNamespace

import pytest

from local.functions.deployed import distribution_paths
from tests.local.functions.account import allow

RESERVED = {
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "HOME",
    "LAMBDA_TASK_ROOT",
    "LANG",
    "PATH",
    "TZ",
    "_HANDLER",
}
IMPORTS = """
import importlib
def handler(event, context):
    try: importlib.import_module(event["module"])
    except ModuleNotFoundError: return "missing"
    return "there"
"""


def test_environment_is_the_functions_own_and_nothing_else(account, name, monkeypatch):
    monkeypatch.setenv("CANARY", "of whoever runs this")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    source = "import os\ndef handler(event, context): return dict(os.environ)"
    account.deploy(name, source, variables={"USERS_TABLE": "Users-prod"})

    environment = account.answer(name)

    assert set(environment) == RESERVED | {"USERS_TABLE"}
    assert environment["USERS_TABLE"] == "Users-prod"
    assert environment["AWS_REGION"] == account.aws.region


def test_configured_variable_cannot_replace_a_reserved_one(account, name):
    source = "import os\ndef handler(event, context): return os.environ['AWS_REGION']"
    account.deploy(name, source, variables={"AWS_REGION": "us-east-1"})

    assert account.answer(name) == "ap-northeast-1"


@pytest.mark.parametrize(
    ("module", "found"),
    [
        ("boto3", "there"),
        ("dateutil.parser", "there"),
        ("own", "there"),
        ("jwt", "missing"),
        ("aws_lambda_powertools", "missing"),
        ("moto", "missing"),
        ("pytest", "missing"),
        ("signoff", "missing"),
    ],
)
def test_only_the_package_and_the_runtime_can_be_imported(account, name, module, found):
    account.deploy(name, IMPORTS, modules={"own": ""}, Timeout=15)

    assert account.answer(name, {"module": module}) == found


def test_package_comes_before_the_runtime(account, name):
    source = "import six\ndef handler(event, context): return six.WHOSE"
    account.deploy(name, source, modules={"six": "WHOSE = 'the package'"})

    assert account.answer(name) == "the package"


def test_profiles_of_whoever_runs_this_are_not_read(account, name, monkeypatch, tmp_path):
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text("[profile canary]\nregion = eu-west-1\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    source = "import boto3\ndef handler(e, c): return boto3.Session().available_profiles"
    account.deploy(name, source, Timeout=15)

    assert account.answer(name) == []


def test_function_calls_aws_as_its_own_role(account, name):
    source = """
import boto3
def handler(event, context): return boto3.client("sts").get_caller_identity()["Arn"]
"""
    account.deploy(name, source, Timeout=15)

    expected = f"arn:aws:sts::{account.aws.account}:assumed-role/{name}-role/{name}"
    assert account.answer(name) == expected


LIST_TABLES = """
import boto3, botocore
def handler(event, context):
    try: return boto3.client("dynamodb").list_tables()["TableNames"]
    except botocore.exceptions.ClientError as error: return error.response["Error"]["Code"]
"""


def test_role_without_a_right_is_refused(account, name):
    account.deploy(name, LIST_TABLES, Timeout=15)

    assert account.answer(name) == "AccessDeniedException"


def test_role_with_the_right_is_not_refused(account, name):
    account.deploy(name, LIST_TABLES, may=[allow("dynamodb:ListTables")], Timeout=15)

    assert account.answer(name) == []


def test_what_a_package_brings_under_a_name_of_the_standard_library_is_its_own(account, name):
    """A copy of a process that has json imported would have that one."""
    source = "import uuid\ndef handler(event, context): return uuid.WHOSE"
    account.deploy(name, source, modules={"uuid": "WHOSE = 'the package'"})

    assert account.answer(name) == "the package"


def test_what_one_function_does_to_a_shared_module_no_other_sees(account, name):
    source = """
import boto3
def handler(event, context):
    before, boto3.touched = getattr(boto3, "touched", None), context.function_name
    return before
"""
    account.deploy(f"{name}-1", source)
    account.deploy(f"{name}-2", source)

    assert account.answer(f"{name}-1") is None
    assert account.answer(f"{name}-2") is None
    assert account.answer(f"{name}-2") == f"{name}-2"


def test_variable_that_a_process_obeys_at_its_start_is_there_then(account, name):
    """OpenSSL reads its configuration once, glibc its libraries: a copy would come too late."""
    source = "def handler(event, context): return open('/proc/self/environ').read()"
    account.deploy(name, source, variables={"OPENSSL_CONF": "/nowhere"})

    assert "OPENSSL_CONF=/nowhere" in account.answer(name)


def test_process_shows_the_variables_of_nobody_else(account, name, monkeypatch):
    monkeypatch.setenv("CANARY", "of whoever runs this")
    source = "def handler(event, context): return open('/proc/self/environ').read()"
    account.deploy(name, source)

    assert "CANARY" not in account.answer(name)


def test_function_has_no_descriptor_but_its_own(account, name):
    source = """
import os
def handler(event, context): return [os.readlink(f"/proc/self/fd/{n}") for n in opened()]
def opened(): return [n for n in range(100) if os.path.islink(f"/proc/self/fd/{n}")]
"""
    account.deploy(f"{name}-1", source)
    account.deploy(f"{name}-2", source)
    account.answer(f"{name}-1")

    kinds = [one.partition(":")[0] for one in account.answer(f"{name}-2")]
    assert "socket" not in kinds


@pytest.mark.parametrize(("service", "read"), [("dynamodb", False), ("sqs", True)])
def test_models_of_what_functions_mostly_ask_are_read_once_for_all_copies(
    account, name, service, read
):
    """They are two thirds of a cold start; others are read as ever, each time anew."""
    source = """
import boto3
from botocore.loaders import JSONFileLoader
def handler(event, context):
    paths, load = [], JSONFileLoader.load_file
    JSONFileLoader.load_file = lambda loader, path: paths.append(path) or load(loader, path)
    boto3.Session().client(event["service"])
    return paths
"""
    account.deploy(name, source)

    assert bool(account.answer(name, {"service": service})) is read


def test_package_of_debian_which_lists_no_files_is_part_of_the_runtime():
    unlisted = SimpleNamespace(files=None, locate_file=distribution("six").locate_file)
    paths = distribution_paths(lambda _: unlisted)

    modules = {"boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six.py", "urllib3"}
    assert modules <= {path.name for path in paths}
