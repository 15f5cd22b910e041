"""Procedures that can be read, rehearsed, run and resumed: one source for all four."""

from aws.change.gate import Change, Changes, Declined, Refused, difference
from runbook.engine.journal import Entry, Journal
from runbook.engine.run import Run, Stopped
from runbook.engine.step import Procedure, Step, Text, ask, repaired_by, step
from runbook.engine.step_context import Clients, StepContext

__all__ = [
    "Change",
    "Changes",
    "Clients",
    "Declined",
    "Entry",
    "Journal",
    "Procedure",
    "Refused",
    "Run",
    "Step",
    "StepContext",
    "Stopped",
    "Text",
    "ask",
    "difference",
    "repaired_by",
    "step",
]
