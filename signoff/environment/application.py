"""What the application is (app.toml): its functions, tables, secrets, rights, variables and demand, and the routes of its contract.

Read from beside the file of environments, or else from the project's own. Everything that a plan knows of one
application comes from here.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_type_hints

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from aws.api.integration import IAM, KEY, guard
from aws.iam.actions import misnamed
from aws.words import Words, did_you_mean, joined, nearest, there_are
from signoff import ROOT, home_of
from signoff.environment.problems import EnvironmentFileError, FileTable, problem, toml
from signoff.environment.references import VERBS, document

FILE = "app.toml"
APPLICATION = ROOT / FILE
SIGNING = "token_key"
"""Key of the secret under which sessions are signed, where smoke and load can mint any."""
OF_PATH = {*VERBS, "options", "trace", "parameters", "summary", "description"}
SERVICES = {"tables": "dynamodb", "functions": "lambda", "secrets": "secretsmanager"}
"""Kind of what a file gives rights on -> its service; objects of S3 have no kind."""
OWN_BUCKET = re.compile(r"arn:aws:s3:::\{prefix\}[a-z0-9.-]*(/[^*?]*\*?)?")
Rights = Mapping[str, tuple[Annotated[str, Field(pattern=r"^[a-z0-9-]+:[A-Za-z0-9*]+$")], ...]]
"""Key of a table, secret or function (``#`` and a name: an index of a table), or an ``OWN_BUCKET`` or its objects -> IAM actions."""
Key = Annotated[Mapping[str, Literal["S", "N", "B"]], Field(min_length=1, max_length=2)]
"""Attribute -> its type: the partition key, then the sort key if there is one."""
IndexName = Annotated[str, Field(pattern="^[A-Za-z0-9_.-]{3,255}$")]
LAMBDAS_OWN = r"(AWS_(DEFAULT_)?REGION|AWS_(ACCESS_KEY|ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|EXECUTION_ENV)|AWS_LAMBDA_(FUNCTION|INITIALIZATION|LOG|RUNTIME)_\w+|LAMBDA_(TASK_ROOT|RUNTIME_DIR))$"
Variable = Annotated[str, Field(pattern=re.compile(f"^(?!{LAMBDAS_OWN})[A-Za-z][A-Za-z0-9_]+$"))]
Namespace = Annotated[str, Field(pattern=re.compile(r"^(?!AWS/|:)[\w./#: -]{1,255}$", re.ASCII))]
TimeOut = Annotated[int, Field(ge=1, le=5_400)]
Memory = Annotated[int, Field(ge=128, le=32_768)]


class StrictTable:
    """A table of a file: a key that it does not know is an error."""

    __slots__ = ()
    __pydantic_config__ = ConfigDict(extra="forbid", allow_inf_nan=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting(StrictTable):
    """A variable of functions that names no resource."""

    key: str
    """Dotted key of the environment that has its value."""
    everywhere: bool = False
    """Every function has it."""
    guide: bool = False
    """The guide gives it to functions of other code, too (step 3-2)."""
    needed: bool = False
    """A function that has it answers nothing without it."""
    unless: str | None = None
    """The functions' own default: a variable that would say the same is not set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppFunction(StrictTable):
    authorizes: bool = False
    """It is also the API's Lambda authorizer."""
    guided: bool = True
    """The guide says what its role needs; other code of the others may need something else."""
    handler: str = "handler.handler"
    settings: tuple[str, ...] = ()
    """Its variables beside those of the resources that it calls."""
    distributions: tuple[str, ...] = ()
    """What its package holds beyond its own code, by the names of installed distributions."""
    timeout_s: TimeOut | None = None
    memory_mb: Memory | None = None
    """Where it differs from what the environment decides for all."""
    calls: Rights = field(default_factory=dict)
    """What its released code calls: the least that its role needs."""
    reads: Rights = field(default_factory=dict)
    """What the guide grants its role beside that."""
    writes: Rights = field(default_factory=dict)
    """What the guide allows its role beside that and its code never does: no surplus, and not granted."""

    def among(self, keys: Mapping[str, Any]) -> tuple[str, ...]:
        """Return those of ``keys`` that it calls, an index as its table."""
        return tuple(
            dict.fromkeys(name for name in (table_of(key) for key in self.calls) if name in keys)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AppTable(StrictTable):
    name: str
    """What its name begins with in every environment, as the guide has it."""
    key: Key
    indexes: Mapping[IndexName, Key] = field(default_factory=dict)
    """Global secondary indexes; they project everything."""
    ttl: str | None = None
    """The attribute by which items may expire."""
    read: Literal["nothing", "keys", "contents"] = "nothing"
    """What a judging run reads of its items."""
    attributes: Mapping[str, Literal["S", "N", "B", "BOOL", "L", "M"]] = field(default_factory=dict)
    """Beside ``read = "keys"``: the types in which the functions read attributes; DynamoDB counts what differs (DATA-11)."""

    @property
    def types(self) -> Mapping[str, str]:
        """Attribute -> type; by text as a time DynamoDB would expire nothing."""
        return {**self.attributes, **({self.ttl: "N"} if self.ttl else {})}


@dataclass(frozen=True, slots=True, kw_only=True)
class AppSecret(StrictTable):
    """One secret of the application: a JSON object with one field."""

    name: str
    """What its name ends with in every environment, as the guide has it."""
    json_key: Annotated[str, Field(pattern=r"\S")]
    min_bits: Annotated[int, Field(ge=0)] = 0
    """Randomness that it needs; 0 where another service decides its form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppDemand(StrictTable):
    """How the requests of visitors are distributed over the routes."""

    peak: Annotated[int, Field(ge=1)]
    """The busiest minute of a day has this many times its average."""
    each: str
    """The route that a visitor calls once for each of ``demand.stamps_each``."""
    others: Annotated[float, Field(ge=0.0001, le=1)]
    """Share of a route that ``shares`` does not list."""
    shares: Mapping[str, Annotated[float, Field(ge=0.0001, le=1)]]

    @property
    def mix(self) -> Mapping[str, float]:
        """``shares`` in parts of 1."""
        whole = sum(self.shares.values())
        return {route: round(share / whole, 6) for route, share in self.shares.items()}

    @property
    def for_each(self) -> int:
        """How many requests come with each call of ``each``: itself, and what a visitor looks at meanwhile."""
        return round(1 / self.shares.get(self.each, self.others))


@dataclass(frozen=True, slots=True, kw_only=True)
class Application(StrictTable):
    folder: Path
    """Where its app.toml is."""
    home: Path
    """The folder of its reports, and of evidence that lies in a folder."""
    contract: str
    """Its OpenAPI document, as a path from there."""
    metrics: Namespace = "StampRally"
    """Namespace of the metric ``Faults``, by which its functions count the answers of 500."""
    masters: str | None = None
    """Key of the table of stamp masters."""
    front_end: bool = True
    """Whether pages in a browser call it; rows about them are left out without any."""
    known_defaults: frozenset[str] = frozenset()
    """Values that no secret may have, since they are published."""
    settings: Mapping[Variable, Setting] = field(default_factory=dict)
    functions: Mapping[str, AppFunction]
    tables: Mapping[str, AppTable] = field(default_factory=dict)
    secrets: Mapping[str, AppSecret] = field(default_factory=dict)
    demand: AppDemand

    @property
    def document(self) -> Mapping[str, Any]:
        return document(self.folder / self.contract)

    @property
    def paths(self) -> Mapping[str, Mapping[str, Any]]:
        """The paths of the contract, with their operations by verb."""
        paths: Mapping[str, Mapping[str, Any]] = self.document["paths"]
        return paths

    @property
    def routes(self) -> tuple[str, ...]:
        """The routes of the contract: ``GET /stamps``."""
        return tuple(
            f"{verb.upper()} {path}"
            for path, item in self.paths.items()
            for verb in VERBS
            if verb in item
        )

    def guard(self, route: str) -> str | None:
        """Return what decides about its callers, as the contract says of each or of all (``aws.api.integration``)."""
        verb, path = route.split(" ")
        return guard(self.paths[path][verb.lower()], self.document)

    @property
    def open_routes(self) -> tuple[str, ...]:
        """The routes that ask for no session."""
        return tuple(route for route in self.routes if self.guard(route) in {None, KEY})

    @property
    def authorizer(self) -> str | None:
        """Key of the function that is the API's Lambda authorizer, None where it has none."""
        return next((key for key, function in self.functions.items() if function.authorizes), None)

    @property
    def talks_to_line(self) -> bool:
        """Whether a variable of its functions is about LINE."""
        return any(setting.key.startswith("line.") for setting in self.settings.values())

    @property
    def named(self) -> tuple[str, ...]:
        """Keys of what is named by prefix and key; alarms are found by their metrics instead."""
        return (
            *self.functions,
            *self.roles,
            *(f"{function}-logs" for function in (*self.functions, "api")),
            *("api", "authorizer", "usage-plan", "api-key", "dashboard", "alerts"),
        )

    @property
    def roles(self) -> tuple[str, ...]:
        return tuple(f"{function}-role" for function in self.functions)


def table_of(resource: str) -> str:
    """``userstamps#PeriodRanking`` -> ``userstamps``."""
    return resource.partition("#")[0]


@cache
def application(path: Path = APPLICATION) -> Application:
    """Return the application that this file describes; raise EnvironmentFileError with what is wrong."""
    try:
        read = _ADAPTER.validate_python({**toml(path), "folder": path.parent, "home": path.parent})
    except ValidationError as error:
        raise EnvironmentFileError(problem(each, _place(each)) for each in error.errors()) from None
    if problems := list(_inconsistent(read)):
        raise EnvironmentFileError(
            Words(en=f"{path.name}: {words.en}", ja=f"{path.name}: {words.ja}")
            for words in problems
        )
    return read


def _place(error: ErrorDetails) -> FileTable:
    """Return the keys that there could have been beside the one that is wrong."""
    *inside, _ = map(str, error["loc"])
    table = get_type_hints(Application)[inside[0]] if inside else Application
    of = (get_args(table) or (table,))[-1]  # of a mapping, its values
    keys = [".".join((*inside, each.name)) for each in fields(of)] if is_dataclass(of) else []
    return FileTable(FILE, keys=keys, of=Words(en="an application", ja="アプリケーション"))


def application_beside(environments: Path) -> Application:
    """Return the application that lies beside a file of environments, or else the project's own."""
    own, home = environments.resolve().parent / FILE, home_of(environments)
    # A folder, or a link to nothing, is no file either; it is told when it is read.
    there = own.exists() or own.is_symlink()
    read = application(own if there else APPLICATION)
    return read if home == read.home else replace(read, home=home)


def _inconsistent(app: Application) -> Iterator[Words]:
    """Yield what one part of the file, or the contract, says of another that does not exist."""
    if app.masters not in {None, *app.tables}:
        yield unknown("masters", str(app.masters), app.tables)
    for key, function in app.functions.items():
        for use in ("calls", "reads", "writes"):
            yield from _wrong_rights(app, f"functions.{key}.{use}", getattr(function, use))
        for name in function.settings:
            if name not in app.settings:
                yield unknown(f"functions.{key}.settings", name, app.settings)
    yield from _ambiguous(app)
    yield from _not_installed(app)
    yield from _wrong_routes(app)


def _wrong_rights(app: Application, place: str, rights: Rights) -> Iterator[Words]:
    """Yield resources that there are not, and actions that there are not, or not of the service of their resource."""
    services: dict[str, set[str]] = {}
    for kind, of in SERVICES.items():
        for key in getattr(app, kind):
            services.setdefault(key, set()).add(of)
    indexes = {f"{key}#{index}" for key, table in app.tables.items() for index in table.indexes}
    for used, actions in rights.items():
        meant = {"s3"} if OWN_BUCKET.fullmatch(used) else services.get(table_of(used), set())
        service = (
            min(meant) if len(meant) == 1 else ""
        )  # a name that means two is told by _ambiguous
        if used not in indexes | services.keys() and service != "s3":
            yield unknown(place, used, services)
        for action in actions:
            if wrong := misnamed(action, {*SERVICES.values(), "s3"}):
                yield unknown(f"{place}.{used}", *wrong)
            elif service and not action.startswith(f"{service}:"):
                yield Words(
                    en=f"{place}.{used} names {action}, which is not an action of {service}; write one of {service}",
                    ja=f"{place}.{used}の{action}は{service}のアクションではありません。{service}のアクションを書いてください",
                )


def _not_installed(app: Application) -> Iterator[Words]:
    for key, function in app.functions.items():
        for name in function.distributions:
            if not any(metadata.distributions(name=name)):
                yield Words(
                    en=f"functions.{key}.distributions names {name}, which is not installed: install it, or correct the name",
                    ja=f"functions.{key}.distributionsの{name}がインストールされていません。インストールするか、名前を直してください",
                )


def _ambiguous(app: Application) -> Iterator[Words]:
    """Yield what means two things: a key, also as variables have it, an attribute by its types, a variable in the contract's paths."""
    pairs = [("authorizes = true", key) for key, each in app.functions.items() if each.authorizes]
    pairs += [
        (name, f"{kind}.{key}")
        for kind in ("functions", "tables", "secrets")
        for key in getattr(app, kind)
        for name in (key, f"{kind}.{key.upper().replace('-', '_')}")
    ]
    pairs += [
        (f"tables.{key}.{attribute}", kind)
        for key, table in app.tables.items()
        for types in (table.key, *table.indexes.values(), table.types)
        for attribute, kind in types.items()
    ]
    pairs += [
        (f"{app.contract}: {path[: variable.start()]}…", variable[0])
        for path in app.paths
        for variable in re.finditer("{.+?}", path)
    ]
    meanings: dict[str, set[str]] = {}
    for name, meaning in pairs:
        meanings.setdefault(name, set()).add(meaning)
    for name, several in meanings.items():
        if len(several) > 1:
            yield Words(
                en=f"{name} means {' and '.join(sorted(several))} at once: leave one, or name each differently",
                ja=f"{name}が{'と'.join(sorted(several))}を同時に指しています。一つだけにするか、別々の名前にしてください",
            )


def _wrong_routes(app: Application) -> Iterator[Words]:
    for route in (app.demand.each, *app.demand.shares):
        if route not in app.routes:
            yield unknown("demand", route, app.routes)
    schemes = (app.document.get("components") or {}).get("securitySchemes", {})
    for path, item in app.paths.items():
        unread = {k for k in item.keys() - OF_PATH if not re.match("x-(?!.*-any-method)", k)}
        unread |= {"servers" for verb in VERBS if "servers" in item.get(verb, ())}
        if unread:
            yield Words(
                en=f"{app.contract}: {path} has {', '.join(sorted(unread))}, which is not read: write its operations there, each under its verb in lower case, and servers for the whole contract alone",
                ja=f"{app.contract}: {path}の{', '.join(sorted(unread))}は読み込まれません。各操作を小文字のメソッド名で直接書き、serversはAPI仕様全体にだけ書いてください",
            )
        for verb in set(VERBS) & item.keys():
            if (behind := item[verb].get("x-function")) not in app.functions:
                yield unknown(f"{app.contract}: {verb.upper()} {path}", str(behind), app.functions)
            asked = item[verb].get("security", app.document.get("security"))
            for scheme in {name for each in asked or () for name in each} - schemes.keys():
                yield unknown(f"{app.contract}: {verb.upper()} {path} (security)", scheme, schemes)
            clear = (None, {"type": IAM}, {"type": "NONE"} if asked == [] else None)
            if {} in [*(asked or ())] or item[verb].get("x-amazon-apigateway-auth") not in clear:
                yield Words(
                    en=f"{app.contract}: {verb.upper()} {path} leaves open whether it is guarded: write security: [] where anyone may call it, else take the empty alternative {{}} out of security, and x-amazon-apigateway-auth unless its type is AWS_IAM",
                    ja=f"{app.contract}: {verb.upper()} {path}に認可が必要かどうかが不明確です。誰でも呼び出せる場合はsecurity: []と書き、それ以外はx-amazon-apigateway-auth（typeがAWS_IAMのものを除く）とsecurityの空の選択肢{{}}を削除してください",
                )


def unknown(place: str, name: str, names: Iterable[str]) -> Words:
    no = Words(
        en=f"{place} names {name}, which does not exist", ja=f"{place}の{name}は存在しません"
    )
    instead = did_you_mean(nearest(name, names)) or there_are(sorted(names))
    return joined(filter(None, (no, instead)))


_ADAPTER = TypeAdapter(Application)
