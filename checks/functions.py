"""What functions run on, how many at once, and their environment variables: those planned, and another environment's."""

import math
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from typing import Any

from aws import desired
from aws.bounds import Bound, as_text, described, exactly, unset, within
from aws.dated import last_days
from aws.difference import Certainty, Difference, fault, if_any
from aws.inventory import Sections
from aws.kind.description import STATE
from aws.kinds.function import FILE_SYSTEMS, FUNCTION, HANDLER, LAST_UPDATE, LAYERS, Function
from aws.kinds.function_invocation import FunctionPolicy, LambdaAccount, Version, spans
from aws.redaction.secret_text import MaskedValue, digest
from aws.section import Follows, NotTestable, lookup
from aws.words import Words
from checks.deployed import Deployed
from checks.other_environments import foreign_resources, foreign_values
from checks.resource_policies import denials
from plan import Plan
from plan.compute import LINE_API
from signoff.environment import Environment

CALLS_PER_REQUEST = 3
"""Invocations of a request at worst, when no session is cached yet: the authorizer, the route's function, notify."""
UNREAD = Words(
    en="versions whose own policy is not read", ja="自身のポリシーを読み取っていないバージョン"
)
HIJACKERS = re.compile(
    r"AWS_LAMBDA_EXEC_WRAPPER|LD_(AUDIT|LIBRARY_PATH|PRELOAD|PROFILE)|GCONV_PATH|GLIBC_TUNABLES|OPENSSL_(MODULES|ENGINES)"
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
}
"""Variables that boto3 obeys -> the values by which it still calls the same address; by others it calls no address at all."""
SWITCHED_ON = ("true", "True", "TRUE", "1", "yes", "on", "*")
LEVELS = re.compile(r"(\w+_)?LOG_?LEVEL", re.IGNORECASE)
EVENTS = re.compile(r"POWERTOOLS_(LOGGER_LOG_EVENT|DEV)")
TALKATIVE: Mapping[re.Pattern[str], tuple[str, ...]] = {
    LEVELS: ("DEBUG", "debug", "Debug", "TRACE", "trace", "ALL", "all", "NOTSET", "10"),
    EVENTS: SWITCHED_ON,
    re.compile(r"(\w+_)?(DEBUG|VERBOSE)(_MODE)?", re.IGNORECASE): SWITCHED_ON,
}
"""Variables -> the values by which requests, or the answers of AWS, are written into the log: at DEBUG botocore writes
down the secret that it was given."""
ACTIVE = {STATE: exactly("Active"), LAST_UPDATE: exactly("Successful")}
"""What a version has to be to run at all."""
DEFAULTS: Mapping[str, str] = {"ACCURACY_CAP_M": "50", "AWARD_REQUIRES_POSITION": "false"}
"""The default of a function for an absent variable (lambdas/README.md)."""
QUIET = described(
    en="a level that writes down neither requests nor answers of AWS",
    ja="リクエストやAWSの応答をログに残さないレベル",
)
CALLING_AWS = described(
    en="a value by which boto3 calls AWS as it does without the variable",
    ja="未設定の場合と同じくboto3がAWSを呼び出せる値",
)
LINE_ENDPOINT = "LINE_API_ENDPOINT"
PACKAGED = Words(
    en="one that Lambda finds in its package", ja="Lambdaがパッケージ内に見つけられるもの"
)
OWN = described(Words(en="nothing of another environment", ja="他の環境の値ではないこと"))
Other = Callable[[str], Collection[str]]
"""A planned value -> the other ways to write it: ARNs of what it names."""


def supported_on(day: date, runtime: str | None) -> Bound:
    """AWS still patches the runtime on that day; a runtime that the table lacks is reported as unknown."""
    table_of, last_day = last_days()
    supported = [name for name, last in last_day.items() if day <= last]
    table = Words(en=f"table of {table_of:%Y-%m}", ja=f"{table_of:%Y-%m}時点の表")
    if runtime and runtime not in last_day:
        table = Words(
            en=f"{runtime} is unknown to this release, {table}",
            ja=f"{runtime}はこのリリースでは未知、{table.ja}",
        )
    return Bound(
        holds=lambda value: value in supported,
        words=Words(
            en=f"a runtime that AWS patches on {day}: {as_text(supported)} ({table})",
            ja=f"{day}にAWSがパッチを提供するランタイム: {as_text(supported)}（{table.ja}）",
        ),
    )


def busy(environment: Environment, *, calls: int) -> int:
    """Return how many Lambda environments are busy at the target rate if each request makes ``calls`` calls (Little's law)."""
    return math.ceil(environment.target_rate * environment.seconds_per_call * calls)


def free_for_us(account: LambdaAccount, functions: Iterable[Function], most: int) -> int:
    """Return the concurrency that our functions can use together: what is unreserved, and what each of them reserved, up to what it can need."""
    reserved = (min(function.reserved_concurrency or 0, most) for function in functions)
    return account.unreserved + sum(reserved)


def unread_versions(
    function: str, versions: Iterable[Version], policies: Iterable[FunctionPolicy]
) -> tuple[Difference, ...]:
    """Return a difference if the policies of some versions were not read."""
    places = {policy.qualifier for policy in policies}
    unread = spans(int(version.number) for version in versions if version.number not in places)
    about = {"call": "lambda:ListFunctions", "loosens": True}
    return if_any(FUNCTION.words, function, UNREAD, unread, within(()), **about)


def fact_of(variable: str) -> Words:
    """Return the name of a variable as a fact of its function."""
    return Words(en=f"variable {variable}", ja=f"変数{variable}")


def variables(
    function: Function,
    values: Mapping[str, object],
    bound: Bound,
    certainty: Certainty = Certainty.CERTAIN,
) -> tuple[Difference, ...]:
    """Return a difference for each variable (name -> value); a decision that allows a certain one loosens the plan."""
    return tuple(
        Difference(
            FUNCTION.words,
            function.name,
            fact_of(name),
            value,
            bound,
            ids=(name,),
            call="lambda:GetFunction",
            loosens=certainty is Certainty.CERTAIN,
            certainty=certainty,
        )
        for name, value in values.items()
    )


def astray(function: Function, environment: Environment, salt: str) -> dict[str, str]:
    """Return variable -> the value of another environment that it holds."""
    return _holding(function, foreign_values(environment), salt)


def foreign(
    current: Function, want: desired.Function, environment: Environment, salt: str
) -> tuple[Difference, ...]:
    """Return variables that hold what another environment calls its own.

    It is certain in a planned variable, and for the full name of a resource anywhere. The name of an environment,
    prefix or Region in any other variable may be legitimate: it is a guess.
    """
    certain = _holding(current, foreign_resources(environment), salt)
    lost = astray(current, environment, salt)
    planned = {name: text for name, text in lost.items() if name in want.environment}
    unplanned = {name: text for name, text in lost.items() if name not in want.environment}
    sure = {name: text for name, text in unplanned.items() if name in certain}
    guessed = {name: text for name, text in unplanned.items() if name not in certain}
    return (
        *(replace(variable, decidable=False) for variable in variables(current, planned, OWN)),
        *variables(current, sure, OWN),
        *variables(current, guessed, OWN, Certainty.GUESSED),
    )


def _holding(function: Function, texts: frozenset[str], salt: str) -> dict[str, str]:
    by_digest = _by_digest(texts, salt)
    values = {name: value.digests[salt] for name, value in function.environment.items()}
    return {name: by_digest[value] for name, value in values.items() if value in by_digest}


def differing(
    current: Function, want: desired.Function, environment: Environment, salt: str, other: Other
) -> tuple[Difference, ...]:
    """Return planned variables that are not as planned; Follows if DEP-14 reports the value.

    Where LINE's endpoint is set, ``past_line`` alone says whether it is right.
    """
    lost = astray(current, environment, salt).keys() & want.environment.keys()
    if lost:
        raise Follows(
            "DEP-14",
            en=f"{current.name}: {', '.join(sorted(lost))} of another environment",
            ja=f"{current.name}: {', '.join(sorted(lost))}が別の環境のものです",
        )
    wrong = {
        name: current.environment.get(name)
        for name, text in want.environment.items()
        if not (name == LINE_ENDPOINT and name in current.environment)
        and not _as_planned(current.environment.get(name), name, text, salt, other)
    }
    return tuple(
        difference
        for name, value in wrong.items()
        for difference in variables(current, {name: value}, exactly(want.environment[name]))
    )


def surely(differences: Iterable[Difference], want: desired.Function) -> Iterator[Difference]:
    """Yield these, of which no decision allows that a variable is absent without which our code answers nothing."""
    for difference in differences:
        is_outage = difference.actual is None and want.indispensable.issuperset(difference.ids)
        yield replace(difference, decidable=False, stops_calls=True) if is_outage else difference


def handler_flaws(version: Function, sections: Sections, **more: bool) -> Iterator[Difference]:
    """Yield why Lambda would not find the handler that a version names; ``more`` are fields of what is certain."""
    about: dict[str, Any] = {"call": "lambda:GetFunction", **more}
    unparsed = {**about, "decidable": True, "certainty": Certainty.UNPARSED}
    if version.handler is None:
        sure = (
            about if version.runtime else unparsed
        )  # of a container image, which nothing looks into
        yield fault(FUNCTION.words, version.name, HANDLER, None, PACKAGED, **sure)
        return
    contents = lookup(sections.packages, version.code_sha256)
    if contents is None:
        raise NotTestable(
            en=f"what is in the package of {version.name} is not known",
            ja=f"{version.name}のパッケージの内容が分かりません",
        )
    if (flaw := contents.flaw_of(version)) is None:
        return
    en, ja = flaw.words.en, flaw.words.ja
    handler = Words(en=f"{version.handler} ({en})", ja=f"{version.handler}（{ja}）")
    sure = about if flaw.certain else unparsed
    yield fault(FUNCTION.words, version.name, HANDLER, handler, PACKAGED, **sure)


def hijacking(function: Function) -> tuple[Difference, ...]:
    """Return what makes Lambda run code other than the package that was released.

    None of it changes CodeSha256; the plan has neither layers nor file systems.
    """
    preloaded = {
        key: value.words for key, value in function.environment.items() if HIJACKERS.fullmatch(key)
    }
    nothing = dict.fromkeys((LAYERS, FILE_SYSTEMS), unset())
    return (
        *variables(function, dict(sorted(preloaded.items())), unset()),
        *FUNCTION.differences(function.name, function, nothing, loosens=True),
    )


def diverting(function: Function, salt: str) -> tuple[Difference, ...]:
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
        if name in sound and not any(same(value, accepted, salt) for accepted in sound[name])
    }
    return (
        *variables(function, dict(sorted(led.items())), unset()),
        *variables(function, dict(sorted(mute.items())), CALLING_AWS),
    )


def logging_requests(function: Function, salt: str) -> tuple[Difference, ...]:
    """Return variables by which a function may log what it receives; how its code uses them is a guess."""
    talkative = {
        name: text
        for name, value in function.environment.items()
        for pattern, texts in TALKATIVE.items()
        if pattern.fullmatch(name)
        for text in texts
        if same(value, text, salt)
    }
    return variables(function, talkative, QUIET, Certainty.GUESSED)


def past_line(function: Function, environment: Environment, salt: str) -> tuple[Difference, ...]:
    """Return that a function calls another address than LINE's own."""
    endpoint, bound = function.environment.get(LINE_ENDPOINT), leading_to_line(environment, salt)
    led = {} if bound.holds(endpoint) else {LINE_ENDPOINT: endpoint}
    return tuple(replace(flaw, decidable=False) for flaw in variables(function, led, bound))


def leading_to_line(environment: Environment, salt: str) -> Bound:
    """LINE's endpoint is LINE's own: always in production, elsewhere unless the environment names another."""
    decided = LINE_API if environment.production else environment.line.endpoint
    return Bound(
        holds=lambda value: value is None or same(value, decided, salt),
        words=Words(en=f"{decided}, or not set", ja=f"{decided}、または未設定"),
    )


def same(value: MaskedValue, text: str, salt: str) -> bool:
    return value.digests[salt] == digest(salt, text)


def _as_planned(value: MaskedValue | None, name: str, text: str, salt: str, other: Other) -> bool:
    """Whether a variable is as planned, or names the same by its ARN, as AWS allows wherever it asks for a name."""
    if value is None:
        return DEFAULTS.get(name) == text
    arns = other(text) if value.shape == "arn" else ()
    return any(same(value, written, salt) for written in (text, *arns))


def arns_of(plan: Plan, sections: Sections, text: str) -> tuple[str, ...]:
    """Return the ARNs of the planned secret, table or alias that a variable names.

    Secrets Manager finds a secret without the six characters at the end of its ARN, too.
    """
    if text in {planned.name for planned in plan.secrets}:
        secret = lookup(sections.secrets, text)
        return (secret.arn, secret.arn[: -len("-abcdef")]) if secret else ()
    arns = {f"{function.name}:{function.alias}": function.alias_arn for function in plan.functions}
    arns |= {table.name: table.arn for table in plan.tables}
    return (arns[text],) if text in arns else ()


@cache
def _by_digest(values: frozenset[str], salt: str) -> Mapping[str, str]:
    return {digest(salt, text): text for text in values}


def denied_callers(
    function: desired.Function, deployed: Deployed, now: datetime
) -> Iterator[Difference]:
    """Yield what the policies of a function, or of its alias, deny to other functions that invoke exactly that."""
    for policy in deployed.function_policies(function):
        arn = ":".join(filter(None, (function.arn, policy.qualifier)))
        yield from denials(FUNCTION.words, arn, arn, policy.document, deployed.roles(), now)
