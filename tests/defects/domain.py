"""Defects of domain."""

from tests.defects.defect import Defect

DEFECTS: tuple[Defect, ...] = ()
