"""Every variable that botocore or Python obeys is judged, or known to lead no call and no code elsewhere."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from unittest import mock

import boto3
import botocore
import botocore.session
import pytest
from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES
from botocore.loaders import create_loader

from checks.variables import (
    ACCOUNT,
    DIVERTERS,
    HIJACKERS,
    LINE_ENDPOINT,
    NUMBERS,
    OBEYED,
    Variables,
)
from tests.healthy import healthy
from tests.healthy.compute import kept_back

QUOTED = re.compile(r"""['"]((?:AWS|BOTO|BOTOCORE)_[A-Z][A-Z0-9_]+)['"]""")
"""A variable's name as the sources of botocore and boto3 write it."""
LOADER = create_loader()
"""Reads the models of botocore once for all clients."""
OF_BOTOCORE = {
    "how often and how patiently it tries": {
        "BOTOCORE_TCP_KEEPALIVE",
    },
    "how it signs, sums up, packs and names itself": {
        "AWS_DISABLE_REQUEST_COMPRESSION",
        *("AWS_SIGV4A_SIGNING_REGION_SET", "AWS_AUTH_SCHEME_PREFERENCE", "AWS_SDK_UA_APP_ID"),
    },
    "which of AWS's own names of a service it takes": {
        *("AWS_DISABLE_HOST_PREFIX_INJECTION", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"),
    },
    "a Region, whose name DEP-14 knows": {"AWS_DEFAULT_REGION"},
    "a machine's metadata, asked only where Lambda's own keys were missing": {
        *("AWS_EC2_METADATA_V1_DISABLED", "AWS_IMDS_USE_IPV6", "AWS_EC2_METADATA_DISABLED"),
    },
    "other credentials, asked for only where Lambda's own were missing": {
        *("AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME", "AWS_WEB_IDENTITY_TOKEN_FILE"),
        *("AWS_CREDENTIAL_FILE", "AWS_LOGIN_CACHE_DIRECTORY", "BOTO_CONFIG"),
        *("AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"),
        *("AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"),
    },
    "Lambda's own, which it refuses to be given": {
        *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION"),
        *("AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_NAME"),
    },
    "S3 alone, which no function calls": {
        *("AWS_S3_DISABLE_MULTIREGION_ACCESS_POINTS", "AWS_S3_USE_ARN_REGION"),
    },
    "how it speaks HTTP": {
        *("BOTO_EXPERIMENTAL__ADD_PROXY_HOST_HEADER", "BOTO_EXPERIMENTAL__NO_EMPTY_CONTINUE"),
        "BOTO_DISABLE_CRT",
    },
}
OF_PYTHON = {
    "what it writes, and how": {
        *("PYTHONUNBUFFERED", "PYTHONCOERCECLOCALE"),
        *("PYTHONFAULTHANDLER", "PYTHONVERBOSE", "PYTHONDEBUG", "PYTHONDEVMODE"),
        *("PYTHONDONTWRITEBYTECODE", "PYTHONNODEBUGRANGES", "PYTHONWARNDEFAULTENCODING"),
        *("PYTHONPROFILEIMPORTTIME", "PYTHONASYNCIODEBUG"),
    },
    "how it counts and allocates": {
        *("PYTHONMALLOCSTATS", "PYTHONOPTIMIZE", "PYTHONPERFSUPPORT"),
        *("PYTHON_PERF_JIT_SUPPORT", "PYTHON_JIT", "PYTHON_TLBC", "PYTHON_THREAD_INHERIT_CONTEXT"),
        "PYTHON_CONTEXT_AWARE_WARNINGS",
    },
    "less of the paths that it searches": {"PYTHONSAFEPATH", "PYTHONNOUSERSITE", "PYTHONCASEOK"},
    "what only a person at a prompt meets": {
        *("PYTHONINSPECT", "PYTHONBREAKPOINT", "PYTHON_COLORS", "PYTHON_BASIC_REPL"),
        *("PYTHON_HISTORY", "PYTHON_DISABLE_REMOTE_DEBUG"),
    },
}


def of_botocore():
    for _, named, *_ in BOTOCORE_DEFAUT_SESSION_VARIABLES.values():
        yield from (named if isinstance(named, list | tuple) else [named] if named else [])
    for package in (botocore, boto3):
        for module in Path(package.__file__).parent.glob("*.py"):
            yield from QUOTED.findall(module.read_text("utf-8"))


def of_python():
    told = subprocess.run(
        [sys.executable, "--help-env"], capture_output=True, text=True, check=True
    )
    return sorted(set(re.findall(r"^(PYTHON\w+)", told.stdout, re.MULTILINE)))


def judged(name):
    return DIVERTERS.fullmatch(name) or HIJACKERS.fullmatch(name) or name in {*OBEYED, ACCOUNT}


def test_variable_that_botocore_obeys_is_judged_or_leads_nowhere():
    unknown = set(of_botocore()).difference(*OF_BOTOCORE.values())

    assert [name for name in unknown if not judged(name)] == []


def reading(environ):
    """Make DynamoDB's client under some variables of a function, and return the request by which it reads an item."""
    keys = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "example"}
    sent = []

    def refuse(request, **_):
        sent.append((request.url, request.headers["X-Amz-Target"]))
        raise ConnectionRefusedError

    with mock.patch.dict(os.environ, {**keys, **environ}, clear=True):
        session = botocore.session.Session()
        session.register_component("data_loader", LOADER)
        client = session.create_client("dynamodb", "ap-northeast-1")
        client.meta.events.register("before-send", refuse)
        with pytest.raises(ConnectionRefusedError):
            client.get_item(TableName="Users-prod", Key={"UserId": {"S": "U1"}})
    return sent


def diverting(values):
    """Return the variables under which another request is sent than without, by their names and values."""
    usual = reading({})
    return [each for each in values if reading(dict([each])) != usual]


def test_value_that_is_called_sound_changes_no_call():
    sound = [(name, value) for name, values in OBEYED.items() for value in sorted(values)[:6]]

    assert diverting(sound) == []


LAMBDAS_OWN = OF_BOTOCORE["Lambda's own, which it refuses to be given"] | {"AWS_DEFAULT_REGION"}


@pytest.mark.parametrize("value", ["nonsense", "true"])
def test_harmless_variable_changes_no_call_whatever_its_value(value):
    harmless = sorted(set().union(*OF_BOTOCORE.values()) - LAMBDAS_OWN)

    assert diverting([(name, value) for name in harmless]) == []


def test_variable_that_python_obeys_is_judged_or_runs_nothing():
    unknown = set(of_python()).difference(*OF_PYTHON.values())

    assert [name for name in unknown if not (HIJACKERS.fullmatch(name) or name in OBEYED)] == []


def starts(environ):
    """Whether Python runs anything under these variables."""
    told = [sys.executable, "-c", "print('ran')"]
    ran = subprocess.run(told, env=environ, capture_output=True, text=True, check=False)
    return ran.stdout.startswith("ran")


@pytest.mark.parametrize("value", ["nonsense", "-1", "2", "0"])
def test_python_starts_under_what_is_called_harmless_whatever_its_value(value):
    assert starts(dict.fromkeys(set().union(*OF_PYTHON.values()), value))


OF_PYTHONS_START = {name: values for name, values in OBEYED.items() if name.startswith("PYTHON")}


def test_python_starts_under_each_value_that_is_called_sound():
    most = max(len(values) for values in OF_PYTHONS_START.values() if len(values) < 100)
    rounds = [
        {name: sorted(values)[n % len(values)] for name, values in OF_PYTHONS_START.items()}
        for n in range(most)
    ]

    assert [environ for environ in rounds if not starts(environ)] == []


OF_THIS_PYTHON = {
    name for name in OF_PYTHONS_START if sys.version_info >= (3, 13) or "PYTHON_" not in name
}
"""The variables with an underscore are of Python 3.13."""


@pytest.mark.parametrize("name", sorted(OF_THIS_PYTHON))
def test_python_does_not_start_under_a_value_that_is_none_of_them(name):
    assert not starts({name: {"PYTHON_GIL": "0", "PYTHONTRACEMALLOC": "-1"}.get(name, "nonsense")})


@pytest.mark.parametrize("name", sorted(OF_THIS_PYTHON & NUMBERS.keys()))
def test_python_starts_under_the_numbers_that_are_called_sound_and_no_other(name):
    numbers = NUMBERS[name]
    tried = (numbers[0], numbers[-1], numbers[-1] + 1)

    assert [starts({name: str(number)}) for number in tried] == [True, True, False]


@pytest.mark.parametrize(
    ("environ", "names"),
    [
        ({"PYTHONHASHSEED": "12345", "PYTHONUTF8": "", "PYTHONIOENCODING": "utf-8:replace"}, []),
        ({"PYTHONHASHSEED": "20261201"}, []),
        ({"PYTHONHASHSEED": "20261201000"}, ["variable PYTHONHASHSEED"]),
        ({"PYTHONINTMAXSTRDIGITS": "639"}, ["variable PYTHONINTMAXSTRDIGITS"]),
        ({"PYTHONHASHSEED": "fixed"}, ["variable PYTHONHASHSEED"]),
    ],
)
def test_variable_is_named_under_which_python_does_not_start_and_no_other(environ, names):
    live = healthy().inventory.sections.functions["stamp-rally-prod-auth"]
    values = {name: kept_back(text) for name, text in environ.items()}
    flaws = Variables(healthy()).diverting(replace(live, environment=values))

    assert [flaw.fact.en for flaw in flaws] == names


@pytest.mark.parametrize("names", [*OF_BOTOCORE.values(), *OF_PYTHON.values()])
def test_what_is_called_harmless_is_not_judged(names):
    assert not [name for name in names if DIVERTERS.fullmatch(name) or HIJACKERS.fullmatch(name)]


@pytest.mark.parametrize(
    ("set_", "names"),
    [
        ({LINE_ENDPOINT: kept_back("http://127.0.0.1:8999")}, []),
        ({}, [f"variable {LINE_ENDPOINT}"]),
    ],
    ids=["set wrong: no decision allows it, and past_line says so", "not set"],
)
def test_planned_address_of_line_that_is_set_wrong_is_not_named_a_second_time(set_, names):
    live = healthy().inventory.sections.functions["stamp-rally-prod-auth"]
    found = replace(live, environment={**live.environment, **set_})
    planned = healthy().plan.function("auth")
    want = replace(planned, environment={**planned.environment, LINE_ENDPOINT: "http://127.0.0.1"})
    flaws = Variables(healthy()).differing(found, want)

    assert [flaw.fact.en for flaw in flaws] == names


@pytest.mark.parametrize(
    ("name", "metrics", "red"),
    [
        ("POWERTOOLS_METRICS_NAMESPACE", "Users", False),
        ("POWERTOOLS_METRICS_NAMESPACE", "Rally", True),
        ("USERS", "Users", True),
    ],
)
def test_namespace_of_the_metrics_names_no_table_of_another_environment(name, metrics, red):
    snapshot = healthy()
    application = replace(snapshot.environment.application, metrics=metrics)
    ours = replace(snapshot, environment=replace(snapshot.environment, application=application))
    live = snapshot.inventory.sections.functions["stamp-rally-prod-auth"]
    set_ = replace(live, environment={**live.environment, name: kept_back("Users")})
    flaws = Variables(ours).foreign(set_, snapshot.plan.function("auth"))

    assert [flaw.fact.en for flaw in flaws] == [f"variable {name}"] * red
