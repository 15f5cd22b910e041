"""Which request of this run each log group must hold a line of."""

from plan.model import LogGroup
from smoke.calls import Answer, Call
from smoke.logs import Logs
from smoke.script import GUIDE, Script
from smoke.trial import Trial

ROUTES = {
    "stamps": "GET /stamps",
    "award": "POST /stamps/award",
    "gps-verify": "POST /gps/verify",
    "notify": "POST /notify",
    "ranking": "GET /ranking/weekly",
    "richmenu": "GET /richmenu/list",
}
"""Function -> a route of it."""


def asked_of(trial: Trial, group: LogGroup) -> Answer:
    """Return an answer of the function that logs there; of any, for the API's own access log."""
    keys = [one.key for one in trial.suite.plan.functions if one.log_group == group.name]
    route = ROUTES.get(keys[0]) if keys else None
    if route is None:
        return trial.answer(GUIDE)
    caller = trial.caller

    def harmless(script: Script) -> Call:
        return script.harmless(route, caller, caller.user_id)

    return trial.answer(harmless)


def arrived(trial: Trial, group: LogGroup, answer: Answer) -> bool:
    """Tell whether the request's line is there; Follows where the route itself is red."""
    logs = Logs(client=trial.suite.aws("logs"), within_s=trial.suite.patience_s)
    found = logs.arrived(group.name, answer.request_id, answer.at)
    trial.observe.note(group=group.name, arrived=found)
    if not found:
        trial.attribute(answer.call.route)
    return found
