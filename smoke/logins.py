"""What a login leaves on record: when somebody came first and last, and under which name; on an embedded stack."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from aws.words import Words
from smoke.aws import AWAY, not_read
from smoke.calls import Answer, send
from smoke.client import SAME_CLOCK_S
from smoke.id_tokens import ISSUER, NAME
from smoke.line import LineClient
from smoke.long_ago import LONG_NAME, NAMED, SINCE, put, returning
from smoke.root_causes import LOGIN
from smoke.row_calls import RowCalls

VERIFY = "/oauth2/v2.1/verify"
RECORDED = ["CreatedAt", "DisplayName", "LastLoginAt", "LineId", "UserId"]
"""The attributes that are stored of a person, and no more."""


def record_flaws(calls: RowCalls, line: LineClient) -> list[Words]:
    """Log in a new person, a known person under a new name, and one whose name LINE does not give.

    Return what is wrong with any of their records.
    """
    put(calls)
    first = calls.success(LOGIN)
    found = [calls.flaw(first, 200) or list(_flaws(calls, first, NAME, None))]
    sessions = calls.scenarios.sessions
    known = {returning(sessions): NAME, sessions.nobody(NAMED): LONG_NAME}
    for user, name in known.items():
        answer = _logged_in(calls, line, user, {} if name == LONG_NAME else {"name": name})
        found.append(calls.flaw(answer, 200) or list(_flaws(calls, answer, name, SINCE)))
    return [flaw for one in found for flaw in ([one] if isinstance(one, Words) else one)]


def _logged_in(calls: RowCalls, line: LineClient, user: str, told: Mapping[str, str]) -> Answer:
    """Log in a user for whom LINE returns these further claims."""
    token = calls.scenarios.id_tokens.good(user)
    channel = calls.scenarios.environment.line.channel_id
    claims = {"iss": ISSUER, "aud": channel, "sub": user, **told}
    line.answers_next(VERIFY, token, 200, json.dumps(claims))
    try:
        return calls.answer(send(LOGIN, id_token=token))
    finally:
        line.answers_as_ever()


def _flaws(calls: RowCalls, answer: Answer, name: str, since: int | None) -> Iterator[Words]:
    """Yield what is wrong with the answer's name and with the record; ``since`` None: created by this login."""
    user, table = answer.member("user_id"), calls.suite.cleaner.users
    try:
        record: Mapping[str, Any] = next(iter(table.items(user)), {})
    except AWAY as error:
        raise not_read(table.name, error) from None
    told = {key: next(iter(value.values())) for key, value in record.items()}
    last = float(told.get("LastLoginAt", 0))
    first = float(told.get("CreatedAt", 0))
    wanted = {
        "display_name": (answer.member("display_name"), name),
        "DisplayName": (told.get("DisplayName"), name),
        "LineId": (told.get("LineId"), user),
        "attributes": (sorted(told), RECORDED),
        "LastLoginAt": (last, last if 0 <= answer.at - last <= SAME_CLOCK_S else int(answer.at)),
        "CreatedAt": (first, last if since is None else since),
    }
    for what, (found, expected) in wanted.items():
        if found != expected:
            yield Words(
                en=f"{answer}: {what} of {user} in {table.name} is {found}, expected {expected}",
                ja=f"{answer.ja}。{table.name}の{user}の{what}が{found}（期待値{expected}）",
            )
