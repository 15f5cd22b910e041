"""Everything that a run leaves behind: page, JSON, JUnit, inventory, and the record of the run."""
