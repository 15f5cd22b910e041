"""Who makes the requests, about what: users of this fuzz alone, whose sessions hold, and real spots."""

import time
from dataclasses import dataclass
from functools import cached_property

from aws.items import KeyedTable
from plan.masters import Spot, spots_in
from smoke.calls import Session
from smoke.id_tokens import IdTokens
from smoke.line import LineClient
from smoke.sessions import SessionMinter, sessions_of
from tests.smoke.rally import Rally

SYNTHETIC, OF_LINE = 40, 10


@dataclass(frozen=True)
class Crowd:
    """Users of synthetic ids, and of LINE's form, whom the fake of LINE knows as well as anybody."""

    sessions: SessionMinter
    id_tokens: IdTokens
    spots: tuple[Spot, ...]
    menu: str
    """A rich menu that the fake of LINE has."""

    @classmethod
    def of(cls, rally: Rally) -> "Crowd":
        now = int(time.time())
        line = LineClient(endpoint=rally.environment.line.endpoint, embedded=True)
        channel = rally.environment.line.channel_id
        key, masters = rally.plan.secret("token_key"), rally.plan.table("stampmasters").name
        items = rally.client("dynamodb").scan(TableName=masters)["Items"]
        return cls(
            sessions_of(rally.client, key, borrowed=None, now=now),
            IdTokens(line=line, channel_id=channel, now=now),
            spots_in(tuple(items)),
            str(rally.line.channels.rich_menus[0]["richMenuId"]),
        )

    @cached_property
    def people(self) -> tuple[Session, ...]:
        """Users of LINE's form."""
        users = (self.sessions.unissued(f"fuzz{number}") for number in range(OF_LINE))
        return tuple(self.sessions.live(user) for user in users)

    @cached_property
    def everybody(self) -> tuple[Session, ...]:
        users = (self.sessions.user(f"fuzz{number}") for number in range(SYNTHETIC))
        return (*self.people, *(self.sessions.live(user) for user in users))

    @cached_property
    def id_token(self) -> str:
        """One for all: signing takes longer than the call."""
        return self.id_tokens.good(self._logging_in)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no log may show: the key, the sessions, the ID token."""
        tokens = tuple(session.token for session in self.everybody)
        return (str(self.sessions.key), self.id_token, *tokens)

    def leave(self, rally: Rally) -> None:
        """Delete whatever was written about these users."""
        users = [self._logging_in, *(session.user_id for session in self.everybody)]
        for key in ("userstamps", "users"):
            KeyedTable.of(rally.plan.table(key), rally.client("dynamodb")).emptied(users)

    @property
    def _logging_in(self) -> str:
        return self.sessions.unissued("fuzz-login")
