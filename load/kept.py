"""A smoke run of the kept local stack, for a plain ``locust -f load/locustfile.py`` without a run file."""

from collections.abc import Callable
from pathlib import Path

from load.aim import aimed
from load.engine.gate import Refused
from load.engine.run_file import Run
from load.folders import Folders
from load.prepare import ROOT, Wish, prepare
from load.quota import Ledger
from load.surroundings import surroundings
from load.target import Surroundings


def local_smoke(join: Callable[[Path], Surroundings] = surroundings) -> Run:
    """Prepare it; `Refused` where no stack is kept up. ``join`` gives the surroundings of the project."""
    around = join(ROOT)
    if around.kept() is None:
        raise Refused("LOAD_RUN_FILE is not set and no local stack is up; `make up` keeps one")
    folders = Folders(around.root, "local")
    with aimed(around, "local", lambda _: None) as (target, aws):
        wish, ledger = Wish(plan="smoke"), Ledger(folders.ledger)
        return prepare(target, wish, aws, ledger=ledger, out=folders.new("smoke"))
