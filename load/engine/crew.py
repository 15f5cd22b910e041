"""The workers of a run as the master sees them: who began, who is done, who was lost or came late."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Crew:
    """Names are Locust's client ids: host name and a random part."""

    began: tuple[str, ...] = ()
    done: set[str] = field(default_factory=set)
    late: set[str] = field(default_factory=set)

    def lost(self, present: set[str]) -> tuple[str, ...]:
        """Name who began, is not ``present`` any more, and never reported the end of its work."""
        return tuple(name for name in self.began if name not in present | self.done)

    def missing(self) -> tuple[str, ...]:
        """Name who began and has not reported the end of its work."""
        return tuple(name for name in self.began if name not in self.done)

    @property
    def all_done(self) -> bool:
        return self.done.issuperset(self.began)
