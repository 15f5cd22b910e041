"""What each key of the environment file may be in production: the guide's bounds, and what the rally needs."""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from aws.bounds import (
    Bound,
    as_text,
    at_least,
    at_most,
    between,
    described,
    exactly,
    one_of,
    unset,
    within,
)
from aws.dated import default
from aws.firing import RESOLUTION_S
from aws.words import Words
from plan.compute import LINE_API
from plan.edge import INTEGRATION_MS, arithmetic, busiest_rate, least_quota, rate_of
from plan.master_words import is_public
from signoff.environment import Environment
from signoff.environment.schema import LEAST_RATE, RecordAges
from signoff.environment.value_types import origin_of

WINDOW_S = 300
"""The guide's alarms count over five minutes (step 6-1)."""
ALARMS = {"function_errors": 5, "api_4xx": 10, "api_5xx": 10, "throttles": 1}
LOAD_PLANS = ("baseline", "step", "spike")
"""Plans that reach the target rate for long enough to judge percentiles."""
ROOM = 2
"""The throttle allows the busiest route this many times what it needs at the target rate."""
MEASURED_S = 0.3
"""Seconds of a call on our own functions: with fewer, concurrency is judged too low."""
MOST_RATE = 10_000
"""Requests a second; more is a slip, not a rally."""
LARGEST_AREA_KM = 100
TAGS = ("Environment", "Project")
NAMED = (
    r"(role|user)/[\w+=,.@/-]+",
    r"role/aws-reserved/sso\.amazonaws\.com/([\w*-]+/)?AWSReservedSSO_[\w+=,.@-]+_\*",
)
"""Forms of a single principal of an account: a role or user, and a role of single sign-on, to whose name AWS adds
sixteen random digits."""
ANOTHERS = frozenset({"dev", "development", "stg", "staging", "test", "qa", "local"})
"""What teams call environments that are not production, and whose data they delete."""
LEAST_TIMEOUT_S = 10
"""One slow call to LINE and two to DynamoDB, each with its retry."""


@dataclass(frozen=True, slots=True)
class KeyLimit:
    """What a key may be, and where that was decided; a decision against a ``guided`` bound loosens it."""

    bound: Bound
    source: Words
    guided: bool = True


Limits = Mapping[str, KeyLimit]
"""Dotted key -> its limit."""


def limits(environment: Environment) -> Limits:
    """Return the limit of each key that has one in production."""
    return {
        **_throttle(environment),
        **dict(_alarms(environment.alarms.period_s)),
        "retention_days": KeyLimit(
            at_least(30, " days"), Words("guide step 6-3", "手順書のステップ6-3")
        ),
        **EVERY_TABLE,
        **EVERY_FUNCTION,
        **API,
        **_single("functions", environment.functions, lambda _: EVERY_FUNCTION),
        **_single("table_settings", environment.table_settings, lambda _: _of_table(environment)),
        **_single("routes", environment.routes, lambda name: _of_route(rate_of(name, environment))),
        **dict(_load(environment)),
        **dict(_rally(environment)),
        **dict(_addresses(environment)),
        **dict(_people(environment)),
        **AGES,
    }


def _single(group: str, settings: Mapping[str, Any], of: Callable[[str], Limits]) -> Limits:
    """Return the limits of what single functions, tables or routes set for themselves."""
    return {
        f"{group}.{name}.{key}": limit
        for name, own in settings.items()
        for key, limit in of(name).items()
        if getattr(own, key) is not None
    }


def _throttle(environment: Environment) -> Limits:
    busiest, least = busiest_rate(environment), least_quota(environment)
    return {
        "throttle.rate": KeyLimit(
            between(min(1000, math.ceil(ROOM * busiest)), 1000, "/s"),
            Words(
                en="guide step 2-4, and twice the busiest route's share",
                ja="手順書のステップ2-4と、最も多いルートの必要量の2倍",
            ),
        ),
        "throttle.burst": KeyLimit(
            between(min(2000, math.ceil(busiest)), 2000),
            Words(
                en="guide step 2-4, and a second of the busiest route",
                ja="手順書のステップ2-4と、最も多いルートの1秒分",
            ),
        ),
        "throttle.daily_quota": KeyLimit(
            between(least, 100_000, " a day")
            if least <= 100_000
            else described(
                en=f"at least {least} a day, which demand makes with one key for all visitors (api_key); beyond the guide's 100000 it is a decision",
                ja=f"{least}件/日以上（全員が1つのAPIキー（api_key）を使う場合のdemandの1日分。手順書の100000を超える値は例外承認が必要）",
            ),
            Words(
                "guide step 2-4, and a minute of the target rate, or with api_key all that demand makes",
                "手順書のステップ2-4と、目標レートの1分分（api_keyがtrueならdemandの1日分）",
            ),
        ),
    }


def _alarms(period_s: int) -> Iterator[tuple[str, KeyLimit]]:
    """In a shorter period a threshold has to be lower to fire whenever the guide's alarm would."""
    within = Words(en=f" in {period_s} s", ja=f"件（{period_s}秒あたり）")
    windows = max(1, math.ceil(WINDOW_S / period_s))
    for key, threshold in ALARMS.items():
        source = Words(
            en=f"guide step 6-1: {threshold} in {WINDOW_S} s",
            ja=f"手順書のステップ6-1: {WINDOW_S}秒間に{threshold}件",
        )
        yield f"alarms.{key}", KeyLimit(at_most(math.ceil(threshold / windows), within), source)
    minutes = one_of(*range(RESOLUTION_S, WINDOW_S + 1, RESOLUTION_S))
    yield "alarms.period_s", KeyLimit(minutes, Words("guide step 6-1", "手順書のステップ6-1"))


STEP_3_1 = Words("guide step 3-1", "手順書のステップ3-1")
EVERY_TABLE: Limits = {
    "pitr": KeyLimit(exactly(value=True), STEP_3_1),
    "pitr_days": KeyLimit(at_least(default("recovery_window_days"), " days"), STEP_3_1),
    "deletion_protection": KeyLimit(
        exactly(value=True), Words("user tables are kept", "利用者のテーブルは消さない")
    ),
}
EVERY_FUNCTION: Limits = {
    "timeout_s": KeyLimit(
        between(LEAST_TIMEOUT_S, 30, " s"),
        Words(
            en="guide step 3-2, and a slow call to another service with its retries",
            ja="手順書のステップ3-2と、他のサービスへの遅い呼び出しの再試行を含む時間",
        ),
    ),
    "memory_mb": KeyLimit(at_least(256, " MB"), Words("guide step 3-2", "手順書のステップ3-2")),
}
API: Limits = {
    "authorizer_ttl_s": KeyLimit(
        at_most(300, " s"),
        Words("a revoked session ends within minutes", "失効したセッションは数分で終わる"),
    ),
    "accuracy_cap_m": KeyLimit(
        at_most(100, " m"),
        Words("a phone's claim must not widen the radius", "申告された測位誤差で半径が広がらない"),
    ),
}
AGES: Limits = {
    f"fresh.{key}": KeyLimit(
        at_most(getattr(RecordAges(), key), " days"), Words("recent evidence", "有効期間内の証跡")
    )
    for key in ("dev_run", "load", "signature", "rehearsal")
}
"""Records may be no older than the defaults allow, unless that is decided: older ones say less about what is live."""


def _of_table(environment: Environment) -> Limits:
    """Return the limits of a single table's settings; streams and replicas copy data elsewhere."""
    receivers = Words("who else receives its data", "内容を受け取る相手")
    rate = at_least(environment.target_rate, "/s")
    return {
        **EVERY_TABLE,
        "capacity": KeyLimit(rate, Words("the target rate", "目標レート")),
        "stream": KeyLimit(unset(), receivers, guided=False),
        "replicas": KeyLimit(within(()), receivers),
    }


def _of_route(rate: float) -> Limits:
    """A route gets at least what its share of the target rate needs, and at most what the guide allows."""
    guide = Words(
        "guide step 2-4, and its share of the rate", "手順書のステップ2-4と、目標レートの割り当て"
    )
    return {
        "rate": KeyLimit(between(min(1000, math.ceil(ROOM * rate)), 1000, "/s"), guide),
        "burst": KeyLimit(between(min(2000, math.ceil(rate)), 2000), guide),
        "timeout_ms": KeyLimit(
            at_least(INTEGRATION_MS, " ms"),
            Words("what its function needs", "関数の処理に必要な時間"),
        ),
    }


def _load(environment: Environment) -> Iterator[tuple[str, KeyLimit]]:
    source = believable = Words(
        en="so that load plan and concurrency are meaningful",
        ja="負荷計画と同時実行数に意味を持たせるため",
    )
    demand, app, least = environment.demand, environment.application, LEAST_RATE
    if demand is None:
        judged_against = Words(
            en="throttle, load plan and capacity are judged against it",
            ja="スロットリング、負荷計画、処理能力をこれに照らして判定する",
        )
        yield "demand", KeyLimit(GIVEN, judged_against)
    else:
        least, source = max(LEAST_RATE, demand.least_rate(app)), arithmetic(demand, app)
    yield "target_rate", KeyLimit(_rate_from(least), source)
    yield "seconds_per_call", KeyLimit(between(MEASURED_S, 3, " s"), believable)
    tested = Words("final checklist: performance test", "最終チェックリスト: 性能試験")
    yield "load_plan", KeyLimit(one_of(*LOAD_PLANS), tested)


def _rate_from(least: int) -> Bound:
    if least <= MOST_RATE:
        return between(least, MOST_RATE, "/s")
    return described(
        en=f"at most {MOST_RATE}/s, less than the {least}/s that demand makes: correct demand",
        ja=f"{MOST_RATE}/s以下（demandから求めた{least}/sはこれを超えるため、demandの修正が必要）",
    )


def _rally(environment: Environment) -> Iterator[tuple[str, KeyLimit]]:
    """Without these, a wrong place, a missing stamp or one that ends too early goes unseen."""
    compared = Words("stamps are compared with it", "スタンプをこれと照合する")
    for key in ("area", "season", "stamps", "go_live"):
        if getattr(environment, key) is None and environment.application.masters:
            yield key, KeyLimit(GIVEN, compared, guided=False)
    if environment.area:
        hidden = Words(
            en="a larger area would hide a wrong place",
            ja="範囲が広すぎると誤った位置を見分けられない",
        )
        yield "area.km", KeyLimit(at_most(LARGEST_AREA_KM, " km"), hidden, guided=False)


def _addresses(environment: Environment) -> Iterator[tuple[str, KeyLimit]]:
    """Yield the limits of addresses, and of ids that LINE derives from others."""
    line, served = environment.line, Words("guide step 3-3", "手順書のステップ3-3")
    at_line = Words("ID tokens are verified at LINE itself", "IDトークンはLINE自体で検証する")
    yield "line.endpoint", KeyLimit(exactly(LINE_API), at_line)
    page = environment.front_end
    yield "origin", KeyLimit(exactly(origin_of(page.url)) if page else HTTPS, served)
    if page:
        yield "front_end.url", KeyLimit(HTTPS, served)
        reason = Words("it is read where the front end is", "フロントエンドと同じ場所から読む")
        yield "front_end.config_path", KeyLimit(PATH, reason)
    if line.liff_id is not None:
        audience = Words(
            en="ID tokens of a LIFF app are for the channel that it belongs to",
            ja="LIFFアプリのIDトークンは所属するチャネル宛てになる",
        )
        yield "line.liff_id", KeyLimit(_of_channel(line.channel_id), audience)


def _people(environment: Environment) -> Iterator[tuple[str, KeyLimit]]:
    """Administrators are named one by one, tags and the address of alarms are given, expected messages cover a minute of awards."""
    by_name = Words("who else may act is decided by name", "操作できる相手は名前で決める")
    yield "administrators", KeyLimit(_by_name(environment.account), by_name)
    yield "tags", KeyLimit(TAGGED, Words("guide step 2-3", "手順書のステップ2-3"))
    heard = Words(
        en="without it, it is unknown who else receives the alarms",
        ja="指定がなければ、他の受信者を確認できない",
    )
    yield "alert_email", KeyLimit(ADDRESS, heard, guided=False)
    if environment.line.expected_messages is not None:
        a_minute = math.ceil(60 * rate_of(environment.application.demand.each, environment))
        quota = Words(
            en="LINE's quota has to suffice for them: a minute of awards at the target rate",
            ja="LINEの上限と照合するため（目標レートでのスタンプ付与1分分以上）",
        )
        yield "line.expected_messages", KeyLimit(at_least(a_minute), quota, guided=False)


GIVEN = Bound(holds=lambda value: value is not None, words=Words("given", "指定されていること"))
ADDRESS = Bound(holds=bool, words=Words("an address", "アドレスがあること"))
PATH = Bound(
    holds=lambda value: not any(urlsplit(str(value))[:2]),
    words=Words("a path, without a host", "ホストを含まないパス"),
)
TAGGED = Bound(
    holds=lambda values: (
        {*TAGS} <= {key for key, value in values.items() if value}
        and values["Environment"].lower() not in ANOTHERS
    ),
    words=Words(
        en=f"values for {as_text(TAGS)}, and no other environment's",
        ja=f"{as_text(TAGS)}の値があり、他の環境のものでないこと",
    ),
)
HTTPS = Bound(
    holds=lambda value: (
        (url := urlsplit(str(value))).scheme == "https" and is_public(url.hostname or "")
    ),
    words=Words(
        en="an address with https:// that phones outside find",
        ja="https://で始まり、外部のマシンから到達できるアドレス",
    ),
)


def _of_channel(channel: str) -> Bound:
    """LINE derives a LIFF id from its channel's id: ``1234567890-AbCdEfGh`` (LIFF, "Registering LIFF apps")."""
    words = Words(
        en=f"an id of channel {channel}, which begins with {channel}-",
        ja=f"チャネル{channel}のID（{channel}-で始まる）",
    )
    return Bound(holds=lambda value: str(value).startswith(f"{channel}-"), words=words)


def _by_name(account: str) -> Bound:
    """No entry that covers unknown principals: a service acts for all its callers, and another account's owner decides who is in it."""
    forms = [re.compile(f"arn:aws:iam::{account}:{name}") for name in NAMED]
    words = Words(
        en="roles and users of this account by their whole names, with * only for the ends that AWS draws (AWSReservedSSO_NAME_*)",
        ja="このアカウントのロール・ユーザーを完全な名前で指定すること（*はAWSが付ける末尾 AWSReservedSSO_名前_* にのみ使用可）",
    )
    return Bound(
        holds=lambda entries: all(
            any(form.fullmatch(entry) for form in forms) for entry in entries
        ),
        words=words,
    )
