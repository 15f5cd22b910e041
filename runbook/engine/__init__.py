"""Procedures that can be read, rehearsed, run and resumed: one source for all four."""

from runbook.engine.change import Change, difference
from runbook.engine.clients import Clients
from runbook.engine.journal import Entry, Journal
from runbook.engine.patience import patiently, until
from runbook.engine.refusal import Declined, Refused
from runbook.engine.run import Run, Stopped
from runbook.engine.step import Procedure, Step, ask, step
from runbook.engine.step_context import StepContext
from runbook.engine.text import Text

__all__ = [
    "Change",
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
    "patiently",
    "step",
    "until",
]
