"""Errors: answered as documented, bad input never with a 5xx, and nothing revealed about the inside."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

from aws.section import Follows, NotTestable
from aws.words import Words
from plan import Plan
from signoff.environment import Environment
from signoff.judge.checklist import expectation
from smoke.aws import held_in
from smoke.calls import LOGIN, Answer, Call
from smoke.contract import contract
from smoke.cors import own_headers
from smoke.errors import ERRORS, Expected, bad_calls, takes_input
from smoke.logs import faults_of, group_of
from smoke.manual import ManualOnly
from smoke.root_causes import ROWS
from smoke.row_calls import Build, RowCalls, hold
from smoke.scenarios import GUIDE

TOKEN = Words(en="a token", ja="トークン")
SHAPES = {
    Words(en="a stack trace", ja="スタックトレース"): re.compile(r"Traceback|File \"|, line \d+"),
    Words(en="an exception", ja="例外"): re.compile(r"\b[A-Z][A-Za-z]+(?:Error|Exception)\b"),
    Words(en="an ARN", ja="ARN"): re.compile(r"arn:aws"),
    Words(en="a path", ja="パス"): re.compile(r"/var/|/opt/|/tmp/|site-packages|\b\w+\.py\b"),
    Words(en="an AWS service", ja="AWSサービスの名前"): re.compile(
        r"boto|dynamodb|secrets ?manager|lambda\b", re.IGNORECASE
    ),
    TOKEN: re.compile(r"eyJ[\w-]{10,}\.[\w-]+\."),
}


def unclear(calls: RowCalls, route: str) -> list[Words]:
    """Return flaws of a route's answers to bad input, which must be clear, documented 4xx."""
    _ = calls.answer(GUIDE) if route == LOGIN else calls.caller
    statuses: Counter[int] = Counter()
    flaws = []
    for answer in map(calls.suite.answer, bad_calls(route, calls.scenarios)):
        statuses[answer.status] += 1
        if why := _unclear(answer):
            calls.attribute(route)
            flaws.append(why)
    calls.observe.note(route=route, calls=statuses.total(), statuses=dict(statuses))
    return flaws


def refused_input(calls: RowCalls, route: str) -> Answer:
    """Return an answer of a route to bad input; Follows if the route itself is red."""
    _ = calls.answer(GUIDE) if route == LOGIN else calls.caller
    answer = calls.answer(next(iter(bad_calls(route, calls.scenarios))))
    if _unclear(answer):
        calls.attribute(route)
    return answer


def leaking(calls: RowCalls) -> list[Words]:
    """Provoke every error, and return what any error of the run reveals about the inside.

    Raises NotTestable if nothing is revealed but some error never came.
    """
    _ = calls.answer(GUIDE), calls.caller
    unheard = list(_unheard(calls))
    errors = [answer for answer in calls.suite.client.answers if answer.status >= 400]
    statuses = Counter(answer.status for answer in errors)
    calls.observe.note(errors=len(errors), statuses=dict(statuses), unheard=len(unheard))
    plan, environment = calls.suite.plan, calls.suite.environment
    flaws = [reveals(error, leak) for error in errors for leak in leaks(error, plan, environment)]
    if unheard and not flaws:
        raise unheard[0].with_traceback(None)
    return flaws


def naming(calls: RowCalls) -> list[Words]:
    """Return internal names that any answer of the run contains, successes included."""
    answers = list(calls.suite.client.answers)
    calls.observe.note(answers=len(answers))
    plan, environment = calls.suite.plan, calls.suite.environment
    needles = calls.suite.needles
    return [
        reveals(answer, leak)
        for answer in answers
        for leak in (
            *internal_names_in(answer, plan, environment),
            *held_in(_text_and_headers(answer), needles),
        )
    ]


def reveals(answer: Answer, leak: Words) -> Words:
    return Words(en=f"{answer} reveals {leak.en}", ja=f"{answer.ja}。{leak.ja}が含まれています")


def _unheard(calls: RowCalls) -> Iterator[NotTestable]:
    """Provoke every error; yield why one never came."""
    for provocation in _provocations(calls):
        try:
            calls.suite.answer(
                provocation if isinstance(provocation, Call) else provocation(calls.scenarios)
            )
        except ManualOnly:
            continue  # no row may try it in this environment
        except NotTestable as why:
            yield why


def _provocations(calls: RowCalls) -> Iterator[Call | Build]:
    yield from (error.call for error in ERRORS)
    for route in filter(takes_input, ROWS):
        with suppress(ManualOnly, Follows):
            # A route that does not work at all has by now revealed what it reveals.
            calls.attribute(route)
            yield from bad_calls(route, calls.scenarios)


def _unclear(answer: Answer) -> Words:
    if not 400 <= answer.status < 500:
        return Words(en=f"{answer}, not a 4xx", ja=f"{answer.ja}で、4xxではありません")
    if answer.call.session and answer.status in {401, 403}:
        return Words(
            en=f"{answer}, which says nothing about the input",
            ja=f"{answer.ja}で、入力の誤りを示していません",
        )
    if answer.call.is_no_json:
        return contract().flaw(answer, 400, "INVALID_JSON")
    return contract().flaw(answer, answer.status)


def leaks(answer: Answer, plan: Plan, environment: Environment) -> Iterator[Words]:
    """Yield what an answer reveals about the inside, by kind; names are those of this environment."""
    text = _text_and_headers(answer)
    for kind, shape in SHAPES.items():
        if match := shape.search(text):
            shown = "" if kind is TOKEN else match[0]
            yield Words(
                en=f"{kind.en} ({shown})" if shown else kind.en,
                ja=f"{kind.ja}（{shown}）" if shown else kind.ja,
            )
    yield from internal_names_in(answer, plan, environment)


def internal_names_in(answer: Answer, plan: Plan, environment: Environment) -> Iterator[Words]:
    """Yield the internal names of this environment that an answer contains, successes included."""
    text = _text_and_headers(answer)
    names = {
        environment.account,
        *(table.name for table in plan.tables),
        *(function.name for function in plan.functions),
        *(role.name for role in plan.roles),
        *(secret.name for secret in plan.secrets),
    }
    for name in sorted(names):
        if name in text:
            yield Words(en=f"the name {name}", ja=f"名前{name}")


def _text_and_headers(answer: Answer) -> str:
    return f"{answer.text}\n{own_headers(answer)}"


@expectation("SMOKE-11", ja="API仕様にあるエラーを仕様どおりに返す")
def test_documented_error_is_answered_as_documented(error: Expected, calls: RowCalls) -> None:
    calls.expect(error.call, error.status, error.code)


@expectation("SMOKE-17", ja="不正な入力に明確な4xxを返す")
def test_bad_input_is_answered_by_a_clear_4xx(input_route: str, calls: RowCalls) -> None:
    hold(*unclear(calls, input_route))


@expectation("SMOKE-17", ja="API仕様の許容範囲の境界値を受け付ける")
def test_input_at_its_documented_bound_is_taken(bound: Expected, calls: RowCalls) -> None:
    calls.expect(bound.call, bound.status, bound.code)


@expectation("SMOKE-17", ja="呼び出し側の誤りを障害として数えない")
def test_mistake_of_a_caller_is_no_fault_of_ours(input_route: str, calls: RowCalls) -> None:
    answer = refused_input(calls, input_route)

    hold(*faults_of(calls, group_of(calls, input_route), answer))


@expectation("SEC-45", ja="エラーが内部の情報を漏らさない")
def test_no_error_tells_of_the_inside(calls: RowCalls) -> None:
    flaws = leaking(calls)

    hold(*flaws)


@expectation("SEC-45", ja="どの応答にも内部の名前が含まれない")
def test_no_answer_names_what_is_inside(calls: RowCalls) -> None:
    hold(*naming(calls))
