"""``python -m runbook`` lists the procedures; with a name it rehearses one, and with --go it runs."""

import argparse
import difflib
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path

from rich.console import Console

from aws.change import Refused
from aws.visible import visible_line
from runbook import fix
from runbook.catalogue import listing, newest_judged, procedures
from runbook.composition import ROOT, ProcedureOptions, reachable, run_of
from runbook.engine import Stopped
from runbook.engine.errors import EXPECTED, sentence
from runbook.engine.screen import ConsoleScreen
from runbook.judge import Checks, Findings, in_process_of_its_own
from signoff.environment import ENVIRONMENTS, EnvironmentFileError, load
from signoff.frame import framed
from signoff.guard import GuardError

EXAMPLES = """\
examples:
  python -m runbook                                  what there is, by step of the guide
  python -m runbook secrets --env prod               rehearse: show what would change
  python -m runbook secrets --env prod --go          do it; ask before anything is taken away
  python -m runbook provision --env prod --go        everything from an empty account
  python -m runbook migrate_masters --from dev --to prod    rehearse the migration
  python -m runbook fix --env prod                   the red rows of the newest report, one by one

A run that was stopped goes on where it was: give the same command again.

exit codes: 0 done, or nothing to do; 1 a step failed, was declined, or its rows are red;
            2 the command line or the environment file is wrong; 4 wrong account or Region
"""

CHOICES = (
    *("to", "only", "site", "from", "from_profile", "file", "bucket", "by"),
    *("rotate", "line_token_file", "row"),
)
FIX = "fix"
"""Not a procedure: it walks through the red rows and runs theirs."""
CARRIES = ("migrate_masters", "migrate_users", "export_import")
"""Procedures from one environment to another, which is what their --to names."""


class Exit(IntEnum):
    DONE = 0
    STOPPED = 1
    USAGE = 2
    REFUSED = 4
    INTERRUPTED = 130


def options() -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m runbook",
        description="The migration guide, made executable. Without --go, nothing is changed.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("procedure", nargs="?", help="which one; none lists them")
    parser.add_argument(
        "--env", default="local", metavar="NAME", help="dev, prod or local (default)"
    )
    parser.add_argument("--go", action="store_true", help="really do it; else it is a rehearsal")
    parser.add_argument(
        "--yes",
        action="store_true",
        help="agree to what takes something away, and leave open what only a person can do",
    )
    choices = parser.add_argument_group("rollbacks and the cut-over")
    choices.add_argument(
        "--to", metavar="WHAT", help="a deployment, a version, or a time (2026-11-25T09:00:00Z)"
    )
    choices.add_argument("--only", metavar="NAME", help="one function or table of them: award")
    choices.add_argument(
        "--row", metavar="ID", help="detach: only what this row of the checklist names"
    )
    choices.add_argument("--site", metavar="FOLDER", help="where the front end's files are")
    choices.add_argument("--by", metavar="NAME", help="who signs for what people do")
    carrying = parser.add_argument_group(
        "the migration", "here --to names the environment that items go to, as --env does"
    )
    carrying.add_argument("--from", metavar="NAME", help="environment of the items: dev (default)")
    carrying.add_argument("--from-profile", metavar="NAME", help="AWS profile that may read them")
    carrying.add_argument("--file", metavar="FILE", help="items in a file, instead of a table")
    carrying.add_argument("--bucket", metavar="NAME", help="S3 bucket that an export goes through")
    parser.add_argument("--lang", default="en", choices=["en", "ja"], help="language of the steps")
    parser.add_argument(
        "--line-token-file", type=Path, metavar="FILE", help="holds LINE's channel access token"
    )
    parser.add_argument(
        "--rotate",
        choices=["token_key"],
        help="secrets: a new session key, which ends every session",
    )
    parser.add_argument(
        "--no-judge", action="store_true", help="do not judge the rows that the steps prove"
    )
    parser.add_argument(
        "--wait", action="store_true", help="wait for what only time repairs before rows are judged"
    )
    parser.add_argument(
        "--environments", type=Path, default=ENVIRONMENTS, metavar="FILE", help="another file"
    )
    parser.add_argument("--journal", type=Path, metavar="FILE", help="another journal")
    return parser


def main(
    arguments: Sequence[str] | None = None,
    console: Console | None = None,
    findings: Findings | None = None,
) -> int:
    """Run one command; returns the exit code. ``findings`` judges rows where the checks are not to."""
    parser = options()
    asked = parser.parse_args(arguments)
    _understand(asked, parser)
    return framed("runbook", lambda: _command(asked, parser, console or Console(), findings))


def _command(
    asked: argparse.Namespace,
    parser: argparse.ArgumentParser,
    console: Console,
    findings: Findings | None,
) -> int:
    if asked.procedure is None:
        judged = newest_judged(ROOT / "report" / asked.env)
        for line in listing(judged, asked.lang):
            console.print(line, highlight=False, soft_wrap=True)
        return Exit.DONE
    try:
        return _fix(asked, console) if asked.procedure == FIX else _run(asked, console, findings)
    except EnvironmentFileError as error:
        parser.error(str(error))
    except GuardError as error:
        print(visible_line(f"runbook: {error}"), file=sys.stderr)
        return Exit.REFUSED
    except Stopped as error:
        print(visible_line(f"runbook: stopped at {error}"), file=sys.stderr)
        return Exit.STOPPED
    except (
        Refused,
        *EXPECTED,
    ) as error:  # outside of any step: the journal, the evidence, the stack
        print(visible_line(f"runbook: {sentence(error, 'these credentials')}"), file=sys.stderr)
        return Exit.STOPPED
    except KeyboardInterrupt:
        print("runbook: interrupted; the same command goes on from here", file=sys.stderr)
        return Exit.INTERRUPTED


def _understand(asked: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    """Take ``--to`` of a migration for the environment that it names; end where options contradict."""
    if asked.procedure not in {None, FIX, *procedures()}:
        parser.error(_unknown(asked.procedure))
    if asked.rotate and asked.procedure != "secrets":
        parser.error(f"--rotate {asked.rotate} is for the procedure secrets alone")
    if asked.row and asked.procedure != "detach":
        parser.error(f"--row {asked.row} is for the procedure detach alone")
    if asked.procedure in CARRIES and asked.to:
        if asked.env not in {parser.get_default("env"), asked.to}:
            parser.error(f"--to {asked.to} and --env {asked.env} name two environments: give one")
        asked.env, asked.to = asked.to, None


def _fix(asked: argparse.Namespace, console: Console) -> int:
    result = fix.newest(ROOT / "report" / asked.env)
    if result is None:
        raise Refused(fix.WORDS["none"][asked.lang].format(env=asked.env))
    with reachable(load(asked.env, asked.environments).environment) as reached:
        judging = in_process_of_its_own(ROOT, kept=reached.kept)
        phase = result.provenance.phase
        options = [f"--environments={asked.environments}", f"--phase={phase}"]
        return fix.Walk(
            result=result,
            console=console,
            lang=asked.lang,
            checks=Checks(asked.env, options, judging),
            run=fix.at_a_terminal(ROOT),
            ask=input if sys.stdin.isatty() else None,
        ).walk()


def _run(asked: argparse.Namespace, console: Console, findings: Findings | None) -> int:
    screen = ConsoleScreen(console, lang=asked.lang, yes=asked.yes)
    with reachable(load(asked.env, asked.environments).environment) as reached:
        run = run_of(procedures()[asked.procedure], reached, _options(asked), screen, findings)
        with screen.working(), terminated_as_interrupted():
            run.perform() if asked.go else run.rehearse()
    return Exit.DONE


@contextmanager
def terminated_as_interrupted() -> Iterator[None]:
    """Let SIGTERM interrupt as Ctrl-C does: a drill then puts back what it broke."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _options(asked: argparse.Namespace) -> ProcedureOptions:
    return ProcedureOptions(
        environments=asked.environments,
        token_file=asked.line_token_file,
        journal=asked.journal,
        yes=asked.yes,
        judged=not asked.no_judge,
        wait=asked.wait,
        interactive=sys.stdin.isatty(),
        signer=asked.by,
        chosen={name: str(value) for name in CHOICES if (value := getattr(asked, name))},
    )


def _unknown(name: str) -> str:
    close = difflib.get_close_matches(name, procedures(), n=1)
    hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(procedures())}"
    return f"there is no procedure {name}; {hint}"


if __name__ == "__main__":
    sys.exit(main())
