"""``python -m signoff verify FOLDER`` proves that the files of a run are unaltered and belong together."""

import argparse
import sys
from collections.abc import Sequence
from enum import IntEnum
from pathlib import Path

import boto3

from signoff.environment import ENVIRONMENTS, EnvironmentFileError, load
from signoff.verify import RunVerification, UnusableRunError, provenance_of, verify

ROOT = Path(__file__).parent.parent
EXAMPLES = """\
examples:
  python -m signoff verify report/prod/latest      the newest run against prod
  pytest --env prod                                makes one: the sign-off itself

exit codes: 0 the files are those of the recorded run; 1 they are not, and which is said;
            2 the command line, the folder or the environment file is wrong
"""


class Exit(IntEnum):
    VERIFIED = 0
    ALTERED = 1
    USAGE = 2


def options() -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m signoff",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    verifying = commands.add_parser("verify", help="page, JSON, JUnit and inventory of one run")
    verifying.add_argument("folder", type=Path, help="folder of the run: report/prod/latest")
    verifying.add_argument(
        "--environments", type=Path, default=ENVIRONMENTS, metavar="FILE", help="another file"
    )
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    asked = options().parse_args(arguments)
    try:
        name = provenance_of(asked.folder)["environment"]
        environment = load(name, asked.environments).environment
    except (UnusableRunError, EnvironmentFileError) as error:
        print(f"signoff: {error}", file=sys.stderr)
        return Exit.USAGE
    session = boto3.Session(region_name=environment.region)
    found = verify(asked.folder, environment, client=session.client, root=ROOT)
    print("\n".join(_sentences(asked.folder, found)))
    return Exit.ALTERED if found.problems else Exit.VERIFIED


def _sentences(folder: Path, found: RunVerification) -> Sequence[str]:
    if found.problems or found.record is None:
        return [f"NOT VERIFIED: {one}" for one in found.problems]
    record = found.record
    of = f"{record.created:%Y-%m-%d %H:%M} UTC ({record.body['decision']})"
    files = f"the files of {folder} are those of the run that {record.caller} recorded at {of}"
    return [f"VERIFIED: {files}, signed by {found.key}"]


if __name__ == "__main__":
    sys.exit(main())
