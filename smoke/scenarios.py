"""The calls that the suite makes, by what they are for; each is harmless even where a route is broken."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from aws.words import Words
from plan.masters import Spot
from signoff.environment import Environment
from smoke.calls import AWARD, LOGIN, Call, Session, get, send
from smoke.contract import asked_of, schema_name
from smoke.id_tokens import FLAWS, IdTokens
from smoke.manual import ManualOnly
from smoke.sessions import SessionMinter
from smoke.tester import collectable, consenting_user

LONGEST_NAME = "x" * 48
"""A name that makes a user id of the greatest length, 64 characters."""
SYNTHETIC_USERS = (
    *("caller", "other", "collector", "tourist"),
    LONGEST_NAME,
)
WHO_LOGS_IN = "login"
"""Name of the person with an id of LINE's form who logs in where the stand-in of LINE vouches for them."""
NO_SPOT = "SMOKE-NO-SUCH-SPOT"
ACCURACY_M = 10
HUGE_ACCURACY_M = 1e9
GUIDE = send(LOGIN, id_token="test_token")  # noqa: S106 - not a real token
"""The guide's own smoke call; its right answer is 401."""


def users_of(sessions: SessionMinter) -> frozenset[str]:
    """Return all users of this run that any call of it is made for, or about."""
    people = map(sessions.unissued, (WHO_LOGS_IN, *map(str, FLAWS)))
    return frozenset((*map(sessions.user, SYNTHETIC_USERS), *people))


@dataclass(frozen=True)
class Scenarios:
    """``spots``, ``menu`` and ``place`` are asked only by the calls that need them."""

    environment: Environment
    sessions: SessionMinter
    id_tokens: IdTokens
    spots: Callable[[], tuple[Spot, ...]]
    menu: Callable[[], str]
    """Returns the id of the rich menu to set."""
    collected: Callable[[], tuple[str, ...]] = tuple
    """Returns the stamps that the collector had before the run: the test user of production may have some."""

    @cached_property
    def caller(self) -> Session:
        """A synthetic user who only reads; the operator, if the key can't be read."""
        return self.sessions.live(self.sessions.user("caller"))

    @cached_property
    def other(self) -> str:
        """Another user's id."""
        return self.sessions.user("other")

    @cached_property
    def collector(self) -> Session:
        """The user who collects: synthetic, in production the test user; ManualOnly if no user may."""
        if not self.environment.smoke.writes:
            raise ManualOnly(
                en=f"smoke.writes is off for {self.environment.name}",
                ja=f"{self.environment.name}ではsmoke.writesが無効です",
            )
        if self.environment.production:
            return self.sessions.own(consenting_user(self.environment))
        return self.sessions.own(self.sessions.user("collector"))

    @cached_property
    def tourist(self) -> Session:
        """Another synthetic user, who goes from spot to spot; in production the test user again."""
        if self.environment.production:
            return self.collector
        _ = self.collector
        return self.sessions.own(self.sessions.user("tourist"))

    @property
    def person(self) -> Session | None:
        """A user with an id of LINE's form, whom rankings show, and who may collect: production's test user, or one whom the stand-in of LINE vouches for."""
        if self.environment.production:
            return self.collector
        may = self.id_tokens.line.embedded and self.environment.smoke.writes
        return self.sessions.own(self.sessions.unissued(WHO_LOGS_IN)) if may else None

    @cached_property
    def tester(self) -> Session:
        """The person who agreed to be sent messages; ManualOnly if there is none."""
        user = self.environment.smoke.test_user
        if not user:
            raise ManualOnly(
                en=f"smoke.test_user is not configured for {self.environment.name}",
                ja=f"{self.environment.name}にsmoke.test_userが設定されていません",
            )
        return self.sessions.own(user)

    @cached_property
    def spot(self) -> Spot:
        """A spot that can be collected now, or the first one if none can."""
        spots = self.spots()
        return next((spot for spot in spots if spot.open_at(self.sessions.now)), spots[0])

    @cached_property
    def collectable(self) -> tuple[Spot, ...]:
        """The spots that this run may collect; ManualOnly if the test user has every open one."""
        spots = collectable(self.spots(), self.sessions.now, self.collected())
        if self.open_now and not spots:
            raise ManualOnly(
                en="the test user already has every stamp that can be collected now",
                ja="現在取得できるスタンプをテストユーザーがすべて持っているため、取得できません",
            )
        return spots

    @property
    def goal(self) -> Spot:
        """The spot that the collector claims; if none is open, any, to be refused."""
        return self.collectable[0] if self.open_now else self.spot

    @property
    def open_now(self) -> bool:
        """Whether any stamp can be collected at this time."""
        return self.spot.open_at(self.sessions.now)

    def expected(self, route: str) -> tuple[int, str | None]:
        """Return status and code of the answer to `success`, which is a refusal for an award out of season."""
        if route == AWARD and not self.open_now:
            return 400, self.spot.refusal_at(self.sessions.now)
        return 200, None

    def success(self, route: str) -> Call:
        """Return the call that shows a route at work. Raises ManualOnly if none is allowed."""
        if made := self._writes.get(route):
            return made()
        return self.harmless(route, self.caller, self.caller.user_id)

    @cached_property
    def _writes(self) -> Mapping[str, Callable[[], Call]]:
        return {
            LOGIN: lambda: self.login,
            AWARD: lambda: self.award(self.collector),
            "POST /gps/verify": lambda: self.position(self.caller),
            "POST /notify": self._notify_unissued,
            "POST /richmenu/set": self._set_menu,
            "DELETE /richmenu/unset": self.unset_menu,
        }

    @cached_property
    def login(self) -> Call:
        """The login, made once, since each ID token is a new one."""
        token = self.id_tokens.good(self.sessions.unissued(WHO_LOGS_IN))
        return send(LOGIN, id_token=token)

    def login_with(self, flaw: Words) -> Call:
        """Log in with an ID token whose only flaw is this one."""
        token = self.id_tokens.bad(flaw, self.sessions.unissued(str(flaw)))
        return send(LOGIN, id_token=token)

    def forged_like(self, accepted: Call) -> Call:
        """Make the same call with the same claims, under a key that no other person knows."""
        if accepted.session is None:
            raise ValueError("only a call with a session can be forged")
        forged = self.sessions.forged(accepted.session, secrets.token_hex(32))
        return replace(accepted, session=forged)

    def stamps_of(self, session: Session) -> Call:
        return get("/stamps", session, userId=session.user_id)

    def award(self, session: Session, **members: object) -> Call:
        """Claim the spot as the front end does, with a position if one is required."""
        position = {"lat": self.goal.lat, "lon": self.goal.lon, "accuracy": ACCURACY_M}
        required: dict[str, object] = {
            "user_id": session.user_id,
            "stamp_id": self.goal.stamp_id,
            "method": "GPS",
        }
        if self.environment.award_requires_position:
            required |= position
        members = {name: value for name, value in (required | members).items() if value is not None}
        return send(AWARD, session, **members)

    def collect(self, **members: object) -> Call:
        """Claim a stamp for the collector; ManualOnly if none can be collected now."""
        if not self.open_now:
            raise ManualOnly(
                en="no stamp is valid now, so none can be collected",
                ja="現在有効なスタンプがなく、取得できません",
            )
        return self.award(self.collector, **members)

    def collect_again(self) -> Call:
        """Claim what was awarded already: the warm-up has claimed it before any row is judged."""
        return replace(self.collect(), time=2)

    def claims_of(self, person: Session) -> list[Call]:
        """Return claims of two stamps for a person; in production the test user's own one, since other rows claim the rest."""
        if self.environment.production:
            return [self.collect()]
        places = [(spot, spot.away(0)) for spot in self.collectable[:2]]
        return [self.award(person, stamp_id=spot.stamp_id, **place) for spot, place in places]

    def position(self, session: Session, **members: object) -> Call:
        """Ask whether someone who stands on the spot is there."""
        place = {"lat": self.spot.lat, "lon": self.spot.lon, "accuracy": ACCURACY_M}
        required = {"userId": session.user_id, "spotId": self.spot.stamp_id, **place, **members}
        members = {name: value for name, value in required.items() if value is not None}
        return send("POST /gps/verify", session, **members)

    def ranking(self, kind: str, session: Session) -> Call:
        return get(f"/ranking/{kind}", session, user_id=session.user_id)

    def notify(self, session: Session, **members: object) -> Call:
        required = {"user_id": session.user_id, "type": "reminder", **members}
        return send("POST /notify", session, **required)

    def _notify_unissued(self) -> Call:
        # Never with the operator's own session, which would send the operator a message.
        return self.notify(self.sessions.own(self.sessions.user("caller")))

    def _set_menu(self) -> Call:
        user = self.tester.user_id
        return send("POST /richmenu/set", self.tester, user_id=user, richmenu_id=self.menu())

    def unset_menu(self) -> Call:
        return send("DELETE /richmenu/unset", self.tester, user_id=self.tester.user_id)

    def harmless(self, route: str, session: Session | None, user_id: str) -> Call:
        """Return a call that could do nothing, send nothing and reach no person if it were accepted."""
        verb, path = route.split(" ")
        if verb == "GET":
            parameters = [
                name for name, schema in asked_of(route).items() if schema_name(schema) == "UserId"
            ]
            return get(path, session, **dict.fromkeys(parameters, user_id))
        members: Mapping[str, Mapping[str, object]] = {
            "/stamps/award": {"user_id": user_id, "stamp_id": NO_SPOT, "method": "GPS"},
            "/gps/verify": {"userId": user_id, "spotId": NO_SPOT, "lat": 35, "lon": 139},
            "/notify": {"user_id": user_id, "type": "reminder"},
            "/richmenu/set": {"user_id": user_id, "richmenu_id": f"richmenu-{'0' * 32}"},
            "/richmenu/unset": {"user_id": user_id},
        }
        return send(route, session, **members[path])
