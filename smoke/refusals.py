"""What must be refused: sessions that do not hold, input that makes no sense; and what refusals tell."""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

from signoff.inventory.section import NotTestable
from smoke.bad_input import bad_calls, takes_input
from smoke.calls import Answer, Call, Session
from smoke.contract import contract
from smoke.errors import ERRORS
from smoke.health import LOGIN, ROWS
from smoke.leaks import leaks
from smoke.script import GUIDE
from smoke.sessions import PUBLIC_KEYS
from smoke.trial import Trial


def asked_with(trial: Trial, route: str, session: Session | None) -> Answer:
    """Ask a route for the caller's own with this session, harmlessly."""
    caller = trial.caller
    return trial.answer(lambda script: script.harmless(route, session, caller.user_id))


def let_in_by_public_keys(trial: Trial, route: str) -> list[str]:
    """Return what is wrong with the answers to sessions under the keys that anyone can read."""
    forged = [trial.suite.sessions.forged(trial.caller, key) for key in PUBLIC_KEYS]
    return list(_flaws(trial, [asked_with(trial, route, session) for session in forged], 401))


def unclear(trial: Trial, route: str) -> list[str]:
    """Return the answers of a route to bad input that are no clear, documented 4xx."""
    _ = trial.answer(GUIDE) if route == LOGIN else trial.caller
    statuses: Counter[int] = Counter()
    found = []
    for call in bad_calls(route, trial.script):
        answer = trial.suite.answer(call)
        statuses[answer.status] += 1
        if why := _unclear(answer):
            trial.attribute(route)
            found.append(why)
    trial.observe.note(route=route, calls=statuses.total(), statuses=dict(statuses))
    return found


def leaking(trial: Trial) -> list[str]:
    """Provoke all errors there are, and return what any error of the run tells of the inside."""
    trial.answer(GUIDE)
    for call in _provocations(trial):
        with suppress(NotTestable):
            trial.suite.answer(call)
    errors = [answer for answer in trial.suite.client.answers if answer.status >= 400]
    statuses = Counter(answer.status for answer in errors)
    trial.observe.note(errors=len(errors), statuses=dict(statuses))
    plan, environment = trial.suite.plan, trial.suite.environment
    return [f"{one} tells {what}" for one in errors for what in leaks(one, plan, environment)]


def _provocations(trial: Trial) -> Iterator[Call]:
    for error in ERRORS:
        with suppress(NotTestable):
            yield error.call(trial.script)
    for route in filter(takes_input, ROWS):
        with suppress(NotTestable):
            # What does not work at all has told what it tells by now.
            trial.attribute(route)
            yield from bad_calls(route, trial.script)


def _unclear(answer: Answer) -> str:
    if not 400 <= answer.status < 500:
        return f"{answer}, which is no 4xx"
    if answer.call.session and answer.status in {401, 403}:
        return f"{answer}, which says nothing about the input"
    return contract().flaw(answer, answer.status)


def _flaws(trial: Trial, answers: list[Answer], status: int) -> Iterator[str]:
    return (flaw for answer in answers if (flaw := trial.flaw(answer, status)))
