"""What the values of the environment file may be in production: the guide's bounds, and what the rally needs."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from typing import Any

from aws.bounds import (
    Bound,
    as_text,
    at_least,
    at_most,
    between,
    exactly,
    one_of,
    unset,
    within,
)
from aws.dated import default
from aws.difference import Difference
from aws.firing import RESOLUTION_S
from aws.words import Words, joined
from checks.environment_addresses import KeyLimit, addresses
from checks.environment_rally import decided, of_the_rally
from plan.demand import INTEGRATION_MS, arithmetic, busiest_rate, least_rate, rate_of
from signoff.environment import Environment, RecordAges, where

ENVIRONMENT = Words(en="environment", ja="環境")
DAYS = Words(en=" days", ja="日")
A_DAY = Words(en=" a day", ja="件/日")
WINDOW_S = 300
"""The guide's alarms count over five minutes (step 6-1)."""
ALARMS = {"function_errors": 5, "api_4xx": 10, "api_5xx": 10, "throttles": 1}
LOAD_PLANS = ("baseline", "step", "spike", "baseline-journey", "step-journey", "spike-journey")
"""Plans that reach the target rate for long enough to judge percentiles."""
ROOM = 2
"""The throttle allows the busiest route this many times what it needs at the target rate."""
LEAST_RATE = 10
MEASURED_S = 0.3
"""Seconds of a call on our own functions: with fewer, concurrency is judged too low."""
WHERE_FROM = Words(
    en="throttle, load plan and capacity are judged against it",
    ja="スロットリング、負荷計画、処理能力をこれに照らして判定する",
)
OF_PRODUCTION = frozenset({"load_plan", "tags", "deletion_protection", "demand"})
"""Keys that differ by nature before production, where load is small and nobody visits, tags name another environment and tables come and go."""
TAGS = ("Environment", "Project")
NAMED = (
    r"(role|user)/[\w+=,.@/-]+",
    r"role/aws-reserved/sso\.amazonaws\.com/([\w*-]+/)?AWSReservedSSO_[\w+=,.@-]+_\*",
)
"""Forms of a single principal of an account: a role or user, and a role of single sign-on, to whose name AWS adds
sixteen random digits."""
IN_BY_NAME = Words(en="who else may act is decided by name", ja="操作できる相手は名前で決める")
ANOTHERS = frozenset({"dev", "development", "stg", "staging", "test", "qa", "local"})
"""What teams call environments that are not production, and whose data they delete."""
LEAST_TIMEOUT_S = 10
"""One slow call to LINE and two to DynamoDB, each with its retry."""
ANYWHERE = Words(
    en="An award does not require a position here: whoever is logged in can collect every stamp at home.",
    ja="この環境ではスタンプ付与に位置情報を要求しない。ログインした利用者は自宅から全スタンプを取得できる。",
)
NO_QUOTA = Words(
    en="No method asks for an API key, so the usage plan's rate and daily quota bind nobody; the stage's throttle does.",
    ja="APIキーを要求するメソッドがないため、使用量プランのレートと日次クォータは誰にも適用されない。実際に効くのはステージのスロットリングである。",
)


def limits(environment: Environment) -> Mapping[str, KeyLimit]:
    """Return dotted key -> its limit in production."""
    return dict(
        (
            *_throttle(environment),
            *_alarms(environment.alarms.period_s),
            *_tables_and_logs(),
            *_functions(),
            *_single_functions(environment),
            *_single_tables(environment),
            *_single_routes(environment),
            *_load(environment),
            *of_the_rally(environment),
            *addresses(environment),
            *_people(environment),
            *_ages(),
        )
    )


def values(environment: Environment) -> Mapping[str, Any]:
    """Return dotted key -> value for every key that has a limit."""
    return {key: _value(environment, key) for key in limits(environment)}


def judged(environment: Environment) -> tuple[Difference, ...]:
    """Return the values that are outside their limits."""
    return tuple(
        Difference(
            kind=ENVIRONMENT,
            name=environment.name,
            fact=Words(en=key, ja=key),
            found=found,
            bound=limit.bound,
            decided_in=joined((limit.source, where(_documented(key)))),
            loosens=limit.guided,
        )
        for key, limit in limits(environment).items()
        if not limit.bound.holds(found := _value(environment, key))
    )


def _value(environment: Environment, key: str) -> Any:
    return reduce(_member, key.split("."), environment)


def _documented(key: str) -> str:
    """Return the key under which the reference explains it: single functions, tables and routes share entries."""
    for one in ("functions", "table_settings", "routes"):
        if key.startswith(f"{one}."):
            return f"{one}.NAME.{key.rpartition('.')[2]}"
    return key


def _member(owner: Any, name: str) -> Any:
    return owner[name] if isinstance(owner, Mapping) else getattr(owner, name)


def _throttle(environment: Environment) -> Iterator[tuple[str, KeyLimit]]:
    busiest = busiest_rate(environment)
    rate = between(min(1000, math.ceil(ROOM * busiest)), 1000, "/s")
    yield (
        "throttle.rate",
        KeyLimit(
            rate,
            Words(
                en="guide step 2-4, and twice the busiest route's share",
                ja="手順2-4と、最も多いルートの必要量の2倍",
            ),
        ),
    )
    burst = between(min(2000, math.ceil(busiest)), 2000)
    yield (
        "throttle.burst",
        KeyLimit(
            burst,
            Words(
                en="guide step 2-4, and a second of the busiest route",
                ja="手順2-4と、最も多いルートの1秒分",
            ),
        ),
    )
    a_minute = min(100_000, 60 * environment.target_rate)
    yield (
        "throttle.daily_quota",
        KeyLimit(
            between(a_minute, 100_000, A_DAY),
            Words(
                en="guide step 2-4, and a minute of the target rate",
                ja="手順2-4と、目標レートの1分分",
            ),
        ),
    )


def _alarms(period_s: int) -> Iterator[tuple[str, KeyLimit]]:
    """In a shorter period a threshold has to be lower to fire whenever the guide's alarm would."""
    within = Words(en=f" in {period_s} s", ja=f"件（{period_s}秒あたり）")
    windows = max(1, math.ceil(WINDOW_S / period_s))
    for key, threshold in ALARMS.items():
        surely = math.ceil(threshold / windows)
        source = Words(
            en=f"guide step 6-1: {threshold} in {WINDOW_S} s",
            ja=f"手順6-1: {WINDOW_S}秒間に{threshold}件",
        )
        yield f"alarms.{key}", KeyLimit(at_most(surely, within), source)
    minutes = one_of(*range(RESOLUTION_S, WINDOW_S + 1, RESOLUTION_S))
    yield "alarms.period_s", KeyLimit(minutes, Words(en="guide step 6-1", ja="手順6-1"))


def _tables_and_logs() -> Iterator[tuple[str, KeyLimit]]:
    yield "retention_days", KeyLimit(at_least(30, DAYS), Words(en="guide step 6-3", ja="手順6-3"))
    yield from _of_every_table()


def _of_every_table() -> Iterator[tuple[str, KeyLimit]]:
    guide = Words(en="guide step 3-1", ja="手順3-1")
    yield "pitr", KeyLimit(exactly(value=True), guide)
    yield "pitr_days", KeyLimit(at_least(default("recovery_window_days"), DAYS), guide)
    stay = Words(en="user tables are kept", ja="利用者のテーブルは消さない")
    yield "deletion_protection", KeyLimit(exactly(value=True), stay)


def _single_tables(environment: Environment) -> Iterator[tuple[str, KeyLimit]]:
    """Yield the limits of single tables' settings, the same as for all tables; streams and replicas copy data elsewhere."""
    rate = at_least(environment.target_rate, "/s")
    told = Words(en="who else receives its data", ja="内容を受け取る相手")
    limits = {
        **dict(_of_every_table()),
        "capacity": KeyLimit(rate, Words(en="the target rate", ja="目標レート")),
        "stream": KeyLimit(unset(), told, guided=False),
        "replicas": KeyLimit(within(()), told),
    }
    for name, own in environment.table_settings.items():
        for key, limit in limits.items():
            if getattr(own, key) is not None:
                yield f"table_settings.{name}.{key}", limit


def _single_routes(environment: Environment) -> Iterator[tuple[str, KeyLimit]]:
    """A route gets at least what its share of the target rate needs, and at most what the guide allows."""
    guide = Words(
        en="guide step 2-4, and its share of the rate", ja="手順2-4と、目標レートの割り当て"
    )
    for name, own in environment.routes.items():
        rate = rate_of(name, environment)
        limits = {
            "rate": KeyLimit(between(min(1000, math.ceil(ROOM * rate)), 1000, "/s"), guide),
            "burst": KeyLimit(between(min(2000, math.ceil(rate)), 2000), guide),
            "timeout_ms": KeyLimit(
                at_least(INTEGRATION_MS, " ms"),
                Words(en="what its function needs", ja="関数の処理に必要な時間"),
            ),
        }
        for key, limit in limits.items():
            if getattr(own, key) is not None:
                yield f"routes.{name}.{key}", limit


def _single_functions(environment: Environment) -> Iterator[tuple[str, KeyLimit]]:
    """Yield the limits of single functions' settings, the same as for all functions."""
    for key, limit in _functions():
        for name, own in environment.functions.items():
            if getattr(own, key, None) is not None:
                yield f"functions.{name}.{key}", limit


def _functions() -> Iterator[tuple[str, KeyLimit]]:
    slow = Words(
        en="guide step 3-2, and a slow call to LINE with its retries",
        ja="手順3-2と、LINEへの遅い呼び出しの再試行を含む時間",
    )
    yield "timeout_s", KeyLimit(between(LEAST_TIMEOUT_S, 30, " s"), slow)
    yield "memory_mb", KeyLimit(at_least(256, " MB"), Words(en="guide step 3-2", ja="手順3-2"))
    yield (
        "authorizer_ttl_s",
        KeyLimit(
            at_most(300, " s"),
            Words(
                en="a revoked session ends within minutes", ja="失効したセッションは数分で終わる"
            ),
        ),
    )
    yield (
        "accuracy_cap_m",
        KeyLimit(
            at_most(100, " m"),
            Words(
                en="a phone's claim must not widen the radius",
                ja="申告された測位誤差で半径が広がらない",
            ),
        ),
    )


def _load(environment: Environment) -> Iterator[tuple[str, KeyLimit]]:
    believable = Words(
        en="so that load plan and concurrency are meaningful",
        ja="負荷計画と同時実行数に意味を持たせるため",
    )
    demand, app, least = environment.demand, environment.application, LEAST_RATE
    source = believable
    if demand is None:
        yield "demand", KeyLimit(decided(), WHERE_FROM)
    else:
        least, source = max(LEAST_RATE, least_rate(demand, app)), arithmetic(demand, app)
    yield "target_rate", KeyLimit(between(least, 10_000, "/s"), source)
    yield "seconds_per_call", KeyLimit(between(MEASURED_S, 3, " s"), believable)
    yield (
        "load_plan",
        KeyLimit(
            one_of(*LOAD_PLANS),
            Words(en="final checklist: performance test", ja="最終チェックリスト: 性能試験"),
        ),
    )


def _people(environment: Environment) -> Iterator[tuple[str, KeyLimit]]:
    """Administrators are named one by one, tags and the address of alarms are given, expected messages cover a minute of awards."""
    yield "administrators", KeyLimit(_by_name(environment.account), IN_BY_NAME)
    yield "tags", KeyLimit(_with(TAGS), Words(en="guide step 2-3", ja="手順2-3"))
    heard = Words(
        en="without it nobody knows who else receives the alarms",
        ja="指定がなければ、他の受信者を確認できない",
    )
    yield "alert_email", KeyLimit(_given(), heard, guided=False)
    if environment.line.expected_messages is not None:
        a_minute = math.ceil(60 * rate_of(environment.application.demand.each, environment))
        quota = Words(
            en="LINE's quota has to suffice for them: a minute of awards at the target rate",
            ja="LINEの上限と照合するため（目標レートでのスタンプ付与1分分以上）",
        )
        yield "line.expected_messages", KeyLimit(at_least(a_minute), quota, guided=False)


def _by_name(account: str) -> Bound:
    """No entry that takes in somebody of whom nobody has heard: a service acts for whoever uses it, and who is in another account its owner says."""
    forms = [re.compile(f"arn:aws:iam::{account}:{one}") for one in NAMED]
    return Bound(
        code="by_name",
        value=None,
        holds=lambda found: all(any(form.fullmatch(one) for form in forms) for one in found),
        words=Words(
            en="roles and users of this account by their whole names, with * only for the ends that AWS draws (AWSReservedSSO_NAME_*)",
            ja="このアカウントのロール・ユーザーを完全な名前で指定すること（*はAWSが付ける末尾 AWSReservedSSO_名前_* にのみ使用可）",
        ),
    )


def _with(keys: Iterable[str]) -> Bound:
    wanted = frozenset(keys)
    return Bound(
        code="with_keys",
        value=tuple(sorted(wanted)),
        holds=lambda found: (
            wanted <= frozenset(key for key, value in found.items() if value)
            and found["Environment"].lower() not in ANOTHERS
        ),
        words=Words(
            en=f"values for {as_text(wanted)}, and no other environment's",
            ja=f"{as_text(wanted)}の値があり、他の環境のものでないこと",
        ),
    )


def _given() -> Bound:
    words = Words(en="an address", ja="アドレスがあること")
    return Bound(code="given", value=None, holds=bool, words=words)


def _ages() -> Iterator[tuple[str, KeyLimit]]:
    """Records may be no older than the defaults allow, unless that is decided: older ones say less about what is live."""
    usual = RecordAges()
    for key in ("dev_run", "load", "signature", "rehearsal"):
        yield (
            f"fresh.{key}",
            KeyLimit(
                at_most(getattr(usual, key), DAYS), Words(en="recent evidence", ja="新しい証跡")
            ),
        )


def _looser(environment: Environment) -> Iterator[Words]:
    """Yield the values that loosen a bound of the guide, but for those that no environment before production shares."""
    own = (
        {"line.endpoint"} if environment.birth else set()
    )  # an embedded stack has a LINE of its own
    for one in judged(environment):
        if one.loosens and one.fact.en not in OF_PRODUCTION | own:
            yield Words(
                en=f"{one.fact.en} = {as_text(one.found)} ({one.bound.words.en})",
                ja=f"{one.fact.ja} = {as_text(one.found)}（{one.bound.words.ja}）",
            )


def notices(environment: Environment) -> Iterator[Words]:
    """Yield what a signer has to know about choices that no row judges, most important first."""
    looser = () if environment.production else [*_looser(environment)]
    if looser:
        named = joined(looser)
        yield Words(
            en=f"Looser here than production would allow, which PREP-07 judges only there: {named.en}.",
            ja=f"本番環境の範囲を超える値（PREP-07が判定するのは本番環境のみ）: {named.ja}。",
        )
    if not environment.award_requires_position:
        yield ANYWHERE
    if not environment.api_key:
        yield NO_QUOTA
