"""LINE and the front end: the token is our bot's, the page and the LIFF app are production's."""

from signoff.checklist import expectation
from smoke.channel import judge_message_quota, judge_token_life
from smoke.integrations import (
    bot,
    configuration,
    configured,
    liff_app,
    origin_of,
    page,
    wanted_configuration,
)
from smoke.row_calls import RowCalls


@expectation("SMOKE-18", ja="チャネルアクセストークンが本環境のボットのものである")
def test_channel_access_token_is_of_our_bot(calls: RowCalls) -> None:
    ours = configured(calls, "line.bot_user_id")
    status, found = bot(calls)

    assert status == 200, f"LINE answers {status} to the channel access token"
    assert found.get("userId") == ours, f"the token is of {found.get('displayName')}"


@expectation("LINE-01", ja="チャネルアクセストークンが7日以内に切れない")
def test_channel_access_token_does_not_end_within_a_week(calls: RowCalls) -> None:
    judge_token_life(calls)


@expectation("LINE-02", ja="今月送信できるメッセージ数が足りる")
def test_message_quota_suffices_for_the_rally(calls: RowCalls) -> None:
    judge_message_quota(calls)


@expectation("SMOKE-19", ja="フロントエンドがCORSで許可したオリジンで配信されている")
def test_front_end_is_served_where_cors_allows_it(calls: RowCalls, origin: str) -> None:
    found = page(calls)

    assert (found.status, found.kind) == (200, "text/html"), f"{found.url}: {found.status}"
    assert origin_of(found.url) == origin, f"{found.url} is a page of {origin_of(found.url)}"


@expectation("SMOKE-19", ja="フロントエンドの設定がこのAPIとLIFFアプリを指す")
def test_configuration_names_this_api_and_this_liff_app(calls: RowCalls) -> None:
    url, named = configuration(calls)

    assert named == wanted_configuration(calls), f"{url} names {named or 'neither'}"


@expectation("SMOKE-20", ja="LIFFアプリがフロントエンドを開く")
def test_liff_app_opens_the_front_end(calls: RowCalls) -> None:
    url = configured(calls, "front_end.url")
    app = liff_app(calls)

    opens, scopes = app["view"]["url"], set(app.get("scope", ()))
    assert opens.rstrip("/") == url.rstrip("/"), f"LIFF app {app['liffId']} opens {opens}"
    assert scopes >= {"openid", "profile"}, f"LIFF app {app['liffId']} has scopes {sorted(scopes)}"
