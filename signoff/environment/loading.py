"""Loads one table of the file of environments, typed and complete, or says all that is wrong with it."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from shlex import quote
from typing import Any

from pydantic import ValidationError

from aws.api.integration import IAM, KEY
from aws.words import SILENCE, Words, did_you_mean, joined, nearest, plain
from signoff import OF_PACKAGES, ROOT
from signoff.environment.application import Application, application_beside, unknown
from signoff.environment.overrides import (
    IN_PRODUCTION,
    Override,
    applied,
    keys,
    overrides,
    required,
)
from signoff.environment.problems import EnvironmentFileError, FileTable, problem, toml, variable
from signoff.environment.schema import ADAPTER, LEAST_RATE, Environment
from signoff.environment.value_types import origin_of

UNDEMANDED = 200
"""The requests a second of an environment that says neither ``target_rate`` nor ``demand``."""
SOURCES = {"origin": "front_end.url", "target_rate": "demand", "go_live": "season.begins"}
ENVIRONMENTS = ROOT / "environments.toml"
NO_CHANNEL = "0000000000"
"""Stands for the channel in an environment of an application that does not talk to LINE."""
PRODUCTION = frozenset({"prod", "production", "prd"})
"""A table of such a name, in capitals or full width too, is production, even with ``production = false``; any other, unless that says otherwise."""
OWN_NAMES = Words(en="give each its own", ja="別々の名前にしてください")
ONE_TABLE = Words(
    en="give each its own (one table for all is out of scope: each kind of data has a table, as in the guide)",
    ja="別々の名前にしてください（単一テーブルの構成は対象外です。手順書と同じく、データの種類ごとにテーブルを持ちます）",
)


TABLES, SECRETS = Words(en="tables", ja="テーブル"), Words(en="secrets", ja="シークレット")
FUNCTIONS, ROLES = Words(en="functions", ja="関数"), Words(en="roles", ja="ロール")
ALIASES, BUCKETS = Words(en="aliases", ja="エイリアス"), Words(en="buckets", ja="バケット")


FORMS: Mapping[Words, str] = {
    TABLES: r"[A-Za-z0-9_.-]{3,255}",
    SECRETS: r"[A-Za-z0-9/_+=.@-]{1,512}",
    FUNCTIONS: r"[A-Za-z0-9_-]{1,64}",
    ROLES: r"[A-Za-z0-9_+=,.@-]{1,64}",
    ALIASES: r"(?!\d+$)[A-Za-z0-9_-]{1,128}",
    BUCKETS: r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
}
"""Kind -> the names that AWS takes for it."""


def completed(environment: Environment) -> Environment:
    """Return the environment with the keys that follow from others where the file has none."""
    page = environment.front_end
    demand, season = environment.demand, environment.season
    rate = max(LEAST_RATE, demand.least_rate(environment.application)) if demand else UNDEMANDED
    return replace(
        environment,
        origin=environment.origin or (origin_of(page.url) if page else ""),
        target_rate=environment.target_rate or rate,
        go_live=environment.go_live or (season.begins if season else None),
    )


def derived(environment: Environment, table: Mapping[str, Any]) -> Words:
    """Say which values follow from which keys."""
    values = {
        key: getattr(environment, key)
        for key, source in SOURCES.items()
        if key not in table and source.partition(".")[0] in table
    }
    return Words(
        en=", ".join(f"{key} = {value} (from {SOURCES[key]})" for key, value in values.items()),
        ja="、".join(f"{key} = {value}（{SOURCES[key]}から）" for key, value in values.items()),
    )


@dataclass(frozen=True, slots=True)
class Loaded:
    """An environment, and the variables in force: the report prints them beside the verdict."""

    environment: Environment
    overrides: Mapping[str, str] = field(default_factory=dict)
    """Variable -> its value, as text."""
    derived: Words = SILENCE
    """The keys that the file leaves out and that follow from others of it, with their values."""


def load(name: str, path: Path = ENVIRONMENTS, variables: Mapping[str, str] = os.environ) -> Loaded:
    """Return the environment of that name; raise EnvironmentFileError with a sentence per problem.

    ``variables`` that begin with ``SIGNOFF_`` override the file: ``SIGNOFF_REGION``, and nested keys
    with two underscores, ``SIGNOFF_LINE__CHANNEL_ID``.
    """
    if path.parent.name.endswith(OF_PACKAGES):
        raise EnvironmentFileError([_no_application_here(name, path)])
    table = _table(name, path)
    overriding = overrides(table, variables, name)
    changed = applied(table, overriding)
    environment = _typed(name, changed, path, overriding)
    if not environment.production and (shared := list(_of_production(environment, changed, path))):
        raise EnvironmentFileError(shared)
    texts = {override.variable: override.text for override in overriding}
    return Loaded(environment, texts, derived(environment, changed))


def _no_application_here(name: str, path: Path) -> Words:
    """Say that the file is the example in the wheel, whose reports would lie in the wheel, too."""
    command = f"signoff init --env {'prod' if name == 'local' else name} --to {path.name}"
    return Words(
        en=f"this folder has no {path.name}, so there is no application to judge: go to its folder, name its file by"
        f" --environments, or write one: {command}",
        ja=f"このフォルダに{path.name}がないため、判定するアプリケーションがありません。そのフォルダに移動するか、--environmentsで"
        f"ファイルを指定するか、次のコマンドで作成してください: {command}",
    )


def option_of(file: Path) -> str:
    """Return the option of a printed command that names this file, from any folder; empty for the project's own."""
    absolute = file.absolute()
    return "" if absolute == ENVIRONMENTS else f"--environments {quote(str(absolute))}"


def names(path: Path = ENVIRONMENTS) -> tuple[str, ...]:
    """Return the names of the environments of a file, in its order."""
    return tuple(_tables(path))


def peek(name: str, key: str, path: Path = ENVIRONMENTS) -> Any:
    """Return one value of another environment without validating it; None if table or key is missing.

    Overrides apply to the chosen environment only, so they are ignored here.
    """
    return _tables(path).get(name, {}).get(key)


def tables_of(name: str, path: Path = ENVIRONMENTS) -> Mapping[str, str]:
    """Return key -> table of another environment, those included that its own table of the file leaves to the rule."""
    usual = _usual_names(application_beside(path), name, "")
    return {**usual["tables"], **(peek(name, "tables", path) or {})}


def _tables(path: Path) -> dict[str, dict[str, Any]]:
    """Return the tables of a file; EnvironmentFileError where it has anything beside them, which no environment would have."""
    tables = toml(path)
    if outside := [key for key, table in tables.items() if not isinstance(table, dict)]:
        named = ", ".join(outside)
        raise EnvironmentFileError(
            en=f"{path.name}: {named} is not the table of an environment; write it below a header such as [prod]",
            ja=f"{path.name}: {named}は環境のテーブルではありません。[prod]のような見出しの下に書いてください",
        )
    return tables


def _table(name: str, path: Path) -> dict[str, Any]:
    tables = _tables(path)
    if name not in tables:
        raise EnvironmentFileError([no_environment(name, path)])
    require_name(name)
    table = tables[name]
    return {**table, "production": _production(name, table)}


def no_environment(name: str, path: Path) -> Words:
    """Say that a file has no such environment, which there are, and which was meant."""
    listed = ", ".join(known := names(path))
    none = name.strip() or '""'
    absent = Words(
        en=f"{path.name} has no environment {none}", ja=f"{path.name}に環境{none}がありません"
    )
    there = Words(en=f"it has {listed or 'none'}", ja=f"あるのは{listed or 'なし'}")
    meant = did_you_mean(nearest(name, known))
    return joined((absent, there, *([meant] if meant else ())))


def require_name(name: str) -> None:
    """Raise EnvironmentFileError for a name that can't be a folder and a word of a printed command."""
    if not re.fullmatch(r"\w[\w-]*", name.strip()):
        raise EnvironmentFileError(
            en=f"{name} can't be the name of an environment: write letters, digits, - and _, and - not first",
            ja=f"{name}は環境名に使用できません。文字、数字、-、_で書き、先頭に-を置かないでください",
        )


def _production(name: str, table: Mapping[str, Any]) -> Any:
    """Return whether a table is production, as it says unless its name does; not validated."""
    return plain(name) in PRODUCTION or table.get("production", True)


def _of_production(environment: Environment, own: Mapping[str, Any], path: Path) -> Iterator[Words]:
    """Yield each production table of the file whose resources an environment would take for its own.

    An account or Region that the file leaves to a variable may be the same one.
    """
    ours = _resources(environment.name, own, environment.application)
    here = {"account": environment.account, "region": environment.region}
    for name, table in _tables(path).items():
        shared = sorted(ours & _resources(name, table, environment.application))
        is_here = all(table.get(key, value) == value for key, value in here.items())
        if shared and is_here and _production(name, table):
            yield Words(
                en=f"{path.name}: {environment.name} has production = false and names the same resources of one account"
                f" and Region as {name}, which is production ({shared[0]}): use --env {name}, or give each its own names",
                ja=f"{path.name}: {environment.name}はproduction = falseですが、本番の{name}と同じアカウント・リージョンの"
                f"同じリソース（{shared[0]}）を指しています。--env {name}を使うか、別々の名前にしてください",
            )


def _resources(name: str, table: Mapping[str, Any], app: Application) -> frozenset[str]:
    """Return the names of what a table of the file is about; that of a domain has the API's path."""
    by_kind = {kind: table.get(kind) or {} for kind in ("tables", "secrets", "names", "domain")}
    usual = _usual_names(app, name, str(table.get("prefix", "")))
    used = [
        by_kind[kind].get(key, default)
        for kind, names in usual.items()
        for key, default in names.items()
    ]
    if domain := by_kind["domain"].get("name"):
        path = str(by_kind["domain"].get("base_path") or "").strip("/")
        used.append(f"{str(domain).rstrip('.')}/{path}")
    return frozenset(str(each).casefold() for each in (*used, table.get("bucket")) if each)


def _usual_names(app: Application, name: str, prefix: str) -> Mapping[str, Mapping[str, str]]:
    """Return field -> key -> what a resource is called where the file does not say; each API has its own authorizer."""
    return {
        "tables": {key: f"{table.name}-{name}" for key, table in app.tables.items()},
        "secrets": {key: f"{prefix}/{secret.name}" for key, secret in app.secrets.items()},
        "names": {key: f"{prefix}-{key}" for key in app.named if key != "authorizer"},
    }


def _typed(
    name: str, table: Mapping[str, Any], path: Path, overriding: list[Override]
) -> Environment:
    app = application_beside(path)
    line = {} if app.talks_to_line else {"line": {"channel_id": NO_CHANNEL}}
    # As JSON, because pydantic is strict about types there and still takes a table for a dataclass.
    raw = json.dumps({**line, **table, "name": name}, default=str)
    place = _place(f"{path.name}: {name}", table, overriding)
    try:
        environment = ADAPTER.validate_json(raw, strict=True, context={"application": app})
    except ValidationError as error:
        origin = [] if {"origin", "front_end"} & table.keys() else [_without_origin(place)]
        problems = (problem(error_details, place) for error_details in error.errors())
        raise EnvironmentFileError((*problems, *origin)) from None
    environment = completed(_with_names(environment, app))
    unfit = [] if environment.origin else [_without_origin(place)]
    if environment.front_end and not app.front_end:
        unfit.append(
            Words(
                en=f"{place.where('front_end')} names a front end, and app.toml says that there is none (front_end = false): correct either",
                ja=f"{place.where('front_end')}にフロントエンドがありますが、app.tomlはないとしています（front_end = false）。どちらかを修正してください",
            )
        )
    unfit += (*_unchecked(environment, place), *_unfit_names(environment))
    unfit += _unfit_for_production(environment, place) if environment.production else ()
    if "before" in table and environment.before not in (known := names(path)):
        unfit.append(unknown(f"{path.name}: {environment.name}.before", environment.before, known))
    if unfit:
        raise EnvironmentFileError(unfit)
    return environment


def _with_names(environment: Environment, app: Application) -> Environment:
    """Return the environment of this application, with the names of all its tables and secrets."""
    usual = _usual_names(app, environment.name, environment.prefix)
    return replace(
        environment,
        application=app,
        tables={**usual["tables"], **environment.tables},
        secrets={**usual["secrets"], **environment.secrets},
    )


def _without_origin(place: FileTable) -> Words:
    front_end = variable("front_end.url")
    return Words(
        en=f"{place.table}.origin is missing; write front_end = {{ url = … }}, or set {front_end}; without a front end, write origin itself",
        ja=f"{place.table}.originがありません。front_end = {{ url = … }}と書くか、環境変数{front_end}を設定してください。フロントエンドがない場合はoriginを直接書いてください",
    )


def _unchecked(environment: Environment, file: FileTable) -> Iterator[Words]:
    """Yield what the contract asks of callers and nothing checks, and settings of which the environment has no value."""
    app = environment.application
    for name, setting in app.settings.items():
        if not isinstance(environment.value(setting.key), str | int | float | date):
            yield Words(
                en=f"app.toml: settings.{name} takes {setting.key} of {file.table}, which has no such value: write it there, or correct the key",
                ja=f"app.toml: settings.{name}が{file.table}の{setting.key}を使いますが、その値がありません。値を書くか、keyを修正してください",
            )
    sessions = app.authorizer or environment.sessions_checked_by == "functions"
    for guard, route in {app.guard(route): route for route in reversed(app.routes)}.items():
        if guard not in {None, IAM} and not (environment.api_key if guard == KEY else sessions):
            yield Words(
                en=f"{app.contract} asks callers of {route} for {guard} (security), which nothing checks: correct the contract, authorizes in app.toml, or api_key or sessions_checked_by of {file.table}",
                ja=f"{app.contract}は{route}に{guard}を要求しています（security）が、確認するものがありません。API仕様、app.tomlのauthorizes、または{file.table}のapi_keyかsessions_checked_byを修正してください",
            )


def _unfit_for_production(environment: Environment, file: FileTable) -> Iterator[Words]:
    """Yield the values that only another environment may have, and what to write there."""
    before, faults, origin = map(file.where, ("before", "known_faults", "origin"))
    if not environment.tried_before:
        yield Words(
            en=f"{before} is this environment itself; name the one in which a release is tried first",
            ja=f"{before}がこの環境自身です。先にリリースを試す環境の名前を書いてください",
        )
    if environment.known_faults:
        yield Words(
            en=f"{faults} is for environments without users; remove it, and waive a row of production for a limited time",
            ja=f"{faults}は利用者のいない環境だけのものです。削除し、本番の項目は期限付きで免除してください",
        )
    if environment.origin and not environment.origin.startswith("https://"):
        yield Words(
            en=f'{origin} is "{environment.origin}"; write the one origin of the front end, such as "https://rally.example.jp"',
            ja=f'{origin}が"{environment.origin}"です。フロントエンドのオリジンを書いてください（例: "https://rally.example.jp"）',
        )


def _unfit_names(environment: Environment) -> Iterator[Words]:
    """Yield the names that AWS does not take, and that two resources of one kind share: only one of them would be read and judged."""
    prefix, names, app = environment.prefix, environment.names, environment.application
    kinds: Mapping[Words, Mapping[str, str]] = {
        TABLES: environment.tables,
        SECRETS: environment.secrets,
        FUNCTIONS: {
            function: names.get(function, f"{prefix}-{function}") for function in app.functions
        },
        ROLES: {role: names.get(role, f"{prefix}-{role}") for role in app.roles},
        ALIASES: {"alias": environment.alias},
        BUCKETS: {} if environment.bucket is None else {"bucket": environment.bucket},
    }
    for kind, by_key in kinds.items():
        if refused := [name for name in by_key.values() if not re.fullmatch(FORMS[kind], name)]:
            yield Words(
                en=f"{environment.name}: AWS takes no {refused[0]} as a name of {kind.en} ({FORMS[kind]});"
                " write another one, or a shorter prefix",
                ja=f"{environment.name}: {refused[0]}は{kind.ja}の名前としてAWSで使用できません（{FORMS[kind]}）。"
                "別の名前にするか、prefixを短くしてください",
            )
        for name in sorted(
            {repeated for repeated in by_key.values() if list(by_key.values()).count(repeated) > 1}
        ):
            keys_of_it = " and ".join(key for key, value in by_key.items() if value == name)
            then = ONE_TABLE if by_key is environment.tables else OWN_NAMES
            yield Words(
                en=f"{environment.name}: the {kind.en} {keys_of_it} have one name, {name}; {then.en}",
                ja=f"{environment.name}: {kind.ja}{keys_of_it}が同じ名前（{name}）です。{then.ja}",
            )


def _place(table_name: str, table: Mapping[str, Any], overriding: list[Override]) -> FileTable:
    paths = [key.path for key in keys()]
    return FileTable(
        table=table_name,
        sources={override.key: override.variable for override in overriding},
        keys=paths,
        required=required(),
        settable=IN_PRODUCTION if table.get("production") else paths,
    )
