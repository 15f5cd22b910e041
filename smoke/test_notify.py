"""POST /notify: a message to the caller, over LINE."""

from aws.words import Words
from signoff.checklist import expectation
from signoff.observations import Observations
from smoke.flaws import hold, require
from smoke.line import LineClient
from smoke.messages import message_flaws, once_flaws, stranger_flaws
from smoke.row_calls import RowCalls, winner


@expectation("SMOKE-05", ja="合成ユーザーへの通知がエラーなく省かれる")
def test_synthetic_user_is_dropped_without_an_error(calls: RowCalls) -> None:
    answer = calls.success("POST /notify")

    hold(calls.flaw(answer, 200))


@expectation("SMOKE-05", ja="同意した人にメッセージが送られる")
def test_person_who_agreed_is_sent_a_message(calls: RowCalls) -> None:
    answer = calls.answer(lambda scenarios: scenarios.notify(scenarios.tester))

    hold(calls.flaw(answer, 200))


@expectation("SMOKE-05", ja="合成ユーザーについてLINEに何も送られない")
def test_nothing_reaches_line_for_a_synthetic_user(
    calls: RowCalls, embedded_line: LineClient, observe: Observations
) -> None:
    answer = calls.success("POST /notify")
    sent = embedded_line.pushed_to(answer.call.user_id)
    observe.note(pushed=len(sent))

    require(
        not sent,
        Words(
            en=f"{answer}, and LINE was asked to push {len(sent)} messages",
            ja=f"{answer.ja}。LINEに{len(sent)}件のプッシュが要求されました",
        ),
    )


@expectation("SMOKE-05", ja="獲得者にLINEで通知される")
def test_winner_is_told_through_line(
    calls: RowCalls, embedded_line: LineClient, observe: Observations
) -> None:
    session = winner(calls)
    within_s = calls.suite.patience_s
    pushes = embedded_line.awaited_push(session.user_id, within_s)
    observe.note(pushed=len(pushes))

    require(
        pushes,
        Words(
            en=f"LINE was asked for no message to the winner within {within_s:g} s",
            ja=f"{within_s:g}秒以内に獲得者へのメッセージがLINEに要求されませんでした",
        ),
    )


@expectation("SMOKE-05", ja="獲得の通知にスタンプの名前と画像がある")
def test_message_to_a_winner_shows_name_and_picture(
    calls: RowCalls, embedded_line: LineClient
) -> None:
    hold(*message_flaws(calls, embedded_line))


@expectation("SMOKE-05", ja="獲得者への通知が一度だけである")
def test_winner_is_told_only_once(calls: RowCalls, embedded_line: LineClient) -> None:
    hold(*once_flaws(calls, embedded_line))


@expectation("SMOKE-05", ja="LINEに今回の利用者以外への送信が要求されない")
def test_line_is_asked_about_nobody_else(calls: RowCalls, embedded_line: LineClient) -> None:
    hold(*stranger_flaws(calls, embedded_line))
