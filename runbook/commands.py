"""What the runbook's commands do: list the procedures, rehearse one, run it, print its rights, fix the red rows."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path
from shutil import get_terminal_size
from typing import Any

import click
from rich.console import Console

from aws.change.gate import Refused
from aws.visible import visible_line
from aws.words import Words
from runbook import fix, rights
from runbook.catalogue import listing
from runbook.command_line import SWITCHES
from runbook.composition import ProcedureOptions, reachable, run_of
from runbook.engine import Journal, Procedure, Stopped
from runbook.engine.change_lines import WIDTH
from runbook.engine.screen import ConsoleScreen
from runbook.engine.step import DescribedEnvironment, Option
from runbook.judge import Checks, Findings, in_process_of_its_own, variables
from runbook.options import TARGET
from signoff import ROOT, home_of
from signoff.commands.command_line import CommandLineError
from signoff.commands.frame import terminated_as_interrupted
from signoff.commands.help_page import broken
from signoff.environment import EnvironmentFileError, load, names, option_of
from signoff.environment.guard import GuardError
from signoff.judge.errors import EXPECTED, sentence
from signoff.judge.exit_codes import Exit
from signoff.report.history import newest_of
from signoff.report.remedy import as_typed

STOPPED_AT = Words(en="stopped at", ja="停止")
INTERRUPTED = Words(
    en="interrupted; enter the same command to resume",
    ja="中断しました。同じコマンドで再開できます",
)


def show_list(env: str, environments: Path, lang: str, *, chosen: bool) -> int:
    """List the procedures, with the rows of the environment's newest report; the default need not be in the file."""
    console = _console()
    there = chosen or env in names(environments)
    for line in listing(newest_of(env, environments) if there else None, lang):
        console.print(line, highlight=False, soft_wrap=True)
    return Exit.DONE


def perform(procedure: Procedure, chosen: Mapping[str, str], **shared: Any) -> int:
    """Rehearse a procedure, run it with --go, or print its rights; ``chosen`` are its own options, by name."""
    options = _understood(procedure, ProcedureOptions(**shared, chosen=chosen))
    if options.policy:
        return _policy(procedure, options)
    return _reported(options.lang, lambda: _run(procedure, options))


def fix_red_rows(env: str, environments: Path, journal: Path | None, lang: str) -> int:
    return _reported(lang, lambda: _fix(env, environments, journal, lang))


def _reported(lang: str, work: Callable[[], int]) -> int:
    """Report in one sentence what stopped a procedure; a wrong option or environment is reported by the frame."""
    try:
        return work()
    except (EnvironmentFileError, CommandLineError, GuardError):
        raise
    except Stopped as error:
        stopped = visible_line(f"runbook: {STOPPED_AT[lang]}: {error.words[lang]}")
        at_a_terminal = sys.stderr.isatty()
        room = min(WIDTH, get_terminal_size().columns) if at_a_terminal else 2 * len(stopped)
        print("\n".join(broken(stopped, room)), file=sys.stderr)
        return Exit.NO
    except (Refused, *EXPECTED) as error:  # outside of any step: journal, evidence, stack
        print(as_typed(visible_line(f"runbook: {sentence(error)[lang]}")), file=sys.stderr)
        return Exit.NO
    except KeyboardInterrupt:
        print(f"runbook: {INTERRUPTED[lang]}", file=sys.stderr)
        return Exit.INTERRUPTED


def _understood(procedure: Procedure, options: ProcedureOptions) -> ProcedureOptions:
    """Take the environment of a migration from its ``--to``; CommandLineError if an option is wrong, before the first call."""
    chosen = options.chosen
    if options.policy and (extra := _beside_policy(options)):
        raise CommandLineError(
            en=f"--policy prints and ends: leave out {extra}",
            ja=f"--policyは表示して終了します。{extra}を外してください",
        )
    if TARGET in procedure.options and (target := chosen.get(TARGET.name)):
        if options.env not in {"local", target}:
            raise CommandLineError(
                en=f"--to {target} and --env {options.env} name two environments: name one",
                ja=f"--to {target}と--env {options.env}が別の環境です。一つにしてください",
            )
        chosen = {name: value for name, value in chosen.items() if name != TARGET.name}
        options = replace(options, env=target, chosen=chosen)
    if not options.policy:
        environment = load(options.env, options.environments).environment
        described = DescribedEnvironment(environment, options.environments)
        if wrong := _wrong(procedure, chosen, described):
            raise CommandLineError(wrong)
    return options


def _beside_policy(options: ProcedureOptions) -> str:
    """Return an option that means nothing beside --policy, if one was given."""
    switches = (flag for flag in SWITCHES if getattr(options, flag[2:].replace("-", "_")))
    own = (f"--{name.replace('_', '-')}" for name in options.chosen if name != "to")
    return next((flag for flag in (*switches, *own) if flag != "--policy"), "")


def _wrong(
    procedure: Procedure, chosen: Mapping[str, str], scope: DescribedEnvironment
) -> Words | None:
    """Return what is wrong with the options of a procedure, as far as no call is needed; None if nothing is."""
    unfit = (_unfit(option, chosen) for option in procedure.options)
    wrong = (
        option.wrong(chosen[option.name], scope)
        for option in procedure.options
        if option.name in chosen
    )
    return next(filter(None, chain(unfit, wrong)), None)


def _unfit(option: Option, chosen: Mapping[str, str]) -> Words | None:
    """Say that an option is missing, or means nothing beside another one."""
    if option.name not in chosen:
        missing = Words(
            en=f"{option.flag} {option.metavar} is missing: {option.help.en}",
            ja=f"{option.flag} {option.metavar}（{option.help.ja}）が必要です",
        )
        return missing if option.needed else None
    if excluded := [name for name in option.excludes if name in chosen]:
        other = f"--{excluded[0].replace('_', '-')}"
        return Words(
            en=f"{option.flag} and {other} contradict each other: give one of the two",
            ja=f"{option.flag}と{other}は同時に指定できません。どちらか一方にしてください",
        )
    return None


def _fix(env: str, environments: Path, kept_at: Path | None, lang: str) -> int:
    home = home_of(environments)
    result = newest_of(env, environments)
    if result is None:
        chosen = f"--env {env} {option_of(environments)}".rstrip()
        raise Refused(fix.WORDS["none"].format(env=env, chosen=chosen))
    target = load(env, environments).environment
    with terminated_as_interrupted(), reachable(target, environments) as reached:
        kept = reached.birth is not None
        judging = in_process_of_its_own(ROOT, variables(kept=kept))
        options = [f"--environments={environments}", f"--phase={result.provenance.phase}"]
        journal = Journal(kept_at or home / "report" / env / "journal.jsonl")
        return fix.RepairSession(
            result=result,
            ran_since=fix.ran_since(result, journal),
            console=_console(),
            lang=lang,
            checks=Checks(env, options, judging),
            run=fix.at_a_terminal(ROOT, kept=kept, lang=lang, environments=environments),
            ask=fix.typed if sys.stdin.isatty() else None,
        ).walk()


def _policy(procedure: Procedure, options: ProcedureOptions) -> int:
    if procedure.name not in rights.declared():
        declared = ", ".join(sorted(rights.declared()))
        raise CommandLineError(
            en=f"no rights are declared for {procedure.name}; they are for {declared}",
            ja=f"{procedure.name}の権限は宣言されていません。宣言のある手順: {declared}",
        )
    environment = load(options.env, options.environments).environment
    scope = DescribedEnvironment(environment, options.environments)
    print(rights.text(procedure.name, scope), end="")
    return Exit.DONE


def _run(procedure: Procedure, options: ProcedureOptions) -> int:
    screen = ConsoleScreen(_console(), lang=options.lang, yes=options.yes, full=options.full)
    findings: Findings | None = click.get_current_context().meta.get("findings")
    with reachable(
        load(options.env, options.environments).environment, options.environments
    ) as reached:
        run = run_of(procedure, reached, options, screen, findings)
        with screen.working(), terminated_as_interrupted():
            run.perform() if options.go else run.rehearse()
    return Exit.DONE


def _console() -> Console:
    """Return where to write: the terminal, unless a test passes its own."""
    console: Console | None = click.get_current_context().meta.get("console")
    return console or Console(emoji=False)
