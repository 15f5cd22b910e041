"""The values of production's plan, as tables for the runbook's pages: what each step brings about, to be read and compared.

Account, origin and LINE channel do not belong in git, so the pages show stand-ins for them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache

from aws.desired import Permission
from aws.words import Words
from plan import Plan, plan_for
from signoff.environment import load

STAND_INS = {
    "SIGNOFF_ACCOUNT": "111122223333",
    "SIGNOFF_ORIGIN": "https://rally.example.jp",
    "SIGNOFF_LINE__CHANNEL_ID": "1234567890",
    "SIGNOFF_ALERT_EMAIL": "on-call@example.jp",
}
NOTE = Words(
    en="Of the environment `prod`, as `environments.toml` decides it. Account 111122223333, origin"
    " https://rally.example.jp, LINE channel 1234567890 and on-call@example.jp stand for yours.",
    ja="`environments.toml`が定める`prod`環境の値です。アカウント111122223333、オリジンhttps://rally.example.jp、"
    "LINEチャネル1234567890、on-call@example.jpは実際の値に読み替えてください。",
)
HEADING = Words(en="Planned values", ja="計画値")
CONFIG = """const CONFIG = {{
    API_BASE_URL: '{url}',
    LIFF_ID: window.LIFF_ID || 'YOUR_LIFF_ID',
}};"""
CURL = """curl -i {url}/stamps?userId=U0123456789abcdef0123456789abcdef   # 401: nobody gets in without a session
curl -i -X OPTIONS -H 'Origin: {origin}' -H 'Access-Control-Request-Method: GET' {url}/stamps   # 200, and that origin alone
curl -i -X POST -H 'Content-Type: application/json' -d '{{"id_token": "test_token"}}' {url}/auth/verify   # 401: no token of LINE"""
TRY = Words(
    en="Try it by hand (API_ID: API Gateway > APIs)",
    ja="手動で試す（API_IDはAPI Gateway > APIの一覧にあります）",
)
PASTED = {
    "cutover": (
        (Words(en="js/config.js", ja="js/config.js"), "js", CONFIG),
        (TRY, "sh", CURL),
    ),
    "api": ((TRY, "sh", CURL),),
}
"""Procedure -> what is to be pasted: title, language, text."""
NOTHING = "-"
OWNED = Words(en="AWS owned key", ja="AWS所有キー")
Row = Sequence[object]
Table = tuple[Words, Sequence[Words], Iterable[Row]]
"""Title, heads of the columns, rows."""


@cache
def production() -> Plan:
    """Return the plan of the committed production environment, with stand-ins for what is not in git."""
    return plan_for(load("prod", variables=STAND_INS).environment)


def values(procedure: str, plan: Plan, lang: str) -> Iterator[str]:
    """Yield the lines of a procedure's tables, and what is to be pasted; none where its text says all."""
    for title, kind, text in PASTED.get(procedure, ()):
        url = f"https://API_ID.execute-api.{plan.api.region}.amazonaws.com/{plan.api.stage}"
        yield from (f"**{title[lang]}**", "", f"```{kind}")
        yield from (text.format(url=url, origin=plan.api.cors.origin), "```", "")
    if tables := TABLES.get(procedure):
        yield from (f"## {HEADING[lang]}", "", NOTE[lang], "")
        for title, heads, rows in tables(plan):
            yield from (f"**{title[lang]}**", "")
            yield _row(heads, lang)
            yield _row(["---" for _ in heads], lang)
            yield from (_row(one, lang) for one in rows)
            yield ""


def _row(cells: Iterable[object], lang: str) -> str:
    return f"| {' | '.join(_cell(one, lang) for one in cells)} |"


def _cell(value: object, lang: str) -> str:
    match value:
        case Words():
            return value[lang]
        case None | "":
            return NOTHING
        case bool():
            return "✓" if value else NOTHING
        case Mapping():
            return "<br>".join(f"`{name}` = `{one}`" for name, one in value.items())
        case list() | tuple():
            return "<br>".join(map(str, value)) or NOTHING
    return str(value).replace("|", "\\|")


def _tables(plan: Plan) -> Iterator[Table]:
    yield (
        Words(en="Tables", ja="テーブル"),
        _heads(
            ("name", "名前"),
            ("keys", "キー"),
            ("indexes", "インデックス"),
            ("capacity", "キャパシティ"),
            ("encryption", "暗号化"),
            ("point-in-time recovery, 35 days", "ポイントインタイムリカバリ（35日）"),
            ("deletion protection", "削除保護"),
            ("tags", "タグ"),
        ),
        (
            (
                f"`{one.name}`",
                [
                    f"`{key}` ({one.attributes[key]})"
                    for key in (one.hash_key, one.range_key)
                    if key
                ],
                [
                    f"`{index.name}`: `{index.hash_key}`, `{index.range_key}`"
                    for index in one.indexes
                ],
                one.billing,
                one.kms_key or OWNED,
                one.pitr,
                one.deletion_protection,
                one.tags,
            )
            for one in plan.tables
        ),
    )


def _secrets(plan: Plan) -> Iterator[Table]:
    yield (
        Words(en="Secrets", ja="シークレット"),
        _heads(
            ("name", "名前"), ("JSON key", "JSONキー"), ("KMS key", "KMSキー"), ("tags", "タグ")
        ),
        (
            (f"`{one.name}`", f"`{one.json_key}`", one.kms_key or "aws/secretsmanager", one.tags)
            for one in plan.secrets
        ),
    )


def _roles(plan: Plan) -> Iterator[Table]:
    yield (
        Words(en="Roles, and what each may do", ja="ロールと権限"),
        _heads(("role", "ロール"), ("actions", "アクション"), ("resource", "リソース")),
        (
            (f"`{role.name}`", sorted(actions), f"`{resource}`")
            for role in plan.roles
            for resource, actions in sorted(_by_resource(role.required).items())
        ),
    )


def _by_resource(granted: Iterable[Permission]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in granted:
        found.setdefault(one.resource, []).append(one.action)
    return found


def _functions(plan: Plan) -> Iterator[Table]:
    yield (
        Words(en="Functions", ja="関数"),
        _heads(
            ("name", "名前"),
            ("handler", "ハンドラー"),
            ("runtime", "ランタイム"),
            ("memory", "メモリ"),
            ("time-out", "タイムアウト"),
            ("alias", "エイリアス"),
            ("variables", "環境変数"),
        ),
        (
            (
                *(f"`{one.name}`", f"`{one.handler}`", one.runtime),
                *(f"{one.memory_mb} MB", f"{one.timeout_s} s", f"`{one.alias}`", one.environment),
            )
            for one in plan.functions
        ),
    )


def _api(plan: Plan) -> Iterator[Table]:
    api, heads = plan.api, _heads(("setting", "設定"), ("value", "値"))
    yield (
        Words(
            en=f"Routes of `{api.name}`, stage `{api.stage}`",
            ja=f"`{api.name}`のルート（ステージ`{api.stage}`）",
        ),
        _heads(("route", "ルート"), ("function", "関数"), ("authorizer", "オーソライザー")),
        (
            (f"`{one.verb} {one.path}`", f"`{one.function.name}`", one.authorized)
            for one in api.routes
        ),
    )
    yield (
        Words(en="CORS and authorizer", ja="CORSとオーソライザー"),
        heads,
        (
            ("Access-Control-Allow-Origin", f"`{api.cors.origin}`"),
            ("Access-Control-Allow-Headers", f"`{api.cors.headers}`"),
            ("Access-Control-Allow-Methods", f"`{api.cors.methods}`"),
            *(
                (
                    f"`{one.name}`",
                    f"`{one.function.name}`, `{one.identity_source}`, {one.ttl_s} s",
                )
                for one in (api.authorizer,)
                if one
            ),
        ),
    )
    yield (
        Words(en="Gateway responses", ja="ゲートウェイレスポンス"),
        _heads(("type", "種類"), ("status", "ステータス"), ("body", "本文")),
        ((one.kind, one.status, f"`{one.template}`") for one in api.gateway_responses),
    )


def _throttling(plan: Plan) -> Iterator[Table]:
    usage = plan.api.usage_plan
    yield (
        Words(en="Throttle and usage plan", ja="スロットリングと使用量プラン"),
        _heads(("setting", "設定"), ("value", "値")),
        (
            ("rate", f"{usage.rate}/s"),
            ("burst", usage.burst),
            (f"`{usage.name}`: daily quota", usage.daily_quota),
            ("API key", usage.api_key and f"`{usage.api_key}`"),
        ),
    )


def _monitoring(plan: Plan) -> Iterator[Table]:
    yield (
        Words(
            en=f"Alarms, which notify `{plan.topic.name}`",
            ja=f"アラーム（通知先`{plan.topic.name}`）",
        ),
        _heads(
            ("name", "名前"),
            ("metric", "メトリクス"),
            ("dimensions", "ディメンション"),
            ("fires", "条件"),
        ),
        (
            (
                *(f"`{one.name}`", f"{one.namespace} {one.metric}", one.dimensions),
                f">= {one.threshold} / {one.period_s} s",
            )
            for one in plan.alarms
        ),
    )
    yield (
        Words(en=f"Dashboard `{plan.dashboard.name}`", ja=f"ダッシュボード`{plan.dashboard.name}`"),
        _heads(("widget", "ウィジェット"), ("statistic", "統計"), ("metrics", "メトリクス数")),
        ((one.title, one.statistic, len(one.metrics)) for one in plan.dashboard.widgets),
    )
    yield (
        Words(en="Log groups", ja="ロググループ"),
        _heads(("name", "名前"), ("kept", "保持日数")),
        ((f"`{one.name}`", one.retention_days) for one in plan.log_groups),
    )


def _heads(*pairs: tuple[str, str]) -> Sequence[Words]:
    return tuple(Words(en=en, ja=ja) for en, ja in pairs)


TABLES: Mapping[str, Callable[[Plan], Iterator[Table]]] = {
    "tables": _tables,
    "secrets": _secrets,
    "least_privilege": _roles,
    "functions": _functions,
    "api": _api,
    "throttling": _throttling,
    "monitoring": _monitoring,
}
