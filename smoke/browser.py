"""What a browser asks before it lets the page call, and what it looks at before the page may read."""

from smoke.calls import Answer
from smoke.cors import HEADERS, Case, preflight
from smoke.trial import Trial


def asked_before(trial: Trial, path: str, origin: str | None = None) -> Answer:
    """Return the answer to a preflight for all that the front end sends on a path."""
    verbs, headers = verbs_of(trial, path), headers_of(trial)
    return trial.answer(preflight(path, min(verbs).upper(), ",".join(sorted(headers)), origin))


def verbs_of(trial: Trial, path: str) -> set[str]:
    """Return the verbs of a path, in lower case."""
    return {route.verb.lower() for route in trial.suite.plan.api.routes if route.path == path}


def headers_of(trial: Trial) -> set[str]:
    """Return the headers that a page of this environment sends, in lower case."""
    return {*HEADERS, "x-api-key"} if trial.suite.client.api_key else set(HEADERS)


def shown(trial: Trial, case: Case) -> Answer:
    """Return an answer of the case's kind; Follows where the call is not answered so."""
    answer = trial.answer(case.call)
    if answer.status != case.status:
        trial.attribute(answer.call.route)
        raise case.missed(answer)
    return answer
