"""Everything that a run leaves behind: page, JSON, JUnit, inventory, and the record of the run."""

from signoff.report.publishing import publish

__all__ = ["publish"]
