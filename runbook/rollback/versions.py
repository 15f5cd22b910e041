"""Lambda versions behind the aliases: which there are, which one to go back to, what that changes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from plan.model import Function
from runbook.converge import earlier_version
from runbook.converge.table_names import names_a_table
from runbook.engine import Change, Refused, Work, difference
from runbook.engine.work import Changes
from runbook.rollback.taken import begun

PART = "functions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One alias, and the versions that it leaves and goes to, as Lambda describes them."""

    function: Function
    live: Mapping[str, Any]
    target: Mapping[str, Any]

    def changes(self) -> Changes:
        """Return the version, and what else callers notice; a table that is left is asked about."""
        name = f"alias {self.function.name}:{self.function.alias}"
        moved = difference(name, _shown(self.live), _shown(self.target))
        return moved + _tables(name, self.live, self.target) if moved else ()


def moves(work: Work) -> tuple[Move, ...]:
    """Return the moves to the version that was named, or to the release before; Refused where none."""
    targets = _targets(work, chosen(work))
    return tuple(
        Move(
            function=one,
            live=described(work, one, one.alias),
            target=_existing(work, one, targets[one.name]),
        )
        for one in chosen(work)
        if one.name in targets
    )


def chosen(work: Work) -> tuple[Function, ...]:
    """Return the functions that the command line named; all of them where it named none."""
    name = work.chosen.get("only")
    found = tuple(one for one in work.plan.functions if name in (None, one.key, one.name))
    if not found:
        keys = ", ".join(one.key for one in work.plan.functions)
        raise Refused(f"there is no function {name}; there are {keys}")
    return found


def described(work: Work, function: Function, qualifier: str) -> Mapping[str, Any]:
    """Return Lambda's configuration of a version or an alias."""
    answer: Mapping[str, Any] = work.client("lambda").get_function_configuration(
        FunctionName=function.name, Qualifier=qualifier
    )
    return answer


def published(work: Work, function: Function) -> tuple[int, ...]:
    """Return the numbers of the versions that there are, oldest first."""
    return tuple(sorted(int(number) for number in earlier_version.published(work, function)))


def live(work: Work, functions: Iterable[Function]) -> dict[str, str]:
    """Return the versions behind the aliases, by name of the function."""
    return {one.name: described(work, one, one.alias)["Version"] for one in functions}


def _targets(work: Work, functions: tuple[Function, ...]) -> Mapping[str, str]:
    if version := work.chosen.get("to"):
        return {one.name: version for one in functions}
    now = live(work, functions)
    if going := begun(work, PART, now, sorted(now)):
        return going
    there = {one.name: earlier_version.published(work, one) for one in functions}
    for release in work.history("release"):
        if other := _other(release, now, there):
            return other
    return {one.name: _below(work, one, now[one.name]) for one in functions}


def _other(
    release: Mapping[str, Any], now: Mapping[str, str], there: Mapping[str, Mapping[str, str]]
) -> dict[str, str]:
    """Return the versions of a recorded release that are not live, if they still are what they were."""
    recorded = {name: release["functions"].get(name, {}) for name in now}
    return {
        name: one["version"]
        for name, one in recorded.items()
        if one
        and one["version"] != now[name]
        and there[name].get(one["version"]) == one["code_sha256"]
    }


def _below(work: Work, function: Function, live: str) -> str:
    older = [number for number in published(work, function) if number < int(live)]
    if not older:
        raise Refused(
            f"function {function.name}: version {live} is the oldest one, so there is nothing to go"
            f" back to: deploy a good one by `python -m runbook functions --env {work.environment.name} --go`"
        )
    return str(older[-1])


def _existing(work: Work, function: Function, version: str) -> Mapping[str, Any]:
    there = published(work, function)
    if version not in map(str, there):
        numbers = ", ".join(map(str, there)) or "none"
        raise Refused(
            f"function {function.name} has no published version {version}; there are {numbers}"
        )
    return described(work, function, version)


def _shown(version: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "version": version["Version"],
        "published": version["LastModified"],
        "code": version["CodeSha256"],
    }


def _tables(name: str, live: Mapping[str, Any], target: Mapping[str, Any]) -> Changes:
    now, then = (one.get("Environment", {}).get("Variables", {}) for one in (live, target))
    return tuple(
        Change(name, variable, now.get(variable), then.get(variable), destroys=True)
        for variable in sorted({*now, *then})
        if names_a_table(variable) and now.get(variable) != then.get(variable)
    )
