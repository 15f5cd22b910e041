"""Which checks run: every row has its proof and every proof its row, or nothing runs at all."""

from collections.abc import Iterator

import pytest

from signoff.checklist import ChecklistError, Row, expectation
from signoff.proofs import SignedRow
from signoff.run import Run

ROW = pytest.StashKey[Row]()
JUDGING = ("checks", "smoke")
"""Folders whose tests are proofs of rows; all other tests are ordinary ones."""


def judges(config: pytest.Config) -> bool:
    """Whether this run can reach a proof: it was given no path, or one in or above such a folder."""
    root = config.rootpath
    asked = [
        (config.invocation_params.dir / arg.split("::", 1)[0]).resolve() for arg in config.args
    ]
    proofs = [root / folder for folder in JUDGING]
    return any(
        one.is_relative_to(proof) or proof.is_relative_to(one) for one in asked for proof in proofs
    )


def arrange(run: Run, session: pytest.Session, items: list[pytest.Item]) -> None:
    """Tie items to rows, add the rows that people prove, drop what is set aside."""
    for item in items:
        _tie(run, item)
    items[:] = [
        one for one in items if ROW not in one.stash or not run.needs_signature(one.stash[ROW])
    ]
    wanted = set(run.choice.rows)
    run.full = not wanted and not _selected(session.config)
    run.cut = ", ".join(_cut(session.config))
    if run.full and not run.cut:
        items.extend(_without_test(run, session, items))
    items[:] = [item for item in items if _judged(run, item, wanted)]
    run.arranged = len(items)


def settle(run: Run, items: list[pytest.Item]) -> None:
    """Note what is left after all selection: ``-k``, ``-m`` and their like make a part of it."""
    run.expected = sum(ROW in item.stash for item in items)
    if run.full and len(items) < run.arranged:
        run.cut = run.cut or "tests deselected by a plugin"
    if not run.full:
        run.unjudged.clear()


def _tie(run: Run, item: pytest.Item) -> None:
    marker = item.get_closest_marker(expectation.name)
    if marker is not None:
        try:
            item.stash[ROW] = run.checklist[marker.args[0]]
        except ChecklistError as error:
            raise pytest.UsageError(f"{item.nodeid}: {error}") from None
    elif item.nodeid.split("/", 1)[0] in JUDGING:
        raise pytest.UsageError(f"{item.nodeid} proves no row; give it @expectation(…)")


def _selected(config: pytest.Config) -> bool:
    """Whether a part was asked for, by path or by expression: it is judged, and is no verdict."""
    by_path = config.args_source is not pytest.Config.ArgsSource.TESTPATHS
    return bool(by_path or config.option.keyword or config.option.markexpr)


def _cut(config: pytest.Config) -> Iterator[str]:
    """Name the options by which tests are left out though nobody asked for a part."""
    for name in ("deselect", "lf", "stepwise", "ignore", "ignore_glob", "override_ini"):
        if getattr(config.option, name, None):
            yield f"--{name.replace('_', '-')}"
    if config.inipath != config.rootpath / "pyproject.toml":
        yield f"the configuration {config.inipath}"


def _without_test(
    run: Run, session: pytest.Session, items: list[pytest.Item]
) -> Iterator[pytest.Item]:
    proven = {item.stash[ROW].id for item in items if ROW in item.stash}
    for row in run.checklist:
        if row.id in proven:
            continue
        if not (row.by_signature or run.needs_signature(row)):
            raise pytest.UsageError(f"{row.id} has no test: “{row.promise.en}”")
        item = SignedRow.from_parent(session, name=row.id, row=row, run=run)
        item.stash[ROW] = row
        yield item


def _judged(run: Run, item: pytest.Item, wanted: set[str]) -> bool:
    row = item.stash.get(ROW, None)
    if row is None:
        return True
    if not run.in_phase(row) or (wanted and row.id not in wanted):
        return False
    if aside := run.set_aside(row):
        run.unjudged[row.id] = aside
        return False
    return True
