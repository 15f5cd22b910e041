"""Lambda versions behind the aliases: which there are, which one to go back to, what that changes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from aws.change.gate import Changes
from aws.converge.alias import weights_of
from aws.converge.function import variables_in
from aws.converge.version import configuration, listed, move
from aws.desired import Function
from aws.difference import VARIABLE
from aws.kinds.function import CODE, VERSION
from aws.kinds.function_invocation import ALIAS, WEIGHTS, published
from aws.release import CLOSED_PACKAGE, code_sha256, is_closed_version
from aws.way_back import as_recorded, open_on_record, version_back
from aws.words import Words, joined
from plan.compute import names_a_table
from runbook.engine import Change, Refused, StepContext, difference
from runbook.engine.change_lines import SERVED
from runbook.releases import on_record
from runbook.rollback.execution import ServedPart, unfinished_target

PART = "functions"
PUBLISHED_AT = Words(en="published at", ja="公開日時")
ITS_ROUTES = Words(en="its routes", ja="この関数のルート")
CLOSES = Words(en="503 to every call", ja="すべての呼び出しに503を返す")
Listed = Mapping[str, Mapping[str, Any]]
"""Lambda's configuration of $LATEST and of each published version of a function, by its number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasMove:
    """One alias, and the versions that it leaves and goes to, as Lambda describes them."""

    function: Function
    live: Mapping[str, Any]
    target: Mapping[str, Any]
    closes: bool = False
    """The target is the closed release."""
    weights: Mapping[str, float]
    """Version -> share of the calls that it no longer gets: all of them go to the target."""

    def changes(self) -> Changes:
        """Return the version, and what else callers notice; a table that is left, and the end of service, are asked about."""
        name = ALIAS.named(f"{self.function.name}:{self.function.alias}")
        moved = difference(name, _shown(self.live, self.weights), _shown(self.target, {}))
        if not moved:
            return ()
        if self.closes:
            return (*moved, Change(name, ITS_ROUTES, SERVED, CLOSES, destroys=True, closes=True))
        return (*moved, *_tables(name, self.live, self.target))


def moves(context: StepContext) -> tuple[AliasMove, ...]:
    """Return the moves to the version that was named, or to the release before; Refused where none."""
    functions = chosen(context)
    served = {function.name: described(context, function, function.alias) for function in functions}
    there = {function.name: listed(context, function.name) for function in functions}
    targets = _targets(context, served, there)

    def move_of(function: Function) -> AliasMove:
        target = _existing(function, targets[function.name], there[function.name])
        return AliasMove(
            function=function,
            live=served[function.name],
            target=target,
            closes=closes(context, target),
            weights=weights_of(context, function),
        )

    return tuple(move_of(function) for function in functions if function.name in targets)


def closed_code(context: StepContext) -> str:
    """Return the digest of the closed release."""
    return code_sha256(context.build(CLOSED_PACKAGE))


def closes(context: StepContext, version: Mapping[str, Any]) -> bool:
    """Whether a version is a closed release, as Lambda describes it."""
    code, words = version.get("CodeSha256"), version.get("Description")
    return is_closed_version(code, words, closed_code(context))


def chosen(context: StepContext) -> tuple[Function, ...]:
    """Return the functions that the command line named; all of them where it named none."""
    name = context.chosen.get("only")
    return tuple(
        function
        for function in context.plan.functions
        if name in (None, function.key, function.name)
    )


def described(context: StepContext, function: Function, qualifier: str) -> Mapping[str, Any]:
    """Return Lambda's configuration of a version or an alias; Refused where it does not exist."""
    answer = configuration(context, function.name, qualifier)
    if answer is None:
        absent = Words("there is no {0}:{1}", "{0}:{1}がありません").format(
            function.name, qualifier
        )
        raise Refused(joined((absent, context.first("function")), ""))
    return answer


def share_of_closed(context: StepContext, function: Function, sent: Mapping[str, float]) -> float:
    """Return the share of the calls that the weights of the alias send to closed releases."""
    return sum(
        share
        for number, share in sent.items()
        if share and closes(context, described(context, function, number))
    )


def aliases(context: StepContext, functions: Collection[Function]) -> ServedPart:
    """Return what their aliases serve, which move together or not at all."""
    of = {function.name: function for function in functions}
    (alias,) = {function.alias for function in functions}
    return ServedPart(
        part=PART,
        named=lambda function: ALIAS.named(f"{function}:{alias}"),
        read=lambda: {
            name: described(context, function, function.alias)["Version"]
            for name, function in of.items()
        },
        put=lambda function, version: move(context, function, of[function].alias, version),
    )


def _targets(
    context: StepContext,
    served: Mapping[str, Mapping[str, Any]],
    there: Mapping[str, Listed],
) -> Mapping[str, str]:
    if version := context.chosen.get("to"):
        return dict.fromkeys(served, version)
    now = {name: value["Version"] for name, value in served.items()}
    if going := unfinished_target(context, PART, now, sorted(now)):
        return going
    closed, releases = closed_code(context), on_record(context)
    versions = {name: published(listing.values()) for name, listing in there.items()}
    back = {
        name: version_back(name, version, versions[name], releases, closed)
        for name, version in now.items()
    }
    named = {
        name: as_recorded(name, now[name], value["CodeSha256"], releases)
        for name, value in served.items()
    }
    for release in releases:
        recorded = [name for name in now if name in release.functions]
        changed = [name for name in recorded if release.functions[name][0] != named[name]]
        if any(any(open_on_record(name, versions[name], [release], closed)) for name in changed):
            return {name: version for name in changed if (version := back[name])}
    return {
        name: version or _no_version(context, name, now[name]) for name, version in back.items()
    }


def _no_version(context: StepContext, name: str, live: str) -> NoReturn:
    raise Refused(
        en=f"function {name}: no version before {live} holds other code, so there is nothing to go"
        f" back to: deploy a good one by `python -m runbook functions --env {context.environment.name} --go`",
        ja=f"関数{name}: バージョン{live}より前に別のコードのバージョンがなく、戻し先がありません。`python -m runbook functions --env {context.environment.name} --go`で正しいものをデプロイしてください",
    )


def _existing(function: Function, version: str, there: Listed) -> Mapping[str, Any]:
    numbered = published(there.values())
    if version not in numbered:
        numbers = ", ".join(numbered) or "none"
        raise Refused(
            en=f"function {function.name} has no published version {version}; there are {numbers}",
            ja=f"関数{function.name}に公開済みのバージョン{version}はありません（あるのは{numbers}）",
        )
    return there[version]


def _shown(version: Mapping[str, Any], weights: Mapping[str, float]) -> dict[Words, Any]:
    return {
        WEIGHTS: dict(weights),
        VERSION: version["Version"],
        PUBLISHED_AT: version["LastModified"],
        CODE: version["CodeSha256"],
    }


def _tables(name: Words, live: Mapping[str, Any], target: Mapping[str, Any]) -> Changes:
    now, then = variables_in(live), variables_in(target)
    return tuple(
        Change(name, VARIABLE.named(variable), now.get(variable), then.get(variable), destroys=True)
        for variable in sorted({*now, *then})
        if names_a_table(variable) and now.get(variable) != then.get(variable)
    )
