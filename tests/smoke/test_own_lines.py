"""A function's own line proves that logs arrive; where the code is a team's own, the line that Lambda writes of a call does."""

from types import SimpleNamespace

import pytest

from smoke.logs import STARTED, lines_of

GROUP, API_LOGS = "/aws/lambda/rally-stamps", "/aws/apigateway/rally-api"


class FilteredLogs:
    """CloudWatch Logs: one line, which matches whatever is asked for; remembers the patterns."""

    def __init__(self):
        self.patterns = []

    def get_paginator(self, _):
        return self

    def paginate(self, **asked):
        self.patterns.append(asked["filterPattern"])
        return [{"events": [{"message": "START RequestId: 1b2c"}]}]


@pytest.mark.parametrize(
    ("own_code", "group", "pattern"),
    [
        (False, GROUP, '"5ecb-77"'),
        (True, GROUP, STARTED),
        (True, API_LOGS, '"5ecb-77"'),
    ],
)
def test_line_is_searched_that_the_code_is_known_to_write(own_code, group, pattern):
    logs = FilteredLogs()
    suite = SimpleNamespace(
        plan=SimpleNamespace(functions=[SimpleNamespace(log_group=GROUP)]),
        environment=SimpleNamespace(own_code=own_code),
        line=SimpleNamespace(embedded=False),
        aws=lambda _: logs,
        patience_s=0,
        sessions=SimpleNamespace(skew_s=0),
    )
    calls = SimpleNamespace(suite=suite, observe=SimpleNamespace(note=lambda **_: None))
    lines_of(calls, SimpleNamespace(name=group), SimpleNamespace(request_id="5ecb-77", at=0))

    assert logs.patterns == [pattern]
