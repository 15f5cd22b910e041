"""All procedures, by the guide's steps, and the state of their rows."""

from collections.abc import Iterator, Mapping
from functools import cache

from rich.cells import set_cell_size

from aws.words import Words
from runbook.engine import Procedure
from runbook.engine.step import guide_step
from runbook.procedures import (
    by_hand,
    cutover,
    detach,
    domain,
    evidence,
    migrate_masters,
    migrate_users,
    prove,
    provision,
    record_release,
    recount,
    rehearse_rollbacks,
    remove_test_users,
    restore_tables,
    roll_forward,
    rollback_api,
    rollback_frontend,
    rollback_functions,
    troubleshoot,
)
from signoff.environment import in_japan
from signoff.judge.checklist import PROCEDURE, Checklist, Row
from signoff.judge.result import Result
from signoff.report.remedy import BY_HAND
from signoff.report.words import words

OPERATIONS = (
    migrate_masters,
    migrate_users,
    record_release,
    prove,
    detach,
    domain,
    evidence,
    by_hand,
    cutover,
    rollback_frontend,
    rollback_api,
    rollback_functions,
    roll_forward,
    restore_tables,
    rehearse_rollbacks,
    recount,
    remove_test_users,
    troubleshoot,
)
"""Procedures for an environment that exists: none of them is part of bringing an empty account to its plan."""
WIDTH = {"en": 17, "ja": 24}
"""Columns of the guide's step; Japanese takes two for a character."""
AS_JUDGED = Words(
    en="Rows as the newest report ({}) judged them; pytest judges them again",
    ja="項目の状態は最新のレポート（{}）のものです。pytestで判定し直せます",
)
NEVER_JUDGED = Words(
    en="No report yet: pytest judges the rows", ja="レポートがありません。pytestで判定します"
)
UNKNOWN = "not judged yet"
NOT_JUDGED = Words(en=UNKNOWN, ja="未判定")
COUNTED = frozenset({"pass", UNKNOWN})
"""States of which only the number of rows is shown: no action follows from those rows."""


@cache
def procedures() -> Mapping[str, Procedure]:
    """Return every procedure by name, in the order in which they work; the one for all of them first."""
    acting = map(Procedure.of, OPERATIONS)
    return {**provisioning(), **{procedure.name: procedure for procedure in acting}}


def provisioning() -> Mapping[str, Procedure]:
    """Return the procedures that bring an environment to its plan; run again, they find nothing to do."""
    bringing = [provision.procedure(), *map(Procedure.of, provision.ORDER)]
    return {procedure.name: procedure for procedure in bringing}


def state_in_words(state: str) -> Words:
    """Return an outcome as the page calls it, or that there is none yet."""
    outcome: Words = words()["outcome"].get(state, NOT_JUDGED)
    return outcome


def states_of(judged: Result | None) -> Mapping[str, str]:
    """Return row -> outcome, as the newest report of an environment has it."""
    return {row.row.id: row.outcome for row in judged.verdict.rows} if judged else {}


def listing(judged: Result | None, lang: str) -> Iterator[str]:
    """Yield when the rows were judged; then, per procedure: guide step, name, what it does, its rows."""
    states = states_of(judged)
    if judged:
        yield AS_JUDGED[lang].format(in_japan(judged.provenance.started))
    else:
        yield NEVER_JUDGED[lang]
    for procedure in procedures().values():
        steps = set_cell_size(_steps(procedure, lang), WIDTH[lang])
        yield f"{steps} {procedure.name:<20} {procedure.text.title[lang]}"
        if rows := _rows(procedure, states, lang):
            yield f"{'':<{WIDTH[lang] + 21}} {rows}"


def _steps(procedure: Procedure, lang: str) -> str:
    first, last = min(procedure.guide), max(procedure.guide)
    if procedure.composed:
        return {"en": "1-4, 6", "ja": "1-4、6"}[lang]
    return guide_step(first if first == last else f"{first}…{last}", lang)


def _rows(procedure: Procedure, states: Mapping[str, str], lang: str) -> str:
    if procedure.composed:
        return ""
    by_state: dict[str, list[str]] = {}
    helped = (r.id for r in Checklist.load() if procedure.name in PROCEDURE.findall(str(r.remedy)))
    for row in dict.fromkeys((*procedure.rows, *helped)):
        by_state.setdefault(states.get(row, UNKNOWN), []).append(row)
    return {"en": "; ", "ja": "、"}[lang].join(
        f"{state_in_words(state)[lang]}: {len(rows) if state in COUNTED else ', '.join(rows)}"
        for state, rows in by_state.items()
    )


def serving(row: Row, by_name: Mapping[str, Procedure]) -> tuple[str, ...]:
    """Return the procedures that make a row green: those that prove it, and its remedy."""
    proving = [
        procedure.name
        for procedure in by_name.values()
        if not procedure.composed and row.id in procedure.rows
    ]
    repairs = (row.repair, *row.remedies.values())
    command_lines = [
        line.replace("{masters}", "migrate_masters") for repair in repairs for line in repair.run
    ]
    remedy = [name for name in by_name if any(f"runbook {name} " in line for line in command_lines)]
    return tuple(dict.fromkeys([*proving, *remedy]))


def otherwise(row: Row) -> Words:
    """Say what makes a row green that no procedure serves: another command, or what a person does."""
    command = " && ".join(row.remedy).format(env="prod", before="dev", plan="baseline", unlock="")
    if command:
        return Words.same(f"`{command}`")
    by_hand = row.by_hand or BY_HAND
    return Words(en=by_hand.en.replace("{env}", "prod"), ja=by_hand.ja.replace("{env}", "prod"))
