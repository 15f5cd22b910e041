"""What is sent and what comes back, as values without tokens: equal calls are made once, and judged by many rows."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NoReturn

from aws.words import Words

AWARD = "POST /stamps/award"
LOGIN = "POST /auth/verify"
SHOWN = 600
"""Characters of a body that a failure shows."""
MASK = "…"
NO_SESSION = Words(en="with no session", ja="セッションなし")
JUDGED_HEADERS = ("cache-control", "retry-after", "vary", "location")
_MEMBER = re.compile(
    r"""
    (["']?\b(?:id_?token|access_token|authorization)["']?\s*[:=]\s*)
    (?:"(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' | [^\s"',&}]+(?:\s+[^\s"',&}]+)?)
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""A member, header or form field that holds a token, under the names that the contract gives them."""
_JWT = re.compile(r"eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
_BEARER = re.compile(r"(Bearer\s+)[A-Za-z0-9._~+/=-]+", re.IGNORECASE)


def redacted(text: str) -> str:
    """Mask tokens by the names of their members, and any other text in the form of a token."""
    masked = _MEMBER.sub(rf'\1"{MASK}"', text)
    return _BEARER.sub(rf"\1{MASK}", _JWT.sub(MASK, masked))


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A bearer token and whose it claims to be; ``kind`` says what it is (live, expired, forged)."""

    kind: Words
    user_id: str
    token: str = field(repr=False)

    @property
    def words(self) -> Words:
        of, of_ja = (f" of {self.user_id}", f"、{self.user_id}") if self.user_id else ("", "")
        return Words(en=f"with {self.kind} session{of}", ja=f"{self.kind.ja}のセッション{of_ja}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request. ``origin`` None means the front end's own; ``body`` is sent unchanged.

    ``time`` tells a repeated call from the first: equal ones are made once.
    ``template`` is the path of the contract, where ``path`` has values in its place.
    """

    verb: str
    path: str
    session: Session | None = None
    query: tuple[tuple[str, str], ...] = ()
    body: str | None = None
    origin: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    time: int = 1
    template: str = ""

    @property
    def route(self) -> str:
        return f"{self.verb} {self.template or self.path}"

    @property
    def user_id(self) -> str:
        """The user whose session the call carries; empty without a session."""
        return self.session.user_id if self.session else ""

    @property
    def is_no_json(self) -> bool:
        """Whether the body is a text that no parser takes, not even one that takes NaN."""
        try:
            json.loads(self.body or "{}")
        except RecursionError:
            return False
        except ValueError:
            return True
        return False

    @property
    def members(self) -> Mapping[str, Any]:
        """The body's members; none if it is not a JSON object."""
        body = _parsed(self.body or "")
        return body if isinstance(body, dict) else {}

    @property
    def asked(self) -> str:
        """The request as it is sent, which is the same in both languages."""
        query = "?" + "&".join(f"{name}={value}" for name, value in self.query)
        parts = [self.verb, self.path + (query if self.query else "")]
        return " ".join(parts if self.body is None else [*parts, shown(self.body)])

    @property
    def how(self) -> Words:
        """Where it comes from, which time it is sent, and with whose session."""
        parts = [self.session.words if self.session else NO_SESSION]
        if self.time > 1:
            parts.insert(0, Words(f"for the {self.time}. time", f"{self.time}回目"))
        if self.origin is not None:
            parts.insert(0, Words(f"from {self.origin}", f"{self.origin}から"))
        ja = "、".join(words.ja for words in parts)
        return Words(en=" ".join(words.en for words in parts), ja=f"（{ja}）")

    @property
    def words(self) -> Words:
        return Words(en=f"{self.asked} {self.how.en}", ja=f"{self.asked}{self.how.ja}")

    def __str__(self) -> str:
        return self.words.en


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back. Header names are in lower case; ``at`` is in seconds since the epoch, ``took_s`` how long it took."""

    call: Call
    status: int
    headers: Mapping[str, str]
    text: str
    at: float
    took_s: float = 0.0

    @property
    def json(self) -> Any:
        """The parsed body; None if it is not JSON, or holds half of a character, which no person can show."""
        parsed = _parsed(self.text)
        try:
            if "\\u" in self.text:
                json.dumps(parsed, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            return None
        return parsed

    def member(self, name: str) -> Any:
        """Return a member of the body; None if it has none or is not an object."""
        return self.json.get(name) if isinstance(self.json, dict) else None

    @property
    def error_code(self) -> str | None:
        code: str | None = self.member("error_code")
        return code

    @property
    def request_id(self) -> str:
        """API Gateway's request id, by which the access log and the functions' logs are searched."""
        return self.headers.get("x-amzn-requestid", "")

    @property
    def facts(self) -> Mapping[str, Any]:
        """What goes into the evidence: never a token, never the words of a person."""
        code = {"error_code": self.error_code} if self.error_code else {}
        at = datetime.fromtimestamp(self.at, UTC).isoformat(timespec="milliseconds")
        judged = {"headers": self._judged_headers, "body": self._judged_members}
        return {
            "call": self.call.asked,
            "how": asdict(self.call.how),
            "status": self.status,
            **code,
            **{name: value for name, value in judged.items() if value},
            "request": self.request_id,
            "at": at,
        }

    @property
    def _judged_headers(self) -> Mapping[str, str]:
        """Headers of the kinds that rows judge: who may read the answer, and who may keep it."""
        judged = ("access-control-", *JUDGED_HEADERS)
        return {name: value for name, value in self.headers.items() if name.startswith(judged)}

    @property
    def _judged_members(self) -> Mapping[str, Any]:
        """Numbers and booleans of the body, which can be neither a person's words nor a token."""
        body = self.json if isinstance(self.json, dict) else {}
        return {name: value for name, value in body.items() if isinstance(value, int | float)}

    def __str__(self) -> str:
        return self.words.en

    @property
    def ja(self) -> str:
        """The call and its answer in Japanese, as a sentence without its full stop."""
        return self.words.ja

    @property
    def words(self) -> Words:
        """What was asked and answered, in one line."""
        code = f" {self.error_code}" if self.error_code else ""
        request = self.call.words
        return Words(
            en=f"{request.en} answered {self.status}{code}",
            ja=f"{request.ja}の応答は{self.status}{code}",
        )


def get(path: str, session: Session | None = None, **query: str) -> Call:
    return Call(verb="GET", path=path, session=session, query=tuple(query.items()))


def send(route: str, session: Session | None = None, **members: Any) -> Call:
    """Make a call of a route (``POST /notify``) whose body is a JSON object of these members."""
    verb, path = route.split(" ")
    return Call(verb=verb, path=path, session=session, body=json.dumps(members))


def shown(text: str) -> str:
    """Cut and redact a body for people to read."""
    clean = redacted(text)
    return clean if len(clean) <= SHOWN else f"{clean[:SHOWN]}… ({len(clean)} characters)"


@lru_cache(maxsize=4096)  # of an answer, many rows read many members
def _parsed(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refused)
    except (ValueError, RecursionError):
        return None


def _refused(constant: str) -> NoReturn:
    # Python reads NaN and Infinity, which no browser does.
    raise ValueError(constant)
