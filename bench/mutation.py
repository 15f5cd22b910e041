"""How many mutants of the functions the smoke rows see: each is deployed on the local stack, and judged by them alone.

cosmic-ray draws the mutants: one change of an operator, a comparison, a number, a condition … at each place of
lambdas/ that any of the seven functions packs, `closed` left out. A mutant of a shared module is released in every
function that packs it. Changes of annotations are none. A mutant is killed by the first smoke row that turns red.

Survivors that are no fault, or that no call from outside can show, are listed with the reason in bench/survivors.toml;
the score is of all others. `--whole` judges every mutant, otherwise a sample is drawn, always the same one.
"""

import argparse
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
LEAST = 0.9
SURVIVORS = ROOT / "bench" / "survivors.toml"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--whole", action="store_true", help="judge every mutant")
    parser.add_argument("--sample", type=int, default=SAMPLE, metavar="N", help="how many to draw")
    parser.add_argument("--seed", type=int, default=SEED, help="of the drawing")
    parser.add_argument("--only", default="", metavar="TEXT", help="mutants whose line holds this")
    asked = parser.parse_args()
    mutants = [one for one in everything() if asked.only in str(one)]
    if not asked.whole:
        mutants = sample(mutants, asked.sample, asked.seed)
    return _judge(mutants)


def _judge(mutants: list[Mutant]) -> int:
    collected()
    survivors, rows = [], Counter[str]()
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="mutation-") as folder,
        healthy(Path(folder)) as rally,
        progress() as say,
    ):
        for number, mutant in enumerate(mutants, 1):
            say(f"{number} of {len(mutants)}: {mutant}")
            killed = judged(rally, mutant)
            print(f"{killed.row if killed else 'SURVIVED'}\t{mutant}", flush=True)
            if killed:
                rows[killed.row] += 1
            else:
                survivors.append(mutant)
    return _told(len(mutants), survivors, rows, time.monotonic() - began)


def _told(count: int, survivors: list[Mutant], rows: Counter[str], seconds: float) -> int:
    table("Killed by", ("row", "mutants"), rows.most_common())
    explained = {one: why for one in survivors if (why := _why(one))}
    for one in survivors:
        print(f"{explained.get(one, 'SURVIVED')}: {one}")
    killed = count - len(survivors)
    print(
        f"{count} mutants in {seconds:.0f} s, {killed} killed, {len(explained)} of the others explained"
    )
    what = "mutation score of the smoke rows, explained survivors left out"
    score = killed / max(1, count - len(explained))
    return verdict(Goal(what=what, measured=score, bound=LEAST, at_least=True))


def _why(mutant: Mutant) -> str:
    """Return the kind of reason for which a mutant can't be seen; empty where it should be."""
    kinds = tomllib.loads(SURVIVORS.read_text(encoding="utf-8"))
    return next(
        (
            kind
            for kind, group in kinds.items()
            for one in group["survivors"]
            if one["file"] == mutant.file and one.get("holds", "") in mutant.change
        ),
        "",
    )


if __name__ == "__main__":
    sys.exit(main())
