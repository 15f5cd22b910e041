"""Lambda: the aliases and versions of each function, every policy or URL by which it can be called, and what the account has room for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from aws.door.failures import Gone
from aws.kind.description import ARN, IDENTITY, NAME, PLANNED_BY, LeftOut, Part, ReadCall, fact
from aws.kind.engine import Kind
from aws.kinds.function import BY_NAME, NOT_FOUND, VERSION
from aws.ledger import LABELS, NAMES, Harmless, Ledger, operation
from aws.raw import Raw
from aws.reading import Reader, Reading, required
from aws.release import is_closed_version
from aws.section import Section
from aws.words import Words

UNSERVED = 10
"""Per function, the number of newest published versions without an alias whose policy is read.

Lambda answers 15 calls of GetPolicy a second per account, each for one version: ten versions of seven
functions take five seconds, three hundred take two and a half minutes. Ten weekly releases cover a season.
"""


ALIAS = Words(en="alias", ja="エイリアス")
URLS = Words(en="URLs", ja="関数URL")
WEIGHTS = Words(en="traffic sent to other versions", ja="他のバージョンに送るトラフィック")
FREE = Words(en="free concurrency", ja="利用可能な同時実行数")
ACCOUNT = Words(en="account", ja="アカウント")


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    name: str = fact(NAME, "Name", part=PLANNED_BY)
    arn: str = fact(ARN, "AliasArn", part=IDENTITY)
    version: str = fact(VERSION, "FunctionVersion", part=IDENTITY)
    weights: Mapping[str, float] = fact(
        WEIGHTS, "RoutingConfig.AdditionalVersionWeights", absent={}, covers="RoutingConfig"
    )
    """Version -> share of the calls that is sent elsewhere; empty is the only safe state."""
    revision: str = fact(Words.same("RevisionId"), "RevisionId", absent="", part=IDENTITY)
    """Another after each change: it alone shows a release there and back while a run judged."""


ALIASES = Kind[Alias](
    words=Words(en="aliases of function", ja="関数のエイリアス"),
    service="lambda",
    section="aliases",
    type=Alias,
    part=Part.CODE,
    calls={
        "alias": ReadCall(
            operation="ListAliases",
            under="Aliases",
            pages="Aliases",
            harmless={LABELS: "Description"},
        )
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A published version; ``$LATEST`` is not one."""

    number: str
    code_sha256: str
    description: str = ""

    def is_closed(self, code: str) -> bool:
        """Whether it is a closed release; ``code``: CodeSha256 of the one that this commit builds."""
        return is_closed_version(self.code_sha256, self.description, code)


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionPolicy:
    """A place where a resource-based policy may stand, and what stands there.

    The function itself (``qualifier`` None), an alias or a version; ``document`` is JSON text, None
    where there is no policy.
    """

    qualifier: str | None
    document: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionUrl:
    arn: str
    url: str
    auth_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleUser:
    """An unplanned function that runs under a planned role."""

    function: str
    urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LambdaAccount:
    """Concurrent executions: the Region's limit and what no function has reserved."""

    concurrent_executions: int = fact(
        Words(en="concurrent executions", ja="同時実行数"), "ConcurrentExecutions"
    )
    unreserved: int = fact(
        Words(en="unreserved concurrency", ja="未予約の同時実行数"),
        "UnreservedConcurrentExecutions",
        part=LeftOut("moves with other functions of the account", moves=True),
    )


ROOM = "room for code; a full one refuses the upload"
LAMBDA_ACCOUNT = Kind[LambdaAccount](
    words=Words(en="Lambda of this", ja="Lambda"),
    service="lambda",
    section="lambda_account",
    type=LambdaAccount,
    part=Part.CAPACITY,
    calls={
        "account": ReadCall(
            operation="GetAccountSettings",
            under="AccountLimit",
            needs=frozenset({"AccountLimit"}),
            harmless={ROOM: "TotalCodeSize CodeSizeUnzipped CodeSizeZipped"},
            outside={"AccountUsage": Harmless(ROOM)},
        )
    },
)
LEDGER: Ledger = {
    "lambda:ListFunctions": operation(
        # What the alias runs is judged by GetFunction; the door searches every version for secrets.
        judged="Functions"
    ),
    "lambda:GetPolicy": operation(
        judged="Policy",
        harmless={NAMES: "RevisionId"},
        resources=BY_NAME,
        needs="Policy",
    ),
    "lambda:ListFunctionUrlConfigs": operation(judged="FunctionUrlConfigs", resources=BY_NAME),
}


def listed(reading: Reading) -> list[Raw]:
    """Return every version of every function of the Region, in one listing instead of one call per function.

    AWS returns fifty per page, so it takes more calls if other teams keep many versions.
    """
    return reading.aws.listed("lambda", "list_functions", "Functions", FunctionVersion="ALL")


def names(reading: Reading) -> list[str]:
    """Return the names of all functions of the Region, so that no call is made for a missing one."""
    return list(dict.fromkeys(map(listed_name, reading.source(listed))))


def listed_name(entry: Raw) -> str:
    """Return the function name of an entry, from its ARN if AWS leaves the name out."""
    return str(entry.get("FunctionName") or entry["FunctionArn"].split(":")[6])


def aliases(reading: Reading) -> Section[tuple[Alias, ...]]:
    return reading.each(reading.scope.functions, lambda name: _aliases(reading, name))


def versions(reading: Reading) -> Section[tuple[Version, ...]]:
    entries = reading.source(listed)
    return reading.each(reading.scope.functions, lambda name: _versions(entries, name))


def policies(reading: Reading) -> Section[tuple[FunctionPolicy, ...]]:
    """Read the policies of each function, its aliases, and the versions that these serve, and their newest others.

    A caller that any of them allows is allowed. Of the other versions the UNSERVED newest are read; a version
    that is absent was not read, so nothing is known of its policy. With one alias and two
    versions, as a healthy stack has, that is four calls per function, of the
    operation with Lambda's lowest rate limit.
    """
    aliases_read, numbered = reading.section("aliases"), reading.section("versions")

    def read(name: str) -> tuple[FunctionPolicy, ...]:
        aliases: tuple[Alias, ...] = required(aliases_read, "aliases", name)
        published = [entry.number for entry in required(numbered, "versions", name)]
        served = {version for alias in aliases for version in (alias.version, *alias.weights)}
        numbers = sorted(filter(str.isdecimal, served), key=int)
        newest = sorted({*published} - served, key=int)[-UNSERVED:]
        places = (None, *(alias.name for alias in aliases), *numbers, *newest)
        return tuple(policy_at(reading, name, place) for place in places)

    return reading.each(reading.scope.functions, read)


def spans(numbers: Iterable[int]) -> tuple[str, ...]:
    """Return numbers of versions as people write many of them: ``3-281``, ``290``."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    return tuple("-".join(map(str, run)) for run in runs)


def urls(reading: Reading) -> Section[tuple[FunctionUrl, ...]]:
    """Read the URLs after the aliases, because more depends on those and both share a Lambda rate limit."""
    reading.section("aliases")
    return reading.each(reading.scope.functions, lambda name: _urls(reading, name))


def role_users(reading: Reading) -> Section[tuple[RoleUser, ...]]:
    """Return planned role -> functions of any other name that run under it, with their URLs."""
    raw = reading.source(listed)
    planned = set(reading.scope.functions)
    by_role: dict[str, set[str]] = {name: set() for name in reading.scope.roles}
    for entry in raw:
        role = entry["Role"].rpartition("/")[2]
        if entry["FunctionName"] not in planned and role in by_role:
            by_role[role].add(entry["FunctionName"])

    def read(role: str) -> tuple[RoleUser, ...]:
        urls_by_name = ((name, _urls(reading, name)) for name in sorted(by_role[role]))
        return tuple(
            RoleUser(function=name, urls=tuple(u.url for u in urls)) for name, urls in urls_by_name
        )

    return reading.each(by_role, read)


def account(reading: Reading) -> Section[LambdaAccount]:
    return {"account": LAMBDA_ACCOUNT.read(reading.aws, "account")}


def _aliases(reading: Reading, name: str) -> tuple[Alias, ...]:
    entries = reading.aws.listed("lambda", "list_aliases", "Aliases", FunctionName=name)
    return tuple(map(ALIASES.of, entries))


def sent_to(version: str, share: float) -> Words:
    """Say which share of the traffic an alias sends to a version beside its own: a decision allows that share and no other."""
    percent = f"{share * 100:.3g}%"
    return Words(en=f"{percent} to version {version}", ja=f"バージョン{version}に{percent}")


def _versions(entries: Iterable[Raw], name: str) -> tuple[Version, ...]:
    own = [entry for entry in entries if listed_name(entry) == name]
    if not own:
        raise Gone.of("lambda:ListFunctions", f"{name} is not there", f"{name}がありません")
    return tuple(published(own).values())


def published(listed: Iterable[Raw]) -> dict[str, Version]:
    """Return number -> published version, of what Lambda lists of a function, oldest first."""
    numbered = {raw["Version"]: raw for raw in listed if raw["Version"].isdecimal()}
    return {
        number: Version(
            number=number,
            code_sha256=numbered[number]["CodeSha256"],
            description=numbered[number].get("Description", ""),
        )
        for number in sorted(numbered, key=int)
    }


def policy_at(reading: Reading, name: str, qualifier: str | None) -> FunctionPolicy:
    """Read one place; ResourceNotFound means that no policy stands there."""
    parameters = {"Qualifier": qualifier} if qualifier else {}
    answer = reading.aws.call(
        "lambda", "get_policy", FunctionName=name, **parameters, empty_on={NOT_FOUND}
    )
    return FunctionPolicy(qualifier=qualifier, document=answer["Policy"] if answer else None)


def _urls(reading: Reading, name: str) -> tuple[FunctionUrl, ...]:
    entries = reading.aws.listed(
        "lambda", "list_function_url_configs", "FunctionUrlConfigs", FunctionName=name
    )
    return tuple(
        FunctionUrl(arn=entry["FunctionArn"], url=entry["FunctionUrl"], auth_type=entry["AuthType"])
        for entry in entries
    )


READERS = {
    ALIASES.section: Reader(aliases, ALIASES.actions),
    "versions": Reader(versions, ("lambda:ListFunctions",)),
    "function_policies": Reader(policies, ("lambda:GetPolicy",)),
    "function_urls": Reader(urls, ("lambda:ListFunctionUrlConfigs",)),
    "role_users": Reader(role_users, ("lambda:ListFunctionUrlConfigs", "lambda:ListFunctions")),
    LAMBDA_ACCOUNT.section: Reader(account, LAMBDA_ACCOUNT.actions),
}
