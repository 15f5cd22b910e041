"""Every variable that botocore or Python obeys is judged, or known to lead no call and no code elsewhere."""

import re
import subprocess
import sys

import pytest
from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES

from checks.variables import DIVERTERS, HIJACKERS

OF_BOTOCORE = {
    "how often and how patiently it tries": {
        *("AWS_RETRY_MODE", "AWS_MAX_ATTEMPTS", "AWS_DEFAULTS_MODE", "BOTOCORE_TCP_KEEPALIVE"),
        *("AWS_METADATA_SERVICE_TIMEOUT", "AWS_METADATA_SERVICE_NUM_ATTEMPTS"),
    },
    "how it signs, sums up, packs and names itself": {
        *("AWS_REQUEST_CHECKSUM_CALCULATION", "AWS_RESPONSE_CHECKSUM_VALIDATION"),
        *("AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES", "AWS_DISABLE_REQUEST_COMPRESSION"),
        *("AWS_SIGV4A_SIGNING_REGION_SET", "AWS_AUTH_SCHEME_PREFERENCE", "AWS_SDK_UA_APP_ID"),
        "AWS_S3_DISABLE_EXPRESS_SESSION_AUTH",
    },
    "which of AWS's own names of a service it takes": {
        *("AWS_STS_REGIONAL_ENDPOINTS", "AWS_ACCOUNT_ID_ENDPOINT_MODE"),
        *("AWS_DISABLE_HOST_PREFIX_INJECTION", "AWS_ENDPOINT_DISCOVERY_ENABLED"),
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    },
    "a Region, whose name DEP-14 knows": {"AWS_DEFAULT_REGION"},
    "a machine's metadata, asked only where Lambda's own keys were missing": {
        *("AWS_EC2_METADATA_SERVICE_ENDPOINT", "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"),
        *("AWS_EC2_METADATA_V1_DISABLED", "AWS_IMDS_USE_IPV6"),
    },
}
OF_PYTHON = {
    "what it writes, and how": {
        *("PYTHONUTF8", "PYTHONIOENCODING", "PYTHONUNBUFFERED", "PYTHONCOERCECLOCALE"),
        *("PYTHONFAULTHANDLER", "PYTHONVERBOSE", "PYTHONDEBUG", "PYTHONDEVMODE"),
        *("PYTHONDONTWRITEBYTECODE", "PYTHONNODEBUGRANGES", "PYTHONWARNDEFAULTENCODING"),
        *("PYTHONPROFILEIMPORTTIME", "PYTHONTRACEMALLOC", "PYTHONASYNCIODEBUG"),
    },
    "how it counts, hashes and allocates": {
        *("PYTHONHASHSEED", "PYTHONMALLOC", "PYTHONMALLOCSTATS", "PYTHONINTMAXSTRDIGITS"),
        *("PYTHONOPTIMIZE", "PYTHON_CPU_COUNT", "PYTHON_GIL", "PYTHONPERFSUPPORT"),
        *("PYTHON_PERF_JIT_SUPPORT", "PYTHON_JIT", "PYTHON_TLBC", "PYTHON_THREAD_INHERIT_CONTEXT"),
        "PYTHON_CONTEXT_AWARE_WARNINGS",
    },
    "less of the paths that it searches": {"PYTHONSAFEPATH", "PYTHONNOUSERSITE", "PYTHONCASEOK"},
    "what only a person at a prompt meets": {
        *("PYTHONINSPECT", "PYTHONBREAKPOINT", "PYTHON_COLORS", "PYTHON_BASIC_REPL"),
        *("PYTHON_HISTORY", "PYTHON_FROZEN_MODULES", "PYTHON_DISABLE_REMOTE_DEBUG"),
    },
}


def of_botocore():
    for _, named, *_ in BOTOCORE_DEFAUT_SESSION_VARIABLES.values():
        yield from (named if isinstance(named, list | tuple) else [named] if named else [])


def of_python():
    told = subprocess.run(
        [sys.executable, "--help-env"], capture_output=True, text=True, check=True
    )
    return sorted(set(re.findall(r"^(PYTHON\w+)", told.stdout, re.MULTILINE)))


@pytest.mark.parametrize("name", sorted(set(of_botocore())))
def test_variable_that_botocore_obeys_is_judged_or_leads_nowhere(name):
    assert DIVERTERS.fullmatch(name) or any(name in names for names in OF_BOTOCORE.values())


@pytest.mark.parametrize("name", of_python())
def test_variable_that_python_obeys_is_judged_or_runs_nothing(name):
    assert HIJACKERS.fullmatch(name) or any(name in names for names in OF_PYTHON.values())


@pytest.mark.parametrize("names", [*OF_BOTOCORE.values(), *OF_PYTHON.values()])
def test_what_is_called_harmless_is_not_judged(names):
    assert not [one for one in names if DIVERTERS.fullmatch(one) or HIJACKERS.fullmatch(one)]
