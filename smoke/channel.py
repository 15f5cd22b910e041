"""The bot's channel at LINE: how long its access token is valid, and how many messages it may still send."""

from datetime import UTC, datetime, timedelta

from aws.bounds import Bound, at_least
from aws.difference import Difference
from aws.section import Follows, NotTestable
from aws.words import Words
from signoff.environment import in_japan, today, where
from signoff.judge.decisions import Judge, decisions_of
from smoke.integrations import bot, channel_token, refused_token
from smoke.row_calls import RowCalls

LEAST_DAYS = 7
"""A token that expires within a week may expire before anybody looks again."""
CHANNEL = Words(en="LINE channel", ja="LINEチャネル")
LAST_DAY = Words(en="last day of the access token", ja="アクセストークンの最終日")
LIMIT = Words(en="messages a month", ja="月間メッセージ数")
NEEDED = Words(en="line.expected_messages", ja="line.expected_messages")
UNKNOWN = Words(en="unknown", ja="不明")
SENDS = "POST /notify"
"""The route whose every call may send a message; the environment file limits it, and SEC-32 judges the limit."""
NEVER_S = 20 * 365 * 24 * 60 * 60
"""LINE reports 99 years for a long-lived token, which does not expire."""


def judge_token_life(calls: RowCalls) -> None:
    """Raise Differs if the token expires within a week, or LINE does not say when it expires."""
    token = accepted_token(calls)
    seconds = calls.suite.line.expires_in_s(token)
    now = datetime.now(UTC)
    ends = (
        None if seconds is None else now + timedelta(seconds=max(-NEVER_S, min(seconds, NEVER_S)))
    )
    calls.observe.note(expires_in_s=seconds, ends=in_japan(ends) if ends else None)
    found = UNKNOWN if ends is None else today(ends).isoformat()
    enough = ends is not None and ends >= now + timedelta(days=LEAST_DAYS)
    _decide(calls, LAST_DAY, found, _a_week_away(enough=enough))


def judge_message_quota(calls: RowCalls) -> None:
    """Raise Differs if fewer messages are left than the rally needs, or the environment does not say how many it needs."""
    token = accepted_token(calls)
    limit, used = calls.suite.line.message_quota(token)
    left = None if limit is None else limit - used
    needed = calls.suite.environment.line.expected_messages
    calls.observe.note(limit=limit, used=used, left=left, needed=needed)
    sends = next(route for route in calls.suite.plan.api.routes if route.id == SENDS)
    calls.observe.note(route=SENDS, rate=sends.most.rate, burst=sends.most.burst)
    if limit is None:
        return
    if needed is None:
        if calls.suite.environment.production:
            _decide(calls, NEEDED, None, _any_number(left))
        return
    bound = at_least(
        used + needed,
        Words(
            en=f" ({used} sent this month, {needed} expected)",
            ja=f"（今月の送信済み{used}、今後の見込み{needed}）",
        ),
    )
    _decide(calls, LIMIT, limit, bound)


def accepted_token(calls: RowCalls) -> str:
    """Return the channel access token that the functions read; if LINE refuses it, Follows from SMOKE-18, or NotTestable if no bot is configured."""
    token = channel_token(calls)
    status, _ = bot(calls)
    if status != 200:
        refused = refused_token(status)
        if calls.suite.environment.line.bot_user_id:
            raise Follows("SMOKE-18", refused)
        raise NotTestable(refused)
    return token


def _decide(calls: RowCalls, fact: Words, found: object, bound: Bound) -> None:
    difference = Difference(
        kind=CHANNEL,
        name=calls.suite.environment.line.bot_user_id or calls.suite.environment.name,
        fact=fact,
        found=found,
        bound=bound,
        decided_in="" if fact is LAST_DAY else where("line.expected_messages"),
        loosens=True,
    )
    judge = Judge(calls.observe, decisions_of(calls.suite.snapshot))
    judge(() if bound.holds(found) else (difference,))


def _a_week_away(*, enough: bool) -> Bound:
    """A decision names the day; whether it is far enough away depends on the hour as well."""
    return Bound(
        code="days_from_now",
        value=LEAST_DAYS,
        holds=lambda _: enough,
        words=Words(
            en=f"at least {LEAST_DAYS} days from now", ja=f"現在から{LEAST_DAYS}日以上先であること"
        ),
    )


def _any_number(left: int | None) -> Bound:
    return Bound(
        code="set",
        value=None,
        holds=lambda _: False,
        words=Words(
            en=f"the number of messages that the rally sends in a month ({left} are left in this one)",
            ja=f"ラリーが1か月に送るメッセージ数（今月の残りは{left}通）",
        ),
    )
