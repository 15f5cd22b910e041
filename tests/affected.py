"""Which tests a change can break, nearest first: ``python -m tests.affected`` (`make done`) runs as many as a minute and a half allows.

A file uses what it imports, inside functions too, and what its texts name: a data file, a folder of them, a module that it
starts as a program. The fewer steps from a test to what has changed, the nearer it is. What is left out is printed.
"""

import argparse
import ast
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import MappingProxyType

import pytest

from tests.executed import Counts, executed_here
from tests.timing import LONGEST, seconds_here

ROOT = Path(__file__).parent.parent
HOUSE = (
    "tests/aws/test_ledgers.py",
    "tests/runbook/test_declared_rights.py",
    *(f"tests/test_{one}.py" for one in ("checklist", "house", "languages", "readme", "words")),
)
"""Tests of the whole tree: whatever has changed can break them."""
JUDGE, JUDGE_STEPS, JUDGE_S = "tests/test_defects.py", 4, 60.0
"""Every defect: no other file sees so much. It goes first where a change is so near to it, and
counts as what it takes on a quiet machine: what it took on a busy one must not leave it out."""
RUNS = {"pytest": ("conftest.py", "checks", "smoke"), "checks": ("checks",), "smoke": ("smoke",)}
"""Texts by which a test runs the judge -> what the judge collects."""
EVERYWHERE = ("__init__.py", "__main__.py", "conftest.py", "handler.py")
"""Names that say nothing of which file is meant."""
ALLOWED_S = 150.0
"""Seconds of tests that are run: three processes share them on two cores."""
FAR = 99
"""Steps to what a test executes and does not import."""
UNKNOWN_S, UNKNOWN_LONG_S = 1.0, 15.0
"""Seconds of a file that `make test` has not timed here; of those that tests/timing.py names."""
HOW = (
    *("--continue-on-collection-errors", "-n", "auto", "--dist", "loadfile", "-q", "-rfEs"),
    *("-o", "faulthandler_timeout=120", "--max-worker-restart=0"),
)
"""As `make test` runs them. A test that hangs ends the run: xdist gives the worker in its place no tests, and waits."""
MOST_NAMED = 12
"""Files that are named of those left out."""


@dataclass(frozen=True, slots=True)
class ChosenTests:
    """Test files, nearest first: those that run, and those for which there is no time."""

    run: tuple[str, ...]
    left_out: tuple[str, ...]


def uses(sources: Mapping[str, str]) -> Mapping[str, frozenset[str]]:
    """Return path -> the paths that each file uses; ``sources`` are path -> text, empty where it is not read."""
    named = _by_name(sources)
    return {path: frozenset(_used(path, text, sources, named)) for path, text in sources.items()}


def distances(changed: Collection[str], used: Mapping[str, Collection[str]]) -> Mapping[str, int]:
    """Return path -> steps from there to the nearest changed file, of every file that leads to one."""
    users: dict[str, set[str]] = defaultdict(set)
    for path, others in used.items():
        for other in others:
            users[other].add(path)
    found = dict.fromkeys(changed, 0)
    reached = set(changed)
    step = 0
    while reached:
        step += 1
        reached = {user for one in reached for user in users[one]} - found.keys()
        found |= dict.fromkeys(reached, step)
    return found


def choice(
    near: Mapping[str, int],
    seconds: Mapping[str, float],
    allowed_s: float,
    gone: Collection[str] = (),
    executed: Mapping[str, int] = MappingProxyType({}),
    changed: Collection[str] = (),
) -> ChosenTests:
    """Choose of the tests that lead to a change and are not gone, while there is time.

    ``executed`` is how many functions of what has changed a test executed when it last ran: these come before those that only
    import it, most functions for a second first. The others follow: those first that import what has changed or have most of
    its name, short ones before long ones, then the nearest and quickest.
    """
    names = [_words(path) for path in changed]
    tests = {path: steps for path, steps in near.items() if is_test(path) and path not in gone}
    judged = tests.get(JUDGE, FAR) <= JUDGE_STEPS and (not executed or JUDGE in executed)
    first = {*HOUSE, *([JUDGE] if judged else [])}

    def rank(test: str) -> tuple[float, ...]:
        steps, took = tests.get(test, 0), cost(test, seconds)
        if test in first or not steps:
            return 0, test not in first, took
        if executed.get(test):
            return 1, took / executed[test]
        alike = max((len(words & _words(test)) for words in names), default=0)
        close = steps == 1 or alike > 1 or any(words <= _words(test) for words in names)
        return 2, not close, -alike, took >= UNKNOWN_LONG_S, steps, took

    ranked = sorted({*HOUSE, *tests}, key=lambda test: (rank(test), test))
    run, left = [], allowed_s
    for path in ranked:
        if cost(path, seconds) <= left:
            run.append(path)
            left -= cost(path, seconds)
    return ChosenTests(tuple(run), tuple(one for one in ranked if one not in run))


def _words(path: str) -> frozenset[str]:
    """Return the words of a path in the singular: of ``checks/alarms.py`` check and alarm."""
    return frozenset(word.removesuffix("s") for word in re.findall("[a-z]+", path)) - {
        "test",
        "py",
        "toml",
    }


def cost(path: str, seconds: Mapping[str, float]) -> float:
    """Return the seconds that a test file takes, as far as that is known."""
    if path == JUDGE:
        return JUDGE_S
    return seconds.get(path, UNKNOWN_LONG_S if path in LONGEST else UNKNOWN_S)


def executing(
    changed: Collection[str], counts: Counts, there: Collection[str]
) -> Mapping[str, int]:
    """Return test file -> how many functions of what has changed it executed, of the tests that are there and executed any.

    The counts remember files that were deleted or moved since.
    """
    found = {
        test: sum(counts[test].get(one, 0) for one in changed) for test in counts if test in there
    }
    return {test: functions for test, functions in found.items() if functions}


def is_test(path: str) -> bool:
    """Tell whether `make test` collects a file in its first part; what lies `within` runs in a world of its own."""
    one = PurePosixPath(path)
    quick = not {"deep", "within"} & {*one.parts} and not path.startswith("tests/load/measuring/")
    return one.parts[0] == "tests" and one.match("test_*.py") and quick


def _used(
    path: str, text: str, sources: Mapping[str, str], named: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    if path.endswith(".py"):
        yield from _conftests(path, sources)
        for node in ast.walk(_parsed(text)):
            yield from _of_node(node, path, sources, named)
    elif path.endswith(".j2"):
        yield from (other for name in named if name in text for other in named[name])


def _parsed(text: str) -> ast.AST:
    """Return the module; an empty one where it is no Python: the tests that lead to it then say what is wrong."""
    try:
        return ast.parse(text)
    except SyntaxError:
        return ast.Module([], [])


def _of_node(
    node: ast.AST, path: str, sources: Mapping[str, str], named: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    match node:
        case ast.Import(names):
            for alias in names:
                yield from _module(alias.name, sources)
        case ast.ImportFrom(str(module), names):
            for alias in names:
                yield from _module(f"{module}.{alias.name}", sources)
        case ast.Constant(str(text)) if len(text) < 200:
            yield from _named(text, path, sources, named)
        case _:
            return


def _module(name: str, sources: Mapping[str, str]) -> Iterator[str]:
    """Yield the files that importing a name executes: its module, and the packages that it is in."""
    parts = name.split(".")
    for end in range(1, len(parts) + 1):
        place = "/".join(parts[:end])
        yield from (one for one in (f"{place}.py", f"{place}/__init__.py") if one in sources)


def _named(
    text: str, path: str, sources: Mapping[str, str], named: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    """Yield what a text names: data files, a module that is started, what a judge's run collects."""
    yield from named.get(text.rpartition("/")[2], ())
    place = text.replace(".", "/")
    yield from (one for one in (f"{place}.py", f"{place}/__main__.py") if one in sources)
    if path.startswith("tests/"):
        for judged in RUNS.get(text, ()):
            yield from (
                source
                for source in sources
                if source == judged or source.startswith(f"{judged}/test_")
            )


def _conftests(path: str, sources: Mapping[str, str]) -> Iterator[str]:
    if is_test(path) or path.endswith("/conftest.py"):
        folders = PurePosixPath(path).parents
        yield from (one for f in folders if (one := f"{f}/conftest.py") in sources and one != path)


def _by_name(sources: Iterable[str]) -> Mapping[str, Sequence[str]]:
    """Return name -> the files of that name; of data, the files in a folder of that name, too."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sources:
        if not path.endswith(".py"):
            for name in PurePosixPath(path).parts[-2:]:
                found[name].append(path)
        elif (name := PurePosixPath(path).name) not in EVERYWHERE and not is_test(path):
            found[name].append(path)
    return found


def tree(root: Path) -> Mapping[str, str]:
    """Return path -> text of every file of a checkout; of deleted files, and of data other than templates, no text."""
    listed = _git(root, "ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate")
    return {one: _text(root / one) for one in listed}


def _text(path: Path) -> str:
    read = path.suffix in {".py", ".j2"} and path.is_file()
    return path.read_text(encoding="utf-8") if read else ""


def changes(root: Path, since: str) -> frozenset[str]:
    """Return what differs from a commit: committed since, uncommitted, untracked, deleted."""
    untracked = _git(root, "ls-files", "--others", "--exclude-standard")
    return frozenset((*_git(root, "diff", "--name-only", since), *untracked))


def base(root: Path) -> str:
    """Return the commit at which this work began: where it left ``origin/main``, HEAD without one."""
    try:
        return _git(root, "merge-base", "HEAD", "origin/main")[0]
    except subprocess.CalledProcessError:
        return "HEAD"


def _git(root: Path, *arguments: str) -> list[str]:
    done = subprocess.run(
        ["git", "-c", "core.quotePath=off", *arguments],  # noqa: S607 - git of whoever works here
        cwd=root, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.splitlines()


def summary(changed: Collection[str], chosen: ChosenTests, seconds: Mapping[str, float]) -> str:
    """Say what runs and what does not."""
    run, left = (
        f"{len(files)} (about {sum(cost(file, seconds) for file in files):.0f} s of tests)"
        for files in (chosen.run, chosen.left_out)
    )
    lines = [f"{len(changed)} files changed. Test files that run: {run}; left to make test: {left}"]
    lines += [f"  left out: {one}" for one in chosen.left_out[:MOST_NAMED]]
    more = len(chosen.left_out) - MOST_NAMED
    return "\n".join(lines + ([f"  … and {more} more"] if more > 0 else []))


def main() -> int:
    """Return pytest's exit code; 0 where nothing has changed."""
    parser = argparse.ArgumentParser(prog="python -m tests.affected", description=__doc__)
    parser.add_argument(
        "--since", default="", metavar="COMMIT", help="default: where origin/main was left"
    )
    parser.add_argument("--list", action="store_true", help="print the files, run nothing")
    asked = parser.parse_args()
    changed = changes(ROOT, asked.since or base(ROOT))
    if not changed:
        print("nothing has changed")
        return 0
    seconds = seconds_here(ROOT)
    gone = [one for one in changed if not (ROOT / one).exists()]
    sources = {**dict.fromkeys(changed, ""), **tree(ROOT)}
    near = distances(changed, uses(sources))
    executed = executing(changed, executed_here(ROOT), sources)
    near = {**dict.fromkeys(executed, FAR), **near}
    chosen = choice(near, seconds, ALLOWED_S, gone, executed, changed)
    print(summary(changed, chosen, seconds), flush=True)
    if asked.list:
        print(*chosen.run, sep="\n")
        return 0
    return pytest.main([*chosen.run, *HOW])


if __name__ == "__main__":
    sys.exit(main())
