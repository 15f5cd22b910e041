"""The environment variables of functions: those planned, another environment's, and those that lead its calls or code astray."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from aws import desired
from aws.bounds import Bound, described, exactly, unset
from aws.difference import VARIABLE, Certainty, Difference
from aws.kinds.function import FILE_SYSTEMS, FUNCTION, LAYERS, Function
from aws.redaction.secret_text import MaskedValue, digest
from aws.section import Follows, lookup
from aws.words import Words
from checks.other_environments import foreign_resources, foreign_values
from plan import Plan
from plan.compute import LINE_API
from signoff.judge.snapshot import Snapshot

HIJACKERS = re.compile(
    r"AWS_LAMBDA_EXEC_WRAPPER|LD_(AUDIT|LIBRARY_PATH|PRELOAD|PROFILE|TRACE_LOADED_OBJECTS)|GCONV_PATH|GLIBC_TUNABLES|OPENSSL_(MODULES|ENGINES)"
    r"|BOTOCORE_EXPERIMENTAL__PLUGINS|PYTHON(PATH|STARTUP|HOME|USERBASE|PLATLIBDIR|PYCACHEPREFIX|WARNINGS|_PRESITE)"
)
"""Variables by which the dynamic linker, glibc, OpenSSL, Python, botocore or Lambda load or run what is not in the package."""
DIVERTERS = re.compile(
    r"AWS_ENDPOINT_URL(_\w+)?|(https?|all)_proxy|AWS_DATA_PATH|AWS_PROFILE"
    r"|(AWS|REQUESTS|CURL)_CA_BUNDLE|SSL_CERT_(FILE|DIR)|AWS_(CONFIG|SHARED_CREDENTIALS)_FILE"
    r"|AWS_USE_(FIPS|DUALSTACK)_ENDPOINT|SSLKEYLOGFILE|OPENSSL_CONF"
    r"|AWS_(SECURITY_TOKEN|CREDENTIAL_EXPIRATION|EC2_METADATA_SERVICE_ENDPOINT)"
    r"|HOSTALIASES|LOCALDOMAIN|RES_OPTIONS|AWS_DEFAULT_PROFILE|AWS_CSM_\w+",
    re.IGNORECASE,
)
"""Variables that make boto3 call, trust or sign otherwise than the function should."""
SWITCHES = re.compile(r"AWS_USE_(FIPS|DUALSTACK)_ENDPOINT|AWS_CSM_ENABLED")
"""Variables that boto3 obeys only if they are on."""
ACCOUNT = "AWS_ACCOUNT_ID"
"""DynamoDB's address begins with it, so that only the function's own account is called."""
NUMBER = frozenset(map(str, range(1, 1000)))
OBEYED: Mapping[str, frozenset[str]] = {
    "AWS_ACCOUNT_ID_ENDPOINT_MODE": frozenset({"preferred", "disabled"}),
    "AWS_DEFAULTS_MODE": frozenset(
        {"legacy", "standard", "in-region", "cross-region", "mobile", "auto"}
    ),
    "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": frozenset({"ipv4", "ipv6"}),
    "AWS_ENDPOINT_DISCOVERY_ENABLED": frozenset({"auto", "false"}),
    "AWS_METADATA_SERVICE_NUM_ATTEMPTS": NUMBER,
    "AWS_METADATA_SERVICE_TIMEOUT": NUMBER,
    "AWS_REQUEST_CHECKSUM_CALCULATION": frozenset({"when_supported", "when_required"}),
    "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES": NUMBER | {"10240", "1048576"},
    "AWS_RESPONSE_CHECKSUM_VALIDATION": frozenset({"when_supported", "when_required"}),
    "AWS_RETRY_MODE": frozenset({"legacy", "standard", "adaptive"}),
    "AWS_MAX_ATTEMPTS": frozenset(map(str, range(1, 11))),
    "AWS_S3_DISABLE_EXPRESS_SESSION_AUTH": frozenset({"true", "false"}),
    "AWS_S3_US_EAST_1_REGIONAL_ENDPOINT": frozenset({"legacy", "regional"}),
    "AWS_STS_REGIONAL_ENDPOINTS": frozenset({"legacy", "regional"}),
    "PYTHONHASHSEED": frozenset({"", "random"}),
    "PYTHONINTMAXSTRDIGITS": frozenset({"", "0"}),
    "PYTHONIOENCODING": frozenset(
        encoding + errors
        for encoding in ("", "utf-8", "utf8", "UTF-8", "UTF8", "utf_8", "cp932", "shift_jis")
        for errors in ("", ":strict", ":replace", ":ignore", ":surrogateescape")
    ),
    "PYTHONMALLOC": frozenset(
        {"", "default", "debug", "malloc", "malloc_debug", "pymalloc", "pymalloc_debug"}
    ),
    "PYTHONTRACEMALLOC": frozenset({""}),
    "PYTHONUTF8": frozenset({"", "0", "1"}),
    "PYTHON_CPU_COUNT": frozenset({"", "default"}),
    "PYTHON_FROZEN_MODULES": frozenset({"", "on", "off"}),
    "PYTHON_GIL": frozenset({"", "1"}),
}
"""Variables that Python or boto3 obeys -> the values by which it starts, or still calls the same address; by others it does neither."""
NUMBERS: Mapping[str, range] = {
    "PYTHONHASHSEED": range(2**32),
    "PYTHONINTMAXSTRDIGITS": range(640, 2**31),
    "PYTHONTRACEMALLOC": range(2**16),
    "PYTHON_CPU_COUNT": range(1, 2**31),
}
"""Variables -> the numbers with which Python starts as well."""
SWITCHED_ON = ("true", "True", "TRUE", "1", "yes", "on", "*")
LEVELS = re.compile(r"(\w+_)?LOG_?LEVEL", re.IGNORECASE)
EVENTS = re.compile(r"POWERTOOLS_(LOGGER_LOG_EVENT|DEV)|DD_CAPTURE_LAMBDA_PAYLOAD")
TALKATIVE: Mapping[re.Pattern[str], tuple[str, ...]] = {
    LEVELS: ("DEBUG", "debug", "Debug", "TRACE", "trace", "ALL", "all", "NOTSET", "10"),
    EVENTS: SWITCHED_ON,
    re.compile(r"(\w+_)?(DEBUG|VERBOSE)(_MODE)?", re.IGNORECASE): SWITCHED_ON,
}
"""Variables -> the values by which requests, or the answers of AWS, are written into the log: at DEBUG botocore writes
down the secret that it was given."""
DEFAULTS: Mapping[str, str] = {"ACCURACY_CAP_M": "50", "AWARD_REQUIRES_POSITION": "false"}
"""The default of a function for an absent variable (lambdas/README.md)."""
QUIET = described(
    en="a level that writes down neither requests nor answers of AWS",
    ja="リクエストやAWSの応答をログに残さないレベル",
)
CALLING_AWS = described(
    en="a value by which Python starts and boto3 calls AWS as without the variable",
    ja="未設定の場合と同じくPythonが起動し、boto3がAWSを呼び出せる値",
)
LINE_ENDPOINT = "LINE_API_ENDPOINT"
OWN = described(Words(en="nothing of another environment", ja="他の環境の値ではないこと"))


def flaws(
    function: Function,
    values: Mapping[str, object],
    bound: Bound,
    certainty: Certainty = Certainty.CERTAIN,
) -> Iterator[Difference]:
    """Yield a difference for each variable (name -> value); a decision that allows a certain one loosens the plan."""
    for name, value in values.items():
        yield Difference(
            FUNCTION.words,
            function.name,
            VARIABLE.named(name),
            value,
            bound,
            ids=(name,),
            call="lambda:GetFunction",
            loosens=certainty is Certainty.CERTAIN,
            certainty=certainty,
        )


@dataclass(frozen=True, slots=True)
class Variables:
    """Judges the variables of functions against the plan; values are compared by their digests."""

    snapshot: Snapshot[Plan]

    def astray(self, function: Function) -> dict[str, str]:
        """Return variable -> the value of another environment that it holds."""
        return self._holding(function, foreign_values(self.snapshot.environment))

    def foreign(self, function: Function, want: desired.Function) -> tuple[Difference, ...]:
        """Return variables that hold what another environment calls its own.

        It is certain in a planned variable, and for the full name of a resource anywhere. The name of an environment,
        prefix or Region in any other variable may be legitimate: it is a guess.
        """
        certain = self._holding(function, foreign_resources(self.snapshot.environment))
        lost = self.astray(function)
        planned = {name: text for name, text in lost.items() if name in want.environment}
        metrics = self.snapshot.environment.application.metrics
        no_tables = {(name, metrics) for name in lost if name.endswith("_NAMESPACE")}
        unplanned = dict(sorted(lost.items() - planned.items() - no_tables))
        sure = {name: text for name, text in unplanned.items() if name in certain}
        guessed = {name: text for name, text in unplanned.items() if name not in certain}
        return (
            *(replace(flaw, decidable=False) for flaw in flaws(function, planned, OWN)),
            *flaws(function, sure, OWN),
            *flaws(function, guessed, OWN, Certainty.GUESSED),
        )

    def differing(self, function: Function, want: desired.Function) -> Iterator[Difference]:
        """Yield planned variables that are not as planned; Follows if DEP-14 reports the value.

        Where LINE's endpoint is set, ``past_line`` alone says whether it is right.
        """
        lost = self.astray(function).keys() & want.environment.keys()
        if lost:
            raise Follows(
                "DEP-14",
                en=f"{function.name}: {', '.join(sorted(lost))} of another environment",
                ja=f"{function.name}: {', '.join(sorted(lost))}が別の環境のものです",
            )
        for name, text in want.environment.items():
            value = function.environment.get(name)
            elsewhere = name == LINE_ENDPOINT and name in function.environment
            if not elsewhere and not self._as_planned(value, name, text):
                yield from flaws(function, {name: value}, exactly(text))

    def diverting(self, function: Function) -> tuple[Difference, ...]:
        """Return variables that send the function's calls to an endpoint that is not planned, or by which none is made."""
        led = {
            name: value.words
            for name, value in function.environment.items()
            if DIVERTERS.fullmatch(name)
            and not (SWITCHES.fullmatch(name) and (value.text or "").lower() == "false")
        }
        sound = {**OBEYED, ACCOUNT: frozenset({function.arn.split(":")[4]})}
        mute = {
            name: value.words
            for name, value in function.environment.items()
            if name in sound
            and not any(self._is(value, accepted) for accepted in sound[name])
            and not (  # of more than six digits the length alone is known
                value.shape == "digits"
                and int(value.text or "9" * value.length) in NUMBERS.get(name, ())
            )
        }
        return (
            *flaws(function, dict(sorted(led.items())), unset()),
            *flaws(function, dict(sorted(mute.items())), CALLING_AWS),
        )

    def logging_requests(self, function: Function) -> Iterator[Difference]:
        """Return variables by which a function may log what it receives; how its code uses them is a guess."""
        talkative = {
            name: text
            for name, value in function.environment.items()
            for pattern, texts in TALKATIVE.items()
            if pattern.fullmatch(name)
            for text in texts
            if self._is(value, text)
        }
        return flaws(function, talkative, QUIET, Certainty.GUESSED)

    def past_line(self, function: Function) -> tuple[Difference, ...]:
        """Return that a function calls another address than LINE's own."""
        endpoint, bound = function.environment.get(LINE_ENDPOINT), self._leading_to_line()
        led = {} if bound.holds(endpoint) else {LINE_ENDPOINT: endpoint}
        return tuple(replace(flaw, decidable=False) for flaw in flaws(function, led, bound))

    def _leading_to_line(self) -> Bound:
        """LINE's endpoint is LINE's own: always in production, elsewhere unless the environment names another."""
        environment = self.snapshot.environment
        decided = LINE_API if environment.production else environment.line.endpoint
        return Bound(
            holds=lambda value: value is None or self._is(value, decided),
            words=Words(en=f"{decided}, or not set", ja=f"{decided}、または未設定"),
        )

    @property
    def _salt(self) -> str:
        return self.snapshot.inventory.salts["own"]

    def _is(self, value: MaskedValue, text: str) -> bool:
        return value.digests[self._salt] == digest(self._salt, text)

    def _holding(self, function: Function, texts: frozenset[str]) -> dict[str, str]:
        by_digest = _by_digest(texts, self._salt)
        values = {name: value.digests[self._salt] for name, value in function.environment.items()}
        return {name: by_digest[value] for name, value in values.items() if value in by_digest}

    def _as_planned(self, value: MaskedValue | None, name: str, text: str) -> bool:
        """Whether a variable is as planned, or names the same by its ARN, as AWS allows wherever it asks for a name."""
        if value is None:
            return DEFAULTS.get(name) == text
        arns = self._arns_of(text) if value.shape == "arn" else ()
        return any(self._is(value, written) for written in (text, *arns))

    def _arns_of(self, text: str) -> tuple[str, ...]:
        """Return the ARNs of the planned secret, table or alias that a variable names.

        Secrets Manager finds a secret without the six characters at the end of its ARN, too.
        """
        plan = self.snapshot.plan
        if text in {planned.name for planned in plan.secrets}:
            secret = lookup(self.snapshot.inventory.sections.secrets, text)
            return (secret.arn, secret.arn[: -len("-abcdef")]) if secret else ()
        arns = {f"{each.name}:{each.alias}": each.alias_arn for each in plan.functions}
        arns |= {table.name: table.arn for table in plan.tables}
        return (arns[text],) if text in arns else ()


def surely(differences: Iterable[Difference], want: desired.Function) -> Iterator[Difference]:
    """Yield these, of which no decision allows that a variable is absent without which our code answers nothing."""
    for difference in differences:
        is_outage = difference.actual is None and want.indispensable.issuperset(difference.ids)
        yield replace(difference, decidable=False, stops_calls=True) if is_outage else difference


def hijacking(function: Function) -> tuple[Difference, ...]:
    """Return what makes Lambda run code other than the package that was released.

    None of it changes CodeSha256; the plan has neither layers nor file systems.
    """
    preloaded = {
        key: value.words for key, value in function.environment.items() if HIJACKERS.fullmatch(key)
    }
    nothing = dict.fromkeys((LAYERS, FILE_SYSTEMS), unset())
    return (
        *flaws(function, dict(sorted(preloaded.items())), unset()),
        *FUNCTION.differences(function.name, function, nothing, loosens=True),
    )


@cache
def _by_digest(values: frozenset[str], salt: str) -> Mapping[str, str]:
    return {digest(salt, text): text for text in values}
