"""python -m load: load-test the core endpoints of the stamp rally, and judge the result.

  python -m load plans                                 list the plans with their prices
  python -m load run --env local --plan smoke          start a local stack if none is up, load it, judge it
  python -m load run --env prod --plan baseline --unlock HOST --workers 2
  python -m load merge part1.out part2.out             merge the verdicts of separate generators

Exit codes: 0 pass, 1 fail, 3 invalid (the run says nothing about the target), 4 refused (nothing
was sent), 5 inconclusive (more samples are needed), 2 wrong command line, 70 a fault of this software.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from aws.visible import visible_line
from load import commands
from load.engine.admission import LoadRefused
from load.engine.judge import ExitCode
from load.engine.objectives import OBJECTIVES_FILE as OBJECTIVES
from load.prepare import ROOT
from load.target import LoadComposition
from signoff.frame import framed

PLANS = ("smoke", "baseline", "step", "spike", "soak")


def parser() -> argparse.ArgumentParser:
    """Make the command line."""
    summary, _, details = (__doc__ or "").partition("\n\n")
    cli = argparse.ArgumentParser(
        prog="python -m load",
        description=summary,
        epilog=details,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = cli.add_subparsers(metavar="COMMAND", required=True)
    _plans(verbs.add_parser("plans", help="list the plans of an environment with their prices"))
    _run(verbs.add_parser("run", help="load an environment and judge it"))
    _prepare(verbs.add_parser("prepare", help="write the run file for a plain Locust"))
    _package(verbs.add_parser("package", help="make a zip for AWS Distributed Load Testing"))
    _merge(verbs.add_parser("merge", help="merge verdicts, or judge one again"))
    _clean(verbs.add_parser("clean", help="delete what a run wrote, and prove it"))
    return cli


def _environment(cli: argparse.ArgumentParser) -> None:
    cli.add_argument(
        "--env", default="local", metavar="NAME", help="table of environments.toml (default: local)"
    )


def _run_options(cli: argparse.ArgumentParser) -> None:
    _environment(cli)
    cli.add_argument("--plan", default="smoke", choices=PLANS, help="default: smoke")
    cli.add_argument("--host", metavar="URL", help="one of the environment's own addresses")
    cli.add_argument("--journey", action="store_true", help="whole visits instead of requests")
    cli.add_argument("--login", action="store_true", help="with /auth/verify (fake LINE only)")
    cli.add_argument(
        "--unlock", metavar="HOST", help="required for production: its host, typed out"
    )
    cli.add_argument(
        "--pool", type=Path, metavar="FILE", help="users, sessions and spots (mode 0600)"
    )
    cli.add_argument("--objectives", type=Path, default=OBJECTIVES, metavar="FILE")


def _workers(cli: argparse.ArgumentParser) -> None:
    cli.add_argument("--workers", type=_count, default=1, metavar="N", help="Locust processes")


def _plans(cli: argparse.ArgumentParser) -> None:
    _environment(cli)
    cli.set_defaults(command=commands.show_plans)


def _run(cli: argparse.ArgumentParser) -> None:
    _run_options(cli)
    _workers(cli)
    cli.add_argument(
        "--listen",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="address at which the master waits for workers (default: 127.0.0.1)",
    )
    cli.add_argument("--port", type=int, help="port of the master (default: a free one)")
    cli.add_argument(
        "--elsewhere",
        action="store_true",
        help="start no workers here: start N of them on other machines, with the same --run-file",
    )
    cli.add_argument("--run-file", type=Path, metavar="FILE", help="from `prepare`")
    cli.set_defaults(command=commands.run)


def _prepare(cli: argparse.ArgumentParser) -> None:
    _run_options(cli)
    _workers(cli)
    cli.add_argument(
        "--to", type=Path, required=True, metavar="FILE", help="outside the repository"
    )
    cli.add_argument("--artefacts", type=Path, metavar="DIR", help="folder for the verdict")
    cli.set_defaults(command=commands.prepare_run)


def _package(cli: argparse.ArgumentParser) -> None:
    _run_options(cli)
    cli.add_argument("--tasks", type=_count, required=True, metavar="N", help="tasks of the test")
    cli.add_argument("--to", type=Path, required=True, metavar="ZIP", help="outside the repository")
    # A task of the service is one process: it starts no workers, so that none can be missing.
    cli.set_defaults(command=commands.package, workers=1)


def _merge(cli: argparse.ArgumentParser) -> None:
    cli.add_argument("files", nargs="+", type=Path, help="verdict.json, or logs that contain one")
    cli.add_argument("--to", type=Path, metavar="DIR", help="default: a new folder of its own")
    cli.add_argument("--record", action="store_true", help="add it to the evidence store")
    cli.set_defaults(command=commands.merge_verdicts)


def _clean(cli: argparse.ArgumentParser) -> None:
    _environment(cli)
    cli.add_argument("used", type=Path, help="used.jsonl of a run")
    cli.set_defaults(command=commands.clean)


def _count(text: str) -> int:
    if not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a count; write 1 or more")
    return int(text)


def main(
    arguments: Sequence[str] | None = None, *, join: Callable[[Path], LoadComposition] | None = None
) -> int:
    """Run one command and return its exit code; a refusal is one sentence.

    ``join`` composes the project at a root folder: the real one unless a test passes its own.
    """
    asked = parser().parse_args(arguments)
    return framed("load", lambda: _run_command(asked, join or _composed))


def _run_command(asked: argparse.Namespace, join: Callable[[Path], LoadComposition]) -> int:
    try:
        _require_one_way(asked)
        code: ExitCode = asked.command(asked, join(ROOT))
    except LoadRefused as refusal:
        print(visible_line(f"refused: {refusal}"), file=sys.stderr)
        return int(ExitCode.REFUSED)
    except KeyboardInterrupt:
        print("INVALID: stopped before the end, so nothing was judged", file=sys.stderr)
        return int(ExitCode.INVALID)
    return int(code)


def _require_one_way(asked: argparse.Namespace) -> None:
    """Refuse --login with --journey: the calls of a journey are fixed, and a login is not one of them."""
    if vars(asked).get("login") and vars(asked).get("journey"):
        raise LoadRefused(
            "a journey has no login in it; ask for --login or for --journey, not for both"
        )


def _composed(root: Path) -> LoadComposition:
    # Joins the local stack, whose imports take a second: not for --help.
    from load.composition import load_composition  # noqa: PLC0415

    return load_composition(root)


if __name__ == "__main__":
    sys.exit(main())
