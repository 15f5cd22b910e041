"""How many mutants of the functions the smoke rows and the functions' own tests see together.

cosmic-ray draws the mutants: one change of an operator, a comparison, a number, a condition … at each place of
lambdas/ that any of the seven functions packs, `closed` left out. Changes of annotations are none. Each is deployed on the
local stack, in every function that packs its file, and is killed by the first smoke row that turns red; if none does,
tests/lambdas judges it, in a copy of the project.

Survivors that behave the same are listed in bench/survivors.toml; the score is of all others. The sample is always the
same one.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from pathlib import Path

from bench.reach import Goal, progress, table, verdict
from tests.smoke.judging import collected
from tests.smoke.mutants import Mutant, everything, judged, sample
from tests.smoke.rally import healthy

ROOT = Path(__file__).parent.parent
SAMPLE, SEED = 150, 20261126
LEAST = 0.97
OWN_TESTS = ("tests/lambdas", "--ignore-glob=*/deep/*", "--ignore-glob=*/test_packing.py")
"""Coverage of branches is no judge of a mutant, and takes as long as all the others; packing asks git, of which a copy has nothing."""
ENDLESS_S = 300
"""They take ten seconds: a mutant with which they have not ended by then calls AWS for ever, say, and counts as seen."""
SURVIVORS = ROOT / "bench" / "survivors.toml"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sample", type=int, default=SAMPLE, metavar="N", help="how many to draw")
    parser.add_argument("--seed", type=int, default=SEED, help="of the drawing")
    options = parser.parse_args()
    return _judge(sample(everything(), options.sample, options.seed))


def _judge(mutants: list[Mutant]) -> int:
    collected()
    survivors, judges = [], Counter[str]()
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="mutation-") as folder,
        healthy(Path(folder)) as rally,
        progress() as say,
    ):
        copy = _copied(Path(folder) / "copy")
        if red := _first_red(copy):
            sys.exit(f"{red} is red without a mutant, so it judges none")
        for number, mutant in enumerate(mutants, 1):
            say(f"{number} of {len(mutants)}: {mutant}")
            killed = judged(rally, mutant)
            judge = killed.row if killed else _own_test(mutant, copy)
            print(f"{judge or 'SURVIVED'}\t{mutant}", flush=True)
            if judge:
                judges[judge] += 1
            else:
                survivors.append(mutant)
    return _outcome(len(mutants), survivors, judges, time.monotonic() - began)


def _copied(folder: Path) -> Path:
    """Copy what git knows of the project, as it is now."""
    folder.mkdir()
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)  # noqa: S607 - git as it is found
    for name in filter(None, listed.stdout.decode().split("\0")):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((ROOT / name).read_bytes())
    return folder


def _own_test(mutant: Mutant, copy: Path) -> str:
    """Return the module of the functions' own tests that sees the mutant first; empty if none does."""
    file = copy / mutant.file
    file.write_text(mutant.after, encoding="utf-8")
    red = _first_red(copy)
    file.write_text(mutant.before, encoding="utf-8")
    return red


def _first_red(copy: Path) -> str:
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *OWN_TESTS]
    try:
        done = subprocess.run(  # noqa: S603 - our own tests
            command,
            cwd=copy,
            env={**os.environ, "PYTHONPATH": str(copy)},
            capture_output=True,
            text=True,
            check=False,
            timeout=ENDLESS_S,
        )
    except subprocess.TimeoutExpired:
        return f"tests/lambdas, without an end in {ENDLESS_S} s"
    red = (line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR")))
    return next((line.split()[1].partition("::")[0] for line in red), "")


def _outcome(count: int, survivors: list[Mutant], judges: Counter[str], seconds: float) -> int:
    table("Killed by", ("row or test", "mutants"), judges.most_common())
    same = [mutant for mutant in survivors if _behaves_the_same(mutant)]
    for survivor in survivors:
        print(f"{'behaves the same' if survivor in same else 'SURVIVED'}: {survivor}")
    killed = count - len(survivors)
    print(
        f"{count} mutants in {seconds:.0f} s, {killed} killed, {len(same)} of the others behave the same"
    )
    what = (
        "mutants of the functions that smoke or their own tests see, of those that behave otherwise"
    )
    score = killed / max(1, count - len(same))
    return verdict(Goal(what=what, measured=score, bound=LEAST, at_least=True))


def _behaves_the_same(mutant: Mutant) -> bool:
    equivalents = tomllib.loads(SURVIVORS.read_text(encoding="utf-8"))["survivors"]
    return any(
        entry["file"] == mutant.file and entry["holds"] in mutant.change for entry in equivalents
    )


if __name__ == "__main__":
    sys.exit(main())
