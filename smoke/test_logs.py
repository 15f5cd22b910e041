"""Logs: this run's requests are found where people will look for them, and reveal nothing about callers.

Logs are checked for as many of this run's requests as a few calls of FilterLogEvents can find. A request's id finds only
its own lines, so requests of every kind (route and answer) come first. A line without an id is found by the users and
sessions that it names, regardless of its request.

A function's line is a closed list of fields, each with its shape; anything else is red. A search for what is private
finds it as it was sent, but headers in base64, or a body under a new name, only show as a field that is not listed
here, or as a text that does not look like one.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from aws.desired import LogGroup
from aws.section import Follows
from aws.words import SILENCE, Words
from signoff.judge.checklist import expectation
from smoke.aws import held_in
from smoke.calls import Answer
from smoke.logs import asked_of, lines_of, logs_of, patterns, varied
from smoke.row_calls import RowCalls, hold, require

LONGEST_WORD, LONGEST_DETAIL = 60, 300
"""Characters: an ARN's parts and ids are shorter, encoded data is longer."""


def _text(form: str) -> Callable[[Any], bool]:
    pattern = re.compile(form)
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _detail(value: Any) -> bool:
    """Whether it is a short sentence: no word of it could hold what was encoded."""
    short = isinstance(value, str) and len(value) <= LONGEST_DETAIL
    return short and all(len(word) <= LONGEST_WORD for word in value.split())


SHAPES: Mapping[str, Callable[[Any], bool]] = {
    "level": _text("INFO|WARNING|ERROR"),
    "message": _text("answered|session judged|session not judged|winner not notified"),
    "timestamp": _text(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"),
    "function": _text(r"[\w-]{1,64}"),
    "environment": _text(r"[\w-]{0,32}"),
    "request_id": _text(r"[\w=-]{0,64}"),
    "lambda_request_id": _text(r"[\w-]{0,64}"),
    "status": lambda value: type(value) is int and 100 <= value <= 599,
    "error_code": _text("[A-Z_]{1,40}"),
    "detail": _detail,
    "trace": lambda value: isinstance(value, str),
    "_aws": lambda value: (
        isinstance(value, dict) and value.keys() == {"Timestamp", "CloudWatchMetrics"}
    ),
    "FunctionName": _text(r"[\w-]{1,64}"),
    "Faults": lambda value: value == 1,
}
"""Field -> whether a value has its shape. A trace is of a fault of ours, which other rows report."""


def unlisted(line: str) -> Words:
    """Say what in a line is not listed; empty if all of it is. The value itself is not repeated: it may be private."""
    try:
        fields = json.loads(line)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        return Words(en="a line that is no JSON object", ja="JSONオブジェクトでない行")
    for name, value in fields.items():
        if name not in SHAPES:
            return Words(en=f"the field {name}, which is not listed", ja=f"一覧にない項目{name}")
        if not SHAPES[name](value):
            return Words(
                en=f"a value of {name} that has not its shape", ja=f"形式に合わない{name}の値"
            )
    return SILENCE


BY_ID, BY_USER = 4, 2
"""How often each of eight groups is asked at most, by ids and by users: FilterLogEvents allows few calls a second. An id takes 40 characters."""
TELLING = 20
"""Characters of a text at least: a shorter one may be in any line by chance."""
PRECISE = 12
"""Characters of a number that no line contains by chance: degrees to the millimetre."""
USER, SESSION = Words(en="the user id", ja="ユーザーID"), Words(en="the session", ja="セッション")
BODY, ID_TOKEN = Words(en="the body", ja="本文"), Words(en="the ID token", ja="IDトークン")
POSITION, PERSON = Words(en="the position", ja="位置"), Words(en="the name", ja="名前")
PERSONAL = {USER, SESSION, POSITION, PERSON}
"""What is searched for to find lines without a request id."""
OF_TOKENS = ("Bearer", "eyJ")
"""How an Authorization header and a signed token begin; tokens of the functions themselves are not a caller's."""


@dataclass(frozen=True)
class PrivateText:
    """A text that no log may contain, what it is, and the answer to the request that it came from."""

    text: str
    what: Words
    answer: Answer

    def in_lines(self, lines: str) -> bool:
        """Whether some lines contain it, plain or escaped in JSON."""
        return self.text in lines or self.in_json in lines

    @cached_property
    def in_json(self) -> str:
        return json.dumps(self.text)[1:-1]

    def held_by(self, group: str) -> Words:
        of = self.answer
        return Words(
            en=f"{group} holds {self.what.en} of request {of.request_id} ({of})",
            ja=f"{group}にリクエスト{of.request_id}の{self.what.ja}が記録されています（{of.ja}）",
        )


def exposed_in_logs(calls: RowCalls, group: LogGroup) -> list[Words]:
    """Return what the group's lines reveal about this run's callers; Follows if no request left a line."""
    answer = asked_of(calls, group)
    if not lines_of(calls, group, answer):
        raise Follows(
            "MON-14",
            en=f"{group.name} has no line of request {answer.request_id}",
            ja=f"{group.name}にリクエスト{answer.request_id}の行がありません",
        )
    answers = _logged_answers(calls, group)
    private = {secret.text: secret for answer in answers for secret in private_in(answer)}
    ids = patterns((made.request_id for made in varied(answers)), BY_ID)
    telling = (secret.text for secret in private.values() if secret.what in PERSONAL)
    people = patterns([*OF_TOKENS, *sorted(telling, key=len)], BY_USER)
    logs = logs_of(calls)
    since = min(made.at for made in answers)
    lines = {line for id_ in (*ids, *people) for line in logs.present(group.name, id_, since)}
    looked = sum(f'"{made.request_id}"' in pattern for made in answers for pattern in ids)
    calls.observe.note(
        group=group.name, requests=looked, requests_made=len(answers), lines=len(lines)
    )
    text = "\n".join(sorted(lines))
    secrets = held_in(text, calls.suite.needles)
    return [
        *(secret.held_by(group.name) for secret in private.values() if secret.in_lines(text)),
        *(_holds(group, secret) for secret in secrets),
        *_unlisted(calls, group, lines, answers),
    ]


def _unlisted(
    calls: RowCalls, group: LogGroup, lines: Iterable[str], answers: Iterable[Answer]
) -> Iterator[Words]:
    """Yield what the functions' own lines of our requests hold beside the listed fields; code of your own has its own."""
    functions = {function.log_group for function in calls.suite.plan.functions}
    if calls.suite.environment.own_code or group.name not in functions:
        return
    ids = {made.request_id for made in answers}
    for line in sorted(lines):
        ours = next((id_ for id_ in ids if id_ and id_ in line), None)
        if ours and (excess := unlisted(line)):
            of = Words(en=f" in a line of request {ours}", ja=f"（リクエスト{ours}の行）")
            yield _holds(group, Words(en=excess.en + of.en, ja=excess.ja + of.ja))


def _holds(group: LogGroup, exposed: Words) -> Words:
    return Words(
        en=f"{group.name} holds {exposed.en}", ja=f"{group.name}に{exposed.ja}が記録されています"
    )


def _logged_answers(calls: RowCalls, group: LogGroup) -> list[Answer]:
    """Return the answers to calls that may have left a line in a group: a function's, the authorizer's, the access log."""
    plan, answers = calls.suite.plan, list(calls.suite.client.answers)
    if group.name not in {function.log_group for function in plan.functions}:
        return answers
    served = {route.id: route.function.log_group for route in plan.api.routes}
    own = [answer for answer in answers if served.get(answer.call.route) == group.name]
    if group.name != plan.function("auth").log_group:
        return own
    # API Gateway asks the authorizer about a session once, and caches the answer.
    first = {answer.call.session: answer for answer in reversed(answers) if answer.call.session}
    return [*own, *first.values()]


def private_in(answer: Answer) -> Iterator[PrivateText]:
    """Yield what no log may contain of a request; of tokens the claims and the signature, either of which is too much."""
    call = answer.call
    if call.session:
        yield from (PrivateText(part, SESSION, answer) for part in _parts(call.session.token))
        yield PrivateText(call.session.user_id, USER, answer)
    if call.body and len(call.body) >= TELLING:
        yield PrivateText(call.body, BODY, answer)
    for token in (call.members.get("id_token"), call.members.get("idToken")):
        if isinstance(token, str):
            yield from (PrivateText(part, ID_TOKEN, answer) for part in _parts(token))
    for degrees in map(json.dumps, map(call.members.get, ("lat", "lon"))):
        if len(degrees) >= PRECISE and degrees[-1].isdigit():
            yield PrivateText(degrees, POSITION, answer)
    name = answer.member("display_name")
    if isinstance(name, str) and len(name) >= TELLING:
        yield PrivateText(name, PERSON, answer)


def _parts(token: str) -> list[str]:
    """Return claims and signature of a JWT, whose header is the same for all users; any other token whole."""
    parts = token.split(".")[1:] if token.count(".") == 2 else [token]
    return [part for part in parts if len(part) >= TELLING]


@expectation("MON-14", ja="自身のリクエストがログで見つかる")
def test_own_request_is_found_in_the_log(log_group: LogGroup, calls: RowCalls) -> None:
    answer = asked_of(calls, log_group)

    request_id, waited_s = answer.request_id, calls.suite.patience_s
    require(
        lines_of(calls, log_group, answer),
        en=f"{log_group.name} has no line about request {request_id} ({answer}) {waited_s:g} s after the answer",
        ja=f"{log_group.name}に、応答から{waited_s:g}秒たってもリクエスト{request_id}（{answer.ja}）の行がありません",
    )


@expectation("SEC-46", ja="ログにセッション、本文、ユーザーIDが残らない")
def test_log_holds_nothing_of_who_asked(log_group: LogGroup, calls: RowCalls) -> None:
    hold(*exposed_in_logs(calls, log_group))
