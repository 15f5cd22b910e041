"""Every prerequisite of a GO, in the order in which nothing is lost: there or not, who does it, for how long, by which command."""

import math
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from shutil import get_terminal_size

from botocore.exceptions import BotoCoreError, ClientError

from aws.bounds import ABSENT
from aws.door.sessions import boto_session, within
from aws.visible import visible
from aws.words import SILENCE, Words
from checks.records import measured, newest, passed, proven_at
from signoff import ROOT, home_of
from signoff.commands.help_page import broken, columns
from signoff.environment import Environment, in_japan, load, names, option_of
from signoff.environment.overrides import IN_PRODUCTION
from signoff.environment.problems import variable
from signoff.environment.value_types import in_s3
from signoff.evidence import Record, Records, StoreSettings, open_store
from signoff.judge.checklist import Checklist, Phase, Row
from signoff.judge.collection import OF_LINE, is_configured, needs_signature
from signoff.judge.errors import sentence
from signoff.judge.exit_codes import Exit
from signoff.judge.gather import STORE_S
from signoff.judge.judged_by import CHANGED, UNKNOWN, commits_of_run
from signoff.report.remedy import as_typed, durations

OPERATOR = Words(en="operator", ja="運用担当者")
DEVELOPER = Words(en="developer", ja="開発者")
AS_LONG = Words(en="5 to 15 minutes", ja="5分から15分")
LINE_ADMIN = Words(en="LINE administrator", ja="LINE管理者")
DECIDERS = Words(en="those who decide", ja="承認者")
A_MINUTE = Words(en="1 minute", ja="1分")
KEYS: Mapping[str, tuple[Words, Words]] = {
    "account": (OPERATOR, Words(en="AWS account", ja="AWSアカウント")),
    "line.channel_id": (LINE_ADMIN, Words(en="LINE Login channel", ja="LINEログインチャネル")),
    "line.bot_user_id": (LINE_ADMIN, Words(en="user id of the bot", ja="ボットのユーザーID")),
    "line.liff_id": (LINE_ADMIN, Words(en="id of the LIFF app", ja="LIFFアプリのID")),
    "line.expected_messages": (
        LINE_ADMIN,
        Words(en="expected messages a month", ja="月間の想定メッセージ数"),
    ),
    "front_end.url": (DEVELOPER, Words(en="address of the front end", ja="フロントエンドのURL")),
    "alert_email": (OPERATOR, Words(en="mail address of the alarms", ja="アラームの通知先")),
    "administrators": (OPERATOR, Words(en="administrators of the account", ja="アカウント管理者")),
    "evidence_signers": (
        OPERATOR,
        Words(en="who may sign records (operators, CI's role)", ja="記録に署名できるロール"),
    ),
    "signers": (DECIDERS, Words(en="who decides", ja="承認者")),
    "demand": (DECIDERS, Words(en="visitors of the busiest day", ja="最も混雑する日の来訪者数")),
    "go_live": (DECIDERS, Words(en="day of the go-live", ja="稼働開始日")),
    "season": (DECIDERS, Words(en="season of the rally", ja="開催期間")),
    "area": (DECIDERS, Words(en="area of the rally", ja="開催エリア")),
    "stamps": (DECIDERS, Words(en="number of stamps", ja="スタンプ数")),
}
"""Keys of the environment file without which a row is red or has to be signed -> who knows the value, what it is."""
OF_MASTERS = frozenset({"go_live", "season", "area", "stamps"})
"""Keys with which the stamp masters are compared."""
OF_PAGES = frozenset({"front_end.url"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One prerequisite. ``state`` says what is there, or why nothing counts."""

    what: Words
    present: bool
    who: Words
    time: Words
    how: str
    state: Words = SILENCE


def needs(
    environment: Environment,
    *,
    own: Records,
    before: Records,
    stores: Mapping[str, StoreSettings],
    commits: Sequence[str],
    checklist: Checklist,
    now: datetime,
) -> tuple[Need, ...]:
    """Return the prerequisites of an environment, the first to be met first.

    ``stores`` are those of the environment before, where there is one, and its own. What rests on a release comes
    after it, and what a later step would make stale comes last.
    """
    name = environment.name
    return (
        *_keys(environment),
        *(_store(store, stores[store], before) for store in stores if store != name),
        _store(name, stores[name], own),
        _commit(commits),
        *_records(environment, own, before, now, stores),
        *_signatures(environment, own, checklist, now),
    )


def _commit(commits: Sequence[str]) -> Need:
    clean = not any(commit == UNKNOWN or commit.endswith(CHANGED) for commit in commits)
    return Need(
        what=Words(en="clean commit", ja="変更のないコミット"),
        present=clean,
        who=DEVELOPER,
        time=A_MINUTE,
        how="git commit",
        state=Words.same(", ".join(commits)),
    )


def _keys(environment: Environment) -> Iterator[Need]:
    app = environment.application
    of_others = {*(() if app.masters else OF_MASTERS), *(() if app.front_end else OF_PAGES)}
    for key, (who, what) in KEYS.items():
        if key in of_others or (key.startswith(OF_LINE) and not app.talks_to_line):
            continue
        there = environment.value(key) not in (None, "", ())
        set_by = f" ({variable(key)})" if key in IN_PRODUCTION else ""
        yield Need(
            what=what,
            present=there,
            who=who,
            time=A_MINUTE,
            how=f"environments.toml: [{environment.name}] {key}{set_by}",
            state=SILENCE if there else ABSENT,
        )


def _store(name: str, settings: StoreSettings, records: Records) -> Need:
    """A store counts where another operator and CI reach it, and a key of KMS signs in it."""
    location = settings.location
    problem = records.problem
    if in_s3(location) is None:
        problem = Words(
            en=f"{location or 'a folder'} lies on this machine only",
            ja=f"{location or 'フォルダ'}はこのマシンにしかありません",
        )
    elif not settings.key:
        problem = Words(
            en="no KMS key signs (evidence_key)", ja="KMSキーの署名なし（evidence_key）"
        )
    return Need(
        what=Words(
            en=f"evidence store of {name}, with its signing key", ja=f"{name}の証跡ストアと署名キー"
        ),
        present=problem is None,
        who=OPERATOR,
        time=durations()["evidence"],
        how=f"python -m runbook evidence --env {name} --go",
        state=problem or Words.same(location),
    )


def _records(
    environment: Environment, own: Records, before: Records, now: datetime, known: Collection[str]
) -> Iterator[Need]:
    """Yield the run of the environment before, and the environment's own records, in the order in which none makes another stale."""
    if environment.tried_before:
        tried, days = environment.before, environment.fresh.dev_run
        what = Words(f"run against {tried}", f"{tried}に対する実行")
        how = f"pytest --env {tried}" if tried in known else f"environments.toml: [{tried}]"
        yield _record(before, now, "run", what, how, AS_LONG, DEVELOPER, days=days)
    of = partial(_record, measured(own, environment), now)
    run = f"python -m runbook {{}} --env {environment.name} --go"
    yield from _of_the_release(environment, of, run)
    yield from _of_trials(environment, of, run)


def _of_the_release(environment: Environment, of: Callable[..., Need], run: str) -> Iterator[Need]:
    """Yield what records what is live: its code, the proof of its build, its masters."""
    took = durations()
    what = Words(
        en="release, recorded (with a pipeline of your own: record_release)",
        ja="リリースの記録（独自のパイプラインではrecord_release）",
    )
    yield of("release", what, run.format("provision"), took["functions"], DEVELOPER)
    if environment.our_code:
        what = Words(en="proof of this commit's build", ja="このコミットのビルドの検証")
        yield of("proof", what, run.format("prove"), took["prove"], DEVELOPER)
    if masters := environment.application.masters:
        what = Words(en="stamp masters, migrated", ja="スタンプマスターの移行")
        how, table = run.format("migrate_masters"), environment.tables[masters]
        yield of("manifest", what, how, took["migrate_masters"], table=table)


def _of_trials(environment: Environment, of: Callable[..., Need], run: str) -> Iterator[Need]:
    """Yield what tries what is live: the recount, the rehearsal of the rollbacks, the load test."""
    took, days = durations(), environment.fresh.rehearsal
    if environment.our_counters:
        what = Words(en="ranking, recounted", ja="ランキングの再集計")
        yield of("recount", what, run.format("recount"), took["recount"], days=days)
    what = Words(en="rollbacks, rehearsed", ja="ロールバック訓練")
    how, time = run.format("rehearse_rollbacks"), took["rehearse_rollbacks"]
    yield of("rehearsal", what, how, time, days=days)
    plan, unlock = environment.load_plan, " --unlock HOST" if environment.production else ""
    what = Words(en=f"load test ({plan})", ja=f"負荷試験（{plan}）")
    how = f"python -m load run --env {environment.name} --plan {plan}{unlock}"
    yield of("load", what, how, took["load"], days=environment.fresh.load, plan=plan)


def _record(
    records: Records,
    now: datetime,
    kind: str,
    what: Words,
    how: str,
    time: Words,
    who: Words = OPERATOR,
    *,
    days: int | None = None,
    **body: str,
) -> Need:
    """Return whether the newest such record passed, and is not older than so many days."""
    record = newest(records, kind, **body)
    fresh = record is not None and (days is None or now - proven_at(record) <= timedelta(days=days))
    counts = record is not None and passed(record) and fresh
    return Need(
        what=what, present=counts, who=who, time=time, how=how, state=_state(record, days, fresh)
    )


def _state(record: Record | None, days: int | None, fresh: bool) -> Words:
    if record is None:
        return ABSENT
    at = in_japan(proven_at(record))
    if not passed(record):
        return Words(en=f"failed at {at}", ja=f"不合格（{at}）")
    if not fresh:
        return Words(
            en=f"of {at}, older than {days} days", ja=f"{at}のもので、{days}日を超えています"
        )
    return Words.same(at)


def _signatures(
    environment: Environment, own: Records, checklist: Checklist, now: datetime
) -> Iterator[Need]:
    for step, signed in _steps(environment, checklist).items():
        record = own.newest("signature", step=step)
        counts = record is not None and (record.expires is None or record.expires > now)
        procedure, rows = step.partition("#")[0], ", ".join(signed)
        yield Need(
            what=Words(en=f"signature for {rows}", ja=f"署名: {rows}"),
            present=counts,
            who=DECIDERS,
            time=durations().get(procedure, AS_LONG),
            how=f"python -m runbook {procedure} --env {environment.name} --go",
            state=Words.same(in_japan(record.created)) if record else ABSENT,
        )


def _steps(environment: Environment, checklist: Checklist) -> Mapping[str, list[str]]:
    """Return the steps that a person signs before the cut-over, which nothing else proves here -> the rows that each is for."""
    written = environment.smoke.writes and environment.smoke.test_user
    unwritten = bool(environment.production and environment.application.masters and not written)
    steps: dict[str, list[str]] = {}
    for row in checklist:
        if row.signed and row.phase is Phase.BEFORE and _by_hand(row, environment, unwritten):
            steps.setdefault(row.signed, []).append(row.id)
    return steps


def _by_hand(row: Row, environment: Environment, unwritten: bool) -> bool:
    calls = row.section == "smoke" and unwritten and not row.optional
    asked = row.by_signature and is_configured(row, environment)
    return asked or needs_signature(row, environment) or calls


HEADING = {
    "en": ("", "prerequisite", "found", "who", "time", "command"),
    "ja": ("", "前提", "現状", "担当", "所要時間", "コマンド"),
}
MARKS = {"en": ("OK", "MISSING"), "ja": ("OK", "なし")}


def table(prerequisites: Sequence[Need], lang: str, file: str = "", room: float = math.inf) -> str:
    """Return the list as text, a prerequisite a line; in less ``room``, several, and its command. ``file`` is the option of another file of environments."""
    rows = [HEADING[lang]]
    for need in prerequisites:
        words = (need.what[lang], need.state[lang], need.who[lang], need.time[lang])
        rows.append((MARKS[lang][not need.present], *words, as_typed(need.how, file)))
    widths = [max(map(columns, column)) for column in zip(*rows, strict=True)]
    if sum(widths) + 2 * len(widths) > room:
        return "\n".join(
            line
            for mark, *cells, how in rows[1:]
            for line in (*broken(f"{mark}  {', '.join(filter(None, cells))}", room), f"  {how}")
        )
    lines = (
        [f"{text}{' ' * (width - columns(text))}" for text, width in zip(row, widths, strict=True)]
        for row in rows
    )
    return "\n".join("  ".join(cells).rstrip() for cells in lines)


def show_needs(env: str, environments: Path, lang: str) -> int:
    """Print the list; 0 only if nothing is missing."""
    loaded = load(env, environments)
    environment = loaded.environment
    own = StoreSettings.of(environment)
    before = StoreSettings.of_table(environment.before, environments)
    others = {*names(environments)} - {env}
    stores = {before.environment: before} if environment.before in others else {}
    prerequisites = needs(
        environment,
        own=_kept_in(own, environment.region, home_of(environments)),
        before=_kept_in(before, environment.region, home_of(environments)) if stores else Records(),
        stores={**stores, env: own},
        commits=commits_of_run(ROOT, home_of(environments)),
        checklist=Checklist.load(),
        now=datetime.now(UTC),
    )
    room = get_terminal_size().columns if sys.stdout.isatty() else math.inf
    print(visible(table(prerequisites, lang, option_of(environments), room)))
    if loaded.derived:
        print(*map(visible, broken(loaded.derived[lang], room)), sep="\n")
    return Exit.DONE if all(need.present for need in prerequisites) else Exit.NO


def _kept_in(settings: StoreSettings, region: str, home: Path) -> Records:
    """Return what a store holds; if it can't be read, why."""
    if not settings.location:
        return Records()
    try:
        store = open_store(settings, client=boto_session(region).client, root=home)
        return within(STORE_S, store.load)
    except (ClientError, BotoCoreError, OSError) as error:
        return Records(problem=sentence(error))
