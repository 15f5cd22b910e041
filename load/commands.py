"""The commands: each takes the composition and what was asked for, and returns an exit code."""

import sys
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from aws.visible import visible_line
from aws.words import in_language
from load.artefacts import ReportFolders, publish
from load.engine.admission import LoadRefused
from load.engine.judge import ExitCode
from load.engine.localized import japanese
from load.engine.run_file import VARIABLE, require_outside
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
from load.teardown import Teardown
from signoff.environment import Environment
from signoff.evidence import StoreSettings
from signoff.judge.live_release import Live

PROGRAM = "python -m load"
STYLES = {"PASS": "bold green", "FAIL": "bold red", "INVALID": "bold yellow"}


def show_plans(composition: LoadComposition, env: str, lang: str) -> ExitCode:
    """List the plans and their prices; reads the environment file alone."""
    environment = composition.environment(env)
    throttle, quota = environment.throttle, environment.throttle.daily_quota
    say, rate = in_language(lang), environment.target_rate
    title = say(
        f"Plans of {env} (target {rate} requests/s)",
        f"{env}の計画（目標: 毎秒{rate}リクエスト）",
    )
    table = Table(title=title)
    table.add_column(say("plan", "計画"))
    for name in (
        say("minutes", "分"),
        say("peak/s", "最大/秒"),
        say("requests", "リクエスト"),
        say("of the day", "1日の割合"),
        say("about $", "約（ドル）"),
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
            f"{plan.dollars:.2f}",
            say(plan.purpose, PURPOSES.get(plan.purpose, plan.purpose)),
        )
    Console().print(table)
    return ExitCode.PASS


def run(  # noqa: PLR0913 - what a person asks for, by name
    composition: LoadComposition,
    env: str,
    options: RunOptions,
    distribution: Distribution,
    *,
    host: str | None = None,
    run_file: Path | None = None,
    lang: str = "en",
) -> ExitCode:
    """Load, judge, and end with the verdict in one line and the paths of the artefacts."""
    if distribution.expected and not run_file:
        raise LoadRefused(
            "workers on other machines need the same run file; make it with prepare --to FILE, and add --run-file FILE",
            "別のマシンのワーカーには同じ実行ファイルが必要です。prepare --to FILEで作成し、--run-file FILEを加えてください",
        )
    display = ProgressDisplay(lang=lang)
    finished = run_load(
        composition, env, options, distribution, display, host=host, prepared=run_file
    )
    if finished.verdict:
        _print_table(finished.verdict, lang)
    _print_verdict(finished.sentence, list(finished.paths), lang)
    return finished.exit


def prepare_run(  # noqa: PLR0913 - what a person asks for, by name
    composition: LoadComposition,
    env: str,
    options: RunOptions,
    to: Path,
    *,
    host: str | None = None,
    lang: str = "en",
) -> ExitCode:
    """Write the run file, and print how to start Locust with it."""
    require_outside(to, composition.root)
    folders, shown = ReportFolders(composition.root, env), ProgressDisplay(lang=lang).say
    ledger = QuotaLedger(folders.ledger)
    with open_target(composition, env, shown, host) as (target, aws):
        prepared = prepare(target, options, aws, ledger=ledger, out=folders.new(options.plan))
    prepared.write(to)
    say = in_language(lang)
    print(
        say(
            f"{to} is ready; its sessions are valid for 24 hours. Start Locust with it:",
            f"{to}を作成しました（セッションは24時間有効）。次のようにLocustを起動します:",
        )
    )
    print(f"  {VARIABLE}={to} locust --config load/locust.conf")
    print(
        say(
            "Afterwards delete what the run wrote, and record the verdict:",
            "終了後、実行が書き込んだものを削除し、判定を記録します:",
        )
    )
    command = f"record {Path(prepared.out) / FILE_NAME}"
    print(f"  {PROGRAM} {command}")
    return ExitCode.PASS


def record_verdict(composition: LoadComposition, path: Path, lang: str) -> ExitCode:
    """Record the verdict of a run that could not do so itself: of a plain Locust, or without its evidence store.

    What a plain Locust wrote is deleted first.
    """
    verdict = LoadVerdict.read(path)
    name = str(verdict.about.get("environment") or "unknown")
    environment = composition.environment(name)
    kept = f"{path} is not recorded: ", f"{path}を記録しません: "
    if composition.serves(environment):
        environment = _served(verdict, composition, environment, kept)
    if verdict.conditions.plan.awards and verdict.cleanup is None:
        verdict = _cleaned(verdict, path.parent, composition, name, lang)
    _record(verdict, path.parent, composition, environment, kept)
    _print_verdict(sentence(verdict), [path], lang)
    return verdict.judgement.exit


def _cleaned(
    verdict: LoadVerdict, folder: Path, composition: LoadComposition, name: str, lang: str
) -> LoadVerdict:
    """Delete what the run wrote; return its verdict with the proof, if there is one."""
    say = ProgressDisplay(lang=lang).say
    with open_target(composition, name, say) as (target, aws):
        proof = Teardown(target, aws, folder, say).remove_later(verdict)
    proven = replace(verdict, cleanup=proof)
    publish(proven, folder)
    return proven


def _record(
    verdict: LoadVerdict,
    folder: Path,
    composition: LoadComposition,
    environment: Environment,
    kept: tuple[str, str],
) -> None:
    """Record a verdict that was made elsewhere; `LoadRefused` if no sign-off could count it."""
    if missing := why_not_counted(verdict, environment):
        raise LoadRefused(f"{kept[0]}{missing}", f"{kept[1]}{missing.ja}")
    live = _live(composition, environment)
    _require_live(verdict, live, kept)
    aws, evidence = composition.aws(environment), StoreSettings.of(environment)
    record(verdict, folder, evidence, composition.root, aws, live=live, counts=True)


def _live(composition: LoadComposition, environment: Environment) -> Live | None:
    if not composition.serves(environment):
        return composition.live(environment)
    with composition.stack(environment, lambda _: None):
        return composition.live(environment)


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
