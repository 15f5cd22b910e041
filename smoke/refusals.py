"""What must be refused: sessions that do not hold, input that makes no sense; and what refusals tell."""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

from aws.section import Follows, NotTestable
from smoke.bad_input import bad_calls, takes_input
from smoke.by_hand import ByHand
from smoke.calls import Answer, Call, Session
from smoke.contract import contract
from smoke.errors import ERRORS
from smoke.health import LOGIN, ROWS
from smoke.leaks import leaks
from smoke.script import GUIDE
from smoke.sessions import PUBLIC_KEYS
from smoke.trial import Build, Trial


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
    """Provoke all errors there are, and return what any error of the run tells of the inside.

    Raises NotTestable where nothing is told, and some error was never heard.
    """
    _ = trial.answer(GUIDE), trial.caller
    unheard = list(_unheard(trial))
    errors = [answer for answer in trial.suite.client.answers if answer.status >= 400]
    statuses = Counter(answer.status for answer in errors)
    trial.observe.note(errors=len(errors), statuses=dict(statuses), unheard=len(unheard))
    plan, environment = trial.suite.plan, trial.suite.environment
    told = [f"{one} tells {what}" for one in errors for what in leaks(one, plan, environment)]
    if unheard and not told:
        raise unheard[0].with_traceback(None)
    return told


def _unheard(trial: Trial) -> Iterator[NotTestable]:
    """Provoke all errors there are; yield why nothing is known of one."""
    for one in _provocations(trial):
        try:
            trial.suite.answer(one if isinstance(one, Call) else one(trial.script))
        except ByHand:
            continue  # tried nowhere: no row may
        except NotTestable as why:
            yield why


def _provocations(trial: Trial) -> Iterator[Call | Build]:
    yield from (error.call for error in ERRORS)
    for route in filter(takes_input, ROWS):
        with suppress(ByHand, Follows):
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
