"""Why something was not read, as data: the call, AWS's code, the right that is lacking, and the sentence."""

from dataclasses import dataclass, replace

from aws.obstacle import Obstacle
from aws.words import Words


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What takes the place of a section, or of one item of it, that AWS would not let us read."""

    words: Words
    """The operation and the reason, for example ``lambda:GetPolicy: AccessDeniedException``."""
    call: str = ""
    """``service:Operation``, where a call failed."""
    code: str = ""
    """AWS's error code, where AWS refused."""
    obstacle: Obstacle = Obstacle.NO_ANSWER
    action: str = ""
    """The IAM action that was refused, if it is known."""

    def behind(self, what: str) -> "Unreadable":
        """Return why something is unknown that needs this: section or item, then the reason."""
        return replace(
            self, words=Words(en=f"{what}: {self.words.en}", ja=f"{what}: {self.words.ja}")
        )
