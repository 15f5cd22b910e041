"""What one would go back to: the version and the deployment that a rollback takes, and the packages of both releases."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import chain

from aws.api.document import ApiDocument, exported
from aws.api.integration import InvokedFunction, target
from aws.door.failures import Gone, ReadFailure
from aws.kinds.function import FUNCTION, Function, HandlerFlaw
from aws.kinds.function_invocation import Alias, FunctionPolicy, Version, listed_name, policy_at
from aws.kinds.function_invocation import listed as listed_functions
from aws.kinds.rest_api import Deployment, api_id, decode_deployment
from aws.raw import Raw
from aws.reading import Reader, Reading, required
from aws.release import (
    Builds,
    Package,
    RecordedRelease,
    calls_nothing,
    code_sha256,
    is_closed,
    unpacked,
)
from aws.section import Section, Unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentBack:
    """A deployment that the stage does not serve, and what API Gateway says of its methods."""

    deployment: Deployment
    authorization: Mapping[str, str] | None
    """See ``authorization_of``."""
    keys: Mapping[str, bool] = field(default_factory=dict)
    """See ``keys_of``."""
    document: ApiDocument | None
    """The whole of it; None where its export was not recorded while the stage served it."""
    policies: Mapping[str, FunctionPolicy | None]
    """ARN of what it calls beside the planned functions -> its policy; None where the function does not exist."""

    @property
    def calls(self) -> Mapping[str, str] | None:
        """See ``ApiDocument.calls``; None where it is not on record."""
        return self.document.calls if self.document else None

    def its(self, route: str) -> str:
        """Return the name of one of its routes."""
        return f"{route} ({self.deployment.id})"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageContents:
    """What is in one package, by its CodeSha256."""

    calls_nothing: bool = False
    """Its code cannot reach AWS, or anything else: only the closed release of an earlier commit is like this."""
    handlers: Mapping[str, HandlerFlaw | None] = field(default_factory=dict)
    """ARN of a version -> why Lambda would not find its handler in the package; None where it would.

    Two versions of one package may have different layers, runtimes and variables.
    """

    def flaw_of(self, version: Function) -> HandlerFlaw | None:
        return self.handlers[qualified(version)]


def qualified(version: Function) -> str:
    """Return the ARN of a version."""
    return f"{version.arn}:{version.version}"


def version_back(
    name: str,
    live: str,
    published: Mapping[str, Version],
    releases: Sequence[RecordedRelease],
    closed: str,
) -> str | None:
    """Return the version that a rollback of one function takes, None where there is none.

    It is the newest recorded one that is open, is not live, and still holds the recorded code; else the newest below the
    live one that holds other code; else a closed one. ``releases`` newest first; ``closed``: CodeSha256 of the closed release.
    """
    code = published[live].code_sha256 if live in published else None
    passed_over = {live, as_recorded(name, live, code, releases)}
    for number in open_on_record(name, published, releases, closed):
        if number not in passed_over:
            return number
    others = [each for each in published.values() if live.isdecimal() and each.code_sha256 != code]
    below = [each.number for each in others if int(each.number) < int(live)]
    return max(below or [o.number for o in others if o.is_closed(closed)], key=int, default=None)


def open_on_record(
    name: str,
    published: Mapping[str, Version],
    releases: Iterable[RecordedRelease],
    closed: str,
) -> Iterator[str]:
    """Yield the recorded versions of a function, in the order of the releases, that are open and still hold the recorded code."""
    for number, code in _recorded(name, releases):
        there = published.get(number)
        if there and there.code_sha256 == code and not there.is_closed(closed):
            yield number


def as_recorded(name: str, live: str, code: str | None, releases: Sequence[RecordedRelease]) -> str:
    """Return the version by which records know what is live: a repair publishes one more of its code, and releases nothing.

    One to which a rollback went is on record itself. ``code``: CodeSha256 of the live version; ``releases`` newest first.
    """
    recorded = _recorded(name, releases)
    known = live in {number for number, _ in recorded}
    return recorded[0][0] if recorded and not known and recorded[0][1] == code else live


def _recorded(name: str, releases: Iterable[RecordedRelease]) -> list[tuple[str, str]]:
    return [release.functions[name] for release in releases if name in release.functions]


def deployment_back(
    live: str, newest_first: Sequence[Deployment], releases: Iterable[RecordedRelease]
) -> Deployment | None:
    """Return the deployment that a rollback of the API takes, None where there is none.

    It is the newest recorded one that is open and of another draft than the live one; else the newest of another draft
    that was deployed before the live one, or in the same second: API Gateway dates no finer.
    """
    now = next((each for each in newest_first if each.id == live), None)
    same = {now.draft} - {None} if now else ()
    others = {each.id: each for each in newest_first if each.id != live and each.draft not in same}
    before = (each for each in others.values() if now is None or each.created <= now.created)
    return next(chain(open_deployments(others, releases), before), None)


def open_deployments(
    there: Mapping[str, Deployment], releases: Iterable[RecordedRelease]
) -> Iterator[Deployment]:
    """Yield the recorded deployments, in the order of the releases, that are there and open."""
    for release in releases:
        deployment = there.get(release.deployment or "")
        if deployment and not is_closed(deployment.description):
            yield deployment


def versions_back(reading: Reading) -> Section[Function]:
    """Return function -> the configuration of the version that a rollback takes; absent where there is none.

    ListFunctions, by which the versions are known, does not show whether one is active.
    """
    aliases, published = reading.section("aliases"), reading.section("versions")

    def read(name: str) -> Function:
        served: tuple[Alias, ...] = required(aliases, "aliases", name)
        versions: tuple[Version, ...] = required(published, "versions", name)
        live = next((alias.version for alias in served if alias.name == reading.scope.alias), "")
        numbered, builds = {version.number: version for version in versions}, reading.scope.builds
        closed = builds.closed.code_sha256 if builds else ""
        number = version_back(name, live, numbered, reading.scope.releases, closed)
        if number is None:
            raise Gone.of(
                "lambda:ListFunctions",
                f"{name} has no version to go back to",
                f"{name}に戻し先のバージョンがありません",
            )
        whole = reading.aws.call("lambda", "get_function", FunctionName=name, Qualifier=number)
        back = {"Configuration": {**whole["Configuration"], "FunctionName": name}}
        unplanned = reading.aws.unplanned(FUNCTION.words, f"{name}:{number}")
        return FUNCTION.of(back, scope=reading.scope, unplanned=unplanned)

    return reading.each(reading.scope.functions, read)


def deployments_back(reading: Reading) -> Section[DeploymentBack]:
    """Return the API -> the deployment that a rollback takes; absent where there is none."""
    api, scope = api_id(reading), reading.scope
    stage = reading.needed("stages").get(scope.stage)
    if api is None or stage is None:
        return {}
    if isinstance(stage, Unreadable):
        raise ReadFailure(stage)
    listed = required(reading.section("deployments"), "deployments", scope.api)
    previous = deployment_back(stage.deployment_id, listed, scope.releases)
    if previous is None:
        return {}
    parameters = {"restApiId": api, "deploymentId": previous.id, "embed": ["apisummary"]}
    raw = reading.aws.call("apigateway", "get_deployment", **parameters)
    export = scope.exports.get(previous.id)
    document = exported(reading, {"deployment": previous.id}, export) if export else None
    called = {target(uri, stage.variables) for uri in (document.calls if document else {}).values()}
    back = DeploymentBack(
        deployment=decode_deployment(raw),
        authorization=authorization_of(raw),
        keys=keys_of(raw),
        document=document,
        policies={
            function.arn: _policy_of(reading, function)
            for function in called  # the policies of planned functions are read anyway
            if function.is_function and function.name not in scope.functions
        },
    )
    return {scope.api: back}


def _policy_of(reading: Reading, called: InvokedFunction) -> FunctionPolicy | None:
    there = {listed_name(entry) for entry in reading.source(listed_functions)}
    if called.name not in there:
        return None
    return policy_at(reading, called.name, called.qualifier or None)


def authorization_of(deployment: Raw) -> Mapping[str, str] | None:
    """Return ``VERB /path`` -> ``CUSTOM``, ``AWS_IAM`` … or ``NONE``; None where API Gateway says nothing of it."""
    if (summary := deployment.get("apiSummary")) is None:
        return None
    return {
        f"{verb} {path}": str(entry.get("authorizationType", "NONE"))
        for path, verbs in summary.items()
        for verb, entry in verbs.items()
    }


def keys_of(deployment: Raw) -> Mapping[str, bool]:
    """Return ``VERB /path`` -> whether a caller needs an API key, of the methods of which API Gateway says it."""
    return {
        f"{verb} {path}": entry["apiKeyRequired"]
        for path, verbs in deployment.get("apiSummary", {}).items()
        for verb, entry in verbs.items()
        if "apiKeyRequired" in entry
    }


def packages(reading: Reading) -> Section[PackageContents]:
    """Return CodeSha256 -> what is in the package, of what is live and of what a rollback takes.

    Each is searched for the secrets: those that this commit builds as they were packed, any other one downloaded once.
    """
    live, back = reading.needed("functions"), reading.needed("versions_back")
    functions = [
        function for function in (*live.values(), *back.values()) if isinstance(function, Function)
    ]
    by_code: dict[str, list[Function]] = {}
    for state in functions:
        by_code.setdefault(state.code_sha256, []).append(state)
    built, searched = _built(reading.scope.builds), set[bytes]()
    return reading.each(
        by_code, lambda code: _read(reading, by_code[code], built.get(code), searched)
    )


def _built(builds: Builds | None) -> Mapping[str, Package]:
    every = (*builds.functions.values(), builds.closed) if builds else ()
    return {package.code_sha256: package for package in every}


def _read(
    reading: Reading, users: Sequence[Function], built: Package | None, searched: set[bytes]
) -> PackageContents:
    from aws.handler.flaw import flaw_in  # noqa: PLC0415 - a saved inventory opens no package

    first = users[0]
    content = built.content if built else reading.aws.code_of(first.name, first.version)
    if not built and code_sha256(content) != first.code_sha256:
        raise ReadFailure.of(
            "lambda:GetFunction",
            "the link leads to other code than the version's",
            "リンク先のコードがバージョンのものと異なります",
        )
    files = unpacked(content)
    _search(reading, first.name, files, searched)
    return PackageContents(
        calls_nothing=calls_nothing(files),
        handlers={qualified(user): flaw_in(content, user) for user in users if user.handler},
    )


def _search(reading: Reading, name: str, files: Mapping[str, bytes], searched: set[bytes]) -> None:
    """Search each file once, since the functions share modules; also those of a package within a package."""
    for path, content in files.items():
        digest = sha256(content).digest()
        if digest not in searched:
            searched.add(digest)
            text = {path: content.replace(b"\0", b"").decode("utf-8", "replace")}  # UTF-16 too
            reading.aws.clean("lambda:GetFunction", {"FunctionName": name}, text)
            reading.aws.note_keys("lambda:GetFunction", f"{name} {path}", text[path])
            within = unpacked(content)
            _search(reading, name, {f"{path}/{file}": within[file] for file in within}, searched)


READERS = {
    "versions_back": Reader(
        versions_back,
        ("lambda:ListFunctions", "lambda:ListAliases", "lambda:GetFunction", "kms:Decrypt"),
    ),
    "deployments_back": Reader(
        deployments_back, ("apigateway:GET", "lambda:ListFunctions", "lambda:GetPolicy")
    ),
    "packages": Reader(packages, ("lambda:GetFunction",)),
}
