"""Builds the zip that AWS Distributed Load Testing runs with Locust alone; each task takes a share."""

import io
import json
import math
import zipfile
from dataclasses import replace
from pathlib import Path

from load.engine.run_file import LoadRun, require_outside, write_private

HERE = Path(__file__).parent
WHEN = (1980, 1, 1, 0, 0, 0)
"""One time for all entries: the same run makes the same bytes."""
GUIDE = """Load of {environment}, plan {plan}, for {parts} tasks of AWS Distributed Load Testing.

Create a test of type Locust with this zip, with
  Task Count   {parts}
  Concurrency  {streams} (told to Locust, which follows the plan instead)
  Ramp Up      0
  Hold For     {minutes} minutes (longer than the plan, or the end is cut off: invalid)

It contains sessions of synthetic users: it is a secret until {expires}.

Afterwards, with the locust-*.out of every task from the bucket's results folder:
  python -m load merge *.out
  python -m load clean --env {environment} <folder of the merge>/used.jsonl
  python -m load merge --record <folder of the merge>/verdict.json
"""


def build(run: LoadRun, path: Path, root: Path) -> None:
    """Write the zip, readable by its owner alone; `LoadRefused` inside the repository, where it could be committed."""
    require_outside(path, root)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, data in _entries(replace(run, out=".", progress=False)).items():
            archive.writestr(zipfile.ZipInfo(name, WHEN), data, zipfile.ZIP_DEFLATED)
    write_private(path, content.getvalue())


def _entries(run: LoadRun) -> dict[str, bytes]:
    """Return the content of the zip by name.

    The service runs the first ``locustfile.py`` that it finds, so there is one, at the root, where
    Locust finds the package beside it.
    """
    modules = sorted((HERE / "engine").glob("*.py"))
    return {
        "README.txt": _guide(run).encode(),
        "load/__init__.py": (HERE / "__init__.py").read_bytes(),
        **{f"load/engine/{module.name}": module.read_bytes() for module in modules},
        "locustfile.py": (HERE / "locustfile.py").read_bytes(),
        "run.json": json.dumps(run.to_json(), sort_keys=True).encode(),
    }


def _guide(run: LoadRun) -> str:
    return GUIDE.format(
        environment=run.about.get("environment"),
        plan=run.plan.name,
        parts=run.parts,
        streams=run.streams,
        minutes=math.ceil((run.plan.seconds + run.drain_s) / 60) + 1,
        expires="24 hours after it was made",
    )
