"""LINE and the front end: the token is our bot's, the page and the LIFF app are production's."""

from signoff.environment.value_types import origin_of
from signoff.judge.checklist import expectation
from smoke.integrations import (
    bot,
    configuration,
    configured,
    judge_message_quota,
    judge_token_life,
    kind_of,
    liff_app,
    page,
    refused_token,
    same_page,
    shown,
    wanted_configuration,
)
from smoke.row_calls import RowCalls, listed, require


@expectation("SMOKE-18", ja="チャネルアクセストークンが本環境のボットのものである")
def test_channel_access_token_is_of_our_bot(calls: RowCalls) -> None:
    ours = configured(calls, "line.bot_user_id")
    status, body = bot(calls)

    require(status == 200, refused_token(status))
    name = body.get("displayName")
    require(
        body.get("userId") == ours,
        en=f"the channel access token belongs to the bot {name}",
        ja=f"チャネルアクセストークンはボット「{name}」のものです",
    )


@expectation("LINE-01", ja="チャネルアクセストークンが7日以内に切れない")
def test_channel_access_token_does_not_end_within_a_week(calls: RowCalls) -> None:
    judge_token_life(calls)


@expectation("LINE-02", ja="今月送信できるメッセージ数が足りる")
def test_message_quota_suffices_for_the_rally(calls: RowCalls) -> None:
    judge_message_quota(calls)


@expectation("SMOKE-19", ja="フロントエンドがCORSで許可したオリジンで配信されている")
def test_front_end_is_served_where_cors_allows_it(calls: RowCalls, origin: str) -> None:
    url, answer = page(calls)

    status, kind = answer.status_code, kind_of(answer)
    require(
        (status, kind) == (200, "text/html"),
        en=f"{url} answers {status} as {kind or 'no type'}, not a page",
        ja=f"{url}の応答は{status}（{kind or '種類の指定なし'}）で、ページではありません",
    )
    served_by = origin_of(url)
    require(
        served_by == origin,
        en=f"{url} is served by {served_by}, but CORS allows {origin}",
        ja=f"{url}は{served_by}から配信されていますが、CORSが許可するのは{origin}です",
    )


@expectation("SMOKE-19", ja="フロントエンドの設定がこのAPIとLIFFアプリを指す")
def test_configuration_names_this_api_and_this_liff_app(calls: RowCalls) -> None:
    url, actual = configuration(calls)

    expected = wanted_configuration(calls)
    require(
        actual == expected,
        en=f"{url} has {shown(actual) or 'neither'}, expected {shown(expected)}",
        ja=f"{url}の内容は{shown(actual) or 'どちらもなし'}です（期待値: {shown(expected)}）",
    )


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
