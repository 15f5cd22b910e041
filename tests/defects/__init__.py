"""For every row, the ways to break a healthy production that must turn it red, and only it."""

from tests.defects import api, domain, functions, monitoring, rest, tables
from tests.defects.defect import Defect

DEFECTS: tuple[Defect, ...] = (
    *tables.DEFECTS,
    *functions.DEFECTS,
    *api.DEFECTS,
    *domain.DEFECTS,
    *rest.DEFECTS,
    *monitoring.DEFECTS,
)

__all__ = ["DEFECTS", "Defect"]
