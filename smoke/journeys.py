"""Calls that build on one another: a login, an award, a place in the ranking."""

from collections.abc import Mapping
from typing import Any

from smoke.calls import Answer, Session
from smoke.health import LOGIN
from smoke.script import Script
from smoke.sessions import SYNTHETIC
from smoke.trial import Trial

AWARD = "POST /stamps/award"


def awarded(trial: Trial) -> Answer:
    """Return the collector's award, given; ByHand where no stamp can be collected at this time."""
    answer = trial.answer(Script.collect)
    _given(trial, answer)
    return answer


def logged_in(trial: Trial) -> Session:
    """Return the session that a login answered."""
    login = trial.success(LOGIN)
    _given(trial, login)
    user_id, token = login.member("user_id"), login.member("access_token")
    return Session(kind="logged-in", user_id=user_id, token=token)


def winner(trial: Trial) -> Session:
    """Return the session of a logged-in person who was awarded a stamp; on an embedded stack only."""
    awarded(trial)
    session = logged_in(trial)
    _given(trial, trial.answer(lambda script: script.award(session)))
    return session


def ranking_after(trial: Trial, kind: str, session: Session) -> list[Mapping[str, Any]]:
    """Return the ranking of now as this user sees it, asked after the award."""
    answer = trial.answer(lambda script: script.ranking(kind, session))
    _given(trial, answer)
    return list(answer.member("rankings"))


def own_rank(trial: Trial, kind: str) -> Mapping[str, Any]:
    """Return the winner's own place, empty where there is none."""
    entries = ranking_after(trial, kind, winner(trial))
    return next((one for one in entries if one["is_self"]), {})


def synthetic_ranked(trial: Trial, kind: str) -> list[str]:
    """Return the synthetic users in a ranking that was asked after one was awarded a stamp."""
    awarded(trial)
    entries = ranking_after(trial, kind, trial.script.collector)
    return [one["user_id"] for one in entries if one["user_id"].startswith(SYNTHETIC)]


def _given(trial: Trial, answer: Answer) -> None:
    flaw = trial.flaw(answer, 200)
    assert not flaw, flaw
