"""Defects of api."""

from tests.defects.defect import Defect

DEFECTS: tuple[Defect, ...] = ()
