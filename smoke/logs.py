"""The lines of this run's own requests in the log groups of the functions that they reached."""

import re
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from operator import not_
from typing import Any

from botocore.exceptions import ClientError

from aws.desired import LogGroup
from aws.door.failures import code_of
from aws.section import Follows
from aws.words import Words
from smoke.aws import AWAY, not_read
from smoke.calls import Answer
from smoke.row_calls import RowCalls, patiently
from smoke.scenarios import GUIDE

_FAULT = re.compile(r'"Faults"|"level": ?"ERROR"|\[ERROR\]')
"""How our functions count a fault, and how Lambda reports an uncaught error."""
STARTED = '?"START RequestId" ?"platform.start"'
"""What Lambda itself logs of each call, as text or as JSON: code of a team's own need not log API Gateway's request id."""
LONGEST = 1024
"""Characters of a filter pattern, at most. Source: botocore's model of logs, FilterPattern."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Logs:
    """CloudWatch Logs; ``within_s`` is how many seconds after the answer a line may arrive.

    Lines from before ``began`` (s since the epoch) are of other runs, where the clocks are the same. ``before_s`` is how much
    earlier than the answer a line may be dated, since clocks differ.
    """

    client: Any
    within_s: float
    began: float = 0.0
    skew_s: float = 0.0
    before_s: float = 60.0

    def lines(self, group: str, pattern: str, at: float) -> tuple[str, ...]:
        """Return the lines that match once there are any. ``at``: seconds since the epoch.

        Raises Follows if there is no such group, which another row reports.
        """
        left = max(0.0, at + self.within_s - time.time())
        return patiently(lambda: self.present(group, pattern, at), not_, left)

    def present(
        self, group: str, pattern: str, since: float, most_pages: int | None = None
    ) -> tuple[str, ...]:
        """Return the lines that match a pattern and are there now, the oldest first; Follows if there is no such group."""
        # FilterLogEvents may answer an empty page with a token: matches may then be on later pages.
        pages = self.client.get_paginator("filter_log_events").paginate(
            logGroupName=group,
            filterPattern=pattern,
            startTime=int(max(since - self.before_s - self.skew_s, self.began) * 1000),
        )
        try:
            looked_at = islice(pages, most_pages)
            return tuple(event["message"] for page in looked_at for event in page["events"])
        except ClientError as error:
            if code_of(error) == "ResourceNotFoundException":
                raise Follows(
                    "MON-12",
                    en=f"log group {group} does not exist",
                    ja=f"ロググループ{group}が存在しません",
                ) from None
            raise not_read(group, error) from None
        except AWAY as error:
            raise not_read(group, error) from None


def asked_of(calls: RowCalls, group: LogGroup) -> Answer:
    """Return an answer of the function that logs to the group; of any function, for the API's access log."""
    routes = calls.suite.plan.api.routes
    route = next(
        (r.id for r in routes if r.authorized and r.function.log_group == group.name), None
    )
    if route is None:
        return calls.answer(GUIDE)
    caller = calls.caller
    return calls.answer(calls.scenarios.harmless(route, caller, caller.user_id))


def lines_of(calls: RowCalls, group: LogGroup, answer: Answer) -> tuple[str, ...]:
    """Return the request's lines; Follows if the route itself is red."""
    functions = {function.log_group for function in calls.suite.plan.functions}
    own = calls.suite.environment.own_code and group.name in functions
    searched = STARTED if own else f'"{answer.request_id}"'
    lines = logs_of(calls).lines(group.name, searched, answer.at)
    calls.observe.note(group=group.name, searched=searched, lines=len(lines))
    if not lines:
        calls.attribute(answer.call.route)
    return lines


def varied(answers: Iterable[Answer]) -> list[Answer]:
    """Return answers in an order in which each kind (route, status, code) comes once before any comes twice."""
    repeats: Counter[tuple[str, int, str | None]] = Counter()
    ranked: list[tuple[int, Answer]] = []
    for answer in answers:
        kind = answer.call.route, answer.status, answer.error_code
        ranked.append((repeats[kind], answer))
        repeats[kind] += 1
    return [ranked_answer for _, ranked_answer in sorted(ranked, key=lambda pair: pair[0])]


def patterns(terms: Iterable[str], most: int) -> list[str]:
    """Return filter patterns that match lines with any of these terms, as many terms as fit into ``most`` patterns."""
    filters: list[str] = []
    for term in terms:
        if not term:
            continue
        quoted = f'?"{term}"'
        if filters and len(filters[-1]) + 1 + len(quoted) <= LONGEST:
            filters[-1] = f"{filters[-1]} {quoted}"
        elif len(filters) < most:
            filters.append(quoted)
        else:
            break
    return filters


def logs_of(calls: RowCalls) -> Logs:
    """Return the logs that this run's requests leave."""
    suite = calls.suite
    began = suite.began.timestamp() if suite.line.embedded else 0.0
    client, skew_s = suite.aws("logs"), suite.sessions.skew_s
    return Logs(client=client, within_s=suite.patience_s, began=began, skew_s=skew_s)


def faults_of(calls: RowCalls, group: LogGroup, answer: Answer) -> list[Words]:
    """Return the lines in which a function counts a caller's mistake as its own fault.

    ``answer`` is to a mistake; others of this run are looked for by the same call, each kind once.
    """
    served = {
        served_route.id
        for served_route in calls.suite.plan.api.routes
        if served_route.function.log_group == group.name
    }
    made = list(calls.suite.client.answers)
    others = (other for other in made if other.call.route in served and 400 <= other.status < 500)
    mistakes = [answer, *(other for other in varied(others) if other is not answer)]
    lines, logs = lines_of(calls, group, answer), logs_of(calls)
    for pattern in patterns((mistake.request_id for mistake in mistakes), 1):
        lines = (
            *lines,
            *logs.present(group.name, pattern, min(mistake.at for mistake in mistakes)),
        )
    counted = [line for line in dict.fromkeys(lines) if _FAULT.search(line)]
    return [
        Words(
            en=f"{mistake}, and {group.name} counts it as a fault: {line[:200]}",
            ja=f"{mistake.ja}。{group.name}はこれを障害として数えています: {line[:200]}",
        )
        for line in counted
        for mistake in mistakes
        if mistake.request_id in line
    ]


def group_of(calls: RowCalls, route: str) -> LogGroup:
    """Return the log group of the function behind a route."""
    plan = calls.suite.plan
    name = plan.route(route).function.log_group
    return next(group for group in plan.log_groups if group.name == name)
