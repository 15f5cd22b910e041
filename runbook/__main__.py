"""``python -m runbook`` lists the procedures; with a name it rehearses one, and with --go it runs."""

from signoff.commands.start import quiet_until_framed

if __name__ == "__main__":
    quiet_until_framed()

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from shutil import get_terminal_size

from rich.console import Console

from aws.change.gate import Refused
from aws.visible import visible_line
from aws.words import Words, language
from runbook import fix, rights
from runbook.catalogue import listing, newest_judged, procedures
from runbook.command_line import FIX, chosen, parsed, wrong_choice
from runbook.composition import ROOT, ProcedureOptions, reachable, run_of
from runbook.engine import Journal, Procedure, Stopped
from runbook.engine.change_lines import WIDTH
from runbook.engine.option import OptionScope
from runbook.engine.screen import ConsoleScreen, broken
from runbook.judge import Checks, Findings, in_process_of_its_own
from runbook.rights_resources import PolicyScope
from signoff.commands.command_line import CommandLine
from signoff.commands.frame import framed, terminated_as_interrupted
from signoff.environment import EnvironmentFileError, load
from signoff.environment.guard import GuardError
from signoff.judge.errors import EXPECTED, sentence
from signoff.judge.exit_codes import Exit

CARRIES = ("migrate_masters", "migrate_users")
"""Procedures that migrate from one environment to another: their --to names an environment."""
STOPPED_AT = Words(en="stopped at", ja="停止")
INTERRUPTED = Words(
    en="interrupted; enter the same command to resume",
    ja="中断しました。同じコマンドで再開できます",
)


def main(
    arguments: Sequence[str] | None = None,
    console: Console | None = None,
    findings: Findings | None = None,
) -> int:
    """Run one command; return its exit code. ``findings`` judges rows in place of the checks."""
    given = sys.argv[1:] if arguments is None else arguments
    parser, asked = parsed(given, language(given), procedures())
    run = partial(_command, asked, parser, console or Console(), findings)
    return framed("runbook", run, asked.lang)


def _command(
    asked: argparse.Namespace,
    parser: CommandLine,
    console: Console,
    findings: Findings | None,
) -> int:
    lang = asked.lang
    if asked.procedure is None:
        judged = newest_judged(ROOT / "report" / asked.env)
        for line in listing(judged, asked.lang):
            console.print(line, highlight=False, soft_wrap=True)
        return Exit.DONE
    try:
        return _chosen(asked, parser, console, findings)
    except EnvironmentFileError as error:
        parser.refuse(error.words)
    except GuardError as error:
        print(visible_line(f"runbook: {error.words[lang]}"), file=sys.stderr)
        return Exit.REFUSED
    except Stopped as error:
        said = visible_line(f"runbook: {STOPPED_AT[lang]}: {error.words[lang]}")
        room = min(WIDTH, get_terminal_size().columns) if sys.stderr.isatty() else 2 * len(said)
        print("\n".join(broken(said, room)), file=sys.stderr)
        return Exit.NO
    except (
        Refused,
        *EXPECTED,
    ) as error:  # outside of any step: the journal, the evidence, the stack
        said = sentence(error)[lang]
        print(visible_line(f"runbook: {said}"), file=sys.stderr)
        return Exit.NO
    except KeyboardInterrupt:
        print(f"runbook: {INTERRUPTED[lang]}", file=sys.stderr)
        return Exit.INTERRUPTED


def _understand(asked: argparse.Namespace, procedure: Procedure, parser: CommandLine) -> None:
    """Take the environment of a migration from ``--to``; exit if an option is wrong, before the first call."""
    if asked.policy and (beside := _beside_policy(asked, procedure)):
        parser.refuse(
            Words(
                en=f"--policy prints and ends: leave out {beside}",
                ja=f"--policyは表示して終了します。{beside}を外してください",
            )
        )
    if procedure.name in CARRIES and asked.to:
        if asked.env not in {parser.get_default("env"), asked.to}:
            two = f"--to {asked.to}", f"--env {asked.env}"
            parser.refuse(
                Words(
                    en=f"{two[0]} and {two[1]} name two environments: name one",
                    ja=f"{two[0]}と{two[1]}が別の環境です。一つにしてください",
                )
            )
        asked.env, asked.to = asked.to, None
    if asked.policy:
        return
    environment = load(asked.env, asked.environments).environment
    if wrong := wrong_choice(procedure, asked, OptionScope(environment, asked.environments)):
        parser.refuse(wrong)


def _beside_policy(asked: argparse.Namespace, procedure: Procedure) -> str:
    """Return an option that means nothing beside --policy, if one was given."""
    switches = [flag for flag in ("go", "full", "yes", "no_judge", "wait") if getattr(asked, flag)]
    named = next(iter([*switches, *(one for one in chosen(procedure, asked) if one != "to")]), "")
    return f"--{named.replace('_', '-')}" if named else ""


def _fix(asked: argparse.Namespace, console: Console) -> int:
    result = fix.newest(ROOT / "report" / asked.env)
    if result is None:
        none = fix.WORDS["none"]
        raise Refused(Words(en=none.en.format(env=asked.env), ja=none.ja.format(env=asked.env)))
    with reachable(load(asked.env, asked.environments).environment) as reached:
        judging = in_process_of_its_own(ROOT, kept=reached.kept)
        phase = result.provenance.phase
        options = [f"--environments={asked.environments}", f"--phase={phase}"]
        journal = Journal(asked.journal or ROOT / "report" / asked.env / "journal.jsonl")
        return fix.RepairSession(
            result=result,
            ran_since=fix.ran_since(result, journal),
            console=console,
            lang=asked.lang,
            checks=Checks(asked.env, options, judging),
            run=fix.at_a_terminal(
                ROOT, kept=reached.kept, lang=asked.lang, environments=asked.environments
            ),
            ask=fix.typed if sys.stdin.isatty() else None,
        ).walk()


def _chosen(
    asked: argparse.Namespace,
    parser: CommandLine,
    console: Console,
    findings: Findings | None,
) -> int:
    if asked.procedure == FIX:
        return _fix(asked, console)
    procedure = procedures()[asked.procedure]
    _understand(asked, procedure, parser)
    return _policy(asked, parser) if asked.policy else _run(asked, procedure, console, findings)


def _policy(asked: argparse.Namespace, parser: CommandLine) -> int:
    if asked.procedure not in rights.declared():
        known = ", ".join(sorted(rights.declared()))
        parser.refuse(
            Words(
                en=f"no rights are declared for {asked.procedure}; they are for {known}",
                ja=f"{asked.procedure}の権限は宣言されていません。宣言のある手順: {known}",
            )
        )
    environment = load(asked.env, asked.environments).environment
    scope = PolicyScope(environment, file=asked.environments)
    print(rights.text(asked.procedure, scope), end="")
    return Exit.DONE


def _run(
    asked: argparse.Namespace, procedure: Procedure, console: Console, findings: Findings | None
) -> int:
    screen = ConsoleScreen(console, lang=asked.lang, yes=asked.yes, full=asked.full)
    with reachable(load(asked.env, asked.environments).environment) as reached:
        run = run_of(procedure, reached, _options(asked, procedure), screen, findings)
        with screen.working(), terminated_as_interrupted():
            run.perform() if asked.go else run.rehearse()
    return Exit.DONE


def _options(asked: argparse.Namespace, procedure: Procedure) -> ProcedureOptions:
    return ProcedureOptions(
        environments=asked.environments,
        journal=asked.journal,
        yes=asked.yes,
        judged=not asked.no_judge,
        wait=asked.wait,
        interactive=sys.stdin.isatty(),
        chosen=chosen(procedure, asked),
    )


if __name__ == "__main__":
    sys.exit(main())
