"""Procedures that can be read, rehearsed, run and resumed: one source for all four."""

from signoff.procedure.change import Change, difference
from signoff.procedure.clients import Clients
from signoff.procedure.journal import Entry, Journal
from signoff.procedure.patience import patiently, until
from signoff.procedure.refusal import Declined, Refused
from signoff.procedure.run import Run, Stopped
from signoff.procedure.step import Procedure, Step, ask, step
from signoff.procedure.text import Text
from signoff.procedure.work import Work

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
    "Stopped",
    "Text",
    "Work",
    "ask",
    "difference",
    "patiently",
    "step",
    "until",
]
