"""LINE: the token is our bot's, and the LIFF app is production's."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aws.bounds import Bound, at_least
from aws.difference import Difference
from aws.section import NotTestable
from aws.words import Words
from signoff.environment import in_japan, today, where
from signoff.environment.value_types import origin_of
from signoff.judge.checklist import expectation
from signoff.judge.decisions import Judge, decisions_of
from smoke.row_calls import RowCalls, accepted_token, configured, listed, require


def same_page(opens: str, url: str) -> bool:
    """Whether two URLs are one page: capitals of the host, the default port and a last slash make no other."""
    try:
        return _page(opens) == _page(url)
    except ValueError:
        return False


def _page(url: str) -> tuple[str, str, str]:
    parts = urlsplit(url)
    return origin_of(url), parts.path.rstrip("/"), parts.query


def liff_app(calls: RowCalls) -> Mapping[str, Any]:
    """Return our LIFF app as LINE has it: liffId, view {url}, scope; Broken if there is none."""
    liff_id = configured(calls, "line.liff_id")
    status, body = calls.suite.line.liff_apps(_login_token(calls))
    if status not in (200, 404):
        raise NotTestable(
            en=f"LINE answers {status} to the token of the Login channel",
            ja=f"LINEはログインチャネルのトークンに{status}を返します",
        )
    apps: dict[str, Mapping[str, Any]] = {app["liffId"]: app for app in body.get("apps", ())}
    calls.observe.note(apps=sorted(apps), app=apps.get(liff_id))
    others = listed(apps)
    require(
        liff_id in apps,
        en=f"the Login channel has no LIFF app {liff_id}; it has {others or 'none'}",
        ja=f"ログインチャネルにLIFFアプリ{liff_id}がありません（あるのは{others or 'なし'}）",
    )
    return apps[liff_id]


def _login_token(calls: RowCalls) -> str:
    file = Path(configured(calls, "line.login_token_file"))
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        kind = type(error).__name__
        raise NotTestable(
            en=f"{file} can't be read ({kind})", ja=f"{file}を読み取れません（{kind}）"
        ) from None


LEAST_DAYS = 7
"""A token that expires within a week may expire before the next look."""
CHANNEL = Words(en="LINE channel", ja="LINEチャネル")
LAST_DAY = Words(en="last day of the access token", ja="アクセストークンの最終日")
LIMIT = Words(en="messages a month", ja="月間メッセージ数")
NEEDED = Words(en="line.expected_messages", ja="line.expected_messages")
UNKNOWN = Words(en="unknown", ja="不明")
SENDS = "POST /notify"
"""The route whose every call may send a message; the environment file limits it, and SEC-32 judges the limit."""
NEVER_S = 20 * 365 * 24 * 60 * 60
"""LINE reports 99 years for a long-lived token, which does not expire."""


def _decide(calls: RowCalls, fact: Words, actual: object, bound: Bound) -> None:
    difference = Difference(
        CHANNEL,
        calls.suite.environment.line.bot_user_id or calls.suite.environment.name,
        fact,
        actual,
        bound,
        decided_in="" if fact is LAST_DAY else where("line.expected_messages"),
        loosens=True,
    )
    judge = Judge(calls.observe, decisions_of(calls.suite.snapshot))
    judge(() if bound.holds(actual) else (difference,))


def _decide_messages(calls: RowCalls, limit: int | None, used: int, needed: int | None) -> None:
    """Judge the month's limit; where there is one, production has to say how many messages it expects."""
    if limit is None:
        return
    if needed is not None:
        words = Words(
            en=f" ({used} sent this month, {needed} expected)",
            ja=f"（今月の送信済み{used}、今後の見込み{needed}）",
        )
        _decide(calls, LIMIT, limit, at_least(used + needed, words))
    elif calls.suite.environment.production:
        any_number = Words(
            en=f"the number of messages that the rally sends in a month ({limit - used} are left in this one)",
            ja=f"ラリーが1か月に送るメッセージ数（今月の残りは{limit - used}通）",
        )
        _decide(calls, NEEDED, None, Bound(holds=lambda _: False, words=any_number))


@expectation("SMOKE-18", ja="チャネルアクセストークンが本環境のボットのものである")
def test_channel_access_token_is_of_our_bot(calls: RowCalls) -> None:
    ours = configured(calls, "line.bot_user_id")
    _, body = accepted_token(calls)
    name = body.get("displayName")
    require(
        body.get("userId") == ours,
        en=f"the channel access token belongs to the bot {name}",
        ja=f"チャネルアクセストークンはボット「{name}」のものです",
    )


@expectation("LINE-01", ja="チャネルアクセストークンが7日以内に切れない")
def test_channel_access_token_does_not_end_within_a_week(calls: RowCalls) -> None:
    token, _ = accepted_token(calls)
    seconds = calls.suite.line.expires_in_s(token)
    now = datetime.now(UTC)
    ends = (
        None if seconds is None else now + timedelta(seconds=max(-NEVER_S, min(seconds, NEVER_S)))
    )
    calls.observe.note(expires_in_s=seconds, ends=in_japan(ends) if ends else None)
    last_day = UNKNOWN if ends is None else today(ends).isoformat()
    enough = ends is not None and ends >= now + timedelta(days=LEAST_DAYS)
    # A decision names the day; whether it is far enough away depends on the hour as well.
    later = Words(en=f"at least {LEAST_DAYS} days from now", ja=f"現在から{LEAST_DAYS}日以上先")
    _decide(calls, LAST_DAY, last_day, Bound(holds=lambda _: enough, words=later))


@expectation("LINE-02", ja="今月送信できるメッセージ数が足りる")
def test_message_quota_suffices_for_the_rally(calls: RowCalls) -> None:
    token, _ = accepted_token(calls)
    limit, used = calls.suite.line.message_quota(token)
    left = None if limit is None else limit - used
    needed = calls.suite.environment.line.expected_messages
    calls.observe.note(limit=limit, used=used, left=left, needed=needed)
    sends = calls.suite.plan.route(SENDS)
    calls.observe.note(route=SENDS, rate=sends.most.rate, burst=sends.most.burst)

    _decide_messages(calls, limit, used, needed)


@expectation("SMOKE-20", ja="LIFFアプリがフロントエンドを開く")
def test_liff_app_opens_the_front_end(calls: RowCalls) -> None:
    url = configured(calls, "front_end.url")
    app = liff_app(calls)

    opens, scopes = app["view"]["url"], set(app.get("scope", ()))
    require(
        same_page(opens, url),
        en=f"LIFF app {app['liffId']} opens {opens}, not {url}",
        ja=f"LIFFアプリ{app['liffId']}が開くのは{url}ではなく{opens}です",
    )
    missing = listed({"openid", "profile"} - scopes)
    require(
        not missing,
        en=f"LIFF app {app['liffId']} lacks the scope {missing}",
        ja=f"LIFFアプリ{app['liffId']}にスコープ{missing}がありません",
    )


@expectation("SMOKE-20", ja="ボットのリッチメニューがLIFFアプリを開く")
def test_rich_menus_open_the_liff_app(calls: RowCalls) -> None:
    liff_id = configured(calls, "line.liff_id")
    token, _ = accepted_token(calls)
    linked = calls.suite.line.linked_apps(token)
    calls.observe.note(linked=sorted(linked))

    require(
        not linked or liff_id in linked,
        en=f"the bot's rich menus open the LIFF app {listed(linked)}, not {liff_id}",
        ja=f"ボットのリッチメニューが開くLIFFアプリは{liff_id}ではなく{listed(linked)}です",
    )
