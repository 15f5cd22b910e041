"""The commands: each takes the parsed command line and the composition, and returns an exit code."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from aws.visible import visible_line
from aws.words import in_language
from load.artefacts import ReportFolders
from load.engine.admission import LoadRefused
from load.engine.judge import ExitCode
from load.engine.localized import japanese
from load.engine.run_file import VARIABLE, LoadRun, require_outside
from load.engine.session_pool import USED_FILE
from load.engine.throttle import TokenBucket
from load.engine.verdict import FILE_NAME, LoadVerdict, sentence
from load.evidence import record, why_not_counted
from load.execution import run_load
from load.exhibit import head, rows, sentences
from load.launch import Distribution
from load.plans import PURPOSES, plans
from load.prepare import RunOptions, prepare
from load.progress import ProgressDisplay
from load.quota import QuotaLedger
from load.target import LoadComposition, open_target
from load.teardown import ManualTeardown, verdict_beside
from signoff.environment import Environment
from signoff.evidence import StoreSettings
from signoff.judge.live_release import Live

PROGRAM = "python -m load"
STYLES = {"PASS": "bold green", "FAIL": "bold red", "INVALID": "bold yellow"}


def show_plans(asked: argparse.Namespace, composition: LoadComposition) -> ExitCode:
    """List the plans and their prices; reads the environment file alone."""
    environment = composition.environment(asked.env)
    throttle, quota = environment.throttle, environment.throttle.daily_quota
    say, rate = in_language(asked.lang), environment.target_rate
    title = say(
        f"Plans of {asked.env} (target {rate} requests/s)",
        f"{asked.env}の計画（目標: 毎秒{rate}リクエスト）",
    )
    table = Table(title=title)
    table.add_column(say("plan", "計画"))
    for name in (
        say("minutes", "分"),
        say("peak/s", "最大/秒"),
        say("requests", "リクエスト"),
        say("of the day", "1日の割合"),
    ):
        table.add_column(name, justify="right")
    table.add_column(say("what for", "目的"), overflow="fold")
    for plan in plans(environment.target_rate, TokenBucket(throttle.rate, throttle.burst)).values():
        table.add_row(
            plan.name,
            f"{plan.seconds / 60:.1f}",
            f"{plan.peak_rate:g}",
            str(plan.requests),
            f"{plan.requests / quota:.1%}",
            say(plan.purpose, PURPOSES.get(plan.purpose, plan.purpose)),
        )
    Console().print(table)
    return ExitCode.PASS


def run(asked: argparse.Namespace, composition: LoadComposition) -> ExitCode:
    """Load, judge, and end with the verdict in one line and the paths of the artefacts."""
    if asked.expect_workers and not asked.run_file:
        raise LoadRefused(
            "workers on other machines need the same run file; make it with prepare --to FILE, and add --run-file FILE",
            "別のマシンのワーカーには同じ実行ファイルが必要です。prepare --to FILEで作成し、--run-file FILEを加えてください",
        )
    finished = run_load(
        composition,
        asked.env,
        _run_options(asked),
        Distribution(listen=asked.listen, port=asked.port, expected=asked.expect_workers),
        ProgressDisplay(lang=asked.lang),
        host=asked.host,
        prepared=asked.run_file,
    )
    if finished.verdict:
        _print_table(finished.verdict, asked.lang)
    _print_verdict(finished.sentence, list(finished.paths), asked.lang)
    return finished.exit


def prepare_run(asked: argparse.Namespace, composition: LoadComposition) -> ExitCode:
    """Write the run file, and print how to start Locust with it."""
    require_outside(asked.to, composition.root)
    prepared = _prepared(asked, composition)
    prepared.write(asked.to)
    say = in_language(asked.lang)
    print(
        say(
            f"{asked.to} is ready; its sessions are valid for 24 hours. Start Locust with it:",
            f"{asked.to}を作成しました（セッションは24時間有効）。次のようにLocustを起動します:",
        )
    )
    print(f"  {VARIABLE}={asked.to} locust --config load/locust.conf")
    print(
        say(
            "Afterwards delete what the run wrote, then record the verdict:",
            "終了後、実行が書き込んだものを削除し、判定を記録します:",
        )
    )
    out = Path(prepared.out)
    for command in (f"clean --env {asked.env} {out / USED_FILE}", f"record {out / FILE_NAME}"):
        print(f"  {PROGRAM} {command}")
    return ExitCode.PASS


def record_verdict(asked: argparse.Namespace, composition: LoadComposition) -> ExitCode:
    """Record the verdict of a run that could not do so itself: of a plain Locust, or without its evidence store."""
    verdict = LoadVerdict.read(asked.verdict)
    name = str(verdict.about.get("environment") or "unknown")
    _recorded(verdict, asked.verdict.parent, composition, name)
    _print_verdict(sentence(verdict), [asked.verdict], asked.lang)
    return verdict.judgement.exit


def _recorded(verdict: LoadVerdict, folder: Path, composition: LoadComposition, name: str) -> None:
    """Record a verdict that was made elsewhere; `LoadRefused` if no sign-off could count it."""
    environment = composition.environment(name)
    path = folder / FILE_NAME
    kept = f"{path} is not recorded: ", f"{path}を記録しません: "
    if missing := why_not_counted(verdict, environment):
        raise LoadRefused(f"{kept[0]}{missing}", f"{kept[1]}{missing}")
    if composition.serves(environment):
        environment = _served(verdict, composition, environment, kept)
        with composition.stack(environment, lambda _: None):
            live = composition.live(environment)
    else:
        live = composition.live(environment)
    _require_live(verdict, live, kept)
    aws, evidence = composition.aws(environment), StoreSettings.of(environment)
    record(verdict, folder, evidence, composition.root, aws, live=live, counts=True)


def _require_live(verdict: LoadVerdict, live: Live | None, kept: tuple[str, str]) -> None:
    """Raise `LoadRefused` for a verdict on what is not live any more."""
    theirs, now = verdict.about.get("release"), live and live.release
    if theirs != now:
        raise LoadRefused(
            f"{kept[0]}it is of release {theirs}, and {now} is live; run it again",
            f"{kept[1]}リリース{theirs}の判定ですが、稼働中は{now}です。再実行してください",
        )
    parts = verdict.about.get("parts", {})
    digests = live.digests if live else {}
    if changed := [part for part, one in digests.items() if parts.get(part) != one]:
        raise LoadRefused(
            f"{kept[0]}{', '.join(changed)} changed since; run it again",
            f"{kept[1]}{', '.join(changed)}が変わりました。再実行してください",
        )


def _served(
    verdict: LoadVerdict,
    composition: LoadComposition,
    environment: Environment,
    kept: tuple[str, str],
) -> Environment:
    """Return the environment of the local stack that was loaded; `LoadRefused` where it is gone."""
    stack, theirs = composition.kept(), verdict.about.get("birth")
    if stack is None or stack.birth != theirs:
        raise LoadRefused(
            f"{kept[0]}the local stack that it loaded is gone; run it again",
            f"{kept[1]}負荷をかけたローカルスタックがありません。再実行してください",
        )
    return replace(environment, birth=stack.birth)


def clean(asked: argparse.Namespace, composition: LoadComposition) -> ExitCode:
    """Delete what a run wrote; fail if something is left."""
    if not asked.used.exists():
        raise LoadRefused(
            f"{asked.used} does not exist; give the used.jsonl of a run",
            f"{asked.used}がありません。実行のused.jsonlを指定してください",
        )
    verdict, say = verdict_beside(asked.used, asked.env), in_language(asked.lang)
    if composition.serves(composition.environment(asked.env)) and composition.kept() is None:
        print(
            say(
                "no local stack is up, and its data went with it",
                "ローカルスタックがありません。データはスタックとともに消えています",
            )
        )
        return ExitCode.PASS
    shown = ProgressDisplay(lang=asked.lang).say
    with open_target(composition, asked.env, shown) as (target, aws):
        by_hand = ManualTeardown(
            used=asked.used, verdict=verdict, target=target, aws=aws, say=shown
        )
        done = by_hand.clean()
    deleted, users, left = done["deleted"], done["users"], done["left"]
    print(
        say(
            f"{deleted} items of {users} users deleted, {left} left",
            f"{users}人の{deleted}件を削除、残り{left}件",
        )
    )
    return ExitCode.FAIL if done["left"] else ExitCode.PASS


def _prepared(asked: argparse.Namespace, composition: LoadComposition) -> LoadRun:
    folders = ReportFolders(composition.root, asked.env)
    ledger = QuotaLedger(folders.ledger)
    shown = ProgressDisplay(lang=asked.lang).say
    with open_target(composition, asked.env, shown, asked.host) as (target, aws):
        return prepare(target, _run_options(asked), aws, ledger=ledger, out=folders.new(asked.plan))


def _run_options(asked: argparse.Namespace) -> RunOptions:
    return RunOptions(
        plan=asked.plan,
        workers=asked.workers,
        journey=asked.journey,
        login=asked.login,
        unlock=asked.unlock,
        pool_file=asked.pool,
        objectives=asked.objectives,
    )


def _print_table(verdict: LoadVerdict, lang: str) -> None:
    """Show every limit and what was measured, then what went wrong."""
    console, table = Console(file=sys.stderr), Table(box=None, padding=(0, 2, 0, 0))
    for name in head():
        table.add_column(name[lang])
    for row in rows(verdict):
        table.add_row(*(escape(cell[lang]) for cell in row))
    console.print(table)
    for said in sentences(verdict):
        console.print(escape(visible_line(said[lang])), soft_wrap=True, highlight=False)


def _print_verdict(sentence: str, paths: list[Path], lang: str) -> None:
    """End with the verdict in one line, and where to read more."""
    console = Console(file=sys.stderr)
    said = japanese(sentence) if lang == "ja" else sentence
    word, _, rest = said.partition(":")
    told = (
        f"[{STYLES.get(word, 'bold')}]{escape(visible_line(word))}[/]:{escape(visible_line(rest))}"
    )
    console.print(told, soft_wrap=True, highlight=False)
    for path in paths:
        shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
        console.print(f"  {escape(str(shown))}", soft_wrap=True, highlight=False)
