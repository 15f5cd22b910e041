"""The workers of a run as the master sees them: who began, is done, was lost, came late or is a stranger."""

from dataclasses import dataclass, field

ALONE = "this process"
"""Stands for a worker's name where there is no other process."""


@dataclass(slots=True)
class Crew:
    """Names are Locust's client ids: host name and a random part."""

    began: tuple[str, ...] = ()
    done: set[str] = field(default_factory=set)
    late: set[str] = field(default_factory=set)
    strangers: set[str] = field(default_factory=set)

    def lost(self, present: set[str]) -> tuple[str, ...]:
        """Name who began, is not ``present`` any more, and never reported the end of its work."""
        return tuple(name for name in self.began if name not in present | self.done)

    def missing(self) -> tuple[str, ...]:
        """Name who began and has not reported the end of its work."""
        return tuple(name for name in self.began if name not in self.done)

    def unheard(self) -> tuple[str, ...]:
        """Name the other processes that may have sent what they never told."""
        others = {*self.began, *self.late, *self.strangers} - self.done - {ALONE}
        return tuple(sorted(others))

    @property
    def spoilt(self) -> bool:
        """Whether someone who does not belong to the run takes part in it."""
        return bool(self.late or self.strangers)

    @property
    def all_done(self) -> bool:
        return self.done.issuperset(self.began)
