"""What stands around the API broken: logs, secrets, LINE, the front end."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from typing import Any

import pytest

from local.line.call import RICH_MENU
from smoke import root_causes
from tests.line_mishaps import channel, refusing
from tests.smoke.breaking import code, other_secret, start_anew, without_log_group
from tests.smoke.defect import FAIL, UNKNOWN, Defect, following
from tests.smoke.rally import CONFIG_JS, Rally

NEED_A_SESSION = (
    *(f"SMOKE-{number:02}" for number in (*range(2, 12), 14, 16, 17)),
    *("SEC-40", "SEC-41", "SEC-42", "SEC-44", "SEC-45", "SEC-46", "SEC-47", "MON-14", "PERF-01"),
)
BOT = "/v2/bot"
LINE = "LINE"


@contextmanager
def _configured(rally: Rally, **values: str) -> Iterator[None]:
    right = {"api": rally.api, "liff": rally.environment.line.liff_id}
    rally.front.configure(CONFIG_JS.format(**{**right, **values}))
    try:
        yield
    finally:
        rally.front.configure(CONFIG_JS.format(**right))


@contextmanager
def _not_served(rally: Rally) -> Iterator[None]:
    page = rally.front.files.pop("/")
    try:
        yield
    finally:
        rally.front.files["/"] = page


@contextmanager
def _liff_opens(rally: Rally, **view: str) -> Iterator[None]:
    (app,) = rally.line.channels.liff_apps
    before = dict(app["view"])
    app["view"].update(view)
    try:
        yield
    finally:
        app["view"].update(before)


def opening(liff_id: str, host: str = "liff.line.me") -> dict[str, object]:
    action = {"type": "uri", "uri": f"https://{host}/{liff_id}?from=menu"}
    return {**RICH_MENU, "areas": [{"action": action}]}


def _other_key(rally: Rally) -> AbstractContextManager[None]:
    return other_secret(rally, "token_key", TOKEN_SECRET_KEY="0f" * 32)


@contextmanager
def _other_token(rally: Rally) -> Iterator[None]:
    """Issue another token, which ends the former one; the function of the rich menus alone still has that."""
    new = "another-channel-access-token-of-the-rally"
    with (
        other_secret(rally, "line_token", LINE_CHANNEL_ACCESS_TOKEN=new),
        channel(rally.line, messaging_access_token=new),
    ):
        start_anew(rally, rally.plan.function("notify"))
        yield


@contextmanager
def _key_never_read(rally: Rally) -> Iterator[None]:
    """Let the five minutes be over for which functions may keep the former key."""
    with pytest.MonkeyPatch.context() as patch, _other_key(rally):
        patch.setattr(root_causes, "KEY_KEPT", timedelta(0))
        yield


def _log_group(rally: Rally) -> Any:
    return without_log_group(rally, rally.plan.function("award").log_group)


DEFECTS = (
    Defect(
        "a log group that is gone",
        _log_group,
        following("MON-12", "MON-14", "SEC-46", "SMOKE-17", "PERF-01"),
        at="the log",
    ),
    Defect(
        "a log line without its request's id",
        code("stamps", "lambdas/rally/logger.py", "{**line, **self.ids}", "line"),
        {"MON-14": FAIL, "SEC-46": "MON-14"},
    ),
    Defect(
        "a channel access token that LINE does not know",
        lambda rally: refusing(rally.line, 401, f"{BOT}/info"),
        {"SMOKE-18": FAIL, **following("SMOKE-18", "LINE-01", "LINE-02", "SMOKE-20")},
        at=LINE,
    ),
    Defect(
        "a channel access token that ends in six days",
        lambda rally: channel(rally.line, token_seconds=6 * 24 * 3600),
        {"LINE-01": FAIL},
        at=LINE,
    ),
    Defect(
        "a channel access token of which nobody says when it ends",
        lambda rally: channel(rally.line, verified_at=""),
        {"LINE-01": FAIL},
        at=LINE,
    ),
    Defect(
        "a bot that has sent most of what it may send this month",
        lambda rally: channel(rally.line, messages_sent=4_500),
        {"LINE-02": FAIL},
        at=LINE,
    ),
    Defect(
        "a token key that the functions have not read yet",
        _other_key,
        {"SMOKE-15": UNKNOWN, **following("SMOKE-15", *NEED_A_SESSION)},
    ),
    Defect(
        "a token key that the functions do not read when they must",
        _key_never_read,
        {"SMOKE-15": FAIL, **following("SMOKE-15", *NEED_A_SESSION)},
    ),
    Defect(
        "a front end that calls another API",
        lambda rally: _configured(rally, api="https://old.example.jp/dev"),
        {"SMOKE-19": FAIL},
        at="the front end",
    ),
    Defect(
        "a LIFF app that opens another page",
        lambda rally: _liff_opens(rally, url="https://old.example.jp"),
        {"SMOKE-20": FAIL},
        at="the LIFF app",
    ),
    Defect(
        "rich menus that open dev's LIFF app",
        lambda rally: channel(rally.line, rich_menus=(opening("2001234567-devdevde"),)),
        {"SMOKE-20": FAIL},
        at="the rich menus",
    ),
    Defect(
        "menus that LINE links and unlinks for nobody",
        lambda rally: refusing(rally.line, 404, f"{BOT}/user"),
        {"SMOKE-09": FAIL, "SMOKE-10": FAIL},
        at=LINE,
    ),
    Defect(
        "LINE refuses the bot",
        lambda rally: refusing(rally.line, 401, BOT),
        {
            "SMOKE-18": FAIL,
            **following("SMOKE-18", "LINE-01", "LINE-02", "SMOKE-05", "SMOKE-08", "SMOKE-20"),
            **following("SMOKE-08", "SMOKE-09", "SMOKE-10", "SMOKE-14"),
        },
        at=LINE,
    ),
    Defect(
        "rich menus whose ids have another name",
        code("richmenu", "lambdas/richmenu/handler.py", "menus_in(listed)}", '[{"id": "x"}]}'),
        {"SMOKE-08": FAIL, **following("SMOKE-08", "SMOKE-09", "SMOKE-10")},
    ),
    Defect(
        "a list of rich menus with a member that is in no contract",
        code(
            "richmenu",
            "lambdas/richmenu/handler.py",
            "menus_in(listed)}",
            'menus_in(listed), "pages": 1}',
        ),
        {"SMOKE-08": FAIL},
    ),
    Defect(
        "LINE is away",
        lambda rally: refusing(rally.line, 503, BOT),
        {
            **dict.fromkeys(
                ("SMOKE-05", "SMOKE-08", "SMOKE-18", "SMOKE-20", "LINE-01", "LINE-02"), UNKNOWN
            ),
            **following("SMOKE-08", "SMOKE-09", "SMOKE-10", "SMOKE-14"),
        },
        at=LINE,
    ),
)
DEEP = (
    Defect(
        "a front end of another LIFF app",
        lambda rally: _configured(rally, liff="1234567890-Another1"),
        {"SMOKE-19": FAIL},
    ),
    Defect("a front end that is not served", _not_served, {"SMOKE-19": FAIL}),
    Defect(
        "a channel access token that the functions have not read yet",
        _other_token,
        {
            "SMOKE-08": UNKNOWN,
            **following("SMOKE-08", "SMOKE-09", "SMOKE-10", "SMOKE-14"),
        },
        at=LINE,
    ),
)
"""Kinds of fault whose row has a defect above, or that take long."""
