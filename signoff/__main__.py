"""``python -m signoff``, or ``signoff``: one entry to judging, and to what a judging run left."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from pathlib import Path

from aws.visible import visible_line
from aws.words import LANGUAGES, language
from signoff.early import joined
from signoff.environment import ENVIRONMENTS, load
from signoff.frame import Exit, framed
from signoff.guard import open_session
from signoff.init import Answers, add_to, discover, table
from signoff.recording import Recorded, UnusableRecordingError, is_recording
from signoff.report.compare import comparison, markdown
from signoff.report.history import UnusableBaselineError
from signoff.verify import RunVerification, UnusableRunError, provenance_of, verify

ROOT = Path(__file__).parent.parent
CLEAN = "smoke.__main__"
"""Named, not imported: the judge knows no smoke."""
EXAMPLES = """\
examples:
  signoff judge --env prod                         the same as: pytest --env prod
  signoff replay report/prod/latest/inventory.json judge what was read then by today's checks
  signoff verify report/prod/latest                prove that the files of a run are unaltered
  signoff compare report/prod/A report/prod/B      what is newly red or green, and which facts changed
  signoff init --env prod --to environments.toml   propose an environment from what the account holds
  signoff clean --env prod                         delete what a killed run left

exit codes: 0 done, GO, CONDITIONAL, or verified; 1 NO-GO, or altered files, and which is said;
            2 the command line or the environment file is wrong; 4 wrong account, no credentials,
            or nothing could be judged; 5 a part was judged; 70 a fault of this software
"""


def options() -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = argparse.ArgumentParser(
        prog="signoff",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    judging = commands.add_parser("judge", add_help=False, help="judge an environment")
    judging.set_defaults(command=_judge)
    replaying = commands.add_parser("replay", help="judge a saved inventory; no call is made")
    replaying.add_argument("inventory", type=Path, help="inventory.json of a run")
    replaying.add_argument("--env", metavar="NAME", help="default: the environment of that run")
    replaying.set_defaults(command=_replay)
    verifying = commands.add_parser("verify", help="are the files of a run unaltered?")
    verifying.add_argument("folder", type=Path, help="folder of the run: report/prod/latest")
    verifying.add_argument(
        "--environments", type=Path, default=ENVIRONMENTS, metavar="FILE", help="another file"
    )
    verifying.set_defaults(command=_verify)
    comparing = commands.add_parser("compare", help="what differs between two runs")
    comparing.add_argument("before", type=Path, help="folder of a run, or its signoff.json")
    comparing.add_argument("after", type=Path, help="the later one")
    comparing.add_argument("--lang", default=language(), choices=LANGUAGES)
    comparing.set_defaults(command=_compare)
    proposing = commands.add_parser(
        "init", help="propose an environment from what the account holds"
    )
    proposing.add_argument("--env", default="prod", metavar="NAME", help="its name (default: prod)")
    proposing.add_argument("--region", help="default: that of your profile")
    proposing.add_argument("--profile", help="AWS profile that may read the account")
    proposing.add_argument("--prefix", help="what the functions' names begin with")
    proposing.add_argument("--origin", metavar="URL", help="origin of the front end")
    proposing.add_argument("--line-channel", metavar="ID", help="id of the LINE Login channel")
    proposing.add_argument(
        "--to", type=Path, metavar="FILE", help="add it there; default: print it"
    )
    proposing.add_argument("--lang", default=language(), choices=LANGUAGES, help="of the comments")
    proposing.set_defaults(command=_init)
    cleaning = commands.add_parser("clean", add_help=False, help="delete what a killed run left")
    cleaning.set_defaults(command=_clean)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    asked, rest = options().parse_known_args(arguments)
    command: Callable[[argparse.Namespace, list[str]], int] = asked.command
    return framed("signoff", lambda: command(asked, rest))


def _judge(_: argparse.Namespace, rest: list[str]) -> int:
    """Become pytest at the root of this project, from wherever this was called; does not return."""
    arguments = [sys.executable, "-m", "pytest", *joined(rest, Path.cwd())]
    os.chdir(ROOT)
    os.execv(sys.executable, arguments)  # noqa: S606 - the same interpreter


def _replay(asked: argparse.Namespace, rest: list[str]) -> int:
    name = asked.env or _environment_of(asked.inventory)
    if name is None:
        return _usage(f"{asked.inventory} does not say which environment it is of; add --env NAME")
    return _judge(asked, [f"--env={name}", f"--replay={asked.inventory.resolve()}", *rest])


def _environment_of(inventory: Path) -> str | None:
    """Return the environment of the run that an inventory lies with; None where nothing says so."""
    try:
        if is_recording(inventory):
            return Recorded.load(inventory).environment.name
        return str(provenance_of(inventory.parent)["environment"])
    except (UnusableRunError, UnusableRecordingError):
        return None


def _verify(asked: argparse.Namespace, rest: list[str]) -> int:
    if rest:
        return _usage(f"there is no {rest[0]}; see signoff verify --help")
    try:
        name = provenance_of(asked.folder)["environment"]
    except UnusableRunError as error:
        return _usage(str(error))
    environment = load(name, asked.environments).environment
    session = open_session(environment.region)
    found = verify(asked.folder, environment, client=session.client, root=ROOT)
    print("\n".join(_sentences(asked.folder, found)))
    return 1 if found.problems else 0


def _sentences(folder: Path, found: RunVerification) -> Sequence[str]:
    if found.problems or found.record is None:
        return [f"NOT VERIFIED: {one}" for one in found.problems]
    record = found.record
    of = f"{record.created:%Y-%m-%d %H:%M} UTC ({record.body['decision']})"
    files = f"the files of {folder} are those of the run that {record.caller} recorded at {of}"
    return [f"VERIFIED: {files}, signed by {found.key}"]


def _compare(asked: argparse.Namespace, rest: list[str]) -> int:
    if rest:
        return _usage(f"there is no {rest[0]}; see signoff compare --help")
    try:
        found = comparison(asked.before, asked.after)
    except UnusableBaselineError as error:
        return _usage(error.words[asked.lang])
    print(markdown(found, asked.lang), end="")
    return 1 if found.newly_red else 0


def _init(asked: argparse.Namespace, rest: list[str]) -> int:
    if rest:
        return _usage(f"there is no {rest[0]}; see signoff init --help")
    session = open_session(asked.region, asked.profile)
    if session.region_name is None:
        return _usage("no Region is set; add --region ap-northeast-1, or set AWS_REGION")
    client = cache(session.client)
    answers = Answers(
        name=asked.env,
        region=session.region_name,
        account=client("sts").get_caller_identity()["Account"],
        prefix=asked.prefix
        or _ask("What do the functions' names begin with? (empty: look for it)"),
        origin=asked.origin or _ask("What is the origin of the front end? (https://…)"),
        line_channel=asked.line_channel or _ask("What is the id of the LINE Login channel?"),
    )
    print(
        visible_line(f"looking at account {answers.account} in {answers.region}"), file=sys.stderr
    )
    found = discover(client, answers)
    for problem in found.unread:
        print(visible_line(f"not read: {problem}"), file=sys.stderr)
    text = table(answers, found, lang=asked.lang, today=datetime.now(UTC).date())
    if asked.to is None:
        print(text, end="")
        return 0
    add_to(asked.to, text, asked.env)
    print(
        f"{asked.to} has a table {asked.env} now; fill in what is commented out, then: signoff judge --env {asked.env}"
    )
    return 0


def _ask(question: str) -> str | None:
    """Ask whoever sits at the terminal; None where nobody does, or the answer is empty."""
    if not sys.stdin.isatty():
        return None
    print(question, end=" ", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip() or None


def _clean(_: argparse.Namespace, rest: list[str]) -> int:
    return int(import_module(CLEAN).main(["clean", *rest]))


def _usage(sentence: str) -> int:
    print(visible_line(f"signoff: {sentence}"), file=sys.stderr)
    return Exit.USAGE


if __name__ == "__main__":
    sys.exit(main())
