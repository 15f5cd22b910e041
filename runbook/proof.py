"""Tries what this checkout builds, away from AWS: the functions' own tests, and a judged run on an embedded stack."""

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree.ElementTree import parse

from aws.words import Words, joined
from runbook.engine import Refused
from runbook.engine.step_context import ProofRun
from runbook.judge import Checks, Runner
from signoff.judge.exit_codes import Exit
from signoff.judge.judged_by import CHANGED, commit_of
from signoff.judge.outcome import Outcome

TESTS = "tests/lambdas"
NOT_DEEP = "--ignore-glob=*/deep/*"
"""Deep tests install older packages from an index: where it is out of reach, they say nothing of the functions."""
NAMED = 5
"""How many tests that failed are named."""
LIVE_IS_BUILT = "DEP-38"
"""The row that says that the embedded stack ran what this commit builds."""
PROVING = frozenset({Outcome.PASS, Outcome.EXCLUDED, Outcome.NOT_HERE})
"""Outcomes of rows with which a run on an embedded stack is GO, and no condition is left."""


def proof_run_of(
    root: Path,
    run: Runner,
    packed: Callable[[], Mapping[str, str]],
    commit: Callable[[Path], str] = commit_of,
) -> ProofRun:
    """Try the checkout at ``root``; Refused where its tests are not there, or its files are not those of its commit.

    ``packed`` packs the functions: key -> digest.
    """
    if not (root / TESTS).is_dir():
        raise Refused(
            en=f"{root} has no {TESTS}: prove it in a checkout of the commit",
            ja=f"{root}に{TESTS}がありません。コミットのチェックアウトで検証してください",
        )
    tried = commit(root)
    if tried.endswith(CHANGED):
        raise Refused(
            en="files of this checkout are not those of its commit: commit them, then prove it",
            ja="チェックアウトのファイルがコミットと異なります。コミットしてから検証してください",
        )
    tests, red = _failed_tests(run), _not_green(run)
    return ProofRun(
        results={"tests": "failed" if tests else "passed", "embedded": "NO-GO" if red else "GO"},
        commit=tried,
        built=packed(),
        why=joined(words for words in (tests, _no_go(red)) if words),
    )


def _failed_tests(run: Runner) -> Words | None:
    """Run the functions' tests; say which failed, as far as pytest could list them, or return None."""
    with TemporaryDirectory() as folder:
        listed = Path(folder, "tests.xml")
        command = ["-m", "pytest", TESTS, NOT_DEEP, "-q", "-n", "auto", f"--junit-xml={listed}"]
        if run([sys.executable, *command]) == 0:
            return None
        names = ", ".join([*_failures(listed)][:NAMED]) or "-"
    return Words(
        en=f"the functions' own tests failed ({names}), which `python -m pytest {TESTS}` shows",
        ja=f"関数自身のテストが不合格です（{names}。`python -m pytest {TESTS}`で確認できます）",
    )


def _failures(listed: Path) -> Iterator[str]:
    if listed.exists():
        for case in parse(listed).iter("testcase"):  # noqa: S314 - pytest wrote it
            if case.find("failure") is not None or case.find("error") is not None:
                yield f"{case.get('classname')}.{case.get('name')}"


def _not_green(run: Runner) -> tuple[str, ...]:
    """Judge an embedded stack; return the rows that keep it from a GO, the one on its code where nothing else is red."""
    code, rows = Checks("local", (), run).judged(())
    ends = {str(row.row["id"]): row.outcome for row in rows}
    red = [id_ for id_, end in ends.items() if end not in PROVING]
    proven = code == Exit.DONE and ends.get(LIVE_IS_BUILT) is Outcome.PASS
    return tuple(red) if proven or red else (LIVE_IS_BUILT,)


def _no_go(rows: tuple[str, ...]) -> Words | None:
    if not rows:
        return None
    named = ", ".join(rows)
    return Words(
        en=f"the run on an embedded stack is no GO ({named}), which `pytest --env local` shows",
        ja=f"組み込みスタックでの判定がGOではありません（{named}。`pytest --env local`で確認できます）",
    )
